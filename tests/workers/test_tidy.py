"""What a worker puts in order for others, and what it waits for before it takes the next job."""

from __future__ import annotations

import logging
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from rq import Queue
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

from atelier import disk
from atelier.logs import Json
from atelier.queue import Road, queue_name
from atelier.settings import Settings
from atelier.store import Store
from tests.workers.conftest import CountingPoet
from tests.workers.test_jobs import ask
from workers import heartbeat, ledger, tidy
from workers import worker as serving
from workers.batches import BatchWorker
from workers.heartbeat import Contact
from workers.ledger import Held
from workers.worker import WarmWorker
from workers.workshop import Workshop

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def queue(place: Workshop) -> Queue:
    return Queue(queue_name("poem"), connection=place.redis, serializer=JSONSerializer)


def begun(queue: Queue) -> tuple[BatchWorker, list[Held]]:
    """A worker that began the next job, and then had no Redis for longer than its lease."""
    other: Any = BatchWorker([queue], connection=queue.connection, serializer=JSONSerializer)
    other.register_birth()
    taken = Queue.dequeue_any([queue], None, connection=queue.connection, serializer=JSONSerializer)
    assert taken is not None
    held = ledger.begin(other, queue, [taken[0]], 8)
    key = queue.started_job_registry.key
    queue.connection.zadd(key, {held[0].execution.composite_key: time.time() - 1})
    return other, held


def test_who_lost_its_lease_with_everybody_elses_redis_is_not_judged_at_once(
    place: Workshop, queue: Queue, store: Store, road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An outage longer than a lease: the living have a moment to show that they live; the dead do not."""
    work = ask(store, "hello")
    road.send(work)
    other, held = begun(queue)
    tidier = WarmWorker("poem", place)
    tidier.clean_registries()
    job = Job.fetch(work.id, connection=road.redis, serializer=JSONSerializer)
    assert job.get_status() == JobStatus.STARTED
    ledger.beat(other, queue, held, 8)
    monkeypatch.setattr(tidier._contact, "_judge_from", 0.0)
    tidier.clean_registries()
    assert job.get_status(refresh=True) == JobStatus.STARTED
    assert job.retries_left == 1
    # And the same with nobody alive.
    queue.connection.zadd(queue.started_job_registry.key, {held[0].execution.composite_key: time.time() - 1})
    tidier.clean_registries()
    job.refresh()
    assert job.get_status() == JobStatus.QUEUED
    assert job.retries_left == 0


def test_nobody_is_judged_until_a_beat_after_redis_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(heartbeat.time, "monotonic", lambda: clock[0])
    contact = Contact()
    assert not contact.settled  # it may have been started by what ended the outage
    for _ in range(3):
        clock[0] += heartbeat.BEAT_S
        contact.made()
    assert contact.settled
    clock[0] += heartbeat.LEASE_S
    contact.made()
    assert not contact.settled
    clock[0] += heartbeat.BEAT_S
    contact.made()
    assert not contact.settled
    clock[0] += heartbeat.SETTLE_S
    assert contact.settled


def test_a_lock_that_ran_out_is_left_to_whoever_has_it_now(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = queue.registry_cleaning_key

    def slow(*_: object) -> None:
        queue.connection.set(key, "another's", ex=60)  # ours has run out meanwhile

    monkeypatch.setattr(tidy, "_tidy", slow)
    tidy.tidy(queue, [], 1.0)
    assert queue.connection.get(key) == b"another's"
    monkeypatch.setattr(tidy, "_tidy", lambda *_: pytest.fail("another tidies up"))
    tidy.tidy(queue, [], 1.0)
    queue.connection.delete(key)
    done: list[bool] = []
    monkeypatch.setattr(tidy, "_tidy", lambda *_: done.append(True))
    tidy.tidy(queue, [], 1.0)
    tidy.tidy(queue, [], 1.0)
    assert done == [True, True]


def test_a_full_shelf_is_looked_at_before_anything_is_made_again(
    place: Workshop,
    store: Store,
    road: Road,
    poet: CountingPoet,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A pass of the model a second, for files that there is no room for, would be heat and nothing else."""
    monkeypatch.setattr(serving, "PAUSE_S", 0.01)
    in_the_way = settings.home / "artefacts"
    in_the_way.write_text("")
    check, looks = place.shelf.check, []

    def look(size: int) -> None:
        looks.append(size)
        place.redis.delete("atelier:shelf-trouble")
        if len(looks) == 5:
            in_the_way.unlink()
        check(size)

    monkeypatch.setattr(place.shelf, "check", look)
    told: list[str] = []
    tell = disk.tell
    monkeypatch.setattr(disk, "tell", lambda redis, key: (told.append(key), tell(redis, key)))
    work = ask(store, "hello")
    road.send(work)
    WarmWorker("poem", place).work(max_jobs=2, logging_level="CRITICAL")
    assert looks == [serving.ROOM_BYTES] * 5
    assert poet.calls == [1, 1]
    assert told == ["artefacts-down"] * 5  # by the pass, and by each look but the last: nobody accepts more
    row = store.get(work.id)
    assert row is not None
    assert row.state == "made"
    assert list(in_the_way.glob(".check-*")) == []


def test_the_trace_of_a_crash_stands_under_the_works_id(
    place: Workshop, store: Store, road: Road, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    works = [ask(store, topic) for topic in ("one", "crash")]
    for work in works:
        road.send(work)
    warm = WarmWorker("poem", place)
    place.room.most = 8
    with caplog.at_level(logging.WARNING):
        warm.work(burst=True, logging_level="CRITICAL")
    lines = [Json(settings).format(record) for record in caplog.records]
    about = [line for line in lines if f'"work": "{works[1].id}"' in line]
    assert any("asked to crash" in line and '"trace"' in line for line in about)
    assert any("with 1 others" in line for line in about)
    assert not [line for line in lines if "asked to crash" in line and line not in about]


def test_a_hang_names_what_runs(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr(heartbeat, "BEAT_S", 0.01)
    monkeypatch.setattr(heartbeat.os, "kill", lambda _pid, number: ended.append(number))
    beat = heartbeat.Heartbeat(lambda: None, lambda: ["work00000001"])
    with beat:
        beat._latest = 0.0
        deadline = time.monotonic() + 20
        while not ended:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    assert ended[0] == signal.SIGKILL
    assert "work work00000001: it hangs" in caplog.text
