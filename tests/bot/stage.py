"""Both chats, served by one studio: what somebody types there, and the text that they read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio

from atelier.languages import LANGS, Lang
from atelier.settings import Settings
from atelier.store import PersonRef, Platform, Work
from atelier.store.house import STUDIO
from bot.command import Command
from bot.discord.app import run as run_discord
from bot.studio import Studio
from bot.telegram.app import run as run_telegram
from tests.conftest import OwnRedis
from tests.fakes.botapi_text import between
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord import User as DiscordUser
from tests.fakes.telegram import GROUP, TOKEN, FakeTelegram, Message, Person

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
        self,
        platform: str,
        lang: Lang,
        command: Command,
        options: dict[str, Any],
        *,
        admin: bool = True,
        group: bool = False,
    ) -> str:
        """Somebody gives a command and reads the answer. ``admin``: one of ``ATELIER_ADMINS``.

        In private, or in a ``group`` (a server's channel); there too the answer may come in private.
        """
        return await (await self.ask(platform, lang, command, options, admin=admin, group=group))()

    async def ask(
        self,
        platform: str,
        lang: Lang,
        command: Command,
        options: dict[str, Any],
        *,
        admin: bool = True,
        group: bool = False,
    ) -> Read:
        """The same, not read yet: its answer becomes another text while a work is made."""
        user = self.people[platform, lang, admin]
        if platform == "discord":
            here = None if group else self.discord.private(user)
            asked = await self.discord.type(
                f"/{command.path}", options, user=user, channel=here, outdated=True
            )

            async def read(is_it: Is = bool) -> str:
                shown = await asked.until(lambda message: is_it(message.content), "such an answer")
                assert shown.pinged == set()
                await asked.acknowledged()
                assert shown.ephemeral or command.makes
                return shown.content

            return read
        line = " ".join([f"/{command.path}", *(_typed(command, name, v) for name, v in options.items())])
        said = await self.telegram.say(line, user=user, chat=GROUP if group else None)
        alone = group and command.personal and not command.makes

        async def look(is_it: Is = bool) -> str:
            def mine(message: Message) -> bool:
                here = message.id > said.id if alone else message.reply_to == said.id
                return here and bool(is_it(message.text))

            shown = await self.telegram.until(mine, chat=user if alone else said.chat)
            typed = " ".join(map(str, options.values()))
            for entity in shown.entities:  # our own sentences may be tapped, what somebody typed may not
                if entity["type"] not in ("code", "bold"):
                    assert entity["type"] in ("bot_command", "url")
                    assert between(shown.text, entity) not in typed
            return shown.text

        return look

    def rules(self, platform: str, admin: bool) -> str:
        """What somebody rules: the studio, or the server (the group) where ``group`` is."""
        if admin:
            return STUDIO
        return str(self.discord.world.guild if platform == "discord" else GROUP.id)

    @contextmanager
    def ruler(self, platform: str, lang: Lang) -> Iterator[None]:
        """Meanwhile, who is none of ``ATELIER_ADMINS`` administers the server (the group)."""
        user = self.people[platform, lang, False]
        if platform == "discord":
            user.manages = True
        else:
            self.telegram.state.managers.add((GROUP.id, user.id))
        yield
        if platform == "discord":
            user.manages = False
        else:
            self.telegram.state.managers.discard((GROUP.id, user.id))

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
        for (where, _, _), user in people.items():
            if where == "telegram":  # a bot may write only to people who have written to it
                await telegram.until(chat=(await telegram.say("/start", user=user)).chat)
        yield Stage(studio, discord, telegram, people)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        studio.store.close()
        studio.road.close()
