"""Discord on a bad day: expired tokens, restarts, outages, lost answers, gone channels. Always one reply."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from atelier.errors import Unavailable
from atelier.languages import say
from atelier.logs import Redact
from atelier.settings import Settings
from atelier.store import PersonRef, Tally
from bot.discord import app
from bot.front import LEAVE_DOWN, SettingError
from bot.studio import Studio
from tests.bot import handmade
from tests.bot.conftest import Desk
from tests.fakes.discord import Conversation, FakeDiscord, Message, User, World


@pytest.fixture
def alice(discord: FakeDiscord) -> User:
    return discord.user("alice")


async def ask(discord: FakeDiscord, user: User, **where: Any) -> Conversation:
    asked = await discord.type("/paint", {"prompt": "a stormy sea"}, user=user, **where)
    await asked.text()
    return asked


def is_work(message: Message) -> bool:
    return bool(message.buttons)


def works_in(discord: FakeDiscord) -> list[Message]:
    return [message for message in discord.posts() if is_work(message)]


async def told(discord: FakeDiscord, desk: Desk, user: User) -> None:
    """Wait until the row says that the person has been told (or never can be)."""
    await discord.until(lambda: desk.work(user).posted_at, "the record of the post")


# The token's life


async def test_past_its_token_a_work_is_posted_anew_and_calls_only_the_one_who_asked(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    asked = await ask(discord, alice)
    discord.expire(asked)
    handmade.finish(desk.studio, desk.work(alice), handmade.picture())
    posted = await discord.posted(is_work)
    assert posted is not asked.message
    assert posted.pinged == {str(alice.id)}
    assert posted.content.startswith(f"<@{alice.id}>")
    assert [file.name for file in posted.files] == ["picture-1.png"]
    await told(discord, desk, alice)
    await discord.react(posted, "❤️", user=alice)  # the new message is known
    await discord.until(lambda: posted.button("1"), "the count")
    assert [f.code for f in discord.refusals] == [50027]


async def test_fourteen_minutes_later_the_token_is_not_even_tried(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    asked = await ask(discord, alice)
    work = desk.work(alice)
    old = datetime.now(UTC) - timedelta(minutes=14, seconds=1)
    desk.studio.store.set_place(work.id, {"at": old.isoformat()})
    before = len(discord.calls)
    handmade.finish(desk.studio, work, handmade.picture())
    posted = await discord.posted(is_work)
    assert posted is not asked.message
    assert not [call for call in discord.calls[before:] if call.path.startswith("/webhooks")]


async def test_a_regret_past_the_token_is_told_in_the_channel(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    asked = await ask(discord, alice)
    discord.expire(asked)
    handmade.fail(desk.studio, desk.work(alice))
    posted = await discord.posted(lambda m: say("error-unexpected", "en") in m.content)
    assert posted.pinged == {str(alice.id)}


async def test_an_answer_that_somebody_deleted_is_posted_anew(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    asked = await ask(discord, alice)
    asked.message.deleted = True
    handmade.finish(desk.studio, desk.work(alice), handmade.picture())
    await discord.posted(is_work)
    await told(discord, desk, alice)
    assert len(works_in(discord)) == 1


@pytest.mark.parametrize("gone", ["channel", "permission"])
async def test_with_nowhere_left_to_post_the_rest_goes_on(
    discord: FakeDiscord, desk: Desk, alice: User, gone: str
) -> None:
    lost = discord.world.channel("lost")
    asked = await ask(discord, alice, channel=lost)
    discord.expire(asked)
    if gone == "channel":
        del discord.world.channels[lost.id]
    else:
        lost.writable = False
    handmade.finish(desk.studio, desk.work(alice), handmade.picture())
    await told(discord, desk, alice)
    assert "nowhere" in desk.work(alice).post
    bob = discord.user("bob")
    other = await ask(discord, bob)
    handmade.finish(desk.studio, desk.work(bob), handmade.picture())
    await other.work()


# Outages


@pytest.mark.parametrize(
    "trouble",
    [
        {"status": 502},
        {"status": 429, "retry_after": 0.05},
        {"status": 429, "retry_after": 0.05, "proxied": False},
        {"status": 429, "proxied": False},  # what stands before the API; it does not say how long
    ],
    ids=lambda t: "-".join(map(str, t.values())),
)
async def test_an_outage_delays_a_work_and_loses_nothing(
    discord: FakeDiscord, desk: Desk, alice: User, trouble: dict[str, Any]
) -> None:
    asked = await ask(discord, alice)
    made = discord.trouble(method="PATCH", path="@original", **trouble)
    handmade.finish(desk.studio, desk.work(alice), handmade.picture())
    shown = await asked.work()
    await told(discord, desk, alice)
    assert made.times == 0
    assert works_in(discord) == [shown]


@pytest.mark.parametrize("status", [401, 429, 502])
async def test_an_outage_on_the_second_road_too(
    discord: FakeDiscord, desk: Desk, alice: User, status: int
) -> None:
    asked = await ask(discord, alice)
    discord.expire(asked)
    made = discord.trouble(status, method="POST", path="/channels/")
    handmade.finish(desk.studio, desk.work(alice), handmade.picture())
    await told(discord, desk, alice)
    assert made.times == 0
    assert len(works_in(discord)) == 1


@pytest.mark.parametrize("status", [400, 413])
async def test_a_message_that_discord_will_not_take_is_no_silence(
    discord: FakeDiscord, desk: Desk, alice: User, status: int
) -> None:
    asked = await ask(discord, alice)
    discord.trouble(status, method="PATCH", path="@original")
    handmade.finish(desk.studio, desk.work(alice), handmade.picture())
    await asked.until(lambda m: m.content == say("discord-refused", "en"))
    await told(discord, desk, alice)
    assert "nowhere" in desk.work(alice).post


async def test_a_post_whose_answer_was_lost_is_not_posted_twice(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    asked = await ask(discord, alice)
    discord.expire(asked)
    lost = discord.trouble(method="POST", path="/channels/", swallow=True)
    handmade.finish(desk.studio, desk.work(alice), handmade.picture())
    await told(discord, desk, alice)
    assert lost.times == 0
    assert len(works_in(discord)) == 1


async def test_nor_where_the_bot_may_not_look_back(discord: FakeDiscord, desk: Desk, alice: User) -> None:
    discord.general.readable = False  # the nonce is what is left
    asked = await ask(discord, alice)
    discord.expire(asked)
    discord.trouble(method="POST", path="/channels/", swallow=True)
    handmade.finish(desk.studio, desk.work(alice), handmade.picture())
    await told(discord, desk, alice)
    assert len(works_in(discord)) == 1


async def test_an_edit_whose_answer_was_lost_is_the_same_edit_again(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    asked = await ask(discord, alice)
    discord.trouble(method="PATCH", path="@original", swallow=True)
    handmade.finish(desk.studio, desk.work(alice), handmade.picture())
    await told(discord, desk, alice)
    assert works_in(discord) == [asked.message]
    assert len(asked.message.files) == 1


async def test_what_cannot_be_acknowledged_is_not_begun(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    refused = discord.trouble(404, method="POST", path="/callback")  # past its three seconds
    await discord.type("/paint", {"prompt": "a stormy sea"}, user=alice)
    await discord.until(lambda: refused.times == 0, "the refusal")
    await ask(discord, discord.user("bob"))
    assert desk.works(alice) == []


async def test_a_fault_of_the_records_is_a_sentence_and_the_log_keeps_the_secret(
    discord: FakeDiscord, desk: Desk, alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    with sqlite3.connect(desk.studio.settings.home / "atelier.db") as database:
        database.execute("CREATE TRIGGER no BEFORE INSERT ON works BEGIN SELECT RAISE(ABORT, 'no'); END")
    asked = await ask(discord, alice)
    assert asked.message.content == say("error-unexpected", "en")
    assert "IntegrityError" in caplog.text
    assert asked.interaction.token not in caplog.text
    assert "stormy" not in caplog.text


def test_what_looks_like_an_interaction_token_is_starred(settings: Settings) -> None:
    world = World("x")
    made = world.interaction(2, world.user("ann"), world.general, {})
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, f"PATCH /webhooks/1/{made.token}/x", (), None)
    assert Redact(settings).format(record).endswith("PATCH /webhooks/1/***/x")


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
