"""Discord as people use it: the real discord.py against the fake server; the test plays the worker."""

from __future__ import annotations

import logging
import sqlite3
from typing import Any

import pytest

from atelier.errors import BadInput
from atelier.languages import say
from atelier.store import Tally
from bot.catalogue import BY_NAME, COMMANDS
from bot.discord import poster
from tests.bot import handmade
from tests.bot.conftest import Desk, ask, counts, painted
from tests.fakes.discord import FakeDiscord, Refused, User
from tests.fakes.discord_gateway import DIRECT_REACTIONS, GUILD_REACTIONS, GUILDS

# Commands


def chinese(text: str) -> dict[str, str]:
    """What both Chinese clients are shown; they are answered in one Chinese too."""
    return dict.fromkeys(("zh-CN", "zh-TW"), text)


async def test_discord_knows_every_command_in_both_languages(discord: FakeDiscord, desk: Desk) -> None:
    published = {command["name"]: command for command in discord.world.commands}
    assert sorted(published) == sorted(command.name for command in COMMANDS)
    for command in COMMANDS:
        made = published[command.name]
        assert made["description"] == command.describe("en")
        assert made["description_localizations"] == chinese(command.describe("zh"))
        own = command.role == "server"  # only where the bot is, or in private with it
        assert (made["contexts"], made["integration_types"]) == (
            ([0, 1], [0]) if own else ([0, 1, 2], [0, 1])
        )
        for part, shown in zip(command.parts, made["options"] if command.parts else (), strict=True):
            assert (shown["type"], shown["name"], shown["description"]) == (1, part.name, part.describe("en"))
            assert shown["description_localizations"] == chinese(part.describe("zh"))
            assert [o["name"] for o in shown["options"]] == [option.name for option in part.options]
        managers = str(1 << 5) if command.role == "server" else None
        assert made["default_member_permissions"] == managers
        for option, shown in zip(command.options, () if command.parts else made["options"], strict=True):
            assert (shown["name"], shown["required"]) == (option.name, option.required)
            assert shown["description_localizations"] == chinese(option.describe("zh"))
            named = shown["name_localizations"] or chinese(option.name)
            assert named == chinese(option.label("zh"))
            fixed = [] if option.suggest else list(option.choices)
            assert [choice["value"] for choice in shown.get("choices", [])] == fixed
            assert bool(shown.get("autocomplete")) == bool(option.suggest)
            for choice in shown.get("choices", []):
                named = choice.get("name_localizations", {}).get("zh-CN", choice["name"])
                assert named == option.choice(choice["value"], "zh")
                assert choice["name"] == option.choice(choice["value"], "en")
    count = next(o for o in published["paint"]["options"] if o["name"] == "count")
    assert (count["type"], count["min_value"], count["max_value"]) == (4, 1, 4)
    prompt = published["paint"]["options"][0]
    assert (prompt["min_length"], prompt["max_length"]) == (1, 500)


async def test_it_listens_to_servers_and_reactions_and_never_to_what_people_write(
    discord: FakeDiscord, desk: Desk
) -> None:
    [session] = discord.gateway.live
    assert session.intents == GUILDS | GUILD_REACTIONS | DIRECT_REACTIONS


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
async def test_help_is_for_the_one_who_asks_in_their_language(
    discord: FakeDiscord, desk: Desk, locale: str
) -> None:
    ann = discord.user("ann", locale=locale)
    shown = await (await discord.type("/help", user=ann)).text()
    lang = "zh" if locale == "zh-CN" else "en"
    assert shown.ephemeral
    for command in COMMANDS:
        assert (command.describe(lang) in shown.content) == (command.role == "everyone")
    assert say("discord-help-outro", lang) in shown.content
    # Options as this client names them, whichever language was chosen to be answered in.
    named = {"en": ("prompt", "style"), "zh": ("画面", "风格")}[lang]
    assert f"`{named[0]}: {say('example-paint', lang)[:3]}" in shown.content
    other = "en" if lang == "zh" else "zh"
    await (await discord.type("/settings", {"language": other}, user=ann)).text()
    about = await (await discord.type("/help", {"command": "paint"}, user=ann)).text()
    assert f"**{named[1]}**{say('colon', other)}{say('option-style', other)}" in about.content


# From the command to the work


async def test_a_picture_from_the_command_to_the_vote(discord: FakeDiscord, desk: Desk, alice: User) -> None:
    asked = await discord.type("/paint", {"prompt": "a stormy sea", "style": "photo", "seed": 7}, user=alice)
    told = await asked.text()
    work = desk.work(alice)
    assert told.content == "🎨 Painting a stormy sea. You are next."
    assert (work.request.words, work.request.seed, work.state) == ("a stormy sea", 7, "queued")
    handmade.finish(desk.studio, work, handmade.picture())
    shown = await asked.work()
    assert shown is told  # in the same place
    assert discord.posts() == [shown]
    assert "a stormy sea" in shown.content
    assert "photograph" in shown.content
    assert "v1" in shown.content
    [picture] = shown.files
    assert (picture.name, picture.data) == ("picture-1.png", handmade.png())
    assert picture.description == say("alt", "en", prompt="a stormy sea") + " (photograph)"
    await discord.press(shown, "👍", user=alice)
    await discord.until(lambda: counts(shown) == ("1", ""), "the count")
    assert shown.files == [picture]
    assert desk.studio.store.tally(work.id) == Tally(liked=1, disliked=0)


async def test_the_queue_place_is_said(discord: FakeDiscord, desk: Desk, alice: User) -> None:
    await ask(discord, alice)
    second = await ask(discord, discord.user("bob"))
    assert say("place", "en", place=2) in second.message.content


async def test_someone_who_waited_reads_that_it_is_being_made(
    discord: FakeDiscord, desk: Desk, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poster, "WAITED", poster.WAITED * 0)
    asked = await ask(discord, alice)
    handmade.begin(desk.studio, desk.work(alice))
    await asked.until(lambda m: say("being-made", "en") in m.content)


async def test_four_pictures_come_in_one_message(discord: FakeDiscord, desk: Desk, alice: User) -> None:
    asked = await ask(discord, alice, count=4)
    handmade.finish(desk.studio, desk.work(alice), handmade.picture(4))
    shown = await asked.work()
    assert [file.name for file in shown.files] == [f"picture-{n}.png" for n in (1, 2, 3, 4)]
    assert len({file.description for file in shown.files}) == 4


async def test_a_poem_is_text(discord: FakeDiscord, desk: Desk, alice: User) -> None:
    asked = await discord.type("/poem", {"topic": "first snow", "form": "free"}, user=alice)
    await asked.text()
    handmade.finish(desk.studio, desk.work(alice), handmade.poem("- white_roofs", "# *hush*", title="Snow"))
    shown = await asked.work()
    assert "**Snow**\n\\- white\\_roofs\n\\# \\*hush\\*" in shown.content
    assert shown.files == []


async def test_a_poem_longer_than_a_message_is_a_file(discord: FakeDiscord, desk: Desk, alice: User) -> None:
    asked = await discord.type("/poem", {"topic": "*" * 500}, user=alice)
    await asked.text()
    lines = ["so many words"] * 200
    handmade.finish(desk.studio, desk.work(alice), handmade.poem(*lines))
    shown = await asked.work()
    [file] = shown.files
    assert file.name == "poem.txt"
    assert file.data.decode().splitlines() == lines
    assert shown.content


async def test_a_melody_can_be_heard_seen_and_described(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    asked = await discord.type("/melody", {"description": "a sad waltz"}, user=alice)
    await asked.text()
    handmade.finish(desk.studio, desk.work(alice), handmade.melody())
    shown = await asked.work()
    assert [file.name for file in shown.files] == ["melody.ogg", "score.png", "melody.mid"]
    for file in shown.files[:2]:
        assert file.description
        assert "D minor, 3/4, 90" in file.description
        assert "made by a machine for “a sad waltz”" in file.description


async def test_a_failure_is_told_in_its_place(discord: FakeDiscord, desk: Desk, alice: User) -> None:
    asked = await ask(discord, alice)
    handmade.fail(desk.studio, desk.work(alice))
    shown = await asked.until(lambda m: say("error-unexpected", "en") in m.content)
    assert discord.posts() == [shown]


async def test_in_private_as_in_a_server(discord: FakeDiscord, desk: Desk) -> None:
    mei = discord.user("小梅", locale="zh-CN")
    home = discord.private(mei)
    shown = await painted(discord, desk, mei, channel=home)
    assert say("act-again", "zh") == shown.buttons[2]["label"]
    await discord.react(shown, "❤️", user=mei)
    await discord.until(lambda: counts(shown) == ("1", ""), "the count")


# Quick, whatever is slow


async def test_acknowledged_before_anything_is_written_down(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    lock = sqlite3.connect(desk.studio.settings.home / "atelier.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")  # nobody else can write now
    asked = await discord.type("/paint", {"prompt": "a stormy sea"}, user=alice)
    await asked.acknowledged()
    assert asked.message.thinking
    lock.execute("ROLLBACK")
    lock.close()
    assert "a stormy sea" in (await asked.text()).content


async def test_a_work_quicker_than_its_acknowledgement_is_not_overwritten(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    discord.trouble(502, method="PATCH", path="@original")  # the acknowledgement's text comes a second late
    asked = await discord.type("/paint", {"prompt": "a stormy sea"}, user=alice)
    await discord.until(lambda: desk.works(alice), "the row")
    await discord.until(lambda: any(call.status == 502 for call in discord.calls), "the failed edit")
    handmade.finish(desk.studio, desk.work(alice), handmade.picture())
    shown = await asked.work()
    edits = shown.edits
    await painted(discord, desk, discord.user("bob"))
    assert shown.edits == edits
    assert shown.files


# Refusals


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("/paint", {"prompt": " \u200b\x00 "}, "bad-prompt-empty"),
    ("/paint", {"prompt": "x" * 501}, "bad-prompt-long"),
    ("/paint", {"prompt": "x", "count": 9}, "bad-range"),
    ("/paint", {"prompt": "x", "seed": -1}, "bad-range"),
    ("/poem", {"topic": "x", "form": "villanelle"}, "bad-choice"),
    ("/poem", {"topic": "x", "form": "haiku", "language": "zh"}, "bad-form-language"),
    ("/melody", {"description": "x", "key": "H major <@1> @everyone"}, "bad-key"),
    ("/melody", {"description": "x", "tempo": 1000}, "bad-range"),
]


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
async def test_what_cannot_be_made_is_refused_in_a_sentence_for_the_one_who_asked(
    discord: FakeDiscord, desk: Desk, locale: str
) -> None:
    user = discord.user("ann", locale=locale)
    lang = "zh" if locale == "zh-CN" else "en"
    for command, options, key in BAD:
        told = await (await discord.type(command, options, user=user, outdated=True)).text()
        with pytest.raises(BadInput) as fault:
            desk.studio.read(BY_NAME[command[1:]], options)
        assert fault.value.key == key
        said = told.content.replace("\\", "").replace("\u200b", "")
        assert said == fault.value.text(lang)
        assert told.ephemeral, (command, options)
        assert told.pinged == set()
    changed = await (await discord.type("/paint", {}, user=user, outdated=True)).text()
    assert (changed.content, changed.ephemeral) == (say("discord-outdated", lang), True)
    assert desk.works(user) == []
    assert discord.posts() == []


async def test_a_client_would_not_even_send_most_of_these(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    for command, options, key in BAD:
        if key in ("bad-range", "bad-prompt-long"):  # forms are suggested, so anything can be sent
            with pytest.raises(Refused):
                await discord.type(command, options, user=alice)


HOSTILE = [
    "@everyone @here <@1> <@!1> <@&1> <#1> </paint:1>",
    "**bold** __u__ ~~s~~ ||spoiler|| `code` ```block``` > quote",
    "[click](https://example.com) https://example.com discord.gg/abc <https://example.com>",
    "<:smile:1> <a:wave:1> <t:1:R>",
    "\\@everyone \\\\<@1> \\`",
    "``` @everyone ``` ```",
    "\u202e@everyone\u202c \u200b<@1>",
    "مرحبا @everyone 你好",
]


@pytest.mark.parametrize("prompt", HOSTILE)
async def test_a_prompt_is_shown_and_never_interpreted(
    discord: FakeDiscord, desk: Desk, alice: User, prompt: str
) -> None:
    asked = await ask(discord, alice, prompt)
    handmade.finish(desk.studio, desk.work(alice), handmade.picture(understood=prompt))
    shown = await asked.work()
    assert shown.pinged == set()
    raw = shown.content.replace("\\\\", "")
    for token in ("@everyone", "@here", "<@", "://", "](", "**", "```", "||", "<:", "<t:"):
        assert token not in raw.replace("\\" + token[0], ""), token
    for call in discord.calls:
        if isinstance(call.payload, dict) and "content" in call.payload.get("data", call.payload):
            assert call.payload.get("data", call.payload)["allowed_mentions"]["parse"] == []


async def test_with_the_queue_down_a_sentence_and_nothing_half_recorded(
    discord: FakeDiscord, make_settings: Any, redis_server: Any
) -> None:
    from bot.studio import Studio

    settings = make_settings(
        discord_token=discord.token, discord_api_base=discord.api_base, redis_url=redis_server.url
    )
    desk = Desk(Studio.open(settings))
    desk.start()
    await discord.ready()
    alice = discord.user("alice")
    redis_server.stop()
    told = await (await discord.type("/paint", {"prompt": "a stormy sea"}, user=alice)).text()
    assert told.content == say("redis-down", "en")
    assert desk.works(alice) == []
    redis_server.start()
    asked = await ask(discord, alice)
    assert "a stormy sea" in asked.message.content
    assert len(desk.works(alice)) == 1
    await desk.stop()


# Secrets


async def test_no_token_reaches_the_log(
    discord: FakeDiscord, resting_desk: Desk, alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    resting_desk.start()
    shown = await painted(discord, resting_desk, alice)
    discord.trouble(429, retry_after=0.05, method="PATCH")
    pressed = await discord.press(shown, "👍", user=alice)
    await discord.until(lambda: counts(shown) == ("1", ""), "the count")
    secrets = [discord.token, *discord.world.interactions]
    assert pressed.interaction.token in secrets
    said = "\n".join([record.getMessage() for record in caplog.records] + [caplog.text])
    assert "work" in said
    for secret in secrets:
        assert secret not in said
