"""Both chats show that they heard before anything slow is done: with the records held, it is there.

Nothing here measures a time: what is held is let go only when the sign of life was seen.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from atelier.languages import say
from atelier.queue import Road
from atelier.settings import Settings
from atelier.store.database import Database
from bot.discord import editing
from bot.studio import Studio
from bot.telegram import signs
from tests.bot import handmade
from tests.bot.conftest import Desk, ask, painted
from tests.bot.telegram_room import card_of, latest, posted, serving, until
from tests.bot.tongues import plain
from tests.fakes import discord_forms
from tests.fakes.discord import FakeDiscord, User
from tests.fakes.telegram import ALICE, BOB, GROUP, TOKEN, FakeTelegram


@dataclass
class Slow:
    """The records and the queue: while they are held nobody gets an answer of them."""

    loop: int = field(default_factory=threading.get_ident)
    free: threading.Event = field(default_factory=threading.Event)
    waited: int = 0

    def wait(self) -> None:
        if self.free.is_set():
            return
        assert threading.get_ident() != self.loop, "the event loop itself waits for the records"
        self.waited += 1
        assert self.free.wait(60)

    @contextmanager
    def held(self) -> Iterator[None]:
        self.free.clear()
        self.waited = 0
        try:
            yield
        finally:
            self.free.set()


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    made = Slow()
    made.free.set()

    def held(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            made.wait()
            return real(*args, **kwargs)

        return call

    for owner, names in (
        (Database, ("reading", "glancing", "writing")),
        (Road, ("check", "send", "place", "expected", "cancel")),
    ):
        for name in names:
            monkeypatch.setattr(owner, name, held(getattr(owner, name)))
    yield made
    made.free.set()


# Before the tests' own room changes them.
PATIENCE_S, LOOK_S = signs.PATIENCE_S, editing.LOOK_S
COMMANDS = ["/paint", "/history", "/settings", "/queue", "/cancel", "/mydata", "/forgetme", "/favourites"]


@pytest.mark.parametrize("line", COMMANDS)
async def test_a_command_on_discord(
    discord: FakeDiscord, desk: Desk, alice: User, slow: Slow, line: str
) -> None:
    options = {"prompt": "a sea"} if line == "/paint" else {"style": "ink"} if line == "/settings" else {}
    with slow.held():
        asked = await discord.type(line, options, user=alice)
        await asked.acknowledged()
        await discord.until(lambda: slow.waited, "that something slow was begun")
        assert asked.message.thinking
    assert (await asked.text()).content


@pytest.mark.parametrize("face", ["👍", "🔁", "⭐", "⋯", "🎲"])
async def test_a_press_on_discord(
    discord: FakeDiscord, desk: Desk, alice: User, slow: Slow, face: str
) -> None:
    shown = await painted(discord, desk, alice)
    with slow.held():
        pressed = await discord.press(shown, face, user=alice)
        await pressed.acknowledged()
        await discord.until(lambda: slow.waited, "that something slow was begun")
    if face == "👍":
        await discord.until(lambda: (shown.button("👍") or {}).get("label") == "1", "the count")
    else:
        await pressed.text()


async def test_cancel_and_edit_on_discord(
    discord: FakeDiscord, desk: Desk, alice: User, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = await painted(discord, desk, alice)
    asked = await ask(discord, alice)
    with slow.held(), monkeypatch.context() as patch:
        patch.setattr(editing, "LOOK_S", LOOK_S)
        await (await discord.press(asked.message, "✖️", user=alice)).acknowledged()
        # A form can only be the first answer: where its words are not there in a moment, it is refused.
        refused = await (await discord.press(shown, "✏️", user=alice)).text()
        assert refused.content == say("store-down", "en")
    await asked.until(lambda m: say("work-cancelled", "en") in m.content)
    form = await discord.press(shown, "✏️", user=alice)
    assert (await discord_forms.form(discord, form))["words"] == "a stormy sea"
    with slow.held():
        sent = await discord_forms.submit(discord, form, user=alice, words="a calm lake")
        await sent.acknowledged()
    assert "a calm lake" in (await sent.text()).content


@pytest.fixture
def studio(
    telegram: FakeTelegram,
    make_settings: Callable[..., Settings],
    slow: Slow,
    monkeypatch: pytest.MonkeyPatch,
) -> Studio:
    monkeypatch.setattr(signs, "PATIENCE_S", PATIENCE_S)
    return Studio.open(make_settings(telegram_token=TOKEN, telegram_api_base=telegram.url))


@pytest.mark.parametrize("line", COMMANDS)
async def test_a_command_on_telegram(telegram: FakeTelegram, studio: Studio, slow: Slow, line: str) -> None:
    options = {"/paint": " a sea", "/settings": " style=ink"}.get(line, "")
    async with serving(studio):
        await telegram.wait(lambda: telegram.state.allowed)
        with slow.held():
            asked = await telegram.say(line + options)
            await telegram.wait(lambda: telegram.called("sendChatAction"))
            assert slow.waited
            assert telegram.seen(ALICE) == []
            # Nobody else is held up by it either: they are heard in the meantime.
            await telegram.say("/paint a hill", user=BOB)
            await telegram.wait(lambda: len(telegram.called("sendChatAction")) > 1)
            assert {c.parameters["chat_id"] for c in telegram.called("sendChatAction")} == {
                str(ALICE.id), str(BOB.id),
            }  # fmt: skip
        assert (await card_of(telegram, asked)).text
        await telegram.until(lambda m: "a hill" in m.text, chat=BOB)


@pytest.mark.parametrize("face", ["👍", "🔁", "⭐", "⋯", "📎", "✏️"])
async def test_a_press_on_telegram(telegram: FakeTelegram, studio: Studio, slow: Slow, face: str) -> None:
    async with serving(studio):
        card = await card_of(telegram, await telegram.say("/paint a sea", chat=GROUP))
        handmade.finish(studio, latest(studio), handmade.picture())
        await until(lambda: posted(studio, latest(studio)))
        with slow.held():
            query = await telegram.press(card, face)
            assert await telegram.answered(query) == ""
            assert slow.waited
        if face == "👍":
            await until(lambda: studio.store.tally(latest(studio).id).liked)
        await telegram.press(card, "👎", user=BOB)
        assert len([c for c in telegram.called("answerCallbackQuery") if c.refused]) == 0


async def test_a_refusal_that_comes_late_is_a_message(
    telegram: FakeTelegram, studio: Studio, slow: Slow
) -> None:
    async with serving(studio):
        card = await card_of(telegram, await telegram.say("/paint a sea", chat=GROUP))
        with slow.held():
            query = await telegram.press(card, "✖️", user=BOB)
            assert await telegram.answered(query) == ""
        told = await telegram.until(lambda m: m.reply_to == card.id, chat=GROUP)
        assert plain(told.text) == say("cancel-not-yours", "en")
        with slow.held():
            query = await telegram.press(card, "✖️")
            assert await telegram.answered(query) == ""
        await telegram.wait(lambda: say("work-cancelled", "en") in plain(card.text))
