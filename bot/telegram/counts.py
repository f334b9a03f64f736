"""The numbers on the buttons follow the votes, at a pace that no rate limit punishes.

All votes of a moment become one edit of each message that shows the work: its card, the message of
inline mode, the latest that /history showed to its person (its row knows them, so that a restart forgets
none) and to others (those from before a restart when they are pressed). A number that could not be
written is written with the next vote; the votes themselves are in the store. A menu that somebody opened
under a message stays: the numbers are there again when they go back from it, when they did something
with it, or when it was left open for a minute or two.
"""

from __future__ import annotations

import asyncio
import logging
import time

from telegram import InlineKeyboardMarkup
from telegram.error import BadRequest, RetryAfter, TelegramError
from telegram.ext import ExtBot

from atelier.errors import AtelierError
from atelier.store import Work
from bot.studio import Studio
from bot.telegram.cards import Spawn, name_of
from bot.telegram.faults import lost, unchanged
from bot.telegram.keyboard import inline, keyboard
from bot.telegram.pace import seconds
from bot.turns import Turns

Target = tuple[int, int] | str  # chat and message, or the name of an inline message

log = logging.getLogger(__name__)

PRIVATE_S = 0.7
COPIES = 3  # of one work, besides its card
KEPT = 1000  # works with copies
GROUP_S = 4.0  # 20 messages a minute are all that a group gets
MENU_S = 90.0  # a menu that nobody went back from is closed after so long: the votes are everybody's


class Counts:
    """Writes the tallies of touched works onto their buttons."""

    def __init__(self, bot: ExtBot[float], studio: Studio, spawn: Spawn) -> None:
        self._bot = bot
        self._studio = studio
        self._spawn = spawn
        self._due: set[tuple[str, Target]] = set()
        self._copies: dict[str, list[Target]] = {}  # by work, those that were shown last
        self._menus: dict[Target, float] = {}  # where one is open, and since when, the oldest first
        self._turns = Turns()  # of a message: its menu and its counts never cross

    def shown(self, work_id: str, target: Target) -> None:
        """The work has its buttons under this message too."""
        copies = [one for one in self._copies.pop(work_id, []) if one != target]
        self._copies[work_id] = [*copies, target][-COPIES:]
        if len(self._copies) > KEPT:
            self._copies.pop(next(iter(self._copies)))

    async def copied(self, work: Work, target: tuple[int, int]) -> None:
        """A new message shows the work with its buttons; in its person's own chat it is found for ever.

        Elsewhere its place would tell of somebody else, who may have themselves erased.
        """
        self.shown(work.id, target)
        if str(target[0]) != work.person.platform_id:
            return
        now = await self._studio.work(work.id) or work
        copies = [*now.place.get("copies", []), name_of(*target)][-COPIES:]
        await self._studio.note_place(work.id, {"copies": copies})

    async def swap(self, work: Work, target: tuple[int, int], menu: InlineKeyboardMarkup | None) -> None:
        """Other buttons under the same message: a menu; None: the work's own, with the numbers."""
        self._menus.pop(target, None)
        if menu is not None:
            opened = self._menus[target] = time.monotonic()
            asyncio.get_running_loop().call_later(MENU_S, self._left_open, work, target, opened)
            if len(self._menus) > KEPT:
                self._menus.pop(next(iter(self._menus)))
        async with self._turns.of(str(target)):
            buttons = menu or keyboard(work, await self._studio.tally(work.id))
            try:
                await self._bot.edit_message_reply_markup(*target, reply_markup=buttons)
            except BadRequest as refusal:
                if not (unchanged(refusal) or lost(refusal)):
                    raise

    def close(self, work: Work, target: tuple[int, int]) -> None:
        """What was chosen in a menu is done: the work's own buttons again, if one is open there."""
        if target in self._menus:
            self._spawn(self.swap(work, target, None))

    def _left_open(self, work: Work, target: tuple[int, int], opened: float) -> None:
        if self._menus.get(target) == opened:
            self._spawn(self.swap(work, target, None))

    def _in_menu(self, target: Target) -> bool:
        return time.monotonic() - self._menus.get(target, float("-inf")) < MENU_S

    def touch(self, work: Work) -> None:
        """The votes of ``work`` changed."""
        for target in dict.fromkeys([*_places(work), *self._copies.get(work.id, [])]):
            self._follow_in(_pause(target), work.id, target)

    def _follow_in(self, pause: float, work_id: str, target: Target) -> None:
        if (work_id, target) not in self._due:
            self._due.add((work_id, target))
            self._spawn(self._follow(work_id, target, pause))

    async def _follow(self, work_id: str, target: Target, pause: float) -> None:
        await asyncio.sleep(pause)
        self._due.discard((work_id, target))
        try:
            work = await self._studio.work(work_id)
            if work is None or work.result is None:
                return  # nothing is shown yet; the post will come with the numbers
            tally = await self._studio.tally(work_id)
            if isinstance(target, str):
                buttons = inline(work, tally, self._bot.username)
                await self._bot.edit_message_reply_markup(inline_message_id=target, reply_markup=buttons)
                return
            async with self._turns.of(str(target)):
                if not self._in_menu(target):
                    buttons = keyboard(work, tally)
                    await self._bot.edit_message_reply_markup(
                        *target, reply_markup=buttons, rate_limit_args=0.5
                    )
        except RetryAfter as refusal:
            self._follow_in(seconds(refusal), work_id, target)
        except BadRequest as refusal:
            if lost(refusal):
                await self._forget(work_id, target)
            elif not unchanged(refusal):
                log.info("work %s: its counts stay as they are: %s", work_id, refusal.message)
        except (TelegramError, AtelierError) as fault:
            log.info("work %s: its counts stay as they are: %s", work_id, type(fault).__name__)

    async def _forget(self, work_id: str, target: Target) -> None:
        if target in (copies := self._copies.get(work_id, [])):
            copies.remove(target)
        work = await self._studio.work(work_id)
        if work is not None and isinstance(target, tuple):
            named = [one for one in work.place.get("copies", []) if one != name_of(*target)]
            if named != work.place.get("copies", []):
                await self._studio.note_place(work_id, {"copies": named})


def _places(work: Work) -> list[Target]:
    """The messages that the work's row knows."""
    found: list[Target] = []
    if (message := work.place.get("message")) is not None:
        found.append((work.place["chat"], message))
    if (name := work.place.get("inline")) is not None:
        found.append(str(name))
    for copy in work.place.get("copies", []):
        chat, _, message = copy.partition(":")
        found.append((int(chat), int(message)))
    return found


def _pause(target: Target) -> float:
    """An inline message stands in anybody's chat: as in a group."""
    return PRIVATE_S if isinstance(target, tuple) and target[0] > 0 else GROUP_S
