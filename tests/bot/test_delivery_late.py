"""Posts that fail for reasons nobody foresaw, and posts in flight when their front end is stopped."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from prometheus_client import REGISTRY

from atelier.settings import Settings
from bot import delivery
from bot.delivery import Delivery
from bot.studio import Studio
from tests.bot.test_delivery import Wall, asked, delivering, make, posted, until


@pytest.fixture
def studio(settings: Settings) -> Studio:
    return Studio.open(settings)


async def test_a_post_that_nobody_understands_is_tried_much_later(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "TRIES", 2)
    monkeypatch.setattr(delivery, "SWEEP_S", 0.05)
    monkeypatch.setattr(delivery, "LOOK_S", 0.05)
    wall = Wall()
    wall.trouble = [RuntimeError("nobody foresaw this")] * 2
    work = await asked(studio)
    make(studio, work)
    async with delivering(studio, wall):
        await until(lambda: wall.tries == 2)
        await asyncio.sleep(0.5)  # many sweeps
        assert wall.tries == 2
        assert not posted(studio, work)
        assert REGISTRY.get_sample_value("atelier_unposted", {"platform": "telegram"}) == 1
    async with delivering(studio, wall):
        await until(lambda: posted(studio, work))
    assert wall.pinned == [work.id]
    monkeypatch.setattr(delivery, "UNPOSTED_S", 0.3)
    wall.trouble = [RuntimeError("nobody foresaw this")] * 3
    other = await asked(studio, 2)
    make(studio, other)
    async with delivering(studio, wall):  # two tries, a pause, one more, and it arrives
        await until(lambda: posted(studio, other))
    assert wall.pinned == [work.id, other.id]
    assert REGISTRY.get_sample_value("atelier_unposted", {"platform": "telegram"}) == 0


async def test_a_front_end_that_leaves_lets_its_posts_arrive(studio: Studio) -> None:
    wall = Wall()
    work = await asked(studio)
    make(studio, work)
    begun, may_end = asyncio.Event(), asyncio.Event()
    plain = wall.post

    async def slowly(*arguments: Any) -> Any:
        begun.set()
        await may_end.wait()
        return await plain(*arguments)

    wall.post = slowly  # type: ignore[method-assign]
    task = asyncio.create_task(Delivery(studio, wall).run())
    await begun.wait()
    task.cancel()
    await asyncio.sleep(0.1)
    may_end.set()
    with suppress(asyncio.CancelledError):
        await task
    assert wall.pinned == [work.id]
    assert posted(studio, work)
