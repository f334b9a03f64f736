"""Messages with works that are deleted, or whose person had themselves erased, taken away.

Their keys stay in the records until the chat took the message away, or refused for good; what a rate limit or
an outage kept is tried again, some hours long, and once more after the next start.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Literal

from atelier.errors import Unavailable
from atelier.languages import Lang
from atelier.store import Platform
from bot.studio import Studio

log = logging.getLogger(__name__)

# ``gone``: deleted, or emptied. ``stays``: the chat will never do it. ``later``: it could not now.
Outcome = Literal["gone", "stays", "later"]
# Takes one message away, as far as the chat allows it: channel, message, language. Never raises.
Take = Callable[[int, int, Lang], Awaitable[Outcome]]

ASKED = "ask:"  # before the key of a message that asks about a work and does not show it: no place to vote
PAUSES_S = (5.0, 30.0, 120.0, 600.0, 3600.0, 4 * 3600.0)  # before each further try
RECORDS_S = 30.0  # while the records are down


class Leftovers:
    """Takes them away one by one, at the pace that the chat's own limits set."""

    def __init__(self, studio: Studio, platform: Platform, take: Take) -> None:
        self._studio = studio
        self._platform = platform
        self._take = take
        self._woken = asyncio.Event()
        self._tries: dict[str, int] = {}
        self._due: dict[str, float] = {}  # what is tried again, and when (monotonic seconds)

    def wake(self) -> None:
        """There are new ones."""
        self._woken.set()

    async def now(self, keys: Iterable[str], lang: Lang) -> list[Outcome]:
        """Take these away at once; what could not be is tried again by :meth:`run`. Never raises."""
        outcomes: list[Outcome] = []
        try:
            for key in keys:
                outcomes.append(await self._one(key, lang))  # noqa: PERF401 - those before a fault count
        except Unavailable as fault:
            log.warning("%s: messages of a deleted work are left for later: %s", self._platform, fault)
        self.wake()
        return outcomes

    async def run(self) -> None:
        """All that a restart left, then whatever comes."""
        while True:
            self._woken.clear()
            try:
                await self._sweep()
            except Unavailable as fault:
                log.warning("%s: messages are left for later: %s", self._platform, fault)
                pause: float | None = RECORDS_S
            else:
                pause = max(0.0, min(self._due.values()) - time.monotonic()) if self._due else None
            try:
                async with asyncio.timeout(pause):
                    await self._woken.wait()
            except TimeoutError:
                pass

    async def _sweep(self) -> None:
        for key, lang in await asyncio.to_thread(self._studio.store.leftovers, self._platform):
            tried = self._tries.get(key, 0)
            if tried <= len(PAUSES_S) and self._due.get(key, 0.0) <= time.monotonic():
                await self._one(key, lang)

    async def _one(self, key: str, lang: Lang) -> Outcome:
        channel, _, message = key.removeprefix(ASKED).rpartition(":")
        outcome = await self._take(int(channel), int(message), lang)
        self._due.pop(key, None)
        if outcome == "later":
            tried = self._tries[key] = self._tries.get(key, 0) + 1
            if tried <= len(PAUSES_S):
                self._due[key] = time.monotonic() + PAUSES_S[tried - 1]
            else:
                log.warning("%s: a message of a deleted work is left until the next start", self._platform)
        else:
            await asyncio.to_thread(self._studio.store.forget_message, self._platform, key)
            self._tries.pop(key, None)
        return outcome
