"""A poem's first lines while it is written: on both chats and the page, at a pace, gone when it is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from atelier.languages import say
from atelier.settings import Settings
from bot.discord import poster as on_discord
from bot.studio import Studio
from bot.telegram import poster as on_telegram
from tests.bot import handmade
from tests.bot.conftest import Desk, told
from tests.bot.telegram_room import card_of, latest, posted, serving, until
from tests.bot.web_room import open_desk, visit
from tests.fakes.discord import FakeDiscord, User
from tests.fakes.telegram import ALICE, GROUP, MEI, TOKEN, FakeTelegram
from tests.ports import free_port

LINES = ("the *moon* came up", "over the @everyone sea", "and /forgetme nothing")


async def test_discord_shows_the_lines_as_they_come(
    discord: FakeDiscord, desk: Desk, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_discord, "DRAFT_S", 0.0)
    asked = await discord.type("/poem", {"topic": "the sea"}, user=alice)
    await asked.text()
    work = desk.work(alice)
    handmade.begin(desk.studio, work)
    for number in range(1, len(LINES) + 1):
        handmade.draft(desk.studio, work, *LINES[:number])
        await asked.until(lambda m, number=number: LINES[number - 1][-6:] in m.content)
    shown = asked.message
    assert say("draft", "en") in shown.content
    assert "\\*moon\\*" in shown.content
    assert shown.pinged == set()
    assert [button["label"] for button in shown.buttons] == [say("button-cancel", "en")]
    handmade.finish(desk.studio, work, handmade.poem("quite another line"))
    await asked.work()
    assert say("draft", "en") not in shown.content
    assert "came up" not in shown.content
    await told(discord, desk, alice)
    handmade.draft(desk.studio, work, *LINES)  # one that was late
    handmade.draft(desk.studio, work, *LINES)
    await discord.until(
        lambda: not desk.studio.road.redis.xlen("atelier:results:discord"), "that it was read"
    )
    assert "quite another line" in shown.content
    assert say("draft", "en") not in shown.content


async def test_discord_is_edited_no_faster_than_it_likes(
    discord: FakeDiscord, desk: Desk, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_discord, "DRAFT_S", 3600.0)
    asked = await discord.type("/poem", {"topic": "the sea"}, user=alice)
    await asked.text()
    work = desk.work(alice)
    handmade.begin(desk.studio, work)
    before = asked.message.edits
    handmade.draft(desk.studio, work, LINES[0])
    await asked.until(lambda m: "came up" in m.content)
    for number in range(1, 20):
        handmade.draft(desk.studio, work, LINES[0], f"line {number}")
    await discord.until(
        lambda: not desk.studio.road.redis.xlen("atelier:results:discord"), "that all were read"
    )
    assert asked.message.edits == before + 1


async def test_telegram_shows_the_lines_as_they_come(
    telegram: FakeTelegram, make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_telegram, "DRAFT_S", 0.0)
    studio = Studio.open(make_settings(telegram_token=TOKEN, telegram_api_base=telegram.url))
    async with serving(studio):
        card = await card_of(telegram, await telegram.say("/poem the sea", user=MEI))
        await until(lambda: "message" in latest(studio, MEI).place)
        work = latest(studio, MEI)
        handmade.begin(studio, work)
        handmade.draft(studio, work, *LINES)
        await telegram.wait(lambda: say("draft", "zh") in card.text)
        assert "came up" in card.text
        assert {entity["type"] for entity in card.entities} <= {"code"}
        assert [label for label in card.buttons if say("button-cancel", "zh") in label]
        handmade.finish(studio, work, handmade.poem("quite another line"))
        await until(lambda: posted(studio, work))
        assert "quite another line" in card.text
        assert "came up" not in card.text


async def test_a_group_keeps_its_turns_for_what_matters(
    telegram: FakeTelegram, make_settings: Callable[..., Settings]
) -> None:
    """Twenty messages a minute are all that a group gets: one draft in eight seconds at most."""
    studio = Studio.open(make_settings(telegram_token=TOKEN, telegram_api_base=telegram.url))
    async with serving(studio):
        card = await card_of(telegram, await telegram.say("/poem the sea", chat=GROUP))
        await until(lambda: "message" in latest(studio, ALICE).place)
        work = latest(studio, ALICE)
        handmade.begin(studio, work)
        for number in range(1, 12):
            handmade.draft(studio, work, *[f"line {n}" for n in range(number)])
        await telegram.wait(lambda: "line 0" in card.text)
        await until(lambda: not studio.road.redis.xlen("atelier:results:telegram"))
        shown = card.text
        await asyncio.sleep(0.2)
        assert card.text == shown
        handmade.finish(studio, work, handmade.poem("quite another line"))
        await telegram.wait(lambda: "quite another line" in card.text)


async def test_the_page_hears_the_lines(make_settings: Callable[..., Settings]) -> None:
    settings = make_settings(web_port=free_port())
    async with open_desk(settings) as desk, visit(desk, "zh") as visitor, visitor.listening() as events:
        work = await visitor.work("the sea", "poem")
        handmade.begin(desk.studio, work)
        handmade.draft(desk.studio, work, *LINES)
        heard = await anext(event async for event in events if "draft" in event)
        assert heard["draft"] == {"title": say("draft", "zh"), "lines": list(LINES)}
        assert heard["state"] == "running"
        handmade.finish(desk.studio, work, handmade.poem())
        made = await anext(event async for event in events if event["state"] == "made")
        assert "draft" not in made
