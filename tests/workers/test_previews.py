"""What of a poem is told while it is written: not at once, at a pace, and never at the work's cost."""

from __future__ import annotations

from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisGone

from atelier.queue import Road
from atelier.requests import parse_request
from atelier.results import draft_of, stream
from atelier.store import PersonRef, Store, Work
from workers import previews
from workers.previews import Previews, previewing

PACE = previews.PACE_S


class Model:
    version = "v1"
    previews = True


def ask(store: Store, number: int) -> Work:
    work, _ = store.accept(
        person=PersonRef("telegram", "1"), kind="poem", lang="en", place={}, source=f"{number}",
        request=parse_request("poem", {"topic": "snow", "seed": 1}),
    )  # fmt: skip
    return work


def told(road: Road) -> list[str]:
    return [
        fields[b"work"].decode()
        for _, fields in road.redis.xrange(stream("telegram"))
        if fields[b"what"] == b"drafted"
    ]


def test_lines_come_once_a_wait_is_felt_and_then_at_a_pace(road: Road, store: Store) -> None:
    one, two = ask(store, 1), ask(store, 2)
    now = [100.0]
    made = Previews(road.redis, [one, two], lambda: now[0])
    asked_for: list[str] = []

    def lines(*said: str) -> Any:
        return lambda: [asked_for.append(said[-1]), *said][1:]  # type: ignore[func-returns-value]

    made.drafted(0, lines("too soon"))
    now[0] += previews.FIRST_S
    made.drafted(0, lines("old pond"))
    made.drafted(1, lines("first snow"))
    assert told(road) == [one.id, two.id]
    now[0] += PACE / 2
    made.drafted(0, lines("old pond", "a frog leaps in"))
    assert draft_of(road.redis, one.id) == ["old pond"]
    now[0] += PACE / 2
    made.drafted(0, lines("old pond", "a frog leaps in", "the sound of water"))
    assert draft_of(road.redis, one.id) == ["old pond", "a frog leaps in", "the sound of water"]
    assert draft_of(road.redis, two.id) == ["first snow"]
    assert told(road) == [one.id, two.id, one.id]
    assert asked_for == ["old pond", "first snow", "the sound of water"]  # nothing is rendered in vain
    assert 0 < road.redis.ttl(f"atelier:draft:{one.id}") <= 120


def test_a_redis_that_is_away_is_asked_once(
    road: Road, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, now, tries = ask(store, 1), [0.0], []

    def away(*_: Any) -> None:
        tries.append(1)
        raise RedisGone

    monkeypatch.setattr(previews, "publish_draft", away)
    made = Previews(road.redis, [work], lambda: now[0])
    for _ in range(3):
        now[0] += 10
        made.drafted(0, lambda: ["old pond"])
    assert tries == [1]


def test_only_a_model_that_gives_previews_is_asked_for_them(road: Road, store: Store) -> None:
    assert previewing(object(), road.redis, [ask(store, 1)]) == {}  # type: ignore[arg-type]
    assert list(previewing(Model(), road.redis, [ask(store, 2)])) == ["drafted"]  # type: ignore[arg-type]
