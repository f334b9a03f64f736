"""Tells those who wait how they stand, while they wait: at the pace that their platform allows."""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from atelier.errors import Unavailable
from atelier.store import Platform, Work
from bot.studio import Studio
from bot.words import standing

log = logging.getLogger(__name__)

LOOK_S = 3.0
MOST = (
    100  # works looked at a time, the oldest first: who waits behind hundreds is told again when it is fewer
)


class Teller(Protocol):
    """A platform that shows places in messages which must be edited. ``pace_s``: between edits of one."""

    platform: Platform
    pace_s: float
    edits: int  # in one look, at most

    def aside(self, work: Work) -> str:
        """What is shown beside the place: when it changes, the work is told of again."""

    async def waits(self, work: Work, place: int, seconds: float | None) -> None:
        """Show the place of a work that waits still. May raise ``PostLater``: then it is told next time."""


class Places:
    """Follows the works that wait on one platform."""

    def __init__(self, studio: Studio, teller: Teller) -> None:
        self._studio = studio
        self._teller = teller
        self._told: dict[str, tuple[str, float]] = {}  # by work: what stands there, and since when

    async def run(self) -> None:
        """Look, tell, rest; until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self.look()
            except Unavailable as fault:
                log.info("places are not looked up: %s", fault)
            except Exception:
                log.exception("places could not be told")

    async def look(self) -> None:
        """Tell the places that are others than was told, of those told longest ago first."""
        now = asyncio.get_running_loop().time()
        waiting = await asyncio.to_thread(
            self._studio.store.waiting_on, self._teller.platform, self._teller.pace_s, MOST
        )
        known = {work.id for work in waiting}
        self._told = {work_id: told for work_id, told in self._told.items() if work_id in known}
        due = [work for work in waiting if now - self._since(work) >= self._teller.pace_s]
        left = self._teller.edits
        for work in sorted(due, key=self._since):
            if left == 0:
                return
            place = await self._studio.queue_place(work)
            if place is None:
                continue  # just taken: its start is told by an event
            seconds = await self._studio.expected(work.kind, place)
            text = standing(work.lang, place, seconds) + self._teller.aside(work)
            if text == self._told.get(work.id, ("", 0.0))[0]:
                continue
            left -= 1
            try:
                await self._teller.waits(work, place, seconds)
            except Exception as fault:  # it is told another time, or the work is there before
                log.info("work %s: its place was not told: %s", work.id, fault)
                text = ""
            self._told[work.id] = (text, now)

    def _since(self, work: Work) -> float:
        return self._told.get(work.id, ("", float("-inf")))[1]
