"""Telegram as people use it: a real client against the fake server; the test plays the worker."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
import soundfile
from PIL import Image

from atelier.languages import say
from atelier.settings import Settings
from bot.catalogue import COMMANDS
from bot.studio import Studio
from bot.telegram import counts
from tests.bot import handmade
from tests.bot.telegram_room import card_of, kinds, latest, posted, ref, serving, until
from tests.fakes.telegram import ALICE, BOB, GROUP, MEI, TOKEN, FakeTelegram


@pytest.fixture(autouse=True)
def _quick_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "PRIVATE_S", 0.05)
    monkeypatch.setattr(counts, "GROUP_S", 0.05)


@pytest.fixture
def studio(telegram: FakeTelegram, make_settings: Callable[..., Settings]) -> Studio:
    return Studio.open(make_settings(telegram_token=TOKEN, telegram_api_base=telegram.url))


async def test_a_picture_from_the_command_to_the_vote(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        asked = await telegram.say("/paint a stormy sea seed=7")
        card = await card_of(telegram, asked)
        assert card.text == "🎨 Painting a stormy sea. You are next."
        handmade.finish(studio, latest(studio), handmade.picture())
        shown = await telegram.until(lambda m: m.photo)
        assert shown is card  # in the same place
        assert shown.photo == handmade.png()
        assert "“a stormy sea”" in shown.text
        assert "sea, storm · v1, seed 7" in shown.text
        assert kinds(shown) == {"code"}

        press = await telegram.press(shown, "👍", user=BOB)
        assert await telegram.answered(press) == say("voted-liked", "en")
        await telegram.wait(lambda: "👍 1" in shown.buttons)
        await telegram.answered(await telegram.press(shown, "👎", user=BOB))
        await telegram.wait(lambda: "👎 1" in shown.buttons and "👍" in shown.buttons)
        work = latest(studio)
        assert studio.store.standing(work.id, ref(BOB)) == "disliked"

        await telegram.react(shown, "❤", user=ALICE)
        await telegram.wait(lambda: "👍 1" in shown.buttons)
        await telegram.unreact(shown, user=ALICE)
        await telegram.wait(lambda: "👍" in shown.buttons)
    assert studio.store.stats()["disliked"] == 1
    assert studio.store.stats()["liked"] == 0
    assert len(telegram.seen(ALICE)) == 1


async def test_a_reaction_that_changes_its_mind(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        card = await card_of(telegram, await telegram.say("/poem first snow", chat=GROUP))
        work = latest(studio)
        handmade.finish(studio, work, handmade.poem())
        await telegram.wait(lambda: card.is_work)
        assert await telegram.react(card, "🔥", user=BOB)
        await until(lambda: studio.store.tally(work.id).liked == 1)
        await telegram.react(card, "👎", user=BOB)
        await until(lambda: studio.store.tally(work.id).disliked == 1)
        assert studio.store.tally(work.id).liked == 0
        await telegram.react(card, "🎉", user=BOB)  # means nothing; takes 👎 away
        await until(lambda: studio.store.tally(work.id).disliked == 0)


async def test_a_poem_is_text(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        card = await card_of(telegram, await telegram.say("/poem first snow form=free"))
        handmade.finish(studio, latest(studio), handmade.poem("Snow falls", "and falls", title="Snow"))
        await telegram.wait(lambda: card.is_work)
    assert "Snow\n\nSnow falls\nand falls" in card.text
    assert kinds(card) == {"code", "bold"}
    assert not card.preview


async def test_a_melody_plays_and_its_score_follows(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        card = await card_of(telegram, await telegram.say("/melody a slow waltz"))
        work = latest(studio)
        handmade.finish(studio, work, handmade.melody())
        score = await telegram.until(lambda m: m.photo)
        await until(lambda: posted(studio, work))
        with soundfile.SoundFile(io.BytesIO(card.audio or b"")) as sound:  # Telegram's player is promised MP3
            assert (sound.format, sound.samplerate, sound.frames // 1000) == ("MP3", 8000, 4)
            assert sound.comment == handmade.COMMENT
        assert card.file | {"title": "Waltz", "performer": "Atelier", "duration": 3} == card.file
        assert "D minor, 3/4, 90 quarter notes a minute, 4 bars" in card.text
        with Image.open(io.BytesIO(card.cover)) as cover:
            assert (cover.format, cover.size) == ("JPEG", (320, 320))
        assert len(card.cover) < 200_000
        assert score.reply_to == card.id
        assert score.text == (
            "The score of a melody made by a machine for “a slow waltz”: "
            "D minor, 3/4, 90 quarter notes a minute, 4 bars."
        )
        await telegram.react(score, "👍", user=BOB)  # the score is the work too
        await telegram.wait(lambda: "👍 1" in card.buttons)
        await telegram.press(card, "📎")
        files = await telegram.until(lambda m: m.document, after=score)
        assert files.file["file_name"] == f"atelier-{work.id}-melody.ogg"


async def test_several_pictures_are_an_album_under_their_card(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        card = await card_of(telegram, await telegram.say("/paint a stormy sea count=3"))
        work = latest(studio)
        handmade.finish(studio, work, handmade.picture(3))
        await until(lambda: posted(studio, work))
    pictures = [m for m in telegram.seen(ALICE) if m.photo]
    assert [m.photo for m in pictures] == [handmade.png(colour) for colour in handmade.COLOURS[:3]]
    assert len({m.album for m in pictures}) == 1
    assert {m.reply_to for m in pictures} == {card.id}
    assert pictures[1].text == "A picture made by a machine for “a stormy sea” 2"
    assert list(card.buttons)[:4] == ["👍", "👎", "🔁", "📎"]


async def test_again_makes_another_with_another_seed(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        card = await card_of(telegram, await telegram.say("/poem first snow form=haiku seed=7"))
        handmade.finish(studio, latest(studio), handmade.poem())
        await telegram.wait(lambda: card.is_work)
        first = await telegram.press(card, "🔁", user=BOB)
        second = await telegram.press(card, "🔁", user=BOB)  # a double tap
        assert {await telegram.answered(first), await telegram.answered(second)} == {
            "",
            say("act-twice", "en"),
        }
        await card_of(telegram, card)
        handmade.finish(studio, latest(studio, BOB), handmade.poem("another"))
        shown = await telegram.until(lambda m: "another" in m.text)
    assert shown.reply_to == card.id
    works = studio.store.recent(ref(BOB))
    assert len(works) == 1
    assert works[0].request.model_dump(exclude={"seed"}) == latest(studio).request.model_dump(
        exclude={"seed"}
    )
    assert works[0].request.seed != 7


async def test_a_missing_prompt_is_asked_for_and_a_restart_forgets_nothing(
    telegram: FakeTelegram, studio: Studio
) -> None:
    async with serving(studio):
        question = await card_of(telegram, await telegram.say("/paint style=photo", chat=GROUP))
        assert question.markup is not None
        assert question.markup["force_reply"]
    async with serving(studio):
        asked = await telegram.say("a stormy sea", chat=GROUP, reply_to=question)
        await card_of(telegram, asked)
    request = latest(studio).request
    assert request.words == "a stormy sea"
    assert request.model_dump()["style"] == "photo"


async def test_in_private_the_next_message_answers_the_question(
    telegram: FakeTelegram, studio: Studio
) -> None:
    async with serving(studio):
        await card_of(telegram, await telegram.say("/poem", user=MEI))
        await card_of(telegram, await telegram.say("初雪", user=MEI))
        hint = await card_of(telegram, await telegram.say("还有呢", user=MEI))  # no question any more
    assert [work.request.words for work in studio.store.recent(ref(MEI))] == ["初雪"]
    assert hint.text == say("telegram-hint", "zh")


async def test_a_group_is_spoken_to_only_when_it_speaks_to_the_bot(
    telegram: FakeTelegram, studio: Studio
) -> None:
    async with serving(studio):
        await telegram.say("nice weather", chat=GROUP)
        await telegram.say("/paint@some_other_bot a cat", chat=GROUP)
        await telegram.say("/poem fallen leaves", chat=GROUP, thread=31)
        asked = await telegram.say("/paint@Atelier_Test_Bot a dog", chat=GROUP)
        await card_of(telegram, asked)
    seen = telegram.seen(GROUP)
    assert sorted(m.text for m in seen) == [
        "🎨 Painting a dog. You are next.",
        "📜 Writing about fallen leaves. You are next.",
    ]
    assert {m.thread for m in seen} == {None, 31}


async def test_everything_is_said_in_the_persons_language(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        helped = await card_of(telegram, await telegram.say("/help", user=MEI))
        started = await card_of(telegram, await telegram.say("/start"))
        card = await card_of(telegram, await telegram.say("/paint 暴风海面", user=MEI))
        refused = await card_of(telegram, await telegram.say("/paint 海 style=cubism", user=MEI))
        await telegram.wait(lambda: telegram.state.descriptions.get(("short_description", "zh")))
        about = await card_of(telegram, await telegram.say("/help paint", user=MEI))
    assert f"风格（style）{say('colon', 'zh')}" in about.text
    assert helped.text.startswith(say("help-intro", "zh"))
    assert started.text.startswith(say("help-intro", "en"))
    assert card.text == "🎨 正在画：暴风海面。下一个就是你的。"
    assert "cubism" in refused.text
    names = [command.name for command in COMMANDS]
    for lang in ("", "zh"):
        assert [c["command"] for c in telegram.state.commands[lang]] == [n for n in names if n != "admin"]
        administrators = telegram.state.commands[f"{lang}@all_chat_administrators"]
        assert [command["command"] for command in administrators] == names
    assert telegram.state.commands[""][0]["description"] == say("command-paint", "en")
    assert telegram.state.commands["zh"][0]["description"] == say("command-paint", "zh")


async def test_a_work_that_waited_is_said_to_be_made(
    telegram: FakeTelegram, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.poster.WAITED_S", 0.0)
    async with serving(studio):
        await card_of(telegram, await telegram.say("/poem one"))
        card = await card_of(telegram, await telegram.say("/poem two"))
        assert card.text.endswith("You are number 2 in the queue.")
        handmade.begin(studio, latest(studio))
        await telegram.wait(lambda: card.text.endswith(say("being-made", "en")))


async def test_a_failure_is_told_in_the_same_place(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        card = await card_of(telegram, await telegram.say("/poem first snow"))
        handmade.fail(studio, latest(studio))
        await telegram.wait(lambda: any(label.startswith("🔁") for label in card.buttons))
        assert card.text == f"“first snow”\n{say('error-unexpected', 'en')}"
        await telegram.press(card, "🔁")
        await card_of(telegram, card)
    assert len(studio.store.recent(ref(ALICE))) == 2
