"""The road: places, redelivery, cancelling, and a Redis that is down when a command comes."""

from __future__ import annotations

import json
import socket
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from rq.job import Job
from rq.serializers import JSONSerializer

from atelier.errors import Unavailable
from atelier.queue import Road, queue_name
from atelier.requests import Kind, parse_request
from atelier.settings import Settings
from atelier.store import PersonRef, Store, Work


def ask(store: Store, source: str, kind: Kind = "poem") -> Work:
    words = {"paint": "prompt", "poem": "topic", "melody": "description"}[kind]
    work, _ = store.accept(
        person=PersonRef("web", "1"), kind=kind, request=parse_request(kind, {words: "a storm", "seed": 1}),
        lang="en", place={}, source=source,
    )  # fmt: skip
    return work


def test_places_count_from_one_and_move_up(road: Road, store: Store) -> None:
    works = [ask(store, str(n)) for n in range(3)]
    assert [road.send(work) for work in works] == [1, 2, 3]
    assert road.waiting("poem") == 3
    assert road.cancel(works[0].id)
    assert [road.place(work) for work in works] == [None, 1, 2]


def test_each_kind_has_a_queue_of_its_own(road: Road, store: Store) -> None:
    assert road.send(ask(store, "a", "paint")) == 1
    assert road.send(ask(store, "b", "melody")) == 1
    assert (road.waiting("paint"), road.waiting("poem"), road.waiting("melody")) == (1, 0, 1)


def test_sent_twice_is_queued_once(road: Road, store: Store) -> None:
    first, work = ask(store, "a"), ask(store, "b")
    road.send(first)
    assert road.send(work) == 2
    assert road.send(work) == 2
    assert road.waiting("poem") == 2


def broken(road: Road, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Redis hangs up on the next ``times`` transactions, just before they are to be done."""
    left, hold = [times], road._hold

    def hang_up(jobs: Sequence[tuple[Work, Job]], pipe: Any) -> None:
        if left[0]:
            left[0] -= 1
            pipe.connection._sock.shutdown(socket.SHUT_RDWR)
        hold(jobs, pipe)

    monkeypatch.setattr(road, "_hold", hang_up)


@pytest.mark.parametrize("many", [False, True])
def test_a_connection_that_breaks_while_it_sends_loses_nothing(
    road: Road, store: Store, monkeypatch: pytest.MonkeyPatch, many: bool
) -> None:
    """redis-py calls it a WatchError, as if somebody else had sent the work."""
    work = ask(store, "a")
    broken(road, monkeypatch, 1)
    assert (road.send_many([work]) if many else road.send(work)) == 1
    assert road.waiting("poem") == 1


def test_a_connection_that_always_breaks_is_no_success(
    road: Road, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(road, monkeypatch, 100)
    with pytest.raises(Unavailable):
        road.send(ask(store, "a"))
    assert road.waiting("poem") == 0


def test_many_are_sent_at_once_as_one_by_one(road: Road, store: Store, settings: Settings) -> None:
    works = [ask(store, str(n)) for n in range(130)]
    road.send(works[3])
    assert road.send_many([*works, works[0], works[-1]]) == 129
    assert road.send_many(works) == 0
    waiting = [work.id for work in (works[3], *works[:3], *works[4:])][: settings.person_running]
    assert road._queues["poem"].get_job_ids() == waiting  # of one person's: the others are held back
    one, other = (
        Job.fetch(works[n].id, connection=road.redis, serializer=JSONSerializer).to_dict() for n in (3, 4)
    )
    assert one.keys() == other.keys()
    assert all(one[name] == other[name] for name in ("origin", "timeout", "result_ttl", "rate_limit_key"))
    assert len({road.place(work) for work in works[:3]}) == 3


def test_a_job_is_json_and_names_its_function(road: Road, store: Store, settings: Settings) -> None:
    work = ask(store, "a")
    road.send(work)
    job = Job.fetch(work.id, connection=road.redis, serializer=JSONSerializer)
    assert (job.func_name, list(job.args), job.origin) == ("workers.jobs.make", [work.id], queue_name("poem"))
    data = zlib.decompress(road.redis.hget(f"rq:job:{work.id}", "data"))  # type: ignore[arg-type]
    assert json.loads(data) == ["workers.jobs.make", None, [work.id], {}]
    assert (job.timeout, job.retries_left) == (settings.job_timeout, settings.retries)


def test_only_what_waits_or_runs_can_be_cancelled(road: Road, store: Store) -> None:
    work = ask(store, "a")
    assert not road.cancel(work.id)
    road.send(work)
    assert road.cancel(work.id)
    assert not road.cancel(work.id)
    assert road.waiting("poem") == 0


def test_nobody_serves_an_empty_studio(road: Road) -> None:
    assert road.workers("poem") == 0


def test_a_redis_that_is_down_is_one_sentence_and_back_is_back(
    redis_server, make_settings: Callable[..., Settings], store: Store
) -> None:
    road = Road.open(make_settings(redis_url=redis_server.url))
    first, second = ask(store, "a"), ask(store, "b")
    road.send(first)
    redis_server.stop()
    for call in (
        road.check,
        lambda: road.send(second),
        lambda: road.place(first),
        lambda: road.waiting("poem"),
        lambda: road.workers("poem"),
        lambda: road.cancel(first.id),
    ):
        with pytest.raises(Unavailable) as refused:
            call()
        assert refused.value.key == "redis-down"
    redis_server.start()
    road.check()
    assert road.place(first) == 1  # the append-only file kept it
    assert road.send(second) == 2
    road.close()
