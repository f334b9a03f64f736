"""The votes on a message's buttons, kept up at a pace that no rate limit punishes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

import discord

from atelier.errors import Unavailable
from atelier.store import Work
from bot.discord.buttons import buttons
from bot.studio import Studio

log = logging.getLogger(__name__)

MOST = 5  # messages of one work
PACE_S = 2.0  # between two edits of one message, however many vote in between

Edit = Callable[[discord.ui.View], Awaitable[object]]


async def _edit(message: discord.PartialMessage, view: discord.ui.View) -> None:
    await message.edit(view=view)


class Counts:
    """One task a message that is being voted on: shows the tally, rests, shows it again if it moved."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._wanted: dict[str, Edit] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def show(self, message: str, work: Work, edit: Edit) -> None:
        """Let ``message`` show the tally of ``work`` soon: now, or after the pause since the last time."""
        self._wanted[message] = edit
        if message not in self._tasks:
            self._tasks[message] = asyncio.create_task(self._follow(message, work))

    async def everywhere(self, client: discord.Client, work: Work, but: str) -> None:
        """Let the other messages that everybody sees follow too. ``but`` is one that does already.

        What only one person sees follows when they press there: nothing else reaches it.
        """
        try:
            keys = await asyncio.to_thread(self._studio.store.messages_of, work.id, "discord")
        except Unavailable:
            return  # the vote is recorded; the numbers follow with the next one
        for key in keys[:MOST]:
            if key != but:
                channel, _, message = key.partition(":")
                place = client.get_partial_messageable(int(channel))
                self.show(key, work, partial(_edit, place.get_partial_message(int(message))))

    async def _follow(self, message: str, work: Work) -> None:
        while edit := self._wanted.pop(message, None):
            try:
                tally = await self._studio.tally(work.id)
                await edit(buttons(work, tally))
            except discord.HTTPException as fault:
                # The vote is recorded; a label that lags is put right by the next one.
                log.info("work %s: the counts were not shown: %s", work.id, fault)
            except Exception:
                log.warning("work %s: the counts were not shown", work.id, exc_info=True)
            await asyncio.sleep(PACE_S)
        # In the same step as the look above: a vote that comes now begins a task of its own.
        self._tasks.pop(message, None)

    async def close(self) -> None:
        """Stop following."""
        for task in list(self._tasks.values()):
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
