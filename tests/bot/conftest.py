"""A Discord, and the front end that serves it in the test's own process; the test plays the worker."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest

from atelier.settings import Settings
from atelier.store import PersonRef, Work
from bot.discord import counts, faults
from bot.discord.app import run
from bot.studio import Studio
from tests.fakes.discord import FakeDiscord, User


class Desk:
    """The front end: started, stopped and started again; and what it wrote down."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self._task: asyncio.Task[None] | None = None

    def start(self) -> asyncio.Task[None]:
        self._task = asyncio.create_task(run(self.studio))
        return self._task

    async def stop(self) -> None:
        """As a restart does. One that ended by itself is the test's to look at."""
        task, self._task = self._task, None
        if task is None or not task.cancel():
            return
        with contextlib.suppress(asyncio.CancelledError):
            await task

    def works(self, user: User) -> list[Work]:
        """What the user asked, newest first."""
        return self.studio.store.recent(PersonRef("discord", str(user.id)))

    def work(self, user: User) -> Work:
        """What the user asked last."""
        return self.works(user)[0]


@pytest.fixture
def _quick_discord(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pauses are politeness towards the real one."""
    monkeypatch.setattr(counts, "PACE_S", 0.05)
    monkeypatch.setattr(faults, "AGAIN_S", 0.05)


@pytest.fixture
async def discord(_quick_discord: None) -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as server:
        yield server


@pytest.fixture
async def resting_desk(discord: FakeDiscord, make_settings: Callable[..., Settings]) -> AsyncIterator[Desk]:
    """The front end, not started."""
    desk = Desk(Studio.open(make_settings(discord_token=discord.token, discord_api_base=discord.api_base)))
    yield desk
    await desk.stop()
    desk.studio.store.close()
    desk.studio.road.close()


@pytest.fixture
async def desk(resting_desk: Desk, discord: FakeDiscord) -> Desk:
    """The front end, serving."""
    resting_desk.start()
    await discord.ready()
    return resting_desk
