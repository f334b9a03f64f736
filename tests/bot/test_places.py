"""Who waits is told how they stand, while they wait; and admins are told what was set aside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from atelier import pace
from atelier.languages import say
from atelier.requests import parse_request
from atelier.settings import Settings
from atelier.store import PersonRef, Platform, Work
from bot import places
from bot.delivery import PostLater
from bot.discord.place import LAST_WORD, TOKEN_LIFE
from bot.discord.poster import DiscordPoster
from bot.places import Places
from bot.studio import Studio
from bot.telegram.poster import TelegramPoster
from tests.bot import handmade
from tests.bot.conftest import Desk, ask
from tests.bot.telegram_room import card_of, latest, serving
from tests.bot.test_delivery import ANN, Wall, asked, delivering, until
from tests.bot.test_discord_places import wait_long
from tests.fakes.discord import FakeDiscord, User
from tests.fakes.telegram import ALICE, FakeTelegram
from workers import jobs, workshop
from workers.workshop import Workshop


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "LOOK_S", 0.05)
    monkeypatch.setattr(DiscordPoster, "pace_s", 0.05)
    monkeypatch.setattr(TelegramPoster, "pace_s", 0.05)


class Board:
    """A platform that takes down what it is told."""

    platform: Platform = "telegram"
    pace_s = 0.0
    edits = 3

    def __init__(self) -> None:
        self.told: list[tuple[str, int, float | None]] = []
        self.busy = False

    def aside(self, work: Work) -> str:
        return ""

    async def waits(self, work: Work, place: int, seconds: float | None) -> None:
        if self.busy:
            raise PostLater(1.0)
        self.told.append((work.id, place, seconds))


@pytest.fixture
def studio(settings: Settings) -> Studio:
    return Studio.open(settings)


async def test_only_what_changed_is_told_and_few_at_a_time(studio: Studio) -> None:
    works = [await asked(studio, n) for n in range(5)]
    board = Board()
    following = Places(studio, board)
    await following.look()
    assert board.told == [(work.id, n, None) for n, work in enumerate(works[:3], 1)]
    board.told.clear()
    await following.look()  # those told longest ago first
    assert [(work, place) for work, place, _ in board.told] == [(works[3].id, 4), (works[4].id, 5)]
    board.told.clear()
    await following.look()
    assert board.told == []
    await studio.cancel(works[0].id, ANN)
    with studio.road.redis.pipeline() as pipe:
        pace.note(pipe, "poem", 1, 10.0)
        pipe.execute()
    await following.look()
    assert board.told == [(work.id, n, 10.0 * n) for n, work in enumerate(works[1:4], 1)]


async def test_the_pace_of_a_platform_is_kept(studio: Studio) -> None:
    first, second = await asked(studio, 1), await asked(studio, 2)
    board = Board()
    following = Places(studio, board)
    board.pace_s = 3600.0
    await following.look()
    assert board.told == []  # the acknowledgement has just told it
    board.pace_s = 0.0
    await following.look()
    assert [work for work, _, _ in board.told] == [first.id, second.id]
    await studio.cancel(first.id, ANN)
    board.pace_s = 3600.0
    await following.look()
    assert len(board.told) == 2  # not again yet
    board.pace_s, board.busy = 0.0, True
    await following.look()  # the chat has no turn left
    board.busy = False
    await following.look()
    assert board.told[2:] == [(second.id, 1, None)]


@pytest.mark.usefixtures("_quick")
async def test_places_move_up_on_discord(discord: FakeDiscord, desk: Desk, alice: User) -> None:
    first, second = await ask(discord, alice), await ask(discord, alice, "a calm sea")
    assert say("place", "en", place=2) in second.message.content
    await desk.studio.cancel(desk.works(alice)[1].id, PersonRef("discord", str(alice.id)))
    await second.until(lambda m: say("place-next", "en") in m.content)
    assert [button["label"] for button in second.message.buttons] == [say("button-cancel", "en")]
    handmade.finish(desk.studio, desk.work(alice), handmade.picture())
    await second.work()
    assert len(first.messages) == len(second.messages) == 1


@pytest.mark.usefixtures("_quick")
async def test_places_move_up_when_the_token_is_spent_too(
    discord: FakeDiscord, desk: Desk, alice: User
) -> None:
    """The acknowledgement is kept up with the bot's own token then, and goes when the work comes."""
    await ask(discord, alice)
    second = await ask(discord, alice, "a calm sea")
    first_work, work = desk.works(alice)[1], desk.work(alice)
    wait_long(discord, desk, second, work)
    before = len(discord.calls)
    await desk.studio.cancel(first_work.id, PersonRef("discord", str(alice.id)))
    await second.until(lambda m: say("place-next", "en") in m.content)
    assert [button["label"] for button in second.message.buttons] == [say("button-cancel", "en")]
    handmade.begin(desk.studio, work)
    old = second.message
    handmade.finish(desk.studio, work, handmade.picture())
    late = await discord.posted(lambda m: m.is_work)
    assert late is not old
    await discord.until(lambda: old.deleted, "the end of the acknowledgement")
    used = [call.path for call in discord.calls[before:] if call.path.startswith("/webhooks")]
    assert not any(second.interaction.token in path for path in used)


@pytest.mark.usefixtures("_quick")
async def test_what_can_be_told_no_more_says_so_before(discord: FakeDiscord, desk: Desk, alice: User) -> None:
    """Where only the token reaches: in its last minute the acknowledgement says where the work will come."""
    there = discord.world.elsewhere(alice, server=True)
    asked_there = await ask(discord, alice, channel=there)
    work = desk.work(alice)
    at = datetime.fromisoformat(work.place["at"]) - TOKEN_LIFE + LAST_WORD / 2
    desk.studio.store.set_place(work.id, {"at": at.isoformat()})
    last = await asked_there.until(lambda m: say("discord-later", "en") in m.content)
    assert "a stormy sea" in last.content
    assert last.buttons  # it can still be taken back


@pytest.mark.usefixtures("_quick")
async def test_places_move_up_on_telegram(
    telegram: FakeTelegram, make_settings: Callable[..., Settings]
) -> None:
    studio = Studio.open(make_settings(telegram_token=telegram.token, telegram_api_base=telegram.url))
    async with serving(studio):
        await card_of(telegram, await telegram.say("/poem one"))
        first = latest(studio)
        second = await card_of(telegram, await telegram.say("/poem two"))
        assert say("place", "en", place=2) in second.text
        await studio.cancel(first.id, PersonRef("telegram", str(ALICE.id)))
        await telegram.wait(lambda: say("place-next", "en") in second.text)
        assert [button for button in second.buttons if say("button-cancel", "en") in button]


# Admins


@pytest.fixture
def crash(monkeypatch: pytest.MonkeyPatch) -> Callable[[Studio, Work], Any]:
    """A worker gives the work up."""

    def give_up(studio: Studio, work: Work) -> None:
        place = Workshop.open(studio.settings, lambda _kind: None)  # type: ignore[arg-type,return-value]
        monkeypatch.setattr(workshop, "_current", place)
        jobs.give_up(work.id, "work-crashed")
        jobs.give_up(work.id, "work-crashed")  # twice is once
        place.store.close()

    return give_up


async def test_admins_are_told_of_what_was_set_aside(
    make_settings: Callable[..., Settings], crash: Callable[[Studio, Work], Any]
) -> None:
    """Wherever the work was asked: those of each platform by their own front end."""
    studio = Studio.open(make_settings(admins=("telegram:7", "telegram:8", "discord:9", "web:x")))
    work, _ = studio.store.accept(
        person=PersonRef("web", "1"), kind="poem", lang="zh", place={}, source="w",
        request=parse_request("poem", {"topic": "snow", "seed": 1}),
    )  # fmt: skip
    wall = Wall()
    async with delivering(studio, wall):
        crash(studio, work)
        await until(lambda: len(wall.warnings) == 2)
        await asyncio.sleep(0.2)
    assert [admin for admin, _ in wall.warnings] == ["7", "8"]
    told = wall.warnings[0][1]
    assert work.id in told
    assert say("work-crashed", "en") in told
    assert studio.road.redis.xlen("atelier:results:discord") == 1  # for the other front end


async def test_an_admin_is_written_to_on_discord(
    discord: FakeDiscord, make_settings: Callable[..., Settings], crash: Callable[[Studio, Work], Any],
    alice: User,
) -> None:  # fmt: skip
    boss = discord.user("boss")
    settings = make_settings(
        discord_token=discord.token, discord_api_base=discord.api_base,
        admins=("discord:404", f"discord:{boss.id}"),
    )  # fmt: skip
    desk = Desk(Studio.open(settings))
    desk.start()
    await discord.ready()
    asked_here = await ask(discord, alice)
    work = desk.work(alice)
    await asyncio.to_thread(crash, desk.studio, work)
    await asked_here.until(lambda m: say("work-crashed", "en") in m.content)
    await discord.until(lambda: _written(discord, boss), "the notice")
    assert work.id in _written(discord, boss)[0]  # and one who cannot be reached keeps nobody from it
    await desk.stop()


def _written(discord: FakeDiscord, user: User) -> list[str]:
    channel = discord.world.private(user)
    return [message.content for message in discord.world.messages.values() if message.channel is channel]


async def test_an_admin_is_written_to_on_telegram(
    telegram: FakeTelegram, make_settings: Callable[..., Settings], crash: Callable[[Studio, Work], Any]
) -> None:
    studio = Studio.open(
        make_settings(
            telegram_token=telegram.token, telegram_api_base=telegram.url, admins=(f"telegram:{ALICE.id}",)
        )
    )
    async with serving(studio):
        await card_of(telegram, await telegram.say("/poem one"))
        work = latest(studio)
        await asyncio.to_thread(crash, studio, work)
        notice = await telegram.until(lambda m: "set aside" in m.text and work.id in m.text)
        assert notice.reply_to is None
