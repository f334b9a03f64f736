"""Telegram beyond a plain chat: inline mode, and works that only their person sees."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from atelier.languages import say
from atelier.requests import KINDS
from atelier.settings import Settings
from atelier.store.house import STUDIO
from bot.actions.surprise import ideas
from bot.studio import Studio
from bot.telegram.player import mp3
from tests.bot import handmade
from tests.bot.telegram_room import card_of, latest, posted, ref, serving, until
from tests.fakes.telegram import ALICE, BOB, GROUP, MEI, TOKEN, FakeTelegram
from tests.fakes.telegram_inline import choose, press, search


@pytest.fixture
def studio(telegram: FakeTelegram, make_settings: Callable[..., Settings]) -> Studio:
    return Studio.open(make_settings(telegram_token=TOKEN, telegram_api_base=telegram.url))


def plain(text: str) -> str:
    return text.replace("\u2060", "")


# Inline mode


async def test_inline_offers_become_works_in_any_chat(telegram: FakeTelegram, studio: Studio) -> None:
    made = {"paint": handmade.picture(), "poem": handmade.poem(), "melody": handmade.melody()}
    async with serving(studio):
        await card_of(telegram, await telegram.say("/help"))  # so that the bot may write to her
        offers = (await search(telegram, "a *stormy* sea"))["results"]
        assert [offer["id"] for offer in offers] == list(KINDS)
        for offer in offers:
            there = await choose(telegram, offer, "a *stormy* sea")
            assert "a *stormy* sea" in plain(there.text)
            before = latest(studio).id if studio.store.recent(ref(ALICE)) else ""
            await until(
                lambda before=before: [w for w in studio.store.recent(ref(ALICE), 1) if w.id != before]
            )
            work = latest(studio)
            handmade.finish(studio, work, made[work.kind])
            await telegram.wait(lambda there=there: there.is_work)
            assert there.media == {"paint": "photo", "poem": None, "melody": "audio"}[work.kind]
            assert there.data == (
                {"paint": handmade.png(), "melody": mp3(handmade.tone())}.get(work.kind, b"")
            )
            assert "a *stormy* sea" in plain(there.text)
            query = await press(telegram, there, "👍", user=BOB)
            assert await telegram.answered(query) == say("voted-liked", "en")
            assert studio.store.tally(work.id).liked == 1
            await until(lambda work=work: posted(studio, work))  # in private too, with everything around it
            # The counts follow in both places.
            card = next(m for m in telegram.seen(ALICE) if m.id == latest(studio).place["message"])
            for shown in (there, card):
                await telegram.wait(lambda shown=shown: "👍 1" in shown.buttons)
        album = await choose(telegram, offers[0], "several count=2")
        await until(lambda: latest(studio).request.words == "several")
        handmade.finish(studio, latest(studio), handmade.picture(2))
        await telegram.wait(lambda: album.photo)


async def test_inline_ideas_where_nothing_was_typed(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        await card_of(telegram, await telegram.say("/help", user=MEI))
        offers = (await search(telegram, "", user=MEI))["results"]
        assert len(offers) == len(KINDS)
        for kind, offer in zip(KINDS, offers, strict=True):
            assert offer["description"] in ideas(kind, "zh")
        await choose(telegram, offers[1], "", user=MEI)
        await until(lambda: studio.store.recent(ref(MEI)))
        assert latest(studio, MEI).request.words in offers[1]["description"]


async def test_inline_says_why_not(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        offers = (await search(telegram, "a sea", user=BOB))["results"]
        there = await choose(telegram, offers[0], "a sea", user=BOB)  # who never wrote to the bot
        await telegram.wait(lambda: plain(there.text) == say("telegram-private-first", "en"))
        await card_of(telegram, await telegram.say("/help", user=BOB))
        there = await choose(telegram, offers[0], "a nude", user=BOB)
        await telegram.wait(lambda: plain(there.text) == say("filter-sexual", "en"))
        assert studio.store.recent(ref(BOB)) == []
        there = await choose(telegram, offers[0], "a sea", user=BOB)
        await until(lambda: studio.store.recent(ref(BOB)))
        handmade.fail(studio, latest(studio, BOB))
        await telegram.wait(lambda: say("error-unexpected", "en") in plain(there.text))
        # Only what the kind takes is offered; where that is nothing, the button says why.
        assert [o["id"] for o in (await search(telegram, "snow form=haiku"))["results"]] == list(KINDS)
        assert [o["id"] for o in (await search(telegram, "a sea style=nonsense"))["results"]] != list(KINDS)
        studio.store.ban(ref(BOB), STUDIO, "")
        refused = await search(telegram, "a sea", user=BOB)
        assert refused["results"] == []
        assert refused["button"]["text"] == say("banned-plain", "en")[:64]


# Private replies


async def test_inline_offers_nothing_that_would_be_refused(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        studio.store.rule("telegram", "", lambda rules: rules.model_copy(update={"words": ("zebra",)}))
        answer = await search(telegram, "a zebra")
        assert answer["results"] == []
        assert answer["button"]["text"]
        studio.store.rule("telegram", "", lambda rules: rules.model_copy(update={"paused": True}))
        answer = await search(telegram, "a horse")
        assert (answer["results"], answer["button"]["text"]) == ([], say("paused", "en"))


async def test_a_work_of_somebody_who_wants_it_so_is_shown_to_them_alone(
    telegram: FakeTelegram, studio: Studio
) -> None:
    async with serving(studio):
        await card_of(telegram, await telegram.say("/settings private=yes"))
        note = await card_of(telegram, await telegram.say("/paint my secret", chat=GROUP))
        assert note.text == say("telegram-in-private", "en")
        card = await telegram.until(lambda m: "my secret" in m.text)
        assert latest(studio).place["server"] == str(GROUP.id)  # whose rules and limits hold
        handmade.finish(studio, latest(studio), handmade.picture())
        await telegram.wait(lambda: card.photo)
        assert not [m for m in telegram.seen(GROUP) if "secret" in m.text or m.media]
        # A button under somebody else's work in the group answers her in private too.
        open_card = await card_of(telegram, await telegram.say("/paint a hill", chat=GROUP, user=BOB))
        handmade.finish(studio, latest(studio, BOB), handmade.picture())
        await telegram.wait(lambda: open_card.photo)
        await telegram.press(open_card, "🔁", user=ALICE)
        assert await telegram.until(lambda m: "a hill" in m.text, chat=ALICE)
        telegram.block(ALICE)
        refused = await card_of(telegram, await telegram.say("/paint one more", chat=GROUP))
        assert plain(refused.text) == say("telegram-private-first", "en")
        assert latest(studio).request.words == "a hill"
