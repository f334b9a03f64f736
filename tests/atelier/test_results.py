"""The way back: nothing that was published and not acknowledged is lost, whoever dies."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest

from atelier import results
from atelier.queue import Road, connect
from atelier.results import Event, Listener, publish, stream
from atelier.settings import Settings

SOON_S = 20.0  # a bound against hanging, not a measure


@contextlib.asynccontextmanager
async def listening(settings: Settings, consumer: str) -> AsyncIterator[tuple[Listener, Callable]]:
    """A listener, and a function that gives its next event."""
    listener = Listener(settings, "web", consumer)
    events = listener.events()

    async def following() -> Event:
        return await asyncio.wait_for(anext(events), SOON_S)

    yield listener, following
    await events.aclose()
    await listener.close()


def tell(road: Road, *works: str) -> None:
    for work in works:
        publish(road.redis, "web", work, "made")


async def test_events_come_in_order_also_those_from_before(settings: Settings, road: Road) -> None:
    tell(road, "a", "b")
    async with listening(settings, "one") as (listener, following):
        publish(road.redis, "web", "c", "failed")
        events = [await following() for _ in range(3)]
        assert [(event.work_id, event.what) for event in events] == [
            ("a", "made"), ("b", "made"), ("c", "failed"),
        ]  # fmt: skip
        for event in events:
            await listener.done(event)
    assert road.redis.xlen(stream("web")) == 0


async def test_platforms_do_not_hear_each_other(settings: Settings, road: Road) -> None:
    publish(road.redis, "telegram", "theirs", "made")
    tell(road, "ours")
    async with listening(settings, "one") as (_, following):
        assert (await following()).work_id == "ours"


async def test_a_new_event_comes_while_an_old_one_is_held(settings: Settings, road: Road) -> None:
    async with listening(settings, "one") as (_, following):
        tell(road, "a")
        assert (await following()).work_id == "a"
        tell(road, "b")
        assert (await following()).work_id == "b"  # and "a" is not given out a second time


async def test_what_a_dead_consumer_held_comes_again(
    settings: Settings, road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "_DEAD_MS", 300)
    monkeypatch.setattr(results, "_ALIVE_S", 0.1)
    tell(road, "a", "b")
    async with listening(settings, "dead") as (listener, following):
        await listener.done(await following())  # and leaves without acknowledging the other
    async with listening(settings, "heir") as (listener, following):
        event = await following()
        assert event.work_id == "b"
        await listener.done(event)
    assert road.redis.xpending(stream("web"), "bot")["pending"] == 0


async def test_what_a_living_consumer_holds_is_left_to_it(
    settings: Settings, road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "_DEAD_MS", 1_800)
    monkeypatch.setattr(results, "_ALIVE_S", 0.2)
    monkeypatch.setattr(results, "_BLOCK_MS", 100)  # or it shows life once a second
    tell(road, "a")
    async with listening(settings, "slow") as (_, of_slow), listening(settings, "other") as (_, of_other):
        assert (await of_slow()).work_id == "a"
        beating = asyncio.ensure_future(of_slow())  # its loop goes on while a post takes long
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(of_other(), 3)
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)


async def test_the_same_consumer_finds_what_it_left(settings: Settings, road: Road) -> None:
    tell(road, "a")
    async with listening(settings, "one") as (_, following):
        first = await following()
    async with listening(settings, "one") as (_, following):
        assert await following() == first


async def test_a_redis_that_restarts_or_loses_everything(
    redis_server, make_settings: Callable[..., Settings]
) -> None:
    settings = make_settings(redis_url=redis_server.url)
    redis = connect(settings)
    publish(redis, "web", "a", "made")
    async with listening(settings, "one") as (listener, following):
        held = await following()
        await asyncio.to_thread(redis_server.kill)
        await listener.done(held)  # too late: no error, and it may come again
        await asyncio.to_thread(redis_server.start)
        await asyncio.to_thread(publish, redis, "web", "b", "made")
        event = await following()
        if event.work_id == "a":
            event = await following()
        assert event.work_id == "b"
        await asyncio.to_thread(redis.flushall)
        await asyncio.to_thread(publish, redis, "web", "c", "made")
        assert (await following()).work_id == "c"
    redis.close()
