"""Lists of works: what was typed stands there as typed and comes to nothing; what was made of it is said."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from atelier.languages import say
from atelier.safety import clean_prompt
from atelier.settings import Settings
from bot.studio import Studio
from tests.bot import handmade
from tests.bot.conftest import Desk, ask
from tests.bot.telegram_room import card_of, latest, serving, until
from tests.bot.test_yours import made
from tests.fakes.discord import FakeDiscord, User
from tests.fakes.telegram import TOKEN, FakeTelegram


@pytest.fixture
def studio(telegram: FakeTelegram, make_settings: Callable[..., Settings]) -> Studio:
    return Studio.open(make_settings(telegram_token=TOKEN, telegram_api_base=telegram.url))


HOSTILE = (
    "<b>bold</b> **x** `y` @everyone #tag /forgetme", "see evil.example and https://evil.example/?q=1",
    "[a](tg://user?id=1) \u202e backwards", "a long " + "sea " * 60,
)  # fmt: skip


async def test_what_was_asked_stands_in_the_list_as_it_was_typed_and_comes_to_nothing(
    telegram: FakeTelegram, studio: Studio, discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    for words in HOSTILE:
        made(studio, 1, words)
        await ask(discord, alice, words)
    async with serving(studio):
        listed = await card_of(telegram, await telegram.say("/history"))
        assert {entity["type"] for entity in listed.entities} == {"code"}
        lines = listed.text.split("\n")[1:]
        assert len(lines) == len(HOSTILE)
        for words, line in zip(reversed(HOSTILE), lines, strict=True):
            assert str(clean_prompt(words))[:90].rstrip() in line
            assert len(line) < 130
    shown = await (await discord.type("/history", user=alice)).text()
    assert shown.pinged == set()
    lines = shown.content.split("\n")[1:]
    assert len(lines) == len(HOSTILE)
    for words, line in zip(reversed(HOSTILE), lines, strict=True):
        assert str(clean_prompt(words))[:60].rstrip() in re.sub(r"[\\\\\u200b]", "", line)


async def test_a_list_says_what_a_button_made(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        card = await card_of(telegram, await telegram.say("/paint a sea"))
        handmade.finish(studio, latest(studio), handmade.picture())
        await telegram.wait(lambda: card.photo)
        await telegram.press(card, "⋯")
        await telegram.wait(lambda: any("vary" in label.lower() for label in card.buttons))
        await telegram.press(card, next(label for label in card.buttons if "Vary a little" in label))
        await until(lambda: latest(studio).parent)
        listed = await card_of(telegram, await telegram.say("/history"))
        assert say("made-vary-subtle", "en") in listed.text.split("\n")[1]
        assert say("made-vary-subtle", "en") not in listed.text.split("\n")[2]
