"""What administrators can do, and to whom: servers rule themselves, the studio rules all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from atelier import registry
from atelier.errors import Unavailable
from atelier.languages import say
from atelier.settings import Settings
from atelier.store.house import STUDIO
from bot.catalogue import BY_NAME
from bot.studio import Studio
from tests.atelier.test_registry import version
from tests.bot import handmade
from tests.bot.conftest import Desk, painted
from tests.bot.telegram_room import card_of, latest, ref, serving
from tests.fakes.discord import FakeDiscord, Refused, User
from tests.fakes.telegram import ALICE, BOB, GROUP, TOKEN, FakeTelegram

OTHER = 77  # another server


@pytest.fixture
def boss(discord: FakeDiscord) -> User:
    return discord.user("boss", manages=True)


@pytest.fixture
def studio(telegram: FakeTelegram, make_settings: Callable[..., Settings]) -> Studio:
    made = make_settings(telegram_token=TOKEN, telegram_api_base=telegram.url, admins=f"telegram:{ALICE.id}")
    return Studio.open(made)


async def told(discord: FakeDiscord, user: User, command: str, **options: Any) -> str:
    return (await (await discord.type(command, options, user=user)).text()).content


async def said(telegram: FakeTelegram, line: str, **where: Any) -> str:
    return (await card_of(telegram, await telegram.say(line, **where))).text.replace("\u2060", "")


# Discord: who manages a server rules it


async def test_a_servers_words_are_refused_there_and_nowhere_else(
    discord: FakeDiscord, desk: Desk, alice: User, boss: User
) -> None:
    with pytest.raises(Refused):
        await discord.type("/admin words", user=alice)  # her client does not even show it
    sly = await discord.type("/admin words", {"add": "teapot"}, user=alice, outdated=True)
    assert (await sly.text()).content == say("not-yours", "en", command="admin words")
    assert await told(discord, boss, "/admin words", add="🍆") == say("words-no-word", "en", word="🍆")
    listed = await told(discord, boss, "/admin words", add="teapot")
    assert listed == f"{say('words-listed', 'en')}\n**1**: teapot"
    assert await told(discord, alice, "/paint", prompt="a t e a p o t") == say(
        "filter-server", "en", word="teapot"
    )
    assert desk.works(alice) == []
    private = await discord.type("/paint", {"prompt": "a teapot"}, user=alice, channel=discord.private(alice))
    assert "Painting" in (await private.text()).content
    assert await told(discord, boss, "/admin words", remove="kettle") == say(
        "words-not-there", "en", word="kettle"
    )
    assert await told(discord, boss, "/admin words", remove="teapot") == say("words-none", "en")
    assert "Painting" in await told(discord, alice, "/paint", prompt="a teapot")


async def test_the_channels_of_a_server(discord: FakeDiscord, desk: Desk, alice: User, boss: User) -> None:
    studio_channel = discord.world.channel("studio")
    asked = await discord.type("/admin channels", {"change": "allow"}, user=boss, channel=studio_channel)
    assert (await asked.text()).content == say("channels-here", "en", number=1)
    assert await told(discord, alice, "/paint", prompt="a sea") == say("not-in-this-channel", "en")
    there = await discord.type("/paint", {"prompt": "a sea"}, user=alice, channel=studio_channel)
    assert "Painting" in (await there.text()).content
    assert await told(discord, boss, "/admin channels", change="everywhere") == say("channels-all", "en")
    assert "Painting" in await told(discord, alice, "/paint", prompt="a sea")


async def test_somebody_banned_can_neither_ask_nor_vote_but_keeps_what_is_theirs(
    discord: FakeDiscord, desk: Desk, alice: User, boss: User
) -> None:
    asked = await discord.type("/paint", {"prompt": "a sea"}, user=alice)
    await asked.text()
    handmade.finish(desk.studio, desk.work(alice), handmade.picture())
    shown = await asked.work()
    who = f"discord:{alice.id}"
    assert await told(discord, boss, "/admin ban", person=f"<@{alice.id}>", why="floods") == say(
        "ban-done", "en", who=who
    )
    assert await told(discord, boss, "/admin ban", person=str(alice.id)) == say("ban-already", "en", who=who)
    assert await told(discord, boss, "/admin ban", person=str(boss.id)) == say("ban-not-them", "en")
    assert await told(discord, alice, "/paint", prompt="a sea") == say("banned-here", "en", why="floods")
    assert await told(discord, alice, "/help") == say("banned-here", "en", why="floods")
    assert "a sea" in await told(discord, alice, "/history")
    await discord.press(shown, "👍", user=alice)
    await discord.until(
        lambda: any(m.ephemeral and "floods" in m.content for m in discord.world.messages.values()), "no"
    )
    assert desk.studio.store.tally(desk.work(alice).id).liked == 0
    assert await told(discord, boss, "/admin unban", person=str(alice.id)) == say("unban-done", "en", who=who)
    assert "Painting" in await told(discord, alice, "/paint", prompt="a sea")


async def test_a_pause_and_the_age_restricted_mode(
    discord: FakeDiscord, desk: Desk, alice: User, boss: User
) -> None:
    await told(discord, boss, "/admin pause")
    assert await told(discord, alice, "/poem", topic="snow") == say("paused-here", "en")
    await told(discord, boss, "/admin resume")
    assert "Writing" in await told(discord, alice, "/poem", topic="snow")

    assert await told(discord, alice, "/paint", prompt="a nude") == say("filter-sexual-here", "en")
    assert await told(discord, boss, "/admin adults", allowed="yes") == say("adults-on-discord", "en")
    assert await told(discord, alice, "/paint", prompt="a nude") == say(
        "filter-sexual", "en"
    )  # not that channel
    grown_up = discord.world.channel("grown-up")
    grown_up.nsfw = True
    asked = await discord.type("/paint", {"prompt": "a nude"}, user=alice, channel=grown_up)
    assert "Painting" in (await asked.text()).content
    asked = await discord.type("/paint", {"prompt": "a nude child"}, user=alice, channel=grown_up)
    assert (await asked.text()).content == say("filter-minors", "en")
    # Each of the two is harmless there; a poem about the one that spells the other is not.
    assert "Writing" in await told(discord, alice, "/poem", topic="a tune", acrostic="kid")
    asked = await discord.type("/poem", {"topic": "a nude", "acrostic": "kid"}, user=alice, channel=grown_up)
    assert (await asked.text()).content == say("filter-minors", "en")


async def test_a_server_and_a_person_say_whether_models_learn_from_them(
    discord: FakeDiscord, desk: Desk, alice: User, boss: User
) -> None:
    assert await told(discord, boss, "/admin learning") == say("learning-on", "en")
    assert await told(discord, boss, "/admin learning", learn="no") == say("learning-off", "en")
    shown = await painted(discord, desk, alice, prompt="a sea")
    await discord.press(shown, "👍", user=alice)
    await discord.until(lambda: list(desk.studio.store.heard("paint")), "the vote")
    assert [vote.consents for vote in desk.studio.store.heard("paint")] == [False]
    await told(discord, boss, "/admin learning", learn="yes")
    assert [vote.consents for vote in desk.studio.store.heard("paint")] == [True]
    assert f"**{say('setting-learning', 'en')}**: no" in await told(
        discord, alice, "/settings", learning="no"
    )
    assert [vote.consents for vote in desk.studio.store.heard("paint")] == [False]


async def test_everything_is_written_down_and_each_server_sees_its_own(
    discord: FakeDiscord, desk: Desk, alice: User, boss: User
) -> None:
    await told(discord, boss, "/admin words", add="teapot")
    await (
        await discord.type("/admin promote", {"model": "poet", "version": "v9"}, user=boss, outdated=True)
    ).text()
    store = desk.studio.store
    store.note_deed(ref(BOB), str(OTHER), "admin pause", {}, "done")
    [promote, words] = store.deeds("discord", str(discord.world.guild))
    assert (words.command, words.options, words.outcome) == ("admin words", {"add": "teapot"}, "done")
    assert (promote.command, promote.outcome) == ("admin promote", "refused")  # a server's, not the studio's
    log = await told(discord, boss, "/admin log")
    assert "/admin words add=teapot" in log
    assert "pause" not in log


async def test_the_log_has_what_was_down_and_what_is_done_is_said_to_be(
    discord: FakeDiscord, desk: Desk, boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, server = desk.studio.store, str(discord.world.guild)

    def down(*_: object, **__: object) -> None:
        raise Unavailable("store-down")

    with monkeypatch.context() as patch:
        patch.setattr(store, "rule", down)
        assert await told(discord, boss, "/admin words", add="teapot") == say("store-down", "en")
    [deed] = store.deeds("discord", server)
    assert (deed.command, deed.outcome) == ("admin words", "refused")
    with monkeypatch.context() as patch:
        patch.setattr(store, "note_deed", down)
        assert "teapot" in await told(discord, boss, "/admin words", add="teapot")
    assert store.rules("discord", server).words == ("teapot",)


# Telegram: who administers a group rules it; ATELIER_ADMINS rule all


async def test_telegram_asks_who_administers_the_group(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        await card_of(telegram, await telegram.say("/start", user=BOB))
        await telegram.say("/admin words add=teapot", user=BOB, chat=GROUP)
        refused = await telegram.until(lambda m: "administer" in m.text, chat=BOB)
        assert refused.text.replace("\u2060", "") == say("not-yours", "en", command="admin words")
        telegram.state.managers.add((GROUP.id, BOB.id))
        await telegram.say("/admin words add=teapot", user=BOB, chat=GROUP)
        await telegram.until(lambda m: "teapot" in m.text, chat=BOB, after=refused)
        assert await said(telegram, "/paint a teapot", chat=GROUP) == say(
            "filter-server", "en", word="teapot"
        )
        assert "Painting" in await said(telegram, "/paint a teapot")
    assert studio.store.rules("telegram", str(GROUP.id)).words == ("teapot",)


async def test_in_private_the_studios_administrator_rules_everywhere(
    telegram: FakeTelegram, studio: Studio
) -> None:
    async with serving(studio):
        parts = BY_NAME["admin"].parts
        listed = (await said(telegram, "/admin")).splitlines()
        assert listed == [
            say("admin-parts", "en"), *(f"/{part.path} · {part.describe('en')}" for part in parts)
        ]  # fmt: skip
        assert await said(telegram, "/admin dance") == say(
            "unknown-part", "en", command="admin", name="dance", parts=", ".join(p.name for p in parts)
        )
        assert await said(telegram, "/admin", user=BOB) == say("not-yours", "en", command="admin")
        about = await said(telegram, "/help admin ban")
        assert about.startswith(f"/admin ban · {say('command-admin-ban', 'en')}\nperson: ")
        assert await said(telegram, "/help /admin ban", user=BOB) == say(
            "not-yours", "en", command="admin ban"
        )
        painting = await said(telegram, "/help paint")
        assert say("choice-style-ink", "en") in painting
        assert painting.endswith(say("help-outro", "en"))
        assert await said(telegram, "/admin pause", user=BOB) == say("not-yours", "en", command="admin pause")
        assert await said(telegram, "/admin pause") == say("pause-done-all", "en")
        assert await said(telegram, "/paint a sea", user=BOB) == say("paused", "en")
        await said(telegram, "/admin resume")
        await said(telegram, f"/admin ban {BOB.id} for flooding us")
        assert await said(telegram, "/paint a sea", user=BOB) == say("banned", "en", why="for flooding us")
        assert "shipped" in await said(telegram, "/admin models poet")
        assert "no version" in await said(telegram, "/admin promote poet v99")
        assert "no earlier version" in await said(telegram, "/admin rollback poet")
        assert say("learn-choose", "en") in await said(telegram, "/admin retrain")
        assert "/paint: 0 waiting, 0 workers" in await said(telegram, "/admin stats")
    assert studio.store.rules("telegram", STUDIO).paused is False


async def test_a_version_that_was_promoted_in_the_chat_serves(
    telegram: FakeTelegram, studio: Studio, tmp_path: Path
) -> None:
    there = tmp_path / "there"  # on the machine that trained it
    registry.adopt(studio.store, "poet", version(tmp_path / "v7", "v7"), there, shelf=studio.shelf)
    there.rename(tmp_path / "another machine")
    studio.store.register_version("poet", "v8", "0" * 64, "/nowhere", {})
    async with serving(studio):
        assert "neither on this machine" in await said(telegram, "/admin promote poet v8")
        assert studio.store.current("poet") is None
        assert await said(telegram, "/admin promote poet v7") == say(
            "version-serves", "en", model="poet", version="v7"
        )
        assert (serving_now := studio.store.current("poet"))
        assert serving_now.version == "v7"
        back = await said(telegram, "/admin rollback model=poet")
        assert "now uses version" in back
        assert (serving_now := studio.store.current("poet"))
        assert serving_now.origin == "shipped"


@pytest.fixture
def invited_only(telegram: FakeTelegram, make_settings: Callable[..., Settings]) -> Studio:
    made = make_settings(
        telegram_token=TOKEN, telegram_api_base=telegram.url, telegram_allowed=f"{ALICE.id}, {GROUP.id}"
    )
    return Studio.open(made)


async def test_a_telegram_bot_for_invited_people(telegram: FakeTelegram, invited_only: Studio) -> None:
    async with serving(invited_only):
        assert "Painting" in await said(telegram, "/paint a sea")
        assert await said(telegram, "/paint a sea", user=BOB) == say("not-invited", "en")
        assert await said(telegram, "/help", user=BOB) == say("not-invited", "en")
        assert "Painting" in await said(telegram, "/paint a sea", user=BOB, chat=GROUP)


async def test_a_refusal_says_why_in_the_persons_language(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        for line, lang, key in (
            ("/paint n u d e", "en", "filter-sexual"), ("/poem 裸 体", "en", "filter-sexual"),
            ("/melody heil hitler", "en", "filter-hate"),
            ("/poem I want to k i l l m y s e l f", "en", "filter-harm"),
            ("/poem snow acrostic=nude", "en", "filter-sexual"),
        ):  # fmt: skip
            assert await said(telegram, line) == say(key, lang)
        assert studio.store.recent(ref(ALICE)) == []


async def test_a_button_is_no_way_around_the_filter(telegram: FakeTelegram, studio: Studio) -> None:
    async with serving(studio):
        card = await card_of(telegram, await telegram.say("/paint a sea"))
        handmade.finish(studio, latest(studio), handmade.picture())
        await telegram.wait(lambda: card.photo)
        await said(telegram, "/admin words add=sea")
        press = await telegram.press(card, "🔁", user=BOB)
        assert await telegram.answered(press) == say("filter-server", "en", word="sea")
        assert studio.store.recent(ref(BOB)) == []


async def test_a_banned_persons_reaction_counts_for_nothing_and_is_no_fault(
    telegram: FakeTelegram, studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(studio):
        card = await card_of(telegram, await telegram.say("/poem snow", chat=GROUP))
        handmade.finish(studio, latest(studio), handmade.poem())
        await telegram.wait(lambda: card.is_work)
        studio.store.ban(ref(BOB), STUDIO, "floods")
        await telegram.react(card, "👍", user=BOB)
        await telegram.react(card, "👍", user=ALICE)
        await telegram.wait(lambda: "👍 1" in card.buttons)
    assert studio.store.tally(latest(studio).id).liked == 1
    # asyncio may tell just now of what became of tasks of the tests before.
    ours = [
        record for record in caplog.records if record.name.partition(".")[0] in ("atelier", "bot", "telegram")
    ]
    assert not [record for record in ours if record.exc_info]
    assert "a reaction was not recorded" in caplog.text


@pytest.mark.parametrize("name", ["alice", "@alice", "telegram:alice", "<@alice>", "discord:12x", "１２３"])
@pytest.mark.parametrize("command", ["ban", "unban"])
async def test_a_name_bans_nobody_and_is_told_so(
    telegram: FakeTelegram, studio: Studio, name: str, command: str
) -> None:
    async with serving(studio):
        shown = say("ban-whom", "en", value=name)
        assert await said(telegram, f"/admin {command} person={name}") == shown
        assert await said(telegram, f"/admin ban person=telegram:{BOB.id}") == say(
            "ban-done", "en", who=f"telegram:{BOB.id}"
        )
