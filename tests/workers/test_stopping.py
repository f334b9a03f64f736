"""Jobs that somebody stops or cancels in RQ while they run, alone and in company."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from rq import Queue, RateLimit
from rq.command import send_stop_job_command
from rq.job import Job, JobStatus
from rq.rate_limit import RateLimitRegistry
from rq.serializers import JSONSerializer

from atelier.errors import PersonError
from atelier.queue import Road
from atelier.store import Store
from atelier.works import Made
from tests.workers.conftest import CountingPoet
from tests.workers.test_batches import ended, enqueue
from tests.workers.test_batches import worker as batching
from tests.workers.test_jobs import ask, events
from tests.workers.test_worker import DEMO, ends, eventually, runs, send, told
from workers import jobs
from workers.workshop import Workshop

sys.path.insert(0, str(Path(__file__).parent))
import batch_jobs


def test_a_stop_in_company_lets_the_others_go_on(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that was stopped runs to the end with them; when all were stopped, the call is."""
    asked = enqueue(queue, "a", "b")
    made: Any = batching(queue)
    stopped: list[int] = []
    monkeypatch.setattr(made, "kill_horse", lambda *_: stopped.append(len(made._stopped)))

    def meanwhile() -> None:
        for job in (asked[0], asked[0], asked[1]):
            made.stop_job(job.id)

    monkeypatch.setattr(made, "before_call", meanwhile)
    made.work(burst=True, logging_level="CRITICAL")
    assert stopped == [2]
    made.stop_job(asked[0].id)  # ended long since: nothing
    assert stopped == [2]


def test_what_was_stopped_in_company_comes_to_nothing(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = enqueue(queue, "a", "b", "c")
    made: Any = batching(queue)
    monkeypatch.setattr(made, "before_call", lambda: made.stop_job(asked[1].id))
    made.work(burst=True, logging_level="CRITICAL")
    assert batch_jobs.calls == [["a", "b", "c"]]
    assert ended(asked) == [JobStatus.FINISHED, JobStatus.STOPPED, JobStatus.FINISHED]
    assert queue.connection.lrange("told", 0, -1) == [b"a", b"c"]
    assert queue.started_job_registry.get_job_count() == 0


def test_nothing_is_written_down_while_a_stop_is_being_decided(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The work is cancelled in the records first: what is made meanwhile comes to nothing in RQ, too."""
    asked = enqueue(queue, "a", "b")
    made: Any = batching(queue)
    begun, settle = threading.Event(), made._settle

    def decide(_job_id: str) -> bool:
        begun.set()
        assert settling.wait(20)
        time.sleep(0.2)  # however long the records take
        return True

    def settling_now(*arguments: Any, **options: Any) -> None:
        settling.set()
        settle(*arguments, **options)

    def meanwhile() -> None:
        threading.Thread(target=made.stop_job, args=(asked[0].id,)).start()
        assert begun.wait(20)

    settling = threading.Event()
    monkeypatch.setattr(made, "may_stop", decide)
    monkeypatch.setattr(made, "_settle", settling_now)
    monkeypatch.setattr(made, "before_call", meanwhile)
    made.work(burst=True, logging_level="CRITICAL")
    assert ended(asked) == [JobStatus.STOPPED, JobStatus.FINISHED]
    assert queue.connection.lrange("told", 0, -1) == [b"b"]


@pytest.mark.parametrize("words", ["a", "abc"])
def test_what_was_cancelled_while_it_ran_stays_cancelled(
    queue: Queue, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    asked = enqueue(queue, *words, rate_limit=RateLimit("ann", 5))
    made: Any = batching(queue)
    stopped: list[bool] = []
    monkeypatch.setattr(made, "kill_horse", lambda *_: stopped.append(True))

    def meanwhile() -> None:
        asked[0].cancel()  # as rq-dashboard does
        made._show_life()

    monkeypatch.setattr(made, "before_call", meanwhile)
    made.work(burst=True, logging_level="CRITICAL")
    assert stopped == ([True] if words == "a" else [])  # alone it is stopped, in company it runs on
    assert ended(asked) == [JobStatus.CANCELED] + [JobStatus.FINISHED] * (len(words) - 1)
    assert queue.connection.lrange("told", 0, -1) == [word.encode() for word in words[1:]]
    assert asked[0].latest_result() is None
    assert asked[0].get_executions() == []
    assert queue.started_job_registry.get_job_count() == 0
    assert RateLimitRegistry("ann", queue.connection).get_allowed_job_count() == 0


def test_a_work_cancelled_in_the_queue_while_it_is_made_is_not_posted(
    place: Workshop, store: Store, road: Road, poet: CountingPoet, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = [ask(store, topic) for topic in ("one", "two")]
    for work in works:
        road.send(work)
    generate = poet.generate

    def meanwhile(*args: Any, **kwargs: Any) -> list[Made | PersonError]:
        Job.fetch(works[0].id, connection=road.redis, serializer=JSONSerializer).cancel()
        return generate(*args, **kwargs)

    monkeypatch.setattr(poet, "generate", meanwhile)
    ends = jobs.make_many([(work.id,) for work in works])
    assert [(end.value, end.canceled) for end in ends] == [("cancelled", True), ("made", False)]
    row = store.get(works[0].id)
    assert row is not None
    assert (row.state, row.result, row.artefacts) == ("cancelled", None, ())
    assert row.failure is not None
    assert row.failure.key == "work-cancelled-admin"
    assert events(road)[2:] == [(works[0].id, "cancelled")]  # the other's is published with its job's end
    assert len([file for file in Path(place.shelf._root).rglob("*") if file.is_file()]) == 1


def test_what_is_made_cannot_be_stopped_any_more(place: Workshop, store: Store, road: Road) -> None:
    work = ask(store, "one")
    jobs.make(work.id)
    assert not jobs.unwanted(work.id)
    assert events(road)[-1] == (work.id, "made")


def test_one_that_is_stopped_in_rq_is_cancelled_and_its_person_told(
    worker, store: Store, road: Road, tmp_path: Path
) -> None:
    """`rq`'s own stop command, which knows no row; in company, where the model goes on for the others."""
    works = [send(store, road, topic) for topic in ("one", "until go", "three")]
    handle = worker("poem", script=DEMO)
    runs(store, works[2])
    send_stop_job_command(road.redis, works[2].id, serializer=JSONSerializer)
    assert ends(store, works[2]) == "cancelled"  # as soon as the command is heard
    (tmp_path / "go").touch()
    assert [ends(store, work) for work in works] == ["made", "made", "cancelled"]
    eventually("it is told", lambda: told(road, works[2], "cancelled") == 1)
    eventually(
        "the others are told", lambda: told(road, works[0], "made") == told(road, works[1], "made") == 1
    )
    assert told(road, works[2], "made") == 0
    job = Job.fetch(works[2].id, connection=road.redis, serializer=JSONSerializer)
    eventually("it is stopped in RQ too", lambda: job.get_status() == JobStatus.STOPPED)
    assert handle.process.poll() is None
