"""A Discord, and the front end that serves it in the test's own process; the test plays the worker."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from atelier.settings import Settings
from atelier.store import PersonRef, Work
from bot.discord import counts as counting
from bot.discord import editing, faults
from bot.discord.app import run
from bot.studio import Studio
from bot.telegram import buttons, signs
from tests.bot import handmade
from tests.fakes.discord import Conversation, FakeDiscord, Message, User
from tests.fakes.telegram import FakeTelegram


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


async def ask(discord: FakeDiscord, user: User, prompt: str = "a stormy sea", **more: Any) -> Conversation:
    """A picture asked for and acknowledged; ``more`` are options, or the channel."""
    channel = more.pop("channel", None)
    asked = await discord.type("/paint", {"prompt": prompt, **more}, user=user, channel=channel)
    await asked.text()
    return asked


async def painted(discord: FakeDiscord, desk: Desk, user: User, **more: Any) -> Message:
    """A made picture, with its buttons."""
    asked = await ask(discord, user, **more)
    handmade.finish(desk.studio, desk.work(user), handmade.picture())
    return await asked.work()


async def told(discord: FakeDiscord, desk: Desk, user: User) -> None:
    """Wait until the row says that the person has been told (or never can be)."""
    await discord.until(lambda: desk.work(user).posted_at, "the record of the post")


def counts(message: Message) -> tuple[str, str]:
    """What stands on 👍 and 👎."""
    up, down = message.button("👍"), message.button("👎")
    assert up is not None
    assert down is not None
    return up.get("label", ""), down.get("label", "")


def works_in(discord: FakeDiscord) -> list[Message]:
    """The works that everybody can see in the channel."""
    return [message for message in discord.posts() if message.is_work]


@pytest.fixture
def alice(discord: FakeDiscord) -> User:
    return discord.user("alice")


@pytest.fixture
def _quick_discord(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pauses are politeness towards the real one."""
    monkeypatch.setattr(counting, "PACE_S", 0.05)
    monkeypatch.setattr(faults, "AGAIN_S", 0.05)


@pytest.fixture
def _patient_discord(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a slow machine too a form opens: one whose words are not there in a moment is refused."""
    monkeypatch.setattr(editing, "LOOK_S", 20.0)  # within what the fake waits for an acknowledgement


@pytest.fixture
async def discord(_quick_discord: None, _patient_discord: None) -> AsyncIterator[FakeDiscord]:
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


@pytest.fixture
def _patient_telegram(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a slow machine too every press is answered in words, and when what it asked for is there."""
    for its in (signs, buttons):
        monkeypatch.setattr(its, "PATIENCE_S", 60.0)


@pytest.fixture
async def telegram(_patient_telegram: None) -> AsyncIterator[FakeTelegram]:
    """A Telegram, for as long as the test."""
    async with FakeTelegram() as server:
        yield server
