"""Both chats, served by one studio: what somebody types there, and the text that they read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio

from atelier.languages import LANGS, Lang
from atelier.settings import Settings
from atelier.store import PersonRef, Platform, Work
from bot.command import Command
from bot.discord.app import run as run_discord
from bot.studio import Studio
from bot.telegram.app import run as run_telegram
from tests.conftest import OwnRedis
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord import User as DiscordUser
from tests.fakes.telegram import TOKEN, FakeTelegram, Person

CODES = {lang: (lang, lang) for lang in LANGS} | {"en": ("en-US", "en"), "zh": ("zh-CN", "zh-hans")}


Is = Callable[[str], object]
Read = Callable[..., Awaitable[str]]


@dataclass
class Stage:
    """Both chats, served by one studio; each answer is the text that a person reads."""

    studio: Studio
    discord: FakeDiscord
    telegram: FakeTelegram
    people: dict[tuple[str, Lang, bool], Any] = field(default_factory=dict)

    async def give(
        self, platform: str, lang: Lang, command: Command, options: dict[str, Any], *, admin: bool = True
    ) -> str:
        """Somebody gives a command and reads the answer. ``admin``: one of ``ATELIER_ADMINS``, in private."""
        return await (await self.ask(platform, lang, command, options, admin=admin))()

    async def ask(
        self, platform: str, lang: Lang, command: Command, options: dict[str, Any], *, admin: bool = True
    ) -> Read:
        """The same, not read yet: its answer becomes another text while a work is made."""
        user = self.people[platform, lang, admin]
        if platform == "discord":
            asked = await self.discord.type(
                f"/{command.path}", options, user=user, channel=self.discord.private(user), outdated=True
            )

            async def read(is_it: Is = bool) -> str:
                shown = await asked.until(lambda message: is_it(message.content), "such an answer")
                assert shown.pinged == set()
                assert asked.acknowledged_after_s < 3
                assert shown.ephemeral or command.makes
                return shown.content

            return read
        line = " ".join([f"/{command.path}", *(_typed(command, name, v) for name, v in options.items())])
        said = await self.telegram.say(line, user=user)

        async def look(is_it: Is = bool) -> str:
            shown = await self.telegram.until(
                lambda message: message.reply_to == said.id and is_it(message.text), chat=said.chat
            )
            kinds = {entity["type"] for entity in shown.entities}
            assert kinds <= {"code", "bold"} | ({"bot_command"} if command.name == "help" else set())
            return shown.text

        return look

    def latest(self, platform: Platform, lang: Lang) -> Work:
        """What the administrator of that language asked for last."""
        return self.studio.store.recent(PersonRef(platform, str(self.people[platform, lang, True].id)))[0]


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
