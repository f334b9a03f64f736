"""Discord on a bad day: expired tokens, restarts, outages, lost answers, gone channels. Always one reply."""

from __future__ import annotations

import logging
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from atelier.errors import Unavailable
from atelier.languages import say
from atelier.logs import Redact
from atelier.settings import Settings
from bot.discord.place import message_key
from tests.bot import handmade
from tests.bot.conftest import Desk, ask, told, works_in
from tests.fakes.discord import Channel, FakeDiscord, Message, User, World


def is_work(message: Message) -> bool:
    return message.is_work


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
    # The acknowledgement was taken away: the counts have one message to follow.
    assert desk.studio.store.messages_of(desk.work(alice).id, "discord") == [
        message_key(posted.channel.id, posted.id)
    ]


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
    assert posted.button("🔁")


async def test_a_failed_work_says_what_was_asked_and_can_be_tried_again(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    asked = await ask(discord, alice)
    failed = desk.work(alice)
    handmade.fail(desk.studio, failed)
    why = say("error-unexpected", "en")
    await discord.until(lambda: why in asked.message.content, "the regret")
    assert asked.message.content == f"{say('quoted', 'en', prompt=failed.request.words)}\n{why}"
    assert [button["emoji"]["name"] for button in asked.message.buttons] == ["🔁"]
    await (await discord.press(asked.message, "🔁", user=alice)).text()
    again = desk.work(alice)
    assert (again.parent, again.request.words) == (failed.id, failed.request.words)


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
@pytest.mark.parametrize("well", [True, False], ids=["made", "failed"])
async def test_where_the_channel_is_closed_it_comes_in_private(
    discord: FakeDiscord, desk: Desk, alice: User, gone: str, well: bool
) -> None:
    lost = discord.world.channel("lost")
    asked = await ask(discord, alice, channel=lost)
    discord.expire(asked)
    close(discord, lost, gone)
    if well:
        handmade.finish(desk.studio, desk.work(alice), handmade.picture())
    else:
        handmade.fail(desk.studio, desk.work(alice))
    told_so = await discord.posted(lambda m: m.content, channel=discord.private(alice))
    assert say("discord-channel-closed", "en") in told_so.content
    assert told_so.is_work == well
    assert well or say("error-unexpected", "en") in told_so.content
    await told(discord, desk, alice)
    assert "nowhere" not in desk.work(alice).post


async def test_a_token_that_is_forbidden_is_no_dead_end(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    asked = await ask(discord, alice)
    discord.trouble(403, method="PATCH", path="@original")
    handmade.finish(desk.studio, desk.work(alice), handmade.picture())
    posted = await discord.posted(is_work)
    assert posted is not asked.message
    await told(discord, desk, alice)


@pytest.mark.parametrize("gone", ["channel", "permission"])
async def test_with_nowhere_left_to_post_the_rest_goes_on(
    discord: FakeDiscord, desk: Desk, alice: User, gone: str
) -> None:
    lost = discord.world.channel("lost")
    asked = await ask(discord, alice, channel=lost)
    discord.expire(asked)
    close(discord, lost, gone)
    discord.private(alice).writable = False  # she takes no private messages from the bot either
    handmade.finish(desk.studio, desk.work(alice), handmade.picture())
    await told(discord, desk, alice)
    assert "50007" in desk.work(alice).post["nowhere"]
    bob = discord.user("bob")
    other = await ask(discord, bob)
    handmade.finish(desk.studio, desk.work(bob), handmade.picture())
    await other.work()


def close(discord: FakeDiscord, channel: Channel, gone: str) -> None:
    """The bot loses a channel: it is deleted, or closed to it."""
    if gone == "channel":
        del discord.world.channels[channel.id]
    else:
        channel.writable = False


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


async def test_a_refusal_is_told_although_nobody_heard_that_thinking_was_taken_away(
    discord: FakeDiscord, desk: Desk, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down() -> None:
        raise Unavailable("redis-down")

    monkeypatch.setattr(desk.studio.road, "check", down)
    lost = discord.trouble(method="DELETE", path="@original", swallow=True)
    asked = await discord.type("/poem", {"topic": "rain"}, user=alice)
    assert (await asked.text()).content == say("redis-down", "en")
    assert lost.times == 0


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
