"""One's votes: how many stand, and what shows them after a restart."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable

import pytest

from atelier.languages import say
from atelier.settings import Settings
from bot.studio import Studio
from tests.bot.telegram_room import card_of, latest, ref, serving, until
from tests.bot.test_yours import made
from tests.fakes.telegram import ALICE, TOKEN, FakeTelegram


@pytest.fixture
def studio(telegram: FakeTelegram, make_settings: Callable[..., Settings]) -> Studio:
    return Studio.open(make_settings(telegram_token=TOKEN, telegram_api_base=telegram.url))


async def test_of_a_works_votes_the_one_that_stands_is_counted(
    telegram: FakeTelegram, studio: Studio
) -> None:
    made(studio, 2)
    one, other = studio.store.recent(ref(ALICE))
    for origin, value in (("button", "liked"), ("button", "disliked"), ("reaction:❤", "liked")):
        studio.store.vote(one.id, ref(ALICE), value, origin=origin, platform="telegram")  # type: ignore[arg-type]
    studio.store.vote(other.id, ref(ALICE), "liked", origin="button", platform="telegram")
    studio.store.withdraw(other.id, ref(ALICE), origin="button", platform="telegram")
    async with serving(studio):
        told = await card_of(telegram, await telegram.say("/mydata"))
        assert told.text.replace("\u2060", "") == say("mydata-text", "en", works=2, votes=1)
        file = await telegram.until(lambda m: m.document)
        log = json.loads(zipfile.ZipFile(io.BytesIO(file.data)).read("data.json"))["votes"]
        assert [vote["stands"] for vote in log] == [False, False, True, False, False]
        ask = await card_of(telegram, await telegram.say("/forgetme"))
        assert ask.text.replace("\u2060", "") == say("forgetme-ask", "en", works=2, votes=1, favourites=0)


async def test_a_work_of_the_history_shows_the_votes_after_a_restart_too(
    telegram: FakeTelegram, studio: Studio
) -> None:
    made(studio, 1)
    async with serving(studio):
        listed = await card_of(telegram, await telegram.say("/history"))
        await telegram.press(listed, "1")
        shown = await telegram.until(lambda m: m.photo)
        await until(lambda: latest(studio).place.get("copies"))
    async with serving(Studio.open(studio.settings)):
        await telegram.react(shown, "❤")
        await telegram.wait(lambda: "👍 1" in shown.buttons)
        shown.deleted = True
        await telegram.unreact(shown)
        await until(lambda: not latest(studio).place["copies"])  # what is gone is not tried for ever
