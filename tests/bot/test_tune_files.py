"""A tune that somebody sends as a file, to go on from: on Discord as an option, on Telegram as a document."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

import pytest

from atelier.errors import BadInput
from atelier.languages import say
from atelier.requests import Lead, MelodyRequest
from atelier.settings import Settings
from atelier.store import Work
from atelier.tunes import MAX_BYTES
from bot.catalogue import BY_NAME
from bot.command import Upload
from bot.studio import Studio
from tests.bot.conftest import Desk
from tests.bot.telegram_room import card_of, latest, ref, serving
from tests.fakes.discord import FakeDiscord, User
from tests.fakes.discord_files import Sent
from tests.fakes.telegram import ALICE, BOB, GROUP, MEI, TOKEN, FakeTelegram
from tests.fakes.telegram_files import send
from tests.notes import midi

# A quarter each of D, E, F and A, in 120ths of a quarter.
LINE = [(0, 120, 62), (120, 240, 64), (240, 360, 65), (360, 480, 69)]
NOTES = ((0, 4, 62), (4, 4, 64), (8, 4, 65), (12, 4, 69))
GOOD = midi(LINE, key="Dm")
ABC = b"M:4/4\nL:1/4\nK:Dm\nDEFA|"
BAD = [  # what is sent, its name, the message that says what is wrong, and its parameters
    (midi(LINE, [(0, 480, 50)]), "two.mid", "tune-polyphonic", {}),
    (GOOD[:40], "cut.mid", "tune-no-midi", {}),
    (b"\x89PNG\r\n\x1a\n" + bytes(range(128, 200)), "notes.abc", "tune-no-format", {}),
    (b"K:C\nthis is no tune", "words.abc", "tune-no-abc", {"where": "this is no t…"}),
    (b"M:4/4\nL:1/4\nK:C\n" + b"CDEF|" * 200, "long.abc", "tune-too-long", {"bars": "200", "most": 32}),
]
NAMES = [name for _, name, _, _ in BAD]


def tune_of(work: Work) -> Lead:
    assert isinstance(work.request, MelodyRequest)
    assert work.request.steer is not None
    return work.request.steer


def plain(text: str) -> str:
    """Without what keeps a chat from reading markup into quoted words."""
    return re.sub(r"[\\\u2060\u200b]", "", text)


# Discord


@pytest.mark.parametrize(("name", "data"), [("tune.mid", GOOD), ("tune.abc", ABC)])
async def test_a_file_on_discord_is_gone_on_from(
    discord: FakeDiscord, desk: Desk, alice: User, name: str, data: bytes
) -> None:
    asked = await discord.type("/melody", {"description": "a sad end", "file": Sent(name, data)}, user=alice)
    await asked.text()
    steer = tune_of(desk.work(alice))
    assert (steer.way, steer.tune.notes, steer.tune.key) == ("continue", NOTES, "D minor")
    assert steer.brought  # so that the words beside it are heeded
    assert desk.work(alice).request.words == "a sad end"


@pytest.mark.parametrize("bad", BAD, ids=NAMES)
async def test_a_bad_file_on_discord_is_refused_in_both_languages(
    discord: FakeDiscord, desk: Desk, bad: tuple[bytes, str, str, dict[str, str | int]]
) -> None:
    data, name, key, params = bad
    for locale, lang in (("en-US", "en"), ("zh-CN", "zh")):
        user = discord.user(f"of {lang}", locale=locale)
        asked = await discord.type("/melody", {"description": "more", "file": Sent(name, data)}, user=user)
        shown = await asked.text()
        assert plain(shown.content) == say(key, lang, **params)
        assert shown.ephemeral
        assert desk.works(user) == []


async def test_what_is_too_big_on_discord_is_never_fetched(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    sent = Sent("song.mid", GOOD, size=MAX_BYTES + 1)
    asked = await discord.type("/melody", {"description": "more", "file": sent}, user=alice)
    assert (await asked.text()).content == say("tune-too-big", "en", most=MAX_BYTES // 1024)
    assert discord.cdn.fetched == []
    assert desk.works(alice) == []


async def test_a_file_that_discord_does_not_give_is_said(
    discord: FakeDiscord, desk: Desk, alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    discord.cdn.down = True
    with caplog.at_level(logging.INFO):
        asked = await discord.type("/melody", {"description": "x", "file": Sent("t.mid", GOOD)}, user=alice)
        assert (await asked.text()).content == say("file-not-fetched", "en")
    assert desk.works(alice) == []
    assert "/attachments/" not in caplog.text
    discord.cdn.down = False
    asked = await discord.type("/melody", {"description": "x", "file": Sent("t.mid", GOOD)}, user=alice)
    await asked.text()
    assert tune_of(desk.work(alice)).tune.notes == NOTES


async def test_notes_and_a_file_are_one_too_many(discord: FakeDiscord, desk: Desk, alice: User) -> None:
    both = {"description": "x", "notes": "CDEF", "file": Sent("t.mid", GOOD)}
    shown = await (await discord.type("/melody", both, user=alice)).text()
    assert shown.content == say("option-twice", "en", one="notes", other="file")
    assert desk.works(alice) == []


# Telegram


@pytest.fixture
def studio(telegram: FakeTelegram, make_settings: Callable[..., Settings]) -> Studio:
    return Studio.open(make_settings(telegram_token=TOKEN, telegram_api_base=telegram.url))


async def test_a_document_is_gone_on_from(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        for name, data, caption, words in (
            ("tune.mid", GOOD, "/melody a sad end", "a sad end"),
            ("tune.abc", ABC, "/melody@atelier_test_bot", say("melody-words-continue", "en")),
            ("TUNE.MID", GOOD, "a sad end", "a sad end"),  # notes alone, in private
            ("tune.abc", ABC, "", say("melody-words-continue", "en")),
        ):
            await card_of(telegram, await send(telegram, name, data, caption))
            steer = tune_of(latest(studio))
            assert (steer.way, steer.tune.notes, steer.tune.key) == ("continue", NOTES, "D minor")
            assert steer.brought  # so that the words beside it are heeded
            assert latest(studio).request.words == words
        assert len(studio.store.recent(ref(ALICE))) == 4


async def test_options_go_with_a_document(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        await card_of(telegram, await send(telegram, "t.mid", GOOD, "/melody a dance length=16 tempo=90"))
    request = latest(studio).request
    assert isinstance(request, MelodyRequest)
    assert (request.words, request.length, request.tempo) == ("a dance", 16, 90)


async def test_in_a_group_a_command_answers_the_document(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        sent = await send(telegram, "tune.mid", GOOD, user=BOB, chat=GROUP)
        asked = await telegram.say("/melody a sad end", user=ALICE, chat=GROUP, reply_to=sent)
        await card_of(telegram, asked)
        assert tune_of(latest(studio)).tune.notes == NOTES
        # A recording is nothing to read notes from, and no reason to refuse what was asked in words.
        sent = await send(telegram, "song.mp3", bytes(100), user=BOB, chat=GROUP)
        await card_of(telegram, await telegram.say("/melody a march", user=ALICE, chat=GROUP, reply_to=sent))
        request = latest(studio).request
        assert isinstance(request, MelodyRequest)
        assert (request.words, request.steer) == ("a march", None)


@pytest.mark.parametrize("bad", BAD, ids=NAMES)
async def test_a_bad_document_is_refused_in_both_languages(
    telegram: FakeTelegram, studio: Studio, bad: tuple[bytes, str, str, dict[str, str | int]]
) -> None:
    data, name, key, params = bad
    async with serving(studio):
        for person, lang in ((ALICE, "en"), (MEI, "zh")):
            said = await card_of(telegram, await send(telegram, name, data, "/melody", user=person))
            assert plain(said.text) == say(key, lang, **params)
            assert studio.store.recent(ref(person)) == []


async def test_what_is_too_big_on_telegram_is_never_fetched(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        sent = await send(telegram, "song.mid", GOOD, "/melody", size=MAX_BYTES + 1)
        assert (await card_of(telegram, sent)).text == say("tune-too-big", "en", most=MAX_BYTES // 1024)
    assert telegram.called("getFile") == []


async def test_a_document_that_telegram_does_not_give_is_said_without_the_token(
    telegram: FakeTelegram, studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.refuse("getFile", "Bad Request: file is temporarily unavailable", code=400)
    with caplog.at_level(logging.WARNING):
        async with serving(studio):
            said = await card_of(telegram, await send(telegram, "t.mid", GOOD, "/melody"))
            assert said.text == say("file-not-fetched", "en")
    assert "a file was not fetched" in caplog.text
    assert TOKEN not in caplog.text
    assert studio.store.recent(ref(ALICE)) == []


@pytest.mark.parametrize(
    ("name", "caption"),
    [("holiday.jpg", ""), ("holiday.jpg", "look"), ("t.mid", "/paint a sea"), ("t.mid", "/x")],
)
async def test_other_files_in_private_are_answered_with_a_hint(
    telegram: FakeTelegram, studio: Studio, name: str, caption: str
) -> None:
    async with serving(studio):
        said = await card_of(telegram, await send(telegram, name, GOOD, caption))
        assert said.text == say("telegram-hint", "en")
    assert studio.store.recent(ref(ALICE)) == []


# Everywhere


def test_a_file_cannot_be_typed() -> None:
    """What came as JSON from a page, or was typed, is words; the sentence says where files go."""
    command = BY_NAME["melody"]
    with pytest.raises(BadInput) as refused:
        Studio.read(command, {"description": "x", "file": "tune.mid"})
    assert refused.value.key == "file-not-sent"
    request = Studio.read(command, {"description": "x", "file": Upload("tune.mid", GOOD)})
    assert isinstance(request, MelodyRequest)
    assert request.steer is not None
