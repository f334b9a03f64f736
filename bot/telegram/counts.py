"""The numbers on the buttons follow the votes, at a pace that no rate limit punishes.

All votes of a moment become one edit. A number that could not be written is written with the
next vote; the votes themselves are in the store.
"""

from __future__ import annotations

import asyncio
import logging

from telegram.error import BadRequest, RetryAfter, TelegramError
from telegram.ext import ExtBot

from atelier.errors import AtelierError
from atelier.store import Work
from bot.studio import Studio
from bot.telegram.cards import Spawn
from bot.telegram.keyboard import keyboard
from bot.telegram.pace import seconds

log = logging.getLogger(__name__)

PRIVATE_S = 0.7
GROUP_S = 4.0  # 20 messages a minute are all that a group gets


class Counts:
    """Writes the tallies of touched works onto their buttons."""

    def __init__(self, bot: ExtBot[float], studio: Studio, spawn: Spawn) -> None:
        self._bot = bot
        self._studio = studio
        self._spawn = spawn
        self._due: set[str] = set()

    def touch(self, work: Work) -> None:
        """The votes of ``work`` changed."""
        self._follow_in(GROUP_S if work.place.get("chat", 0) < 0 else PRIVATE_S, work.id)

    def _follow_in(self, pause: float, work_id: str) -> None:
        if work_id not in self._due:
            self._due.add(work_id)
            self._spawn(self._follow(work_id, pause))

    async def _follow(self, work_id: str, pause: float) -> None:
        await asyncio.sleep(pause)
        self._due.discard(work_id)
        try:
            work = await self._studio.work(work_id)
            if work is None or work.result is None or work.place.get("message") is None:
                return  # nothing is shown yet; the post will come with the numbers
            buttons = keyboard(work, await self._studio.tally(work_id))
            chat, message = work.place["chat"], work.place["message"]
            await self._bot.edit_message_reply_markup(
                chat, message, reply_markup=buttons, rate_limit_args=0.5
            )
        except RetryAfter as refusal:
            self._follow_in(seconds(refusal), work_id)
        except BadRequest as refusal:
            if "not modified" not in refusal.message:
                log.info("work %s: its counts stay as they are: %s", work_id, refusal.message)
        except (TelegramError, AtelierError) as fault:
            log.info("work %s: its counts stay as they are: %s", work_id, type(fault).__name__)
