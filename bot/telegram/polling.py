"""Fetches updates by long polling, and confirms them only once they are recorded.

The library's updater confirms an update when it has put it into a queue in memory; what was in
there when a process died is lost. Here a batch is confirmed by the call after it, when its
handlers have returned; they record what was asked and leave the talking to tasks. An update
that comes twice changes nothing, because its source is unique in the store. Records that are slow hold
nobody else up: what is fetched meanwhile is begun too, and confirmed when all before it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from typing import Any

from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import Application

from bot.front import SettingError
from bot.telegram.pace import seconds
from bot.telegram.signs import Signs
from bot.turns import Turns

log = logging.getLogger(__name__)

LOOK_S = 0.3  # between calls while something is at work: whoever else writes is heard within a second
WAIT_S = 25  # how long Telegram holds a call open when there is nothing
ALLOWED = (
    "message",
    "callback_query",
    "message_reaction",
    "inline_query",
    "chosen_inline_result",
)  # reactions come only when asked for
LONGEST_PAUSE_S = 30.0


async def poll(application: Application[Any, Any, Any, Any, Any, Any], signs: Signs) -> None:
    """Fetch and process until cancelled. Raises :class:`SettingError` when the token is refused."""
    work, pause = _Work(application, signs), 0.0
    try:
        while True:
            try:
                updates = await application.bot.get_updates(
                    offset=work.offset or None, timeout=0 if work.running else WAIT_S, allowed_updates=ALLOWED
                )
            except InvalidToken:
                raise SettingError("telegram-token-wrong") from None
            except TelegramError as fault:
                if isinstance(fault, Conflict) and "webhook" in fault.message:
                    await _take_off_webhook(application.bot)
                pause = _pause(fault, pause)
                await asyncio.sleep(pause)
                continue
            if pause:
                log.info("telegram: answering again")
            pause = 0.0
            await work.take(updates)
    finally:
        await work.stop()
        if work.offset:  # confirm the last batch, so that it does not come again
            with contextlib.suppress(TelegramError):
                await application.bot.get_updates(offset=work.offset, timeout=0, limit=1, read_timeout=2)


class _Work:
    """The updates that were fetched: chats side by side, a chat's own one after the other.

    ``offset`` is what all before which is recorded; what came after it comes again with each call.
    """

    def __init__(self, application: Application[Any, Any, Any, Any, Any, Any], signs: Signs) -> None:
        self._application = application
        self._signs = signs
        self._lanes = Turns()
        self._done: set[int] = set()  # after one that is not
        self._last = 0
        self.offset = 0
        self.running: dict[int, asyncio.Task[None]] = {}
        self._watching: set[asyncio.Task[None]] = set()

    async def take(self, updates: Sequence[Update]) -> None:
        """Begin with those that are new; wait for all, but not for long: others may have written."""
        for update in updates:
            number = update.update_id
            if number >= self.offset and number not in self.running and number not in self._done:
                task = self.running[number] = asyncio.create_task(self._process(update))
                self._watching.add(watch := asyncio.create_task(self._signs.give(update, task)))
                watch.add_done_callback(self._watching.discard)
                self._last = max(self._last, number)
        if self.running:
            await asyncio.wait(self.running.values(), timeout=LOOK_S)
        for number, task in list(self.running.items()):
            if task.done():
                del self.running[number]
                self._done.add(number)
                task.result()
        if self._last:
            self.offset = min(self.running, default=self._last + 1)
        self._done = {number for number in self._done if number >= self.offset}

    async def stop(self) -> None:
        """End what is at work; it is not confirmed, and so comes again."""
        tasks = [*self.running.values(), *self._watching]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _process(self, update: Update) -> None:
        chat, user = update.effective_chat, update.effective_user
        lane = chat.id if chat else user.id if user else update.update_id
        async with self._lanes.of(str(lane)):
            await self._application.process_update(update)


async def _take_off_webhook(bot: Bot) -> None:
    """The bot was served in another way before; nothing that people wrote meanwhile is dropped."""
    with contextlib.suppress(TelegramError):
        await bot.delete_webhook(drop_pending_updates=False)
        log.info("telegram: a webhook from before was taken off")


def _pause(fault: TelegramError, last: float) -> float:
    """How long to wait after ``fault``; says it once an outage."""
    if isinstance(fault, RetryAfter):
        return seconds(fault)
    if isinstance(fault, Conflict) and "webhook" not in fault.message:
        log.warning("telegram: another program fetches updates with the same token; only one can")
        return 5.0
    if not last:
        log.warning("telegram: no updates now (%s), trying again", type(fault).__name__)
    return min(LONGEST_PAUSE_S, last * 2 or (0.5 if isinstance(fault, NetworkError) else 2.0))
