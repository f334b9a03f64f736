"""A made work reaches its chat on Telegram, once, whatever happens on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import pytest

from atelier.languages import say
from atelier.settings import Settings
from atelier.store import Work
from atelier.works import Artefact
from bot.catalogue import BY_NAME
from bot.studio import Studio
from bot.telegram import app, faults, poster
from tests.bot import handmade
from tests.bot.telegram_room import card_of, latest, posted, ref, serving, until
from tests.fakes.telegram import ALICE, BOB, GROUP, TOKEN, FakeTelegram


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short times for what never comes, and long enough for what a busy machine does."""
    monkeypatch.setattr(app, "READ_S", 2.0)
    monkeypatch.setattr(poster, "ONCE_S", 2.0)
    monkeypatch.setattr(faults, "OUTAGE_S", 0.1)


@pytest.fixture
def studio(telegram: FakeTelegram, make_settings: Callable[..., Settings]) -> Studio:
    return Studio.open(make_settings(telegram_token=TOKEN, telegram_api_base=telegram.url))


@pytest.mark.parametrize(("kind", "made"), [("paint", handmade.picture), ("poem", handmade.poem)])
async def test_an_edit_that_timed_out_after_it_was_done_shows_one_work(
    telegram: FakeTelegram, studio: Studio, kind: str, made: Callable[[], object]
) -> None:
    method = "editMessageMedia" if kind == "paint" else "editMessageText"
    telegram.swallow(method)
    async with serving(studio):
        card = await card_of(telegram, await telegram.say(f"/{kind} a stormy sea"))
        work = latest(studio)
        handmade.finish(studio, work, made())  # type: ignore[arg-type]
        await until(lambda: posted(studio, work))
    assert len(telegram.called(method)) == 2
    assert telegram.seen(ALICE) == [card]


async def test_an_album_that_timed_out_is_never_sent_twice(telegram: FakeTelegram, studio: Studio) -> None:
    telegram.swallow("sendMediaGroup")
    async with serving(studio):
        card = await card_of(telegram, await telegram.say("/paint a stormy sea count=2"))
        work = latest(studio)
        handmade.finish(studio, work, handmade.picture(2))
        await until(lambda: posted(studio, work))
        assert len([m for m in telegram.seen(ALICE) if m.photo]) == 2
        assert card.text.endswith(say("telegram-doubt", "en"))
        await telegram.press(card, "📎")
        await telegram.until(lambda m: m.document)
    assert len(telegram.called("sendMediaGroup")) == 2


async def test_a_front_end_stopped_while_an_album_went_out_does_not_send_it_again(
    telegram: FakeTelegram, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poster, "ONCE_S", 30.0)
    telegram.swallow("sendMediaGroup")
    async with serving(studio):
        card = await card_of(telegram, await telegram.say("/paint a stormy sea count=2"))
        work = latest(studio)
        handmade.finish(studio, work, handmade.picture(2))
        await telegram.until(lambda m: m.photo)
    assert not posted(studio, work)
    async with serving(studio):
        await until(lambda: posted(studio, work))
    assert len(telegram.called("sendMediaGroup")) == 1
    assert card.text.endswith(say("telegram-doubt", "en"))


async def test_of_two_that_deliver_at_once_one_sends_what_follows(studio: Studio) -> None:
    """The old front end and the new one, in a restart that overlaps: both saw that nothing was sent yet."""
    ticket = await studio.ask(
        BY_NAME["melody"], {"description": "rain"}, person=ref(ALICE), lang="en",
        place={"chat": ALICE.id, "message": 1}, source="telegram:1",
    )  # fmt: skip
    work, together, sent = ticket.work, asyncio.Barrier(2), []

    class Card:
        async def find(self, _: Work) -> tuple[int, int]:
            await together.wait()
            return ALICE.id, 1

    async def send(chat: int, _: dict[str, Any]) -> list[Any]:
        sent.append(chat)
        return [SimpleNamespace(chat=SimpleNamespace(id=chat), message_id=2)]

    note: Any = partial(asyncio.to_thread, studio.store.note_post, work.id)
    posters: list[Any] = [poster.TelegramPoster(cast("Any", None), studio, cast("Any", Card())) for _ in "ab"]
    ends = await asyncio.gather(*[one._follow(work, note, "score", send) for one in posters])
    assert sent == [ALICE.id]
    assert True in ends


@pytest.mark.parametrize("retry_after", [1, 0], ids=["says-when", "does-not-say"])
async def test_a_refused_album_is_sent_when_it_is_allowed(
    telegram: FakeTelegram, studio: Studio, retry_after: int
) -> None:
    telegram.refuse("sendMediaGroup", retry_after=retry_after)
    async with serving(studio):
        await card_of(telegram, await telegram.say("/paint a stormy sea count=2"))
        work = latest(studio)
        handmade.finish(studio, work, handmade.picture(2))
        await until(lambda: posted(studio, work))
    assert len([m for m in telegram.seen(ALICE) if m.photo]) == 2


async def test_a_score_too_long_for_a_photo_is_a_document(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        await card_of(telegram, await telegram.say("/melody a slow waltz"))
        handmade.finish(studio, latest(studio), handmade.melody(handmade.png("white", (3000, 100))))
        score = await telegram.until(lambda m: m.document)
    assert score.file["file_name"] == "score.png"


async def test_an_edit_that_is_refused_without_saying_when_is_tried_again(
    telegram: FakeTelegram, studio: Studio
) -> None:
    async with serving(studio):
        card = await card_of(telegram, await telegram.say("/poem snow"))
        telegram.refuse("editMessageText", times=2)  # 429, and no retry_after
        handmade.finish(studio, latest(studio), handmade.poem("old pond"))
        await telegram.wait(lambda: "old pond" in card.text)
    assert len([c for c in telegram.called("editMessageText") if c.refused]) == 2


async def test_one_flooded_chat_does_not_hold_up_the_others(telegram: FakeTelegram, studio: Studio) -> None:
    telegram.refuse("sendMessage", retry_after=600, chat=ALICE)
    async with serving(studio):
        await telegram.say("/poem snow", user=ALICE)
        await telegram.wait(lambda: telegram.called("sendMessage"))
        await card_of(telegram, await telegram.say("/poem rain", user=BOB))
    assert len([c for c in telegram.called("sendMessage") if c.refused]) == 1


async def test_a_work_for_someone_who_blocked_the_bot_is_put_aside(
    telegram: FakeTelegram, studio: Studio
) -> None:
    async with serving(studio):
        card = await card_of(telegram, await telegram.say("/poem snow"))
        telegram.block(ALICE)
        work = latest(studio)
        handmade.finish(studio, work, handmade.poem())
        await until(lambda: posted(studio, work))
    now = studio.store.get(work.id)
    assert now is not None
    assert "blocked" in now.post["nowhere"]
    assert card.edits == 0


async def test_a_deleted_card_is_replaced(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        asked = await telegram.say("/paint a stormy sea")
        card = await card_of(telegram, asked)
        card.deleted = True
        handmade.finish(studio, latest(studio), handmade.picture())
        shown = await telegram.until(lambda m: m.photo)
        assert shown.reply_to == asked.id
        await telegram.answered(await telegram.press(shown, "👍"))
        await telegram.wait(lambda: "👍 1" in shown.buttons)


async def test_an_acknowledgement_that_timed_out_costs_no_work(
    telegram: FakeTelegram, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.cards.YOUNG_S", 0.5)
    telegram.swallow("sendMessage")
    async with serving(studio):
        await telegram.say("/poem snow")
        await telegram.until(lambda m: "snow" in m.text)
        handmade.finish(studio, latest(studio), handmade.poem("snow falls"))
        await telegram.until(lambda m: "snow falls" in m.text)
    assert len([m for m in telegram.seen(ALICE) if "snow falls" in m.text]) == 1


async def test_what_was_made_while_the_front_end_was_down_is_posted_once(
    telegram: FakeTelegram, studio: Studio
) -> None:
    async with serving(studio):
        card = await card_of(telegram, await telegram.say("/poem snow"))
    work = latest(studio)
    handmade.finish(studio, work, handmade.poem("snow falls"))
    async with serving(studio):
        await until(lambda: posted(studio, work))
        await telegram.answered(await telegram.press(card, "👍"))  # a button from before the restart
    assert "snow falls" in card.text
    assert telegram.seen(ALICE) == [card]
    assert studio.store.tally(work.id).liked == 1


NO_PHOTOS = "Bad Request: not enough rights to send photos to the chat"


@pytest.mark.parametrize(
    ("refusal", "code", "key"),
    [
        (NO_PHOTOS, 400, "telegram-no-right"),
        ("Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN", 400, "telegram-no-right"),
        ("Forbidden: bot is not a member of the supergroup chat", 403, "telegram-no-right"),
        ("Bad Request: SOMETHING_NOBODY_FORESAW", 400, "telegram-refused"),
    ],
)
async def test_a_picture_that_a_group_does_not_take_is_set_aside_and_said(
    telegram: FakeTelegram, studio: Studio, refusal: str, code: int, key: str
) -> None:
    telegram.refuse("editMessageMedia", refusal, code=code, times=99)
    async with serving(studio):
        card = await card_of(telegram, await telegram.say("/paint a stormy sea", chat=GROUP))
        work = latest(studio)
        handmade.finish(studio, work, handmade.picture())
        await until(lambda: posted(studio, work))
    assert card.text.replace("\u2060", "").endswith(say(key, "en"))
    assert len(telegram.called("editMessageMedia")) == 1
    now = studio.store.get(work.id)
    assert now is not None
    assert refusal.partition(": ")[2].lower() in now.post["nowhere"].lower()


async def test_where_a_group_takes_no_text_either_its_person_is_told_in_private(
    telegram: FakeTelegram, studio: Studio
) -> None:
    async with serving(studio):
        await telegram.say("/start")  # or the bot may not write to her
        await telegram.until()
        await card_of(telegram, await telegram.say("/paint a stormy sea", chat=GROUP))
        work = latest(studio)
        for method in ("editMessageMedia", "editMessageText"):
            telegram.refuse(
                method, "Bad Request: not enough rights to send text messages", code=400, times=99
            )
        handmade.finish(studio, work, handmade.picture())
        said_so = say("telegram-no-right", "en")
        said = await telegram.until(lambda m: m.text.replace("\u2060", "").endswith(said_so))
        await until(lambda: posted(studio, work))
    assert "a stormy sea" in said.text


async def test_a_sound_that_cannot_be_read_is_sent_as_it_is(telegram: FakeTelegram, studio: Studio) -> None:
    result, files = handmade.melody()
    broken = Artefact("melody.ogg", "audio/ogg", b"OggS" + bytes(60))
    async with serving(studio):
        card = await card_of(telegram, await telegram.say("/melody a slow waltz"))
        work = latest(studio)
        handmade.finish(studio, work, (result, [broken, *files[1:]]))
        await until(lambda: posted(studio, work))
    assert card.data == broken.data
    assert card.file["file_name"] == f"atelier-{work.id}.ogg"


async def test_a_melody_is_shown_where_its_score_may_not_be_sent(
    telegram: FakeTelegram, studio: Studio
) -> None:
    telegram.refuse("sendPhoto", NO_PHOTOS, code=400, times=99)
    async with serving(studio):
        card = await card_of(telegram, await telegram.say("/melody a slow waltz", chat=GROUP))
        work = latest(studio)
        handmade.finish(studio, work, handmade.melody())
        await until(lambda: posted(studio, work))
    assert card.media == "audio"
    assert len(telegram.called("sendPhoto")) == 1
    now = studio.store.get(work.id)
    assert now is not None
    assert "nowhere" not in now.post


async def test_albums_of_a_flooded_chat_keep_their_order_and_hold_up_nobody(
    telegram: FakeTelegram, studio: Studio
) -> None:
    telegram.refuse("sendMediaGroup", retry_after=3, chat=ALICE)  # longer than a post waits with its slot
    async with serving(studio):
        works = []
        for words in ("first", "second"):
            await card_of(telegram, await telegram.say(f"/paint {words} count=2"))
            works.append(latest(studio))
        await card_of(telegram, await telegram.say("/poem rain", user=BOB))
        handmade.finish(studio, works[0], handmade.picture(2))
        await telegram.wait(lambda: telegram.called("sendMediaGroup"))
        handmade.finish(studio, works[1], handmade.picture(2))
        handmade.finish(studio, latest(studio, BOB), handmade.poem("rain falls"))
        await telegram.until(lambda m: "rain falls" in m.text, chat=BOB)
        assert not [m for m in telegram.seen(ALICE) if m.photo]
        await until(lambda: posted(studio, works[1]))
        assert posted(studio, works[0])
    albums = [m for m in telegram.seen(ALICE) if m.photo]
    cards = [store.post["album"] for work in works if (store := studio.store.get(work.id))]
    assert [m.id for m in albums] == [*cards[0], *cards[1]]
