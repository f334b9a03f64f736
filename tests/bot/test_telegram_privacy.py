"""What a group must not read: what its members asked elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from atelier.languages import say
from atelier.settings import Settings
from atelier.store import Work
from bot.studio import Studio
from tests.bot import handmade
from tests.bot.telegram_room import card_of, latest, posted, serving, until
from tests.bot.tongues import plain
from tests.fakes.telegram import ALICE, GROUP, TOKEN, Chat, FakeTelegram, Message

SECRET = "a letter to my doctor"


@pytest.fixture
def studio(telegram: FakeTelegram, make_settings: Callable[..., Settings]) -> Studio:
    return Studio.open(make_settings(telegram_token=TOKEN, telegram_api_base=telegram.url))


async def painted(telegram: FakeTelegram, studio: Studio, words: str, chat: Chat) -> tuple[Message, Work]:
    card = await card_of(telegram, await telegram.say(f"/paint {words}", chat=chat))
    work = latest(studio)
    handmade.finish(studio, work, handmade.picture())
    await until(lambda: posted(studio, work))
    return card, work


async def blend(telegram: FakeTelegram, shown: Message, work: Work) -> str:
    """Press Blend, through the menu; what the presser alone reads."""
    if f"more:{work.id}" in shown.buttons.values():
        await telegram.press(shown, "⋯")
        await telegram.wait(lambda: f"blend.1:{work.id}" in shown.buttons.values())
    return await telegram.answered(await telegram.press(shown, "🧬"))


async def test_a_group_is_offered_only_what_was_made_in_it(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        await painted(telegram, studio, SECRET, ALICE.chat())
        shown, work = await painted(telegram, studio, "a sea", GROUP)
        assert await blend(telegram, shown, work) == say("blend-none-here", "en")
        await painted(telegram, studio, "a wood", GROUP)
        assert await blend(telegram, shown, work) == ""
        menu = await telegram.until(
            lambda m: plain(m.text) == say("blend-choose", "en", first="a sea"), chat=GROUP
        )
        assert [label.partition(" · ")[0] for label in menu.buttons] == ["a wood"]
    told = [f"{m.text} {list(m.buttons)}" for m in telegram.seen(GROUP)]
    assert not any(SECRET[:20] in text for text in told)


async def test_in_private_works_of_every_chat_are_offered(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        await painted(telegram, studio, "a sea", GROUP)
        shown, work = await painted(telegram, studio, SECRET, ALICE.chat())
        await blend(telegram, shown, work)
        menu = await telegram.until(lambda m: plain(m.text) == say("blend-choose", "en", first=SECRET))
    assert [label.partition(" · ")[0] for label in menu.buttons] == ["a sea"]


async def test_the_sentences_of_a_press_fit_into_its_answer() -> None:
    for lang in ("en", "zh"):
        assert len(say("blend-none-here", lang)) <= 200
