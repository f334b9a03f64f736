"""Every command of the catalogue, on both chats and in both languages: its answer, and its refusals.

A command that is new in the catalogue is tested here without a line being written.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio

from atelier.languages import LANGS, Lang, say
from atelier.settings import Settings
from bot import catalogue
from bot.command import Command, Option
from bot.discord.app import run as run_discord
from bot.studio import Studio
from bot.telegram.app import run as run_telegram
from tests.bot.telegram_room import card_of
from tests.conftest import OwnRedis
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord import User as DiscordUser
from tests.fakes.telegram import TOKEN, FakeTelegram, Person

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTILE = "<b>@everyone</b> **x** [y](https://evil.example) `z` /forgetme #tag"
CODES = {lang: (lang, lang) for lang in LANGS} | {"en": ("en-US", "en"), "zh": ("zh-CN", "zh-hans")}


@dataclass
class Stage:
    """Both chats, served by one studio; each answer is the text that a person reads."""

    studio: Studio
    discord: FakeDiscord
    telegram: FakeTelegram
    people: dict[tuple[str, Lang, bool], Any] = field(default_factory=dict)

    async def give(self, platform: str, lang: Lang, command: Command, options: dict[str, Any], *,
                   admin: bool = True) -> str:  # fmt: skip
        """Somebody gives a command. ``admin``: in private, and one of ``ATELIER_ADMINS``."""
        if platform == "discord":
            user = self.people["discord", lang, admin]
            asked = await self.discord.type(
                f"/{command.path}", options, user=user, channel=self.discord.private(user), outdated=True
            )
            shown = await asked.text()
            assert shown.pinged == set()
            assert asked.acknowledged_after_s < 3
            if not command.makes:
                assert shown.ephemeral
            return shown.content
        line = " ".join([f"/{command.path}", *(_typed(command, name, v) for name, v in options.items())])
        user = self.people["telegram", lang, admin]
        shown = await card_of(self.telegram, await self.telegram.say(line, user=user))
        kinds = {entity["type"] for entity in shown.entities}
        assert kinds <= {"code", "bold"} | ({"bot_command"} if command.name == "help" else set())
        return shown.text


def _typed(command: Command, name: str, value: object) -> str:
    if command.kind and command.prompt and command.prompt.name == name:
        return str(value)
    return f'{name}="{value}"' if " " in str(value) else f"{name}={value}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(_redis: OwnRedis, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with FakeDiscord() as discord, FakeTelegram() as telegram:
        people: dict[tuple[str, Lang, bool], DiscordUser | Person] = {}
        for number, (lang, admin) in enumerate((lang, admin) for lang in LANGS for admin in (True, False)):
            people["discord", lang, admin] = discord.user(f"user{number}", locale=CODES[lang][0])
            people["telegram", lang, admin] = Person(2000 + number, f"User {number}", CODES[lang][1])
        studio = Studio.open(Settings(
            _env_file=None, home=tmp_path_factory.mktemp("stage"), redis_url=_redis.url, web_port=0,
            discord_token=discord.token, discord_api_base=discord.api_base,
            telegram_token=TOKEN, telegram_api_base=telegram.url,
            admins=",".join(f"{where}:{user.id}" for (where, _, admin), user in people.items() if admin),
        ))  # type: ignore[call-arg]  # fmt: skip
        tasks = [asyncio.create_task(run(studio)) for run in (run_discord, run_telegram)]
        await discord.ready()
        yield Stage(studio, discord, telegram, people)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        studio.store.close()
        studio.road.close()


EVERY = pytest.mark.parametrize("command", catalogue.every(), ids=lambda command: command.path)
CHATS = pytest.mark.parametrize("platform", ["discord", "telegram"])
TONGUES = pytest.mark.parametrize("lang", LANGS)


@EVERY
@CHATS
@TONGUES
async def test_it_answers_in_the_persons_language(
    stage: Stage, command: Command, platform: str, lang: Lang
) -> None:
    said = await stage.give(platform, lang, command, _sample(command, lang))
    assert spoken(said) == lang, said


@EVERY
@CHATS
@TONGUES
async def test_what_it_does_not_take_is_refused_in_a_sentence(
    stage: Stage, command: Command, platform: str, lang: Lang
) -> None:
    for option, value, key in _wrong(command):
        said = await stage.give(platform, lang, command, {**_sample(command, lang), option.name: value})
        start = say(key, lang, option=option.name, value=str(value)[:40], choices="", low=str(option.low),
                    high=str(option.high), limit=option.max_length or 0)  # fmt: skip
        assert _plain(said)[:12] == start[:12], (option.name, value)


@pytest.mark.parametrize(
    "command", [c for c in catalogue.every() if c.role != "everyone"], ids=lambda command: command.path
)
@CHATS
@TONGUES
async def test_it_is_for_administrators(stage: Stage, command: Command, platform: str, lang: Lang) -> None:
    said = await stage.give(platform, lang, command, _sample(command, lang), admin=False)
    assert _plain(said) == say(
        f"not-yours{'-studio' * (command.role == 'studio')}", lang, command=command.path
    )


@EVERY
@CHATS
async def test_nothing_that_is_typed_into_it_is_interpreted(
    stage: Stage, command: Command, platform: str
) -> None:
    texts = [option for option in command.options if option.type == "text" and not option.choices]
    for option in texts:
        sample = {**_sample(command, "en"), option.name: HOSTILE[: option.max_length or 100]}
        said = await stage.give(platform, "en", command, sample)
        if platform == "discord":
            bare = re.sub(r"\\.", "", said)
            for token in ("@everyone", "<b>", "**x**", "](", "://", "`z`"):
                assert token not in bare


def spoken(text: str) -> Lang:
    """The language of an answer, by its letters; what it quotes does not count (samples are plain words)."""
    scripts = {"zh": r"[\u4e00-\u9fff]", "el": r"[α-ω]"}
    return next((lang for lang, script in scripts.items() if len(re.findall(script, text)) >= 2), "en")


def _plain(text: str) -> str:
    return re.sub(r"[\\\u2060\u200b]", "", text)


def _sample(command: Command, lang: Lang) -> dict[str, Any]:
    """What the command needs, and no more."""
    return {option.name: _example(option, lang) for option in command.options if option.required}


def _example(option: Option, lang: Lang) -> str | int:
    if option.choices:
        return option.choices[0]
    if option.type == "integer":
        return option.low or 1
    return "大海" if lang == "zh" else "sea"


def _wrong(command: Command) -> list[tuple[Option, str | int, str]]:
    """Values that no option of this command takes, and the message that says so."""
    found: list[tuple[Option, str | int, str]] = []
    for option in command.options:
        if option.type == "integer" and option.choices:
            found.append((option, 5, "bad-choice"))
        elif option.type == "integer" and option.high is not None:
            found.append((option, option.high + 1, "bad-range"))
        elif option.choices and not (command.kind and option.required):
            found.append((option, "nonsense", "bad-choice"))
    return found
