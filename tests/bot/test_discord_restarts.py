"""The front end comes and goes: restarts, dropped gateways, redelivered events, wrong tokens."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable

import pytest

from atelier.errors import LEAVE_DOWN, Unavailable
from atelier.settings import Settings
from atelier.store import PersonRef, Tally
from bot.discord import app
from bot.front import SettingError
from bot.studio import Studio
from tests.bot import handmade
from tests.bot.conftest import Desk, ask, told, works_in
from tests.fakes.discord import FakeDiscord, Message, User


def is_work(message: Message) -> bool:
    return message.is_work


# Restarts


async def test_a_front_end_killed_before_posting_posts_once_when_it_is_back(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    asked = await ask(discord, alice)
    await desk.stop()
    handmade.finish(desk.studio, desk.work(alice), handmade.picture())
    desk.start()
    await asked.work()
    await told(discord, desk, alice)
    await desk.stop()
    desk.start()
    await discord.ready()
    await ask(discord, discord.user("bob"))
    assert works_in(discord) == [asked.message]


async def test_a_front_end_that_died_right_after_posting_finds_its_post(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    asked = await ask(discord, alice)
    work = desk.work(alice)
    discord.expire(asked)
    handmade.finish(desk.studio, work, handmade.picture())
    first = await discord.posted(is_work)
    await told(discord, desk, alice)
    await desk.stop()
    discord.forget_nonces()  # it was long ago
    _undeliver(desk, work.id)
    desk.start()
    await told(discord, desk, alice)
    assert works_in(discord) == [first]


def _undeliver(desk: Desk, work_id: str) -> None:
    """The row as it was before it was known that the post arrived."""
    with sqlite3.connect(desk.studio.settings.home / "atelier.db") as database:
        database.execute("UPDATE works SET state = 'made', posted_at = NULL WHERE id = ?", (work_id,))


async def test_buttons_and_reactions_of_old_messages_live_on(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    asked = await ask(discord, alice)
    work = desk.work(alice)
    handmade.finish(desk.studio, work, handmade.picture())
    shown = await asked.work()
    await told(discord, desk, alice)
    await desk.stop()
    desk.start()
    await discord.until(lambda: discord.gateway.identified == 2, "the bot's return")
    await discord.press(shown, "👍", user=alice)
    await discord.until(lambda: shown.button("1"), "the press")
    await discord.react(shown, "👎", user=discord.user("bob"))
    await discord.until(lambda: desk.studio.store.tally(work.id) == Tally(1, 1), "the reaction")
    again = await discord.press(shown, "🔁", user=alice)
    await again.text()


async def test_the_same_event_twice_is_one_work(discord: FakeDiscord, desk: Desk, alice: User) -> None:
    asked = await ask(discord, alice)
    await discord.repeat_last()
    await discord.until(lambda: any(f.code == 40060 for f in discord.refusals), "the second delivery")
    handmade.finish(desk.studio, desk.work(alice), handmade.picture())
    shown = await asked.work()
    await told(discord, desk, alice)
    content = shown.content
    await discord.repeat_last()  # and once more, long after
    await discord.until(lambda: sum(f.code == 40060 for f in discord.refusals) == 2, "the third delivery")
    await ask(discord, discord.user("bob"))
    assert sum(f.code == 40060 for f in discord.refusals) == 2
    assert len(desk.works(alice)) == 1
    assert [message.content for message in works_in(discord)] == [content]


# The gateway


async def test_a_dropped_connection_is_resumed_and_nothing_is_missed(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    await discord.gateway.hang_up()
    asked = await discord.type("/paint", {"prompt": "a stormy sea"}, user=alice, unheard=True)
    await asked.text()
    assert (discord.gateway.identified, discord.gateway.resumed) == (1, 1)


async def test_an_invalidated_session_is_begun_anew_at_the_same_gateway(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    await discord.gateway.invalidate(resumable=False)
    await discord.until(lambda: discord.gateway.identified == 2, "a new session")
    await ask(discord, alice)


# Settings


async def test_a_wrong_token_is_one_clear_sentence(
    discord: FakeDiscord, make_settings: Callable[..., Settings]
) -> None:
    wrong = "MTA1NDMyMTA5ODc2NTQzMjEw.GfakeX.not-the-token-of-the-fake-server-00"
    settings = make_settings(discord_token=wrong, discord_api_base=discord.api_base)
    with pytest.raises(SettingError) as fault:
        await app.run(Studio.open(settings))
    assert (fault.value.key, fault.value.exit_code) == ("discord-token-wrong", LEAVE_DOWN)
    assert wrong not in str(fault.value)


async def test_a_missing_token_too(make_settings: Callable[..., Settings]) -> None:
    with pytest.raises(SettingError) as fault:
        await app.run(Studio.open(make_settings()))
    assert "ATELIER_DISCORD_TOKEN" in str(fault.value)


async def test_a_token_that_is_withdrawn_while_it_serves(discord: FakeDiscord, resting_desk: Desk) -> None:
    task = resting_desk.start()
    await discord.ready()
    discord.world.token = "MTA1NDMyMTA5ODc2NTQzMjEw.GnewXX.a-new-token-of-the-fake-server-00"
    await discord.gateway.hang_up()
    with pytest.raises(SettingError) as fault:
        async with asyncio.timeout(20):
            await task
    assert fault.value.key == "discord-token-wrong"


async def test_discord_out_of_reach_can_be_tried_again(make_settings: Callable[..., Settings]) -> None:
    settings = make_settings(discord_token="a.b.c", discord_api_base="http://127.0.0.1:9/api/v10")
    with pytest.raises(Unavailable) as fault:
        await app.run(Studio.open(settings))
    assert not isinstance(fault.value, SettingError)
    assert fault.value.key == "discord-down"


async def test_commands_that_cannot_be_published_do_not_stop_the_bot(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    await desk.stop()
    trouble = discord.trouble(403, method="PUT", path="/commands")
    desk.start()
    await discord.until(lambda: trouble.times == 0, "the refused publication")
    await ask(discord, alice)
    assert desk.work(alice).person == PersonRef("discord", str(alice.id))
