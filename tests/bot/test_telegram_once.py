"""Telegram's buttons that make no work: once however often they are pressed, and never in silence."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from atelier.languages import say
from atelier.settings import Settings
from atelier.store import Work
from bot import once
from bot.studio import Studio
from bot.telegram import counts, questions
from tests.bot import handmade
from tests.bot.telegram_room import card_of, latest, posted, ref, serving, until
from tests.bot.tongues import plain
from tests.fakes.telegram import ALICE, BOB, GROUP, TOKEN, FakeTelegram, Message

FACES = ("📎", "ℹ️", "✏️", "🧬")


@pytest.fixture
def studio(telegram: FakeTelegram, make_settings: Callable[..., Settings]) -> Studio:
    return Studio.open(make_settings(telegram_token=TOKEN, telegram_api_base=telegram.url))


async def painted(telegram: FakeTelegram, studio: Studio, chat: object = ALICE) -> tuple[Message, Work]:
    card = await card_of(telegram, await telegram.say("/paint a sea", chat=None if chat is ALICE else GROUP))
    work = latest(studio)
    handmade.finish(studio, work, handmade.picture())
    await until(lambda: posted(studio, work))
    return card, work


def has(message: Message, face: str) -> bool:
    return any(label.startswith(face) for label in message.buttons)


async def opened(telegram: FakeTelegram, card: Message, face: str) -> None:
    """The menu, if the button is in it."""
    if not has(card, face):
        await telegram.press(card, "⋯")
        await telegram.wait(lambda: has(card, face))


@pytest.mark.parametrize("face", FACES)
async def test_what_is_pressed_twice_is_posted_once(
    telegram: FakeTelegram, studio: Studio, monkeypatch: pytest.MonkeyPatch, face: str
) -> None:
    async with serving(studio):
        await painted(telegram, studio)
        card, _ = await painted(telegram, studio)
        await opened(telegram, card, face)
        before = len(telegram.seen(ALICE))
        label = next(one for one in card.buttons if one.startswith(face))
        first, second = await telegram.press(card, label), await telegram.press(card, label)
        # Which of the two is heeded is chance; the other is told so.
        both = [await telegram.answered(query) for query in (first, second)]
        assert sorted(both) == ["", say("act-twice", "en")]
        assert len(telegram.seen(ALICE)) == before + 1
    monkeypatch.setattr(once, "MOMENT_S", 1)
    async with serving(Studio.open(studio.settings)):  # and comes once more to a bot that was started again
        await telegram.press_again(first)
        await card_of(telegram, await telegram.say("/help"))
        assert len(telegram.seen(ALICE)) == before + 2


async def test_a_work_of_the_history_is_shown_once(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        await painted(telegram, studio)
        listed = await card_of(telegram, await telegram.say("/history"))
        pressed = [await telegram.press(listed, "1") for _ in range(2)]
        await telegram.press_again(pressed[0])
        await telegram.until(lambda m: m.photo, after=listed)
        for query in pressed:
            await telegram.answered(query)
        await card_of(telegram, await telegram.say("/help"))
        assert len([m for m in telegram.seen(ALICE) if m.photo and m.id > listed.id]) == 1


async def test_who_is_banned_has_nothing_posted(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        card, _ = await painted(telegram, studio, GROUP)
        studio.store.ban(ref(BOB), str(GROUP.id), "floods")
        before = len(telegram.seen(GROUP))
        for face in ("📎", "✏️"):
            told = await telegram.answered(await telegram.press(card, face, user=BOB))
            assert told == say("banned-here", "en", why="floods")
        assert len(telegram.seen(GROUP)) == before


async def test_where_no_works_are_made_nothing_is_posted_for_all(
    telegram: FakeTelegram, studio: Studio
) -> None:
    async with serving(studio):
        card, work = await painted(telegram, studio, GROUP)
        studio.store.rule("telegram", str(GROUP.id), lambda r: r.model_copy(update={"channels": ("77",)}))
        before = len(telegram.seen(GROUP))
        for face in ("✏️", "📎", "🔁"):
            told = await telegram.answered(await telegram.press(card, face))
            assert told == say("not-in-this-channel", "en")
        await telegram.answered(await telegram.press(card, "👍", user=BOB))  # a vote posts nothing
        assert studio.store.tally(work.id).liked == 1
        assert len(telegram.seen(GROUP)) == before


async def test_it_is_said_why_files_do_not_come(telegram: FakeTelegram, studio: Studio) -> None:
    refusal = "Bad Request: not enough rights to send documents to the chat"
    async with serving(studio):
        card, work = await painted(telegram, studio)
        telegram.refuse("sendDocument", refusal, code=400)
        told = await telegram.answered(await telegram.press(card, "📎"))
        assert told == say("telegram-not-here", "en")
        await telegram.press(card, "📎")  # what failed was not done
        await telegram.until(lambda m: m.document)
        for file in work.artefacts or latest(studio).artefacts:
            studio.shelf.drop(file)
        told = await telegram.answered(await telegram.press(card, "📎", user=BOB))
        assert told
        assert told != say("error-unexpected", "en")


async def test_a_menu_closes_after_what_was_done_with_it_and_when_it_is_left(
    telegram: FakeTelegram, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(studio):
        card, _ = await painted(telegram, studio, GROUP)
        await opened(telegram, card, "ℹ️")
        await telegram.press(card, "ℹ️")
        await telegram.wait(lambda: has(card, "👍") and not has(card, "ℹ️"))
        monkeypatch.setattr(counts, "MENU_S", 0.2)
        await telegram.press(card, "⋯")
        await telegram.wait(lambda: has(card, "ℹ️"))
        await telegram.wait(lambda: has(card, "👍") and not has(card, "ℹ️"))


@pytest.mark.parametrize("how", ["a command", "time"])
async def test_a_question_does_not_stay_open(
    telegram: FakeTelegram, studio: Studio, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    async with serving(studio):
        card, work = await painted(telegram, studio)
        await telegram.press(card, "✏️")
        await telegram.until(lambda m: say("edit-ask", "en") in m.text)
        if how == "time":
            monkeypatch.setattr(questions, "OPEN_S", 0.0)
        else:
            await card_of(telegram, await telegram.say("/help"))
        told = await card_of(telegram, await telegram.say("thanks"))
        assert plain(told.text) == say("telegram-hint", "en")
        assert latest(studio).id == work.id


async def test_only_what_was_seen_takes_votes(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        card = await card_of(telegram, await telegram.say("/paint a sea", chat=GROUP))
        await telegram.react(card, "👍", user=BOB)  # on "You are next"
        await until(lambda: not telegram.state.updates)  # it is confirmed: the bot is done with it
        work = latest(studio)
        handmade.finish(studio, work, handmade.picture())
        await until(lambda: posted(studio, work))
        await telegram.press(card, "✏️")
        question = await telegram.until(lambda m: say("edit-ask", "en") in m.text, chat=GROUP)
        await telegram.react(question, "👍", user=BOB)
        await telegram.react(card, "👎", user=ALICE)
        await until(lambda: studio.store.tally(work.id).disliked == 1)
        assert studio.store.tally(work.id).liked == 0


async def test_records_that_are_down_for_a_moment_lose_no_vote_and_no_edit(
    telegram: FakeTelegram, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    from atelier.errors import Unavailable

    async with serving(studio):
        card, work = await painted(telegram, studio, GROUP)
        find, down = studio.store.work_of_message, [1, 1]

        def failing(*args: object) -> object:
            if down:
                down.pop()
                raise Unavailable("store-down")
            return find(*args)  # type: ignore[arg-type]

        monkeypatch.setattr(studio.store, "work_of_message", failing)
        await telegram.react(card, "👍", user=BOB)
        await until(lambda: studio.store.tally(work.id).liked == 1)
        await telegram.press(card, "✏️")
        question = await telegram.until(lambda m: say("edit-ask", "en") in m.text, chat=GROUP)
        down.append(1)
        told = await card_of(telegram, await telegram.say("a lake", chat=GROUP, reply_to=question))
        assert plain(told.text) == say("store-down", "en")


async def test_a_button_of_a_command_that_is_called_otherwise_now_says_so(
    telegram: FakeTelegram, studio: Studio
) -> None:
    async with serving(studio):
        card, _ = await painted(telegram, studio, GROUP)
        card.markup = {"inline_keyboard": [[{"text": "Loss", "callback_data": "ask:oldname do=stop"}]]}
        assert "oldname" in await telegram.answered(await telegram.press(card, "Loss"))
