"""Who writes as a chat on Telegram (an anonymous administrator, a channel) is somebody of their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from atelier.languages import LANGS, say
from atelier.settings import Settings
from atelier.store import PersonRef
from bot.catalogue import COMMANDS
from bot.studio import Studio
from tests.bot import handmade
from tests.bot.telegram_room import card_of, latest, posted, ref, serving, until
from tests.bot.tongues import plain
from tests.fakes.telegram import ALICE, BOB, GROUP, TOKEN, Chat, FakeTelegram, Message

OTHER = Chat(-100600, "supergroup", "Poets", bot_is_admin=True)
NEWS = Chat(-100700, "channel", "<b>@News</b>")


@pytest.fixture
def studio(telegram: FakeTelegram, make_settings: Callable[..., Settings]) -> Studio:
    made = make_settings(telegram_token=TOKEN, telegram_api_base=telegram.url, person_waiting=1)
    telegram.state.managers.add((GROUP.id, ALICE.id))
    return Studio.open(made)


def face_of(chat: Chat) -> PersonRef:
    return PersonRef("telegram", str(chat.id))


async def said(telegram: FakeTelegram, line: str, face: Chat, chat: Chat = GROUP) -> Message:
    return await card_of(telegram, await telegram.say(line, chat=chat, face=face))


async def test_each_chat_has_works_and_limits_of_its_own(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        for number, (face, chat) in enumerate(((GROUP, GROUP), (OTHER, OTHER), (NEWS, GROUP))):
            card = await said(telegram, f"/paint sea {number}", face, chat)
            assert f"sea {number}" in card.text
            [work] = studio.store.recent(face_of(face))
            assert (work.request.words, work.place["server"]) == (f"sea {number}", str(chat.id))
            full = await said(telegram, "/paint one more", face, chat)
            assert plain(full.text) == say("person-waiting", "en", most=1)
        handmade.finish(studio, studio.store.recent(face_of(OTHER))[0], handmade.picture())
        await telegram.until(lambda m: m.photo, chat=OTHER)
        assert "of it" in (await said(telegram, "/paint more of it", OTHER, OTHER)).text


@pytest.mark.parametrize("lang", LANGS)
async def test_what_is_one_persons_alone_is_refused(
    telegram: FakeTelegram, studio: Studio, lang: str
) -> None:
    personal = [c for c in COMMANDS if c.personal and c.role == "everyone" and not c.makes]
    assert {"forgetme", "mydata", "settings", "history"} <= {command.name for command in personal}
    words = {"en": "the sea", "zh": "大海"}[lang]  # a chat has no language but that of what it says
    async with serving(studio):
        for face in (GROUP, NEWS):
            for command in personal:
                refused = await said(telegram, f"/{command.name} {words}", face)
                assert plain(refused.text) == say("telegram-anonymous", lang, name=face.title)
                assert {entity["type"] for entity in refused.entities} == set()
        assert "/paint" in (await said(telegram, "/help", GROUP)).text


async def test_an_anonymous_administrator_administers_the_group_and_a_channel_does_not(
    telegram: FakeTelegram, studio: Studio
) -> None:
    async with serving(studio):
        listed = await said(telegram, "/admin words add=teapot", GROUP)
        assert listed.text.startswith(say("words-listed", "en"))  # in the group: there is nowhere else
        refused = await said(telegram, "/paint a teapot", NEWS)
        assert plain(refused.text) == say("filter-server", "en", word="teapot")
        for face, chat in ((NEWS, GROUP), (GROUP, OTHER)):  # the second is as a stranger there
            denied = await said(telegram, "/admin words remove=teapot", face, chat)
            assert plain(denied.text) == say("not-yours", "en", command="admin words")
        studio_wide = await said(telegram, "/admin promote painter v1", GROUP)
        assert plain(studio_wide.text) == say("not-yours-studio", "en", command="admin promote")
        done = await said(telegram, f"/admin ban telegram:{NEWS.id} floods", GROUP)
        assert plain(done.text) == say("ban-done", "en", who=f"telegram:{NEWS.id}")
        banned = await said(telegram, "/paint a sea", NEWS)
        assert plain(banned.text) == say("banned-here", "en", why="floods")
        assert "a sea" in (await said(telegram, "/paint a sea", GROUP)).text
        itself = await said(telegram, f"/admin ban telegram:{GROUP.id}", GROUP)
        assert plain(itself.text) == say("ban-not-them", "en")


async def test_a_chat_has_one_vote(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        card = await card_of(telegram, await telegram.say("/paint a sea", chat=GROUP))
        work = latest(studio)
        handmade.finish(studio, work, handmade.picture())
        await telegram.wait(lambda: card.photo)
        await until(lambda: posted(studio, work))
        for actor, liked in ((GROUP, 1), (NEWS, 2), (GROUP, 2), (BOB, 3)):
            await telegram.react(card, "👍", user=actor)
            await until(lambda liked=liked: studio.store.tally(work.id).liked == liked)
        await telegram.unreact(card, user=NEWS)
        await until(lambda: studio.store.tally(work.id).liked == 2)
        await telegram.react(card, "👎", user=GROUP)
        await until(lambda: studio.store.tally(work.id).disliked == 1)
        assert studio.store.tally(work.id).liked == 1


async def test_whoever_administers_a_chat_takes_its_works_back(
    telegram: FakeTelegram, studio: Studio
) -> None:
    async with serving(studio):
        card = await said(telegram, "/paint a sea", GROUP)
        query = await telegram.press(card, "✖️", user=BOB)
        assert await telegram.answered(query) == say("cancel-not-yours", "en")
        query = await telegram.press(card, "✖️", user=ALICE)
        assert await telegram.answered(query) == say("cancelled-now", "en")
        await telegram.wait(lambda: say("work-cancelled", "en") in plain(card.text))
        # Neither is deleted by a stranger.
        card = await said(telegram, "/paint a hill", NEWS)
        work = studio.store.recent(face_of(NEWS))[0]
        handmade.finish(studio, work, handmade.picture())
        await telegram.wait(lambda: card.photo)
        assert await _deleted(telegram, card, work.id, BOB) == say("delete-not-yours", "en")
        telegram.state.managers.add((NEWS.id, BOB.id))
        assert await _deleted(telegram, card, work.id, BOB) == say("work-deleted", "en")


async def _deleted(telegram: FakeTelegram, card: Message, work: str, user: object) -> str:
    if f"more:{work}" in card.buttons.values():
        await telegram.press(card, "⋯")
        await telegram.wait(lambda: "🗑️ Delete" in card.buttons)
        await telegram.press(card, "🗑️")
        await telegram.wait(lambda: f"delete-yes:{work}" in card.buttons.values())
    return await telegram.answered(await telegram.press(card, "🗑️", user=user))  # type: ignore[arg-type]


async def test_other_words_in_a_reply_as_the_group_are_the_groups(
    telegram: FakeTelegram, studio: Studio
) -> None:
    async with serving(studio):
        card = await said(telegram, "/paint a sea", GROUP)
        handmade.finish(studio, studio.store.recent(face_of(GROUP))[0], handmade.picture())
        await telegram.wait(lambda: card.photo)
        await telegram.press(card, "✏️")
        question = await telegram.until(lambda m: say("edit-ask", "en") in m.text, chat=GROUP)
        answered = await telegram.say("a calm lake", chat=GROUP, face=GROUP, reply_to=question)
        assert "a calm lake" in (await card_of(telegram, answered)).text
        assert [w.request.words for w in studio.store.recent(face_of(GROUP))] == ["a calm lake", "a sea"]
        assert studio.store.recent(ref(ALICE)) == []


async def test_what_a_channel_asked_for_is_never_told_in_the_channel(
    telegram: FakeTelegram, studio: Studio
) -> None:
    telegram.state.chats[NEWS.id] = NEWS  # where the bot may write
    async with serving(studio):
        await said(telegram, "/paint a sea", NEWS)
        telegram.state.gone[GROUP.id] = "bot was kicked from the supergroup chat"
        work = studio.store.recent(face_of(NEWS))[0]
        handmade.fail(studio, work)
        await until(lambda: posted(studio, work))
        assert telegram.seen(NEWS) == []
