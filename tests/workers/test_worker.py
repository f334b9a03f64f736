"""Real worker processes: warm, killed, stopped, cancelled, without Redis, without a database.

The demo worker's clock is shorter than the real one's (see ``hurry``); the rules are the same.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from rq.job import Job
from rq.registry import StartedJobRegistry
from rq.serializers import JSONSerializer

from atelier.queue import Road, queue_name
from atelier.requests import parse_request
from atelier.results import stream
from atelier.settings import Settings
from atelier.store import PersonRef, Store, Work

DEMO = Path(__file__).parent / "demo_worker.py"
SOON_S = 60.0  # a bound against hanging, not a measure


def send(store: Store, road: Road, topic: str) -> Work:
    work, _ = store.accept(
        person=PersonRef("web", "1"), kind="poem", request=parse_request("poem", {"topic": topic, "seed": 1}),
        lang="en", place={}, source=topic,
    )  # fmt: skip
    road.send(work)
    store.queued(work.id)
    return work


def eventually(what: str, met: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON_S
    while not met():
        assert time.monotonic() < deadline, f"not within {SOON_S} s: {what}"
        time.sleep(0.05)


def state(store: Store, work: Work) -> str:
    return now.state if (now := store.get(work.id)) else "gone"


def ends(store: Store, work: Work) -> str:
    eventually(f"{work.request.words} ends", lambda: state(store, work) in ("made", "failed", "cancelled"))
    return state(store, work)


def runs(store: Store, work: Work) -> None:
    eventually(f"{work.request.words} runs", lambda: state(store, work) == "running")


def told(road: Road, work: Work, what: str) -> int:
    """How many events of this kind there are for the work."""
    entries = road.redis.xrange(stream(work.person.platform))
    wanted = {b"work": work.id.encode(), b"what": what.encode()}
    return sum(fields == wanted for _, fields in entries)  # type: ignore[union-attr]


def tries(folder: Path, topic: str) -> list[int]:
    """The process ids that began the work."""
    log = folder / "made.log"
    lines = [line.partition(" ") for line in log.read_text().splitlines()] if log.exists() else []
    return [int(pid) for pid, _, said in lines if said == topic]


def lease_over(road: Road) -> None:
    """What a worker that died had in hand lost its lease: no need to wait for that."""
    started = StartedJobRegistry(connection=road.redis, name=queue_name("poem"), serializer=JSONSerializer)
    road.redis.zadd(started.key, dict.fromkeys(road.redis.zrange(started.key, 0, -1), 1))


def test_it_stays_warm_in_one_process(worker, store: Store, road: Road, tmp_path: Path) -> None:
    handle = worker("poem", script=DEMO, fresh=True)
    assert road.workers("poem") == 1
    works = [send(store, road, f"poem {n}") for n in range(5)]
    assert [ends(store, work) for work in works] == ["made"] * 5
    assert {pid for work in works for pid in tries(tmp_path, work.request.words)} == {handle.pid}
    eventually("the log too", lambda: all(f"work {w.id}: poem made by demo" in handle.log() for w in works))


def test_killed_during_a_job_the_job_runs_again_with_one_result(
    worker, store: Store, road: Road, tmp_path: Path
) -> None:
    first = worker("poem", script=DEMO)
    work = send(store, road, "until go")
    behind = send(store, road, "behind")
    eventually("it is at it", lambda: tries(tmp_path, "until go") == [first.pid])
    first.kill()
    (tmp_path / "go").touch()
    second = worker("poem", script=DEMO)
    assert ends(store, work) == "made"
    assert ends(store, behind) == "made"
    assert tries(tmp_path, "until go") == [first.pid, second.pid]
    eventually("the event", lambda: told(road, work, "made") == 1)
    assert len(list(tmp_path.glob("home/artefacts/*/*/poem.txt"))) == 2


def test_a_long_job_under_a_heartbeat_is_not_taken_for_abandoned(
    worker, store: Store, road: Road, tmp_path: Path
) -> None:
    one = worker("poem", script=DEMO)
    work = send(store, road, "deaf 5")
    runs(store, work)
    worker("poem", script=DEMO)  # tidies up all the while, and finds nothing
    assert ends(store, work) == "made"
    assert tries(tmp_path, "deaf 5") == [one.pid]


def test_what_kills_its_worker_twice_is_set_aside(worker, store: Store, road: Road, tmp_path: Path) -> None:
    """Where it had company the first time, nobody knows who it was: each goes alone, and then it is twice."""
    poison, behind = send(store, road, "die"), send(store, road, "behind")
    for _ in range(3):
        process = worker_that_dies(worker)
        process.wait(SOON_S)
        lease_over(road)
    worker("poem", script=DEMO)
    assert ends(store, poison) == "failed"
    assert ends(store, behind) == "made"
    assert len(tries(tmp_path, "die")) == 3
    assert len(tries(tmp_path, "behind")) == 1
    set_aside = store.get(poison.id)
    assert set_aside is not None
    assert set_aside.failure is not None
    assert set_aside.failure.key == "work-crashed"
    eventually("its person is told", lambda: told(road, poison, "failed") == 1)


def worker_that_dies(worker):
    """A worker that may be dead before it is known to be warm."""
    try:
        return worker("poem", script=DEMO)
    except AssertionError:
        return worker.started[-1]


def test_what_raises_twice_is_set_aside(worker, store: Store, road: Road, tmp_path: Path) -> None:
    before, crash, behind = (send(store, road, topic) for topic in ("before", "crash", "behind"))
    handle = worker("poem", script=DEMO)  # finds all three waiting: one pass
    assert ends(store, crash) == "failed"
    assert [ends(store, work) for work in (before, behind)] == ["made", "made"]
    assert tries(tmp_path, "crash") == [handle.pid] * 2  # together, and alone
    eventually("its person is told", lambda: told(road, crash, "failed") == 1)
    eventually("the others are", lambda: [told(road, one, "made") for one in (before, behind)] == [1, 1])
    alone = send(store, road, "crash again")
    assert ends(store, alone) == "failed"
    assert tries(tmp_path, "crash again") == [handle.pid] * 2
    assert handle.process.poll() is None


def test_asked_to_stop_it_hands_back_a_whole_pass_in_its_order(worker, store: Store, road: Road) -> None:
    works = [send(store, road, topic) for topic in ("one", "sleep 60", "three")]
    handle = worker("poem", script=DEMO)
    for work in works:
        runs(store, work)
    late = send(store, road, "late")
    handle.terminate()
    assert handle.wait() == 0
    assert [road.place(work) for work in (*works, late)] == [1, 2, 3, 4]
    assert "Traceback" not in handle.log()


def test_one_of_a_pass_can_be_cancelled(worker, store: Store, road: Road, tmp_path: Path) -> None:
    works = [send(store, road, topic) for topic in ("one", "until go", "three")]
    handle = worker("poem", script=DEMO)
    runs(store, works[2])
    assert store.cancelled(works[2].id)
    assert road.cancel(works[2].id)
    (tmp_path / "go").touch()
    assert [ends(store, work) for work in works] == ["made", "made", "cancelled"]
    eventually("the events", lambda: told(road, works[0], "made") == told(road, works[1], "made") == 1)
    assert told(road, works[2], "made") + told(road, works[2], "failed") == 0
    assert f"work {works[2].id}: nobody wants it any more" in handle.log()


def test_too_long_a_work_is_set_aside_with_the_limit(
    worker, store: Store, make_settings: Callable[..., Settings]
) -> None:
    settings = make_settings(job_timeout=1)
    road = Road.open(settings)
    worker("poem", script=DEMO, of=settings)
    work = send(store, road, "sleep 60")
    assert ends(store, work) == "failed"
    failed = store.get(work.id)
    assert failed is not None
    assert failed.failure is not None
    assert (failed.failure.key, failed.failure.params) == ("work-timed-out", {"seconds": 1})
    road.close()


def test_asked_to_stop_it_finishes_what_is_nearly_done(worker, store: Store, road: Road) -> None:
    handle = worker("poem", script=DEMO)
    work = send(store, road, "sleep 0.4")
    runs(store, work)
    handle.terminate()
    assert handle.wait() == 0
    assert state(store, work) == "made"
    assert road.workers("poem") == 0


@pytest.mark.parametrize("topic", ["sleep 60", "deaf 60"])
def test_asked_to_stop_it_hands_back_what_takes_long(worker, store: Store, road: Road, topic: str) -> None:
    handle = worker("poem", script=DEMO)
    work = send(store, road, topic)
    behind = send(store, road, "behind")
    runs(store, work)
    handle.terminate()
    assert handle.wait() == 0
    assert (road.place(work), road.place(behind)) == (1, 2)
    job = Job.fetch(work.id, connection=road.redis, serializer=JSONSerializer)
    assert job.retries_left == 1  # stopping is no crash of the work
    assert "Traceback" not in handle.log()


def test_asked_to_stop_while_idle_it_leaves_at_once(worker, road: Road) -> None:
    handle = worker("poem", script=DEMO)
    handle.process.send_signal(signal.SIGINT)
    assert handle.wait() == 0
    assert road.workers("poem") == 0
    assert "Traceback" not in handle.log()


def test_a_running_work_can_be_cancelled(worker, store: Store, road: Road) -> None:
    handle = worker("poem", script=DEMO)
    work = send(store, road, "sleep 60")
    runs(store, work)
    behind = send(store, road, "behind")  # not in one pass with it: that would run on
    assert store.cancelled(work.id)
    assert road.cancel(work.id)
    assert ends(store, behind) == "made"
    assert state(store, work) == "cancelled"
    assert told(road, work, "made") + told(road, work, "failed") == 0
    assert handle.process.poll() is None


def test_a_job_that_a_dying_worker_had_only_taken_is_put_back(worker, store: Store, road: Road) -> None:
    work = send(store, road, "taken")
    key = f"rq:queue:{queue_name('poem')}"
    road.redis.lmove(key, f"{key}:intermediate", "LEFT", "RIGHT")  # what BLMOVE did, and then kill -9
    worker("poem", script=DEMO)
    assert ends(store, work) == "made"


def test_a_flushed_redis_gets_to_know_its_worker_again(worker, store: Store, road: Road) -> None:
    handle = worker("poem", script=DEMO)
    handle.process.send_signal(signal.SIGSTOP)  # it looks every second: not between the next two lines
    road.redis.flushall()
    assert road.workers("poem") == 0
    handle.process.send_signal(signal.SIGCONT)
    eventually("it registers again", lambda: road.workers("poem") == 1)
    assert ends(store, send(store, road, "after")) == "made"


def test_redis_killed_during_a_job(
    worker, redis_server, make_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    settings = make_settings(redis_url=redis_server.url)
    store, road = Store.open(settings.database), Road.open(settings)
    handle = worker("poem", script=DEMO, of=settings)
    # Written every second, a busy disk holds the file's last seconds back, and nobody reconciles here.
    road.redis.config_set("appendfsync", "always")
    work = send(store, road, "sleep 1")
    runs(store, work)
    redis_server.kill()
    time.sleep(0.5)
    redis_server.start()
    assert ends(store, work) == "made"
    eventually("the event", lambda: told(road, work, "made") >= 1)
    assert ends(store, send(store, road, "after")) == "made"
    assert tries(tmp_path, "after") == [handle.pid]  # still warm
    redis_server.kill()
    time.sleep(0.5)
    handle.terminate()
    assert handle.wait() == 0  # nobody to say goodbye to, and it leaves all the same
    store.close()
    road.close()


def test_the_database_stopped_during_a_job(
    worker, postgres_url: str, postgres_admin: str, make_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    import psycopg

    settings = make_settings(database_url=postgres_url, retries=0)
    store, road = Store.open(settings.database), Road.open(settings)
    handle = worker("poem", script=DEMO, of=settings)
    work = send(store, road, "until go")
    runs(store, work)
    with psycopg.connect(postgres_admin, autocommit=True) as admin:
        name = urlsplit(postgres_url).path.removeprefix("/")
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        (tmp_path / "go").touch()
        eventually("the worker minds", lambda: "put back" in handle.log())
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    assert ends(store, work) == "made"
    assert set(tries(tmp_path, "until go")) == {handle.pid}
    store.close()
    road.close()


def test_weights_mended_under_a_running_worker(
    worker, store: Store, road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEMO_DAMAGED", "1")
    worker("poem", script=DEMO)
    assert ends(store, send(store, road, "one")) == "failed"
    (tmp_path / "mended").touch()
    assert ends(store, send(store, road, "two")) == "made"


def test_several_kinds_are_several_processes_that_come_again_and_leave_together(worker) -> None:
    handle = worker("poem", "melody", script=DEMO)
    first = alive(handle.pid)
    assert len(first) == 2
    os.kill(victim := first.pop(), signal.SIGKILL)
    eventually("another child", lambda: len(alive(handle.pid) - {victim}) == 2)
    left = alive(handle.pid)
    handle.terminate()
    assert handle.wait() == 0
    assert not any(psutil.pid_exists(pid) for pid in left)


def test_a_worker_does_not_outlive_its_pool_without_redis_either(
    worker, redis_server, make_settings: Callable[..., Settings]
) -> None:
    handle = worker("poem", "melody", script=DEMO, of=make_settings(redis_url=redis_server.url))
    children = alive(handle.pid)
    redis_server.kill()
    handle.kill()
    eventually("the children leave", lambda: not any(psutil.pid_exists(pid) for pid in children))


def test_a_worker_does_not_outlive_its_pool(worker) -> None:
    handle = worker("poem", "melody", script=DEMO)
    children = alive(handle.pid)
    handle.kill()
    eventually("the children leave", lambda: not any(psutil.pid_exists(pid) for pid in children))


def alive(pid: int) -> set[int]:
    return {one.pid for one in psutil.Process(pid).children() if one.status() != psutil.STATUS_ZOMBIE}
