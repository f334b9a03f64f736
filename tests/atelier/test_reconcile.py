"""What the road lost comes back: from nothing, from an older Redis, from a front end that died half way."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from redis import Redis
from rq import Queue
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer
from sqlalchemy import event

from atelier import reconcile
from atelier.errors import Unavailable
from atelier.queue import Road, queue_name
from atelier.reconcile import Reconciler
from atelier.results import stream
from atelier.settings import Settings
from atelier.store import Store, Work
from tests.atelier.test_queue import ask


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconcile, "TWICE_S", 0.05)


def sent(road: Road, store: Store, source: str) -> Work:
    work = ask(store, source)
    road.send(work)
    store.queued(work.id)
    return work


def lost(mender: Reconciler) -> bool:
    """What a front end does every two seconds: whether Redis lost things, and then the mending."""
    found = mender.look()
    mender.turn()
    return found


def waiting(road: Road) -> list[str]:
    return [
        str(n) for n in Queue(queue_name("poem"), connection=road.redis, serializer=JSONSerializer).job_ids
    ]


def job(road: Road, work: Work) -> Job:
    return Job.fetch(work.id, connection=road.redis, serializer=JSONSerializer)


def test_a_flushed_redis_is_noticed_and_filled_again(road: Road, store: Store) -> None:
    works = [sent(road, store, str(n)) for n in range(12)]  # more than one person may have in the queue
    mender = Reconciler(store, road)
    assert lost(mender)  # at the start one looks, whatever was before
    assert not lost(mender)
    before = waiting(road)
    road.redis.flushall()
    assert lost(mender)
    assert waiting(road) == before
    assert job(road, works[-1]).get_status() == JobStatus.RATE_LIMITED
    assert not lost(mender)


def test_a_restored_redis_is_mended(
    redis_server: Any, make_settings: Callable[..., Settings], store: Store
) -> None:
    """A server that comes back without what was done in its last second."""
    road = Road.open(make_settings(redis_url=redis_server.url))
    mender = Reconciler(store, road)
    old = sent(road, store, "old")
    mender.turn()
    new = sent(road, store, "new")
    redis_server.stop()
    redis_server.start()
    job(road, new).delete()  # never reached its file
    assert lost(mender)
    assert waiting(road) == [old.id, new.id]


def test_many_that_were_lost_are_sent_in_few_steps(
    road: Road, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole of a full studio: not one by one, or nothing else is done for a while."""
    monkeypatch.setattr(reconcile, "UNSENT_S", 0)
    works = [ask(store, str(n)) for n in range(250)]
    statements: list[str] = []

    def note(*told: Any) -> None:
        statements.append(str(told[2]))

    event.listen(store._db.engine, "before_cursor_execute", note)
    mender = Reconciler(store, road)
    assert mender.mend() == 250
    assert {row.state for row in store.get_many([work.id for work in works]).values()} == {"queued"}
    assert sum("UPDATE" in said for said in statements) == 3
    road.redis.flushall()
    statements.clear()
    assert mender.mend() == 250
    assert len(statements) < 20
    assert job(road, works[-1]).get_status() == JobStatus.RATE_LIMITED
    assert mender.mend() == 0


def test_what_is_on_its_way_is_left_alone(road: Road, store: Store) -> None:
    works = [sent(road, store, str(n)) for n in range(3)]
    queue = Queue(queue_name("poem"), connection=road.redis, serializer=JSONSerializer)
    Queue.dequeue_any([queue], timeout=None, connection=road.redis, serializer=JSONSerializer)
    road.redis.lmove(queue.key, queue.intermediate_queue_key)  # just taken by a worker
    taken = job(road, works[0])
    assert taken.get_status() == JobStatus.QUEUED
    road.redis.lpush(queue.intermediate_queue_key, works[0].id)
    assert Reconciler(store, road).mend() == 0


def test_a_job_without_a_place_is_sent_again(road: Road, store: Store) -> None:
    nowhere, ended, begun, made = (sent(road, store, name) for name in ("a", "b", "c", "d"))
    road.redis.lrem(f"rq:queue:{queue_name('poem')}", 0, nowhere.id)
    job(road, ended).set_status(JobStatus.FINISHED)
    job(road, begun).set_status(JobStatus.STARTED)  # by a worker whose record is gone
    store.failed(made.id, "work-crashed", {})
    job(road, made).set_status(JobStatus.FAILED)
    road.redis.delete(f"rq:queue:{queue_name('poem')}")
    assert Reconciler(store, road).mend() == 3
    assert sorted(waiting(road)) == sorted(work.id for work in (nowhere, ended, begun))
    assert Reconciler(store, road).mend() == 0


def test_what_a_worker_wrote_of_a_job_that_was_lost_is_in_nobodys_way(road: Road, store: Store) -> None:
    """Flushed between the taking of a job and the note that it runs; then its worker died."""
    works = [sent(road, store, name) for name in ("a", "b")]
    road.redis.flushall()
    fields = {"status": "started", "worker_name": "gone", "atelier_company": "2"}
    road.redis.hset(Job.key_for(works[0].id), mapping=fields)  # as `ledger.begin` writes it
    road.redis.hset(Job.key_for(works[1].id), "atelier_alone", "1")  # as `ledger.mark_alone`
    assert Reconciler(store, road).mend() == 2
    assert waiting(road) == [work.id for work in works]
    assert job(road, works[0]).args == [works[0].id]
    assert road.redis.hget(Job.key_for(works[1].id), "atelier_alone") is None


def test_a_job_that_cannot_be_read_is_thrown_away_and_sent_anew(road: Road, store: Store) -> None:
    work = sent(road, store, "a")
    road.redis.hset(Job.key_for(work.id), "status", "no such status")
    assert Reconciler(store, road).mend() == 1
    assert waiting(road) == [work.id]
    assert job(road, work).get_status() == JobStatus.QUEUED


def test_a_front_end_that_died_between_row_and_job(
    road: Road, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = ask(store, "a")
    mender = Reconciler(store, road)
    mender.turn()
    assert waiting(road) == []  # it may only just be on its way
    monkeypatch.setattr(reconcile, "UNSENT_S", 0)
    mender.turn()
    assert waiting(road) == [work.id]
    row = store.get(work.id)
    assert row is not None
    assert row.state == "queued"


def test_a_job_lost_before_its_row_said_that_it_was_sent(
    road: Road, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Flushed and looked at between the two: the row is too young to be missed, so one looks again soon."""
    clock = [100.0]
    monkeypatch.setattr(reconcile, "time", SimpleNamespace(monotonic=lambda: clock[0], sleep=time.sleep))
    mender = Reconciler(store, road)
    mender.turn()
    work = ask(store, "a")
    road.send(work)
    road.redis.flushall()
    assert lost(mender)
    assert waiting(road) == []
    store.queued(work.id)
    assert not lost(mender)
    assert waiting(road) == []
    clock[0] += reconcile.UNSENT_S
    mender.turn()
    assert waiting(road) == [work.id]


def test_what_was_cancelled_in_rq_stays_cancelled(road: Road, store: Store) -> None:
    """Somebody pressed cancel in rq-dashboard: its person is told, and it does not come back."""
    work = sent(road, store, "a")
    job(road, work).cancel()
    assert Reconciler(store, road).mend() == 0
    row = store.get(work.id)
    assert row is not None
    assert row.state == "cancelled"
    assert road.redis.xlen(stream("web")) == 1


def test_one_leads_and_another_follows(road: Road, store: Store) -> None:
    first, second = Reconciler(store, road), Reconciler(store, road)
    assert first.leads()
    assert not second.leads()
    assert first.leads()
    first.resign()
    assert second.leads()
    assert not first.leads()
    road.redis.pexpire("atelier:reconciler", 1)  # it was killed
    while not first.leads():
        pass
    road.redis.flushall()
    assert first.leads()


def test_without_redis_it_says_so_and_goes_on_later(
    redis_server: Any, make_settings: Callable[..., Settings], store: Store
) -> None:
    road = Road.open(make_settings(redis_url=redis_server.url))
    work = sent(road, store, "a")
    mender = Reconciler(store, road)
    mender.turn()
    redis_server.stop()
    with pytest.raises(Unavailable) as down:
        mender.turn()
    assert down.value.key == "redis-down"
    redis_server.start()
    with Redis.from_url(redis_server.url) as client:
        client.flushall()
    assert lost(mender)
    assert waiting(road) == [work.id]
