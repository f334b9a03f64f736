"""Administrators are told in private of a work that was set aside, once, whatever dies in between."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from atelier.errors import Unavailable
from atelier.results import publish
from atelier.settings import Settings
from atelier.store import Work
from bot import delivery
from bot.delivery import PostLater
from bot.studio import Studio
from tests.bot.test_delivery import Wall, asked, delivering, posted, until


async def test_an_alarm_is_told_when_the_records_are_back(
    make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "AGAIN_S", 0.05)
    studio = Studio.open(make_settings(admins="telegram:9"))
    work = await asked(studio)
    studio.store.set_aside(work.id, "work-crashed", {}, ["telegram"])
    down = [Unavailable("store-down"), Unavailable("store-down")]
    get = studio.store.get

    def asleep(work_id: str) -> Work | None:
        if down:
            raise down.pop()
        return get(work_id)

    monkeypatch.setattr(studio.store, "get", asleep)
    wall = Wall()
    later = [PostLater(0.05, "429")]
    warn = wall.warn

    async def busy(admin: str, sentence: str) -> None:
        if later:
            raise later.pop()
        await warn(admin, sentence)

    monkeypatch.setattr(wall, "warn", busy)
    async with delivering(studio, wall):
        publish(studio.road.redis, "telegram", work.id, "alarm")
        await until(lambda: wall.warnings)
    [(admin, sentence)] = wall.warnings
    assert admin == "9"
    assert work.id in sentence


@pytest.mark.parametrize("event", [False, True])
async def test_an_alarm_is_told_once_whatever_became_of_its_event(
    make_settings: Callable[..., Settings], event: bool
) -> None:
    """A worker that died before it could publish, or a flushed Redis: the row says that it is due."""
    studio = Studio.open(make_settings(admins="telegram:9,discord:8"))
    work, other = await asked(studio), await asked(studio, 2)
    studio.store.set_aside(work.id, "work-crashed", {}, ["discord", "telegram"])
    studio.store.failed(other.id, "work-no-model", {"model": "poet"})  # this one is no alarm
    walls = [Wall(), Wall()]  # the second is of another front end, which finds it told
    for wall in walls:
        async with delivering(studio, wall):
            if event:
                publish(studio.road.redis, "telegram", work.id, "alarm")
            await until(lambda: posted(studio, work) and posted(studio, other))
            await until(lambda: not studio.store.unalarmed("telegram"))
    [(admin, sentence)] = walls[0].warnings
    assert admin == "9"
    assert work.id in sentence
    assert walls[1].warnings == []
    assert [due.id for due in studio.store.unalarmed("discord")] == [work.id]
