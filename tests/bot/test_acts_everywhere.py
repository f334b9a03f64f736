"""Every act x both platforms x both languages, from the table: pressed, pressed twice, refused.

The real clients press nothing: people do, on the fake servers, through the menus that the bot
gave them. The test plays the worker.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from copy import copy
from typing import Any, Protocol

import pytest

from atelier.languages import LANGS, Lang, say
from atelier.requests import KINDS, Kind
from atelier.settings import Settings
from atelier.store import PersonRef, Work
from bot import acts
from bot.acts import Press
from bot.making import MAKING
from bot.studio import Studio
from tests.bot import handmade
from tests.bot.conftest import Desk
from tests.bot.telegram_room import card_of, serving, until
from tests.fakes import discord_forms
from tests.fakes import telegram as telegram_people
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord import Message as DiscordMessage
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram import Message as TelegramMessage

MADE: dict[Kind, Callable[[], Any]] = {
    "paint": handmade.picture, "poem": handmade.poem, "melody": handmade.melody,
}  # fmt: skip
ASKED = {"paint": "a stormy sea", "poem": "first snow", "melody": "a slow waltz"}
NEW_WORDS = "a calm lake"


class Room(Protocol):
    """One platform, one person, one language."""

    studio: Studio
    lang: Lang
    person: PersonRef

    async def ask(self, kind: Kind) -> tuple[Any, Work]:
        """Ask, have it made, see it: the message, and the work."""

    async def press(self, shown: Any, work: Work, press: Press) -> str:
        """Press, through the menus where it is in one; all that the person read then."""

    async def again(self, shown: Any, work: Work, press: Press) -> str:
        """Press the same button once more; what the person read."""

    async def files(self, number: int) -> list[bytes]:
        """That many files, as they came last."""

    async def ready(self, shown: Any, work: Work, presses: list[Press]) -> dict[Press, Any]:
        """Where each of these may be pressed, its menu open where it is in one."""

    async def told(self, where: Any, work: Work, press: Press) -> str:
        """Press a button that is there; the one thing that the person read."""


class DiscordRoom:
    def __init__(self, discord: FakeDiscord, desk: Desk, lang: Lang) -> None:
        self.discord, self.studio, self.lang = discord, desk.studio, lang
        self.user = discord.user("mei", locale="zh-CN" if lang == "zh" else "en-US")
        self.person = PersonRef("discord", str(self.user.id))
        self.read: DiscordMessage

    async def ask(self, kind: Kind) -> tuple[DiscordMessage, Work]:
        prompt = MAKING[kind].prompt
        assert prompt is not None
        asked = await self.discord.type(f"/{kind}", {prompt.name: ASKED[kind]}, user=self.user)
        await asked.text()
        work = self.studio.store.recent(self.person)[0]
        handmade.finish(self.studio, work, MADE[kind]())
        shown = await asked.until(lambda m: m.button("👍"))
        await self.discord.until(lambda: _told(self.studio, work), "the record of the post")
        return shown, self.studio.store.recent(self.person)[0]

    def _face(self, message: DiscordMessage, word: str, work: Work) -> str | None:
        found = [b for b in message.buttons if b["custom_id"] == f"atelier:{word}:{work.id}"]
        return str(found[0].get("label") or found[0]["emoji"]["name"]) if found else None

    async def press(self, shown: DiscordMessage, work: Work, press: Press) -> str:
        where = shown
        if self._face(shown, press.word, work) is None:
            more = await self.discord.press(shown, "⋯", user=self.user)
            where = await more.until(lambda m: self._face(m, press.word, work))
            assert where.ephemeral
        return await self._in(where, work, press)

    async def again(self, shown: DiscordMessage, work: Work, press: Press) -> str:
        return await self.press(shown, work, press)

    async def _in(self, where: DiscordMessage, work: Work, press: Press) -> str:
        face = self._face(where, press.word, work)
        assert face is not None
        edits = where.edits
        pressed = await self.discord.press(where, face, user=self.user)
        if press.name == "edit":
            filled = await discord_forms.form(self.discord, pressed)
            assert filled["words"] == work.request.words
            pressed = await discord_forms.submit(self.discord, pressed, user=self.user, words=NEW_WORDS)
        elif acts.is_open(press):
            told = await pressed.until(lambda m: m.edits > edits or m is not where)
            if acts.BY_NAME[press.name].other and press.number:
                if not any(i["type"] == 3 for row in told.components for i in row["components"]):
                    return told.content
                other = _other(self.studio, work, self.person)
                pressed = await discord_forms.choose(self.discord, told, other.id, user=self.user)
            else:
                return told.content + await self._in(told, work, acts.choices(work, press)[0])
        read = await pressed.until(lambda m: m.content and (m.edits > edits or m is not where))
        self.read = read
        return read.content.replace("\\", "")

    async def files(self, number: int) -> list[bytes]:
        await self.discord.until(lambda: len(self.read.files) == number, "the files")
        return [file.data for file in self.read.files]

    async def ready(self, shown: DiscordMessage, work: Work, presses: list[Press]) -> dict[Press, Any]:
        found = {}
        for press in presses:
            found[press] = shown
            if self._face(shown, press.word, work) is None:
                more = await self.discord.press(shown, "⋯", user=self.user)
                found[press] = await more.until(lambda m, word=press.word: self._face(m, word, work))
        return found

    async def told(self, where: DiscordMessage, work: Work, press: Press) -> str:
        face, edits = self._face(where, press.word, work), where.edits
        assert face is not None
        pressed = await self.discord.press(where, face, user=self.user)
        return (await pressed.until(lambda m: m.content and (m.edits > edits or m is not where))).content

    async def forget(self, work: Work) -> None:
        self.studio.store.remove(work.id)


class TelegramRoom:
    def __init__(self, telegram: FakeTelegram, studio: Studio, lang: Lang) -> None:
        self.telegram, self.studio, self.lang = telegram, studio, lang
        self.user = telegram_people.MEI if lang == "zh" else telegram_people.ALICE
        self.person = PersonRef("telegram", str(self.user.id))

    async def ask(self, kind: Kind) -> tuple[TelegramMessage, Work]:
        card = await card_of(self.telegram, await self.telegram.say(f"/{kind} {ASKED[kind]}", user=self.user))
        work = self.studio.store.recent(self.person)[0]
        handmade.finish(self.studio, work, MADE[kind]())
        await until(lambda: _told(self.studio, work))
        return card, self.studio.store.recent(self.person)[0]

    def _label(self, message: TelegramMessage, data: str) -> str | None:
        return next((label for label, at in message.buttons.items() if at == data), None)

    async def press(self, shown: TelegramMessage, work: Work, press: Press) -> str:
        data = f"{press.word}:{work.id}"
        if self._label(shown, data) is None and self._label(shown, f"more:{work.id}") is None:
            await self.telegram.press(shown, "↩", user=self.user)  # out of another menu
            await self.telegram.wait(lambda: self._label(shown, f"more:{work.id}"))
        if self._label(shown, data) is None:
            await self.telegram.press(shown, "⋯", user=self.user)
            await self.telegram.wait(lambda: self._label(shown, data))
        return await self._on(shown, data, work, press)

    async def again(self, shown: TelegramMessage, work: Work, press: Press) -> str:
        return await self.press(shown, work, press)

    async def _on(self, shown: TelegramMessage, data: str, work: Work, press: Press) -> str:
        label = self._label(shown, data)
        assert label is not None, shown.buttons
        newest = self.telegram.seen(self.user)[-1]
        told = await self.telegram.answered(await self.telegram.press(shown, label, user=self.user))
        if acts.is_open(press) and press.name != "edit":
            if acts.BY_NAME[press.name].other and press.number:
                if told:
                    return told
                menu = await self.telegram.until(lambda m: m.buttons, chat=self.user, after=newest)
                other = _other(self.studio, work, self.person)
                chosen = f"{press.word}:{work.id}:{other.id}"
                label = self._label(menu, chosen)
                assert label is not None, menu.buttons
                told = await self.telegram.answered(await self.telegram.press(menu, label, user=self.user))
                newest = menu
            else:
                choice = acts.choices(work, press)[0]
                data = f"{choice.word}:{work.id}"
                await self.telegram.wait(lambda: self._label(shown, data))
                return told + await self._on(shown, data, work, choice)
        if press.name == "edit":
            if told:  # asked a moment ago
                return told
            question = await self.telegram.until(chat=self.user, after=newest)
            reply = await self.telegram.say(NEW_WORDS, user=self.user, reply_to=question)
            return question.text + (await card_of(self.telegram, reply)).text
        if told or press.name in ("favourite", "original"):
            return told
        return (await self.telegram.until(lambda m: m.text or m.media, chat=self.user, after=newest)).text

    async def files(self, number: int) -> list[bytes]:
        def came() -> list[bytes]:
            return [m.document for m in self.telegram.seen(self.user) if m.document is not None]

        await self.telegram.wait(lambda: len(came()) == number)
        return came()

    async def ready(self, shown: TelegramMessage, work: Work, presses: list[Press]) -> dict[Press, Any]:
        """As a client shows them: the buttons of the message, and of its menu."""
        front = copy(shown)
        await self.telegram.press(shown, "⋯", user=self.user)
        await self.telegram.wait(lambda: self._label(shown, f"delete:{work.id}"))
        menu = copy(shown)
        return {p: front if self._label(front, f"{p.word}:{work.id}") else menu for p in presses}

    async def told(self, where: TelegramMessage, work: Work, press: Press) -> str:
        label = self._label(where, f"{press.word}:{work.id}")
        assert label is not None, where.buttons
        return await self.telegram.answered(await self.telegram.press(where, label, user=self.user))

    async def forget(self, work: Work) -> None:
        self.studio.store.remove(work.id)


def _told(studio: Studio, work: Work) -> bool:
    now = studio.store.get(work.id)
    return now is not None and now.posted_at is not None


def _other(studio: Studio, work: Work, person: PersonRef) -> Work:
    """An older work of the same kind."""
    return next(
        one
        for one in studio.store.recent(person)
        if one.kind == work.kind and one.id != work.id and one.result
    )


@pytest.fixture(params=["discord", "telegram"])
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=LANGS)
async def room(
    platform: str,
    request: pytest.FixtureRequest,
    make_settings: Callable[..., Settings],
    _patient_discord: None,
    _patient_telegram: None,
) -> AsyncIterator[Any]:
    async with AsyncExitStack() as stack:
        if platform == "discord":
            discord = await stack.enter_async_context(FakeDiscord())
            given = {"discord_token": discord.token, "discord_api_base": discord.api_base}
            desk = Desk(Studio.open(make_settings(**given)))
            stack.push_async_callback(desk.stop)
            desk.start()
            await discord.ready()
            yield DiscordRoom(discord, desk, request.param)
        else:
            telegram = await stack.enter_async_context(FakeTelegram())
            studio = Studio.open(make_settings(telegram_token=telegram.token, telegram_api_base=telegram.url))
            await stack.enter_async_context(serving(studio))
            yield TelegramRoom(telegram, studio, request.param)


@pytest.fixture(autouse=True)
def _everything_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts, "ships", lambda _model: True)


@pytest.mark.parametrize("kind", KINDS)
async def test_every_act(room: Any, kind: Kind) -> None:
    await room.ask(kind)  # something to blend with
    shown, work = await room.ask(kind)
    store, lang = room.studio.store, room.lang
    presses = sorted(acts.offered(work), key=lambda press: press.name == "delete")  # the last of all
    for press in presses:
        before = {one.id for one in store.recent(room.person, 100)}
        read = await room.press(shown, work, press)
        new = [one for one in store.recent(room.person, 100) if one.id not in before]
        if acts.BY_NAME[press.name].makes:
            [made] = new
            assert made.parent == work.id
            assert made.act is not None
            assert made.act.startswith(press.word)
            words = NEW_WORDS if press.name == "edit" else work.request.words
            assert made.request.words == words
            assert say(f"asked-{kind}", lang, prompt=words) in read, press
            assert say("act-twice", lang) in await room.again(shown, work, press)
            assert len(store.recent(room.person, 100)) == len(before) + 1, press
            continue
        assert new == []
        expected = {
            "favourite": say("favourite-kept", lang),
            "details": say("details-title", lang),
            "delete": say("work-deleted", lang),
            "original": say("act-original", lang) if room.person.platform == "discord" else "",
        }[press.name]
        assert read == expected or (expected and expected in read)
        if press.name == "original":
            whole = [file.data for file in await room.studio.files(work)]
            assert await room.files(len(whole)) == whole
        if press.name in ("details", "original"):
            assert await room.again(shown, work, press) == say("act-twice", lang)
    assert store.get(work.id).state == "deleted"
    assert store.favourites(room.person) == []


@pytest.mark.parametrize("kind", KINDS)
async def test_every_act_on_a_work_that_is_gone_says_so(room: Any, kind: Kind) -> None:
    """Pressed where the buttons still stand: on the message, and in a menu that was opened before."""
    await room.ask(kind)
    shown, work = await room.ask(kind)
    presses = acts.offered(work)
    assert {press.name for press in presses} >= {
        "again",
        "edit",
        "favourite",
        "original",
        "details",
        "delete",
    }
    ready = await room.ready(shown, work, presses)
    before = len(room.studio.store.recent(room.person, 100))
    await room.forget(work)
    for press in presses:
        assert await room.told(ready[press], work, press) == say("work-unknown", room.lang), press
    assert len(room.studio.store.recent(room.person, 100)) == before - 1
