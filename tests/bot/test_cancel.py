"""Taking back what was asked: by its owner or an admin, at any stage, with one answer in the chat."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rq.job import Job
from rq.serializers import JSONSerializer

from atelier.errors import BadInput
from atelier.languages import say
from atelier.results import stream
from atelier.settings import Settings
from atelier.store import PersonRef, Work
from bot.catalogue import BY_NAME
from bot.studio import Studio
from tests.bot import handmade
from tests.bot.conftest import Desk, ask, told
from tests.bot.telegram_room import card_of, latest, serving
from tests.bot.web_room import open_desk, visit
from tests.fakes.discord import FakeDiscord, User
from tests.fakes.telegram import ALICE, BOB, FakeTelegram
from tests.ports import free_port

ANN, BEN, EVE = (PersonRef("discord", n) for n in ("1", "2", "3"))
DEMO = Path(__file__).parent.parent / "workers" / "demo_worker.py"


@pytest.fixture
def studio(make_settings: Callable[..., Settings], telegram_settings: dict[str, Any]) -> Studio:
    return Studio.open(make_settings(admins=("discord:3",), **telegram_settings))


@pytest.fixture
def telegram_settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    if "telegram" not in request.fixturenames:
        return {}
    telegram = request.getfixturevalue("telegram")
    return {"telegram_token": telegram.token, "telegram_api_base": telegram.url}


async def asked(studio: Studio, number: int = 1, topic: str = "snow") -> Work:
    ticket = await studio.ask(
        BY_NAME["poem"], {"topic": topic}, person=ANN, lang="en", place={}, source=f"discord:{number}"
    )
    return ticket.work


async def test_only_its_owner_or_an_admin(studio: Studio) -> None:
    work = await asked(studio)
    with pytest.raises(BadInput) as refused:
        await studio.cancel(work.id, BEN)
    assert refused.value.key == "cancel-not-yours"
    cancelled = await studio.cancel(work.id, EVE)
    assert cancelled.failure is not None
    assert (cancelled.state, cancelled.failure.key) == ("cancelled", "work-cancelled-admin")
    assert (await studio.cancel(work.id, ANN)).state == "cancelled"  # twice is once
    assert studio.road.redis.xlen(stream("discord")) == 1
    assert studio.road.place(work) is None
    with pytest.raises(BadInput) as unknown:
        await studio.cancel("nosuchwork00", ANN)
    assert unknown.value.key == "work-unknown"


async def test_what_is_made_cannot_be_cancelled(studio: Studio) -> None:
    work = await asked(studio)
    handmade.finish(studio, work, handmade.poem())
    with pytest.raises(BadInput) as late:
        await studio.cancel(work.id, ANN)
    assert late.value.key == "cancel-too-late"


async def test_the_latest_or_everything(studio: Studio) -> None:
    works = [await asked(studio, n) for n in range(12)]  # more than stand in the queue at once
    assert [work.id for work in await studio.cancel_own(ANN)] == [works[-1].id]
    assert len(await studio.cancel_own(ANN, everything=True)) == 11
    assert await studio.cancel_own(ANN, everything=True) == []
    assert studio.road.waiting("poem") == 0
    assert {work.state for work in studio.store.recent(ANN)} == {"cancelled"}


async def test_a_cancelled_one_makes_room_for_the_next_of_its_person(studio: Studio) -> None:
    works = [await asked(studio, n) for n in range(studio.settings.person_running + 1)]
    job = Job.fetch(works[-1].id, connection=studio.road.redis, serializer=JSONSerializer)
    assert job.get_status() == "rate_limited"
    await studio.cancel(works[0].id, ANN)
    assert job.get_status() == "queued"


async def test_running_work_stops(studio: Studio, worker: Callable[..., Any]) -> None:
    worker("poem", script=DEMO, of=studio.settings)
    work = await asked(studio, topic="sleep 30")
    await _until(lambda: studio.store.get(work.id), lambda row: row.state == "running")
    await studio.cancel(work.id, ANN)
    after = await asked(studio, 2, "rain")
    await _until(lambda: studio.store.get(after.id), lambda row: row.state == "made")
    row = studio.store.get(work.id)
    assert row is not None
    assert (row.state, row.result) == ("cancelled", None)


async def _until(get: Callable[[], Any], is_it: Callable[[Any], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_it(await asyncio.to_thread(get)):
            await asyncio.sleep(0.02)


# Discord


async def test_a_button_on_discord(discord: FakeDiscord, desk: Desk, alice: User) -> None:
    asked = await ask(discord, alice)
    stranger = discord.user("mallory")
    pressed = await discord.press(asked.message, say("button-cancel", "en"), user=stranger)
    assert (await pressed.until(lambda m: m.ephemeral)).content == say("cancel-not-yours", "en")
    assert desk.work(alice).state == "queued"
    await discord.press(asked.message, say("button-cancel", "en"), user=alice)
    await told(discord, desk, alice)
    assert asked.message.content.splitlines()[1:] == [say("work-cancelled", "en")]
    assert [button["emoji"]["name"] for button in asked.message.buttons] == ["🔁"]  # who changes their mind
    assert desk.work(alice).state == "cancelled"
    assert len(asked.messages) == 1


async def test_the_command_on_discord(discord: FakeDiscord, desk: Desk, alice: User) -> None:
    nothing = await discord.type("/cancel", user=alice)
    assert say("cancel-nothing", "en") in (await nothing.text()).content
    first, second = await ask(discord, alice), await ask(discord, alice, "a calm sea")
    both = await discord.type("/cancel", {"what": "all"}, user=alice)
    assert say("cancelled-many", "en", number=2) in (await both.text()).content
    assert both.message.ephemeral
    for asked in (first, second):
        await asked.until(lambda m: say("work-cancelled", "en") in m.content)


async def test_the_button_goes_when_the_work_comes(discord: FakeDiscord, desk: Desk, alice: User) -> None:
    asked = await ask(discord, alice)
    assert [button["label"] for button in asked.message.buttons] == [say("button-cancel", "en")]
    handmade.finish(desk.studio, desk.work(alice), handmade.picture())
    shown = await asked.work()
    assert shown.button(say("button-cancel", "en")) is None


# Telegram


async def test_a_button_on_telegram(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        card = await card_of(telegram, await telegram.say("/poem snow"))
        press = await telegram.press(card, "✖️", user=BOB)
        assert await telegram.answered(press) == say("cancel-not-yours", "en")
        press = await telegram.press(card, "✖️")
        assert await telegram.answered(press) == say("cancelled-now", "en")
        await telegram.wait(lambda: say("work-cancelled", "en") in card.text)
        assert list(card.buttons) == [f"🔁 {say('act-again', 'en')}"]
        assert latest(studio).state == "cancelled"


async def test_the_command_on_telegram(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        first = await card_of(telegram, await telegram.say("/poem one"))
        second = await card_of(telegram, await telegram.say("/poem two"))
        await telegram.wait(lambda: len(telegram.called("sendMessage")) == 2)
        answer = await card_of(telegram, await telegram.say("/cancel"))
        assert say("cancelled-many", "en", number=1) in answer.text
        await telegram.wait(lambda: say("work-cancelled", "en") in second.text)
        await card_of(telegram, await telegram.say("/cancel what=all"))
        await telegram.wait(lambda: say("work-cancelled", "en") in first.text)
        answer = await card_of(telegram, await telegram.say("/cancel", user=ALICE))
        assert say("cancel-nothing", "en") in answer.text


# The web page


async def test_on_the_page(make_settings: Callable[..., Settings]) -> None:
    async with (
        open_desk(make_settings(web_port=free_port())) as desk,
        visit(desk) as visitor,
        visit(desk) as stranger,
    ):
        work = await visitor.work("a stormy sea")
        refused = await stranger.post(f"/api/works/{work.id}/cancel", {})
        assert (refused.status_code, refused.json()["error"]) == (422, say("cancel-not-yours", "en"))
        async with visitor.listening() as events:
            answer = await visitor.post(f"/api/works/{work.id}/cancel", {})
            assert answer.json()["work"]["state"] == "cancelled"
            assert answer.json()["work"]["status"] == say("web-cancelled", "en")
            event = await anext(events)
        assert (event["id"], event["state"]) == (work.id, "cancelled")
        await visitor.work("a calm sea")
        told = await visitor.ask("/cancel what=all")
        assert told.json()["reply"]["text"] == say("cancelled-many", "en", number=1)
