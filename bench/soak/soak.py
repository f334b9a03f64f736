"""One run of the soak: steps of some requests each, and in the middle of each step something breaks."""

from __future__ import annotations

import asyncio
import itertools
import random
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from atelier.errors import Unavailable
from atelier.store import Store
from atelier.store.tables import works
from bench.soak.count import Count, count
from bench.soak.people import Asked, Kind, People
from bench.soak.studio import Studio
from bench.soak.trouble import Troubles
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord_state import ACKNOWLEDGE_S
from tests.fakes.telegram import FakeTelegram

START_S = 120.0
LONGEST_S = 120.0  # for a step's last answers; whoever waits longer is reported as that
A_STEP = 250  # requests
PAINTED = 0.8  # of what the shipped models make; the rest are melodies
BURST = 12  # of them come at once, just before something breaks
CALM_S = (0.3, 1.5)  # before it does
LOOK_S = 0.05
SLOW_S = 10.0  # who waited longer after a fault is named
AGAIN_S = 0.25
DOUBT_S = 4.0  # somebody without an answer for so long may never have been accepted: a look at the rows
ECHOES = 8
MOST_OPEN, PATIENCE_S = 60, 15.0  # so many wait at one time at most: the machine, too, sets the pace


@dataclass
class Soak:
    """``people`` ask, about ``rate`` times a second, until ``requests`` were accepted.

    ``shipped`` is how many of so many are for the shipped painter and composer; without them the test
    model paints too, one picture in ``ECHOES`` requests. ``hurry`` is for a test: a shorter clock in the
    workers, every kind of trouble once, the next step begins before all have their answers, and
    ``requests`` is how often they ask.
    """

    requests: int
    seed: int = 0
    people: int = 200
    shipped: int = 0
    rate: float = 25.0
    workers: int = 2
    hurry: bool = False
    kinds: tuple[str, ...] = ()  # of trouble
    resumed: dict[str, list[float]] = field(default_factory=dict)
    hits: dict[str, list[int]] = field(default_factory=dict)  # see Troubles
    asked: int = 0
    found: Count | None = None

    async def run(self, home: Path) -> Count:
        """Start, ask, break, wait, count."""
        # What the bot sends is checked in the tests; here the checks would be most of the load.
        server = FakeDiscord(checked=False)
        server.world.acknowledge_s = ACKNOWLEDGE_S
        async with server as discord, FakeTelegram(checked=False) as telegram:
            chats = {
                "discord_token": discord.token, "discord_api_base": discord.api_base,
                "telegram_token": telegram.token, "telegram_api_base": telegram.url,
            }  # fmt: skip
            shipped = ("paint", "melody") if self.shipped else ()
            studio = await asyncio.to_thread(
                lambda: Studio(home, chats, workers=self.workers, shipped=shipped, hurry=self.hurry)
            )
            try:
                people = People(discord, telegram, self.people, self.seed)
                dice = random.Random(self.seed + 1)
                troubles = Troubles(studio, people, discord, telegram, dice, self.hurry)
                self.kinds = tuple(troubles.kinds)
                keeping = asyncio.create_task(self._keep(studio, people))
                try:
                    await self._ready(discord, telegram, people)
                    await self._steps(studio, people, troubles)
                finally:
                    keeping.cancel()
                    await asyncio.gather(keeping, return_exceptions=True)
                self.hits, self.asked = troubles.hits, len(people.asked)
                self.found = count(studio, people)
                return self.found
            except BaseException:
                for part in studio.parts.values():
                    sys.stderr.write(f"--- {part.name}\n{part.log.read_text('utf-8', 'replace')[-3000:]}\n")
                raise
            finally:
                await asyncio.to_thread(studio.stop)

    async def _keep(self, studio: Studio, people: People) -> None:
        while True:
            await asyncio.to_thread(studio.keep)
            people.look()
            await asyncio.sleep(LOOK_S)

    async def _ready(self, discord: FakeDiscord, telegram: FakeTelegram, people: People) -> None:
        """Everything is there, and made one work of each kind: all that follows meets warm workers."""
        await discord.ready(START_S)
        await telegram.wait(lambda: telegram.state.allowed, START_S)  # it fetches updates
        kinds: tuple[Kind, ...] = ("poem", "paint", "melody") if self.shipped else ("poem",)
        for kind in kinds:
            await people.ask(0, kind)
        await people.until(lambda: not people.open(), START_S)

    def _asks(self, dice: random.Random) -> Iterator[tuple[int, Kind]]:
        """Number and kind of one request after the other, without end."""
        for number in itertools.count(1):
            if dice.random() >= (self.shipped / self.requests if self.shipped else 1 / ECHOES):
                yield number, "poem"
            else:
                yield number, "paint" if not self.shipped or dice.random() < PAINTED else "melody"

    async def _steps(self, studio: Studio, people: People, troubles: Troubles) -> None:
        dice = random.Random(self.seed + 2)
        asks = self._asks(dice)
        done: list[tuple[list[str], float, list[Asked]]] = []
        accepted = 0
        while len(done) < troubles.decks or (accepted < self.requests and not self.hurry):
            size = A_STEP
            if self.hurry:
                size = -(-(self.requests - len(people.asked) + 1) // (troubles.decks - len(done)))
            step = list(itertools.islice(asks, size))
            before = len(people.asked)
            asking = asyncio.create_task(self._ask(people, step, dice))
            await asyncio.sleep(dice.uniform(*CALM_S) * (0.3 if self.hurry else 1.0))
            names = troubles.draw()
            began = time.strftime("%H:%M:%S")
            await troubles.strike(names)
            over = time.monotonic()
            sys.stderr.write(f"{began} to {time.strftime('%H:%M:%S')}: {' + '.join(names)}\n")
            await asking
            cohort = people.asked[before:]
            done.append((names, over, cohort))
            if not self.hurry:
                accepted = await self._answers(studio, people, cohort)
        await self._answers(studio, people, people.asked)
        await people.settle(0.5)
        rows = _rows(studio) or {}
        self._seek(rows, people, [one for one in people.asked if one.answered_at is None])
        for names, over, cohort in done:
            now = time.monotonic()
            waits = [
                ((one.answered_at or now) - max(over, one.at), one) for one in cohort if one.source in rows
            ]
            longest = max(waits, key=lambda wait: wait[0], default=None)
            self.resumed.setdefault(" + ".join(sorted(names)), []).append(longest[0] if longest else 0.0)
            if longest and longest[0] > SLOW_S:
                wait, one = longest
                sys.stderr.write(
                    f"slow: {wait:.1f} s after {' + '.join(names)}: work {rows[one.source]}, "
                    f"asked at {one.clock}\n"
                )

    async def _ask(self, people: People, step: list[tuple[int, Kind]], dice: random.Random) -> None:
        """Some at once, the others as people come: independently of each other."""
        early, late = step[:-BURST], step[-BURST:]
        burst_at = dice.randrange(len(early) // 2 + 1)
        for at, (number, kind) in enumerate(early):
            if at == burst_at:
                await asyncio.gather(*[people.ask(*one) for one in late])
            await asyncio.sleep(dice.expovariate(self.rate))
            await people.until(lambda: len(people.open(PATIENCE_S)) <= MOST_OPEN, LONGEST_S)
            await people.ask(number, kind)

    async def _answers(self, studio: Studio, people: People, cohort: list[Asked]) -> int:
        """Until everybody of ``cohort`` has a work or was refused, or no row says that they asked.

        Returns how many requests were accepted since the start.
        """
        end = time.monotonic() + LONGEST_S
        accepted = 0
        while time.monotonic() < end:
            with suppress(TimeoutError):
                await people.until(lambda: not _left(cohort), DOUBT_S)
            rows = await asyncio.to_thread(_rows, studio)
            # Whoever read that the records do not answer may have been written down just before: then the
            # work comes all the same, and the wait is until it does.
            unanswered = [one for one in cohort if one.answered_at is None]
            if rows is not None:
                accepted = len(rows)
                if not self._seek(rows, people, unanswered):
                    break
            await asyncio.sleep(AGAIN_S)
        return accepted

    @staticmethod
    def _seek(rows: dict[str, str], people: People, left: list[Asked]) -> list[Asked]:
        """Who of ``left`` was accepted, and has no work in any message of either chat."""
        shows = people.shows()
        accepted = [one for one in left if one.source in rows]
        for one in accepted:
            if rows[one.source] in shows:  # posted anew, where they did not look
                one.answered_at = time.monotonic()
                sys.stderr.write(f"elsewhere: {one.source} {one.words}, asked at {one.clock}\n")
        return [one for one in accepted if one.answered_at is None]


def _left(cohort: list[Asked]) -> list[Asked]:
    return [one for one in cohort if one.answered_at is None and not one.refused]


def _rows(studio: Studio) -> dict[str, str] | None:
    """Source → work of all that was accepted; None: the database is down."""
    with (
        suppress(Unavailable),
        closing(Store.open(studio.settings.database)) as store,
        store._db.reading() as connection,
    ):
        return {row.source: row.id for row in connection.execute(select(works.c.source, works.c.id))}
    return None
