"""Telegram's buttons: menus that stay open while others vote, and messages from a month ago."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest

from atelier.languages import say
from atelier.settings import Settings
from bot.studio import Studio
from bot.telegram import counts
from tests.bot import handmade
from tests.bot.telegram_room import card_of, latest, posted, ref, serving, until
from tests.bot.test_acts_lasting import month_ago
from tests.bot.tongues import plain
from tests.fakes.telegram import ALICE, BOB, GROUP, MEI, TOKEN, FakeTelegram, Message

MENU = "ℹ️"  # a button that only the menu has


@pytest.fixture
def studio(
    telegram: FakeTelegram, make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> Studio:
    monkeypatch.setattr(counts, "GROUP_S", 0.05)
    monkeypatch.setattr(counts, "PRIVATE_S", 0.05)
    return Studio.open(make_settings(telegram_token=TOKEN, telegram_api_base=telegram.url))


async def shown_in_group(telegram: FakeTelegram, studio: Studio, thread: int | None = None) -> Message:
    if thread is not None:
        telegram.state.keep(Message(thread, GROUP, ALICE.user(), "the topic", thread=thread))
    card = await card_of(telegram, await telegram.say("/paint a sea", chat=GROUP, thread=thread))
    work = latest(studio)
    handmade.finish(studio, work, handmade.picture())
    await until(lambda: posted(studio, work))
    return card


def has(message: Message, face: str) -> bool:
    return any(label.startswith(face) for label in message.buttons)


async def test_a_menu_stays_while_others_vote(
    telegram: FakeTelegram, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(studio):
        card = await shown_in_group(telegram, studio)
        # The same work in private: when its numbers moved, those in the group had their chance.
        await telegram.press(await card_of(telegram, await telegram.say("/history")), "1")
        copy = await telegram.until(lambda m: m.photo)

        async def all_told(votes: str) -> None:
            await telegram.wait(lambda: votes in copy.buttons)
            await card_of(telegram, await telegram.say("/help", chat=GROUP))

        await telegram.press(card, "⋯", user=MEI)
        await telegram.wait(lambda: has(card, MENU))
        for number, user in enumerate((BOB, MEI), 1):
            await telegram.react(card, "👍", user=user)
            await all_told(f"👍 {number}")
            assert has(card, MENU)
        await telegram.press(card, "🗑️", user=MEI)  # one step further in, in her language
        await telegram.wait(lambda: has(card, f"🗑️ {say('act-delete-yes', 'zh')}"))
        await telegram.react(card, "👎", user=BOB)
        await all_told("👎 1")
        assert has(card, "🗑️")
        await telegram.press(card, "↩", user=MEI)
        await telegram.wait(lambda: {"👍 1", "👎 1"} <= set(card.buttons))
        await telegram.react(card, "👍", user=ALICE)
        await telegram.wait(lambda: "👍 2" in card.buttons)
        # One that nobody went back from does not hide the numbers for ever.
        await telegram.press(card, "⋯", user=MEI)
        await telegram.wait(lambda: has(card, MENU))
        monkeypatch.setattr(counts, "MENU_S", 0.0)
        await telegram.unreact(card, user=ALICE)
        await telegram.wait(lambda: "👍 1" in card.buttons)


OLD = ["🔁", "⭐", "✏️", "📎", "⋯", "👍"]


@pytest.mark.parametrize("known", [True, False], ids=["whole", "its number only"])
@pytest.mark.parametrize("face", OLD)
async def test_a_button_of_a_month_ago_works_after_a_restart(
    telegram: FakeTelegram, studio: Studio, face: str, *, known: bool
) -> None:
    async with serving(studio):
        card = await shown_in_group(telegram, studio, thread=77)
        work = latest(studio)
    month_ago(studio, work.id)
    card.date -= 31 * 86_400
    async with serving(studio):
        query = await telegram.press(card, face, old=not known)
        told = plain(await telegram.answered(query))
        if face == "👍":
            await telegram.wait(lambda: "👍 1" in card.buttons)
        elif face == "⭐":
            assert told == say("favourite-kept", "en")
        elif face == "⋯":
            await telegram.wait(lambda: has(card, MENU))
            await telegram.press(card, MENU, old=not known)
            shown = await telegram.until(lambda m: say("details-title", "en") in m.text, chat=GROUP)
            assert shown.thread == 77
            await telegram.wait(lambda: has(card, "👍"))  # the menu closes after an act
            await telegram.press(card, "⋯", old=not known)
            await telegram.wait(lambda: has(card, "🗑️"))
            await telegram.press(card, "🗑️", old=not known)
            await telegram.wait(lambda: has(card, f"🗑️ {say('act-delete-yes', 'en')}"))
            await telegram.press(card, "🗑️", old=not known)
            await telegram.wait(lambda: card.text == say("work-deleted", "en"))
        elif face == "✏️":
            question = await telegram.until(lambda m: say("edit-ask", "en") in m.text, chat=GROUP, after=card)
            assert question.thread == 77
        else:
            answer = await telegram.until(lambda m: m.reply_to == card.id, chat=GROUP, after=card)
            assert answer.thread == 77
            assert answer.document if face == "📎" else "a sea" in answer.text
        if face == "🔁":
            assert [one.act for one in studio.store.recent(ref(ALICE))] == ["again", None]
            assert latest(studio).place["within"] == ["77"]


async def test_a_press_that_is_delivered_twice_is_one(
    telegram: FakeTelegram, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("atelier.store.favourites.TWICE_S", 0.0)
    async with serving(studio):
        card = await shown_in_group(telegram, studio)
        pressed = []
        for face in ("⭐", "👍"):
            query = await telegram.press(card, face)
            pressed += copy.deepcopy(telegram.state.updates[-1:])
            await telegram.answered(query)
        assert all("callback_query" in update for update in pressed)
    telegram.state.updates = pressed  # the front end died before it could confirm
    async with serving(studio):
        await card_of(telegram, await telegram.say("/help", user=BOB))
    assert studio.store.favoured(latest(studio).id, ref(ALICE))
    assert studio.store.tally(latest(studio).id).liked == 1


async def test_a_list_of_a_month_ago_is_still_turned(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        await shown_in_group(telegram, studio)
        settings = await card_of(telegram, await telegram.say("/settings"))
    async with serving(studio):
        await telegram.press(settings, "中文", old=True)
        await telegram.wait(lambda: say("settings-text", "zh") in settings.text)
