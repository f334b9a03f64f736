"""Discord's buttons that make no work: once however often they are pressed, and never in silence."""

from __future__ import annotations

import asyncio

import pytest

from atelier.languages import say
from bot import once
from bot.command import Choice
from bot.discord.replies import AsideButton
from tests.bot.conftest import Desk, painted, told
from tests.fakes.discord import FakeDiscord, Message, User


async def menu(discord: FakeDiscord, shown: Message, user: User) -> Message:
    return await (await discord.press(shown, "⋯", user=user)).until(lambda m: m.button("📎"))


def aside(shown: Message, line: str) -> Message:
    """Let a message have a button that everybody sees, as a training's has."""
    item = AsideButton(Choice("Loss", line)).item
    shown.components[-1]["components"][-1] |= {"custom_id": item.custom_id, "label": "Loss"}
    shown.components[-1]["components"][-1].pop("emoji", None)
    return shown


@pytest.mark.parametrize("face", ["📎", "ℹ️"])
async def test_a_press_in_the_menu_is_answered_once(
    discord: FakeDiscord, desk: Desk, alice: User, monkeypatch: pytest.MonkeyPatch, face: str
) -> None:
    shown = await painted(discord, desk, alice)
    opened = await menu(discord, shown, alice)
    edits = opened.edits
    pressed = [await discord.press(opened, face, user=alice) for _ in range(2)]
    twice = [
        asyncio.ensure_future(one.until(lambda m: m.content == say("act-twice", "en"))) for one in pressed
    ]
    _, others = await asyncio.wait(twice, return_when=asyncio.FIRST_COMPLETED)
    for other in others:  # which of the two is heeded is chance
        other.cancel()
    await discord.until(lambda: opened.edits > edits and not opened.buttons, "the answer")
    assert opened.edits == edits + 1
    assert bool(opened.files) == (face == "📎")
    uploads = [m for m in discord.world.messages.values() if m.ephemeral and m.files]
    assert len(uploads) == (1 if face == "📎" else 0)
    bob = discord.user("bob")  # somebody else's press is another
    theirs = await discord.press(await menu(discord, shown, bob), face, user=bob)
    await theirs.until(lambda m: m.files if face == "📎" else say("details-title", "en") in m.content)
    await told(discord, desk, alice)
    monkeypatch.setattr(once, "MOMENT_S", 1)
    desk.studio.road.redis.flushall()  # the moment is over
    later = await discord.press(await menu(discord, shown, alice), face, user=alice)
    await later.until(lambda m: m.files if face == "📎" else say("details-title", "en") in m.content)


async def test_files_that_discord_does_not_take_are_said_not_to_come_and_can_be_asked_again(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    shown = await painted(discord, desk, alice)
    opened = await menu(discord, shown, alice)
    discord.trouble(400, method="PATCH", path="@original")
    pressed = await discord.press(opened, "📎", user=alice)
    await pressed.until(lambda m: m.content == say("discord-not-taken", "en"))
    again = await discord.press(await menu(discord, shown, alice), "📎", user=alice)
    assert (await again.until(lambda m: m.files)).content == say("act-original", "en")


async def test_a_file_that_discord_does_not_take_leaves_nobody_waiting(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    await painted(discord, desk, alice)
    discord.trouble(400, method="PATCH", path="@original")
    asked = await discord.type("/mydata", user=alice)
    answer = await asked.text()
    assert (answer.content, answer.files) == (say("discord-not-taken", "en"), [])
    assert (await (await discord.type("/mydata", user=alice)).text()).files


async def test_a_button_under_what_everybody_sees_is_answered_once(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    shown = aside(await painted(discord, desk, alice), "mydata")
    discord.trouble(400, method="PATCH", path="@original")
    failed = await discord.press(shown, "Loss", user=alice)
    assert (await failed.text()).content == say("discord-not-taken", "en")
    first = await discord.press(shown, "Loss", user=alice)  # what did not come was not done
    assert (await first.text()).files
    second = await discord.press(shown, "Loss", user=alice)
    assert (await second.text()).content == say("act-twice", "en")


async def test_a_button_of_a_command_that_is_called_otherwise_now_says_so(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    shown = aside(await painted(discord, desk, alice), "oldname do=stop")
    pressed = await discord.press(shown, "Loss", user=alice)
    answer = await pressed.text()
    assert "oldname" in answer.content
    assert answer.ephemeral
