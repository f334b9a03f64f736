"""Where somebody asks on Discord: threads, private channels, places without the bot; and who sees it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from atelier import pace
from atelier.languages import say
from atelier.store import Work
from bot.discord.place import TOKEN_LIFE
from tests.bot import handmade
from tests.bot.conftest import Desk, told
from tests.fakes.discord import Channel, Conversation, FakeDiscord, Refused, User


async def paint(discord: FakeDiscord, user: User, channel: Channel | None = None) -> Conversation:
    asked = await discord.type("/paint", {"prompt": "a sea"}, user=user, channel=channel)
    await asked.text()
    return asked


def wait_long(discord: FakeDiscord, desk: Desk, asked: Conversation, work: Work) -> None:
    """A quarter of an hour passes before the work is made."""
    discord.expire(asked)
    at = datetime.fromisoformat(work.place["at"]) - TOKEN_LIFE - timedelta(minutes=1)
    desk.studio.store.set_place(work.id, {"at": at.isoformat()})


def slow(desk: Desk) -> None:
    """A picture takes twenty minutes here."""
    pace.note(desk.studio.road.redis, "paint", works=1, seconds=1200)


async def test_a_thread_belongs_to_its_channel_and_gets_its_works(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    thread = discord.world.thread(discord.general)
    boss = discord.user("boss", manages=True)
    allow = await discord.type("/admin channels", {"change": "allow"}, user=boss)
    await allow.text()
    asked = await paint(discord, alice, thread)
    work = desk.work(alice)
    wait_long(discord, desk, asked, work)
    handmade.finish(desk.studio, work, handmade.picture())
    late = await discord.posted(lambda m: m.is_work, channel=thread)
    assert late.pinged == {str(alice.id)}


@pytest.mark.parametrize("restricted", [True, False])
async def test_a_thread_is_age_restricted_as_its_channel_is(
    discord: FakeDiscord, resting_desk: Desk, alice: User, restricted: bool
) -> None:
    discord.general.nsfw = restricted  # before the bot looks at the server
    resting_desk.start()
    thread = discord.world.thread(discord.general)
    boss = discord.user("boss", manages=True)
    await (await discord.type("/admin adults", {"allowed": "yes"}, user=boss)).text()
    asked = await discord.type("/paint", {"prompt": "a nude"}, user=alice, channel=thread)
    answer = (await asked.text()).content
    if restricted:
        assert "Painting" in answer
        assert resting_desk.work(alice).place["adults"] is True
    else:
        assert answer == say("filter-sexual", "en")


@pytest.mark.parametrize("server", [True, False], ids=["a server", "friends"])
async def test_it_works_where_somebody_takes_it_along(
    discord: FakeDiscord, desk: Desk, alice: User, server: bool
) -> None:
    there = discord.world.elsewhere(alice, server=server)
    asked = await paint(discord, alice, there)
    handmade.finish(desk.studio, desk.work(alice), handmade.picture())
    assert (await asked.work()).files
    with pytest.raises(Refused):
        await discord.type("/admin pause", user=alice, channel=there, outdated=True)
    # It could not post there by itself, so what would take too long is refused before it is asked.
    slow(desk)
    refused = await paint(discord, alice, there)
    assert refused.message.content == say("too-late-here", "en", wait="20 min")
    assert len(desk.works(alice)) == 1
    assert "Painting" in (await paint(discord, alice)).message.content
    assert "Painting" in (await paint(discord, alice, discord.private(alice))).message.content


async def test_what_took_too_long_there_after_all_comes_in_private(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    asked = await paint(discord, alice, discord.world.elsewhere(alice, server=True))
    wait_long(discord, desk, asked, desk.work(alice))
    handmade.finish(desk.studio, desk.work(alice), handmade.picture())
    late = await discord.posted(lambda m: m.is_work, channel=discord.private(alice))
    assert late.files
    await told(discord, desk, alice)


async def test_private_replies_are_seen_by_nobody_else(discord: FakeDiscord, desk: Desk, alice: User) -> None:
    async def private(choice: str) -> None:
        await (await discord.type("/settings", {"private": choice}, user=alice)).text()

    await private("yes")
    asked = await paint(discord, alice)
    handmade.finish(desk.studio, desk.work(alice), handmade.picture())
    shown = await asked.work()
    assert shown.ephemeral
    await discord.press(shown, "👍", user=alice)
    await discord.until(lambda: desk.studio.store.tally(desk.work(alice).id).liked, "the vote")
    again = await discord.press(shown, "🔁", user=alice)
    await again.text()
    handmade.finish(desk.studio, desk.work(alice), handmade.picture())
    assert (await again.work()).ephemeral
    failing = await paint(discord, alice)
    handmade.fail(desk.studio, desk.work(alice))
    assert (await failing.until(lambda m: say("error-unexpected", "en") in m.content)).ephemeral
    assert discord.posts() == []

    late = await paint(discord, alice)
    wait_long(discord, desk, late, desk.work(alice))
    handmade.finish(desk.studio, desk.work(alice), handmade.picture())
    assert await discord.posted(lambda m: m.is_work, channel=discord.private(alice))
    slow(desk)
    assert say("too-late-here", "en", wait="20 min") == (await paint(discord, alice)).message.content
    # In private with the bot nobody else is there, so nothing needs to be hidden.
    assert not (await paint(discord, alice, discord.private(alice))).message.ephemeral
    assert discord.posts() == []
    await private("no")
    await paint(discord, alice)
    assert "Painting" in discord.posts()[0].content


async def test_where_the_bot_may_not_write_it_refuses_what_takes_too_long(
    discord: FakeDiscord, desk: Desk, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.fakes import discord_state

    slow(desk)
    monkeypatch.setattr(discord_state, "PERMISSIONS", discord_state.PERMISSIONS & ~(1 << 11))  # send messages
    quiet: Any = await paint(discord, alice)
    assert quiet.message.content == say("too-late-here", "en", wait="20 min")
