"""Votes on Discord: buttons, reactions, counts, and another take of the same."""

from __future__ import annotations

import asyncio
import copy

import pytest

from atelier.languages import say
from tests.bot import handmade
from tests.bot.conftest import Desk, counts, painted
from tests.fakes.discord import FakeDiscord, Message, User

# Votes


async def test_a_vote_can_change_and_is_logged_once_a_press(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    shown = await painted(discord, desk, alice)
    for face, expected in (("👍", ("1", "")), ("👍", ("1", "")), ("👎", ("", "1"))):
        pressed = await discord.press(shown, face, user=alice)
        await pressed.acknowledged()
        await discord.until(lambda expected=expected: counts(shown) == expected, f"{face} → {expected}")
    log = [row["vote"] for row in desk.studio.store.feedback()]
    assert log == ["liked", "disliked"]


async def test_many_votes_are_few_edits(discord: FakeDiscord, desk: Desk, alice: User) -> None:
    shown = await painted(discord, desk, alice)
    edits = shown.edits
    voters = [discord.user(f"voter-{number}") for number in range(30)]
    for voter in voters:
        await discord.react(shown, "🔥", user=voter)
    await discord.until(lambda: counts(shown) == ("30", ""), "thirty")
    assert shown.edits - edits < 30


async def test_reactions_of_anyone_count_and_can_be_taken_back(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    shown = await painted(discord, desk, alice)
    bob = discord.user("bob")
    await discord.react(shown, "❤️", user=alice)
    await discord.react(shown, "👍🏽", user=bob)
    await discord.until(lambda: counts(shown) == ("2", ""), "two hearts")
    await discord.react(shown, "👎", user=bob)
    await discord.until(lambda: counts(shown) == ("1", "1"), "a change of mind")
    await discord.unreact(shown, "👎", user=bob)
    await discord.until(lambda: counts(shown) == ("2", ""), "the vote before it")
    await discord.unreact(shown, "👍🏽", user=bob)
    await discord.until(lambda: counts(shown) == ("1", ""), "one")


async def test_a_reaction_is_counted_wherever_the_work_is_shown(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    shown = await painted(discord, desk, alice)
    second = Message(
        discord.world.snowflake(),
        discord.general,
        discord.world.bot,
        components=copy.deepcopy(shown.components),
    )
    discord.world.messages[second.id] = second
    desk.studio.store.put_message(desk.work(alice).id, "discord", f"{discord.general.id}:{second.id}")
    await discord.react(second, "❤️", user=discord.user("bob"))
    await discord.until(lambda: counts(shown) == counts(second) == ("1", ""), "the vote, in both places")
    await discord.clear(second)
    await discord.until(lambda: counts(shown) == counts(second) == ("", ""), "and that it is gone")


async def test_reactions_that_a_moderator_clears_count_no_more(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    shown = await painted(discord, desk, alice)
    bob, carol = discord.user("bob"), discord.user("carol")
    await discord.press(shown, "👍", user=carol)
    await discord.react(shown, "❤️", user=alice)
    await discord.react(shown, "👍🏽", user=bob)
    await discord.react(shown, "🔥", user=bob)
    await discord.until(lambda: counts(shown) == ("3", ""), "three who like it")
    await discord.clear(shown, "🤔")
    await discord.clear(shown, "❤️")
    await discord.until(lambda: counts(shown) == ("2", ""), "one heart less")
    await discord.react(shown, "👎", user=alice)
    await discord.until(lambda: counts(shown) == ("2", "1"), "a change of mind")
    await discord.clear(shown)
    await discord.until(lambda: counts(shown) == ("1", ""), "what was pressed, which nobody cleared")
    await discord.react(shown, "👎", user=bob)
    await discord.until(lambda: counts(shown) == ("1", "1"), "a reaction after that")


async def test_bots_other_emoji_and_other_messages_do_not_count(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    shown = await painted(discord, desk, alice)
    await discord.react(shown, "👍", user=discord.user("helper", bot=True))
    await discord.react(shown, "👍", user=discord.world.bot)
    await discord.react(shown, "🤔", user=alice)
    other = Message(discord.world.snowflake(), discord.general, alice, "hello")
    await discord.react(other, "👍", user=alice)
    await discord.react(shown, "👎", user=alice)  # the last event: what came before it is done
    await discord.until(lambda: counts(shown) == ("", "1"), "the one that counts")
    assert [row["vote"] for row in desk.studio.store.feedback()] == ["disliked"]


async def test_a_button_of_a_work_that_is_gone_says_so(discord: FakeDiscord, desk: Desk, alice: User) -> None:
    shown = await painted(discord, desk, alice)
    for button in shown.buttons:
        button["custom_id"] = button["custom_id"].rpartition(":")[0] + ":000000000000"
    for face in ("👍", "🔁"):
        told = await (await discord.press(shown, face, user=alice)).until(
            lambda m: m.content == say("work-unknown", "en")
        )
        assert told is not shown


# Again


async def test_again_is_a_new_work_with_another_seed(discord: FakeDiscord, desk: Desk, alice: User) -> None:
    shown = await painted(discord, desk, alice)
    bob = discord.user("bob")
    pressed = await discord.press(shown, "🔁", user=bob)
    await pressed.text()
    first, second = desk.work(alice), desk.work(bob)
    assert second.request.words == first.request.words
    assert second.request.seed != first.request.seed
    handmade.finish(desk.studio, second, handmade.picture())
    made = await pressed.work()
    assert made is not shown
    assert len(discord.posts()) == 2


async def test_again_pressed_twice_is_once_until_the_new_work_is_there(
    discord: FakeDiscord, desk: Desk, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("atelier.store.works.TWICE_S", 0.0)  # the third press comes a moment later
    shown = await painted(discord, desk, alice)
    first = await discord.press(shown, "🔁", user=alice)
    second = await discord.press(shown, "🔁", user=alice)
    # Which of the two is heeded is chance; the other is told so, and the first card is the new work's.
    both = [asyncio.ensure_future(reply.until(lambda m: m.ephemeral)) for reply in (first, second)]
    done, others = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    for other in others:
        other.cancel()
    (told,) = (task.result() for task in done)
    assert (told.content, told.ephemeral) == (say("act-twice", "en"), True)
    if done == {both[0]}:
        first = second
    await first.text()
    assert len(desk.works(alice)) == 2
    handmade.finish(desk.studio, desk.work(alice), handmade.picture())
    await first.work()
    await discord.until(lambda: desk.work(alice).posted_at, "the record of the post")
    third = await discord.press(shown, "🔁", user=alice)
    await third.text()
    assert len(desk.works(alice)) == 3
