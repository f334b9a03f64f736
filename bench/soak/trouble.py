"""What goes wrong, one thing at a time: each function breaks it and returns when it is over."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import closing

from redis import Redis

from bench.soak.people import OnDiscord, People
from bench.soak.studio import Studio
from tests.fakes.discord import FakeDiscord
from tests.fakes.telegram import FakeTelegram

MORE_FROM = 1_000_000  # the numbers of requests beside those that the soak makes
Trouble = Callable[[], Awaitable[int | None]]  # of a chat: how many calls or tokens it met
OUTAGE_S = 1.5
TELEGRAM = {  # what posting calls, and how often each fails at a time
    "sendMessage": 3, "editMessageText": 3, "editMessageMedia": 2, "sendMediaGroup": 2, "sendPhoto": 2,
}  # fmt: skip
API_S = 2.0  # how long an API's trouble may find its victims; longer, if it found none yet,
LONGEST_S, AGAIN_S = 20.0, 0.5  # with somebody more who asks now and then


class Deck:
    """Names in a random order, all of them before one comes again."""

    def __init__(self, names: Iterable[str], dice: random.Random) -> None:
        self._names, self._dice = list(names), dice
        self._left: list[str] = []

    def draw(self) -> str:
        """The next."""
        if not self._left:
            self._left = self._dice.sample(self._names, len(self._names))
        return self._left.pop()


class Troubles:
    """All kinds, by name."""

    def __init__(
        self,
        studio: Studio,
        people: People,
        discord: FakeDiscord,
        telegram: FakeTelegram,
        dice: random.Random,
        hurry: bool = False,
    ) -> None:
        self._studio, self._people = studio, people
        self._discord, self._telegram = discord, telegram
        self._dice = dice
        self._api_s = API_S / 2 if hurry else API_S
        self._more = itertools.count(MORE_FROM)
        self.hits: dict[str, list[int]] = {}  # by kind: how many calls, or tokens, each strike on a chat met
        machine: dict[str, Trouble] = {
            "worker killed": self._worker,
            "discord front end killed": lambda: self._kill("discord"),
            "telegram front end killed": lambda: self._kill("telegram"),
            "redis killed": self._redis,
            "redis flushed": self._flush,
            "database stopped": self._database,
        }
        chats: dict[str, Trouble] = {
            "discord 429": lambda: self._discord_says(429, retry_after=0.7),
            "discord 502": lambda: self._discord_says(502),
            "discord timeout after accepting": lambda: self._discord_says(200, swallow=True),
            "discord tokens expired": self._expire,
            "telegram 429": lambda: self._telegram_says(429, retry_after=1),
            "telegram 502": lambda: self._telegram_says(502),
            "telegram timeout after accepting": self._swallow,
        }
        self.kinds = {**machine, **chats}
        self.chats = tuple(chats)
        self._machine, self._chats = Deck(machine, dice), Deck(chats, dice)
        self.decks = max(len(machine), len(chats))  # so many draws have met every kind

    def draw(self) -> list[str]:
        """What breaks next: something of the machine, and a chat."""
        return [self._machine.draw(), self._chats.draw()]

    async def strike(self, names: list[str]) -> None:
        """All of it, at one time; returns when it is over."""

        async def one(name: str) -> None:
            met = await self.kinds[name]()
            if name in self.chats:
                self.hits.setdefault(name, []).append(met or 0)

        await asyncio.gather(*[one(name) for name in names])

    async def _while_it_lasts(self, met: Callable[[], int]) -> int:
        """Until the trouble had its time, and met something; how much."""
        await asyncio.sleep(self._api_s)
        end = time.monotonic() + LONGEST_S
        while not met() and time.monotonic() < end:
            await self._people.ask(next(self._more))
            await asyncio.sleep(AGAIN_S)
        return met()

    async def _worker(self) -> None:
        names = [name for name in self._studio.parts if name not in ("discord", "telegram")]
        await self._kill(self._dice.choice(names))

    async def _kill(self, name: str) -> None:
        await asyncio.to_thread(self._studio.parts[name].kill)

    async def _redis(self) -> None:
        await asyncio.to_thread(self._studio.kill_redis)
        await asyncio.sleep(OUTAGE_S * self._dice.random())
        await asyncio.to_thread(self._studio.start_redis)

    async def _flush(self) -> None:
        def flush() -> None:
            with closing(Redis.from_url(self._studio.settings.redis)) as client:
                client.flushall()

        await asyncio.to_thread(flush)

    async def _database(self) -> None:
        await asyncio.to_thread(self._studio.database.crash)
        await asyncio.sleep(OUTAGE_S * self._dice.random())
        await asyncio.to_thread(self._studio.database.start)

    async def _discord_says(
        self, status: int, *, retry_after: float | None = None, swallow: bool = False
    ) -> int:
        """To what the bot asks of its chats; its acknowledgements come through, or nothing is accepted."""
        path, times = r"^/(webhooks|channels)/", 6
        made = self._discord.trouble(status, times=times, path=path, retry_after=retry_after, swallow=swallow)
        met = await self._while_it_lasts(lambda: times - made.times)
        made.times = 0
        return met

    async def _expire(self) -> int:
        """For everybody who waits: fifteen minutes in a moment, in which no worker made anything."""

        def waiting() -> list[OnDiscord]:
            return [one for one in self._people.open() if isinstance(one, OnDiscord) and one.waits]

        poets = [part for name, part in self._studio.parts.items() if name.startswith("worker")]
        for part in poets:
            part.suspend()
        await self._while_it_lasts(lambda: len(waiting()))
        expired = waiting()
        for asked in expired:
            self._discord.expire(asked.conversation)
        for part in poets:
            part.resume()
        return len(expired)

    async def _telegram_says(self, code: int, *, retry_after: int = 0) -> int:
        text = "" if retry_after else "Bad Gateway"
        for method, times in TELEGRAM.items():
            self._telegram.refuse(method, text, code=code, retry_after=retry_after, times=times)
        return await self._telegrams()

    async def _swallow(self) -> int:
        for method, times in TELEGRAM.items():
            self._telegram.swallow(method, times=min(times, 2))
        return await self._telegrams()

    async def _telegrams(self) -> int:
        troubles = self._telegram._troubles
        met = await self._while_it_lasts(lambda: sum(trouble.used for trouble in troubles))
        troubles.clear()
        return met
