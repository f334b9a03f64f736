"""Signs of life: who asked sees within a moment that they were heard, whatever the records are doing.

An answer comes when what was asked is recorded, which is soon. Where it is not (a database that is
slow, a chat whose earlier updates are still at work), a command is answered by "typing…", and a press is
taken off its button without words; what there is to say of it then comes as a message.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from telegram import CallbackQuery, Update
from telegram.constants import ChatAction
from telegram.error import TelegramError
from telegram.ext import ExtBot

log = logging.getLogger(__name__)

PATIENCE_S = 0.4  # an answer that comes sooner is sign enough
TYPING_S = 4.5  # Telegram shows it for five seconds
KEPT = 1000


class Signs:
    """Gives them."""

    def __init__(self, bot: ExtBot[float]) -> None:
        self._bot = bot
        self._answered: dict[str, None] = {}  # queries, the oldest first

    def answered(self, query: str) -> bool:
        """Whether a press had its answer already: Telegram takes one only."""
        return query in self._answered

    async def take_off(self, query: CallbackQuery) -> None:
        """Answer a press without words, whose answer takes long. Never raises."""
        try:
            if not self.answered(query.id):
                await self._answer(query)
        except TelegramError as fault:
            log.info("telegram: a press was not answered: %s", type(fault).__name__)

    async def watch(self, query: CallbackQuery, handling: asyncio.Task[Any]) -> None:
        """Answer a press without words if what will be said of it takes long. Never raises."""
        if not await _over(handling, PATIENCE_S):
            await self.take_off(query)

    async def _answer(self, query: CallbackQuery) -> None:
        self._answered[query.id] = None
        if len(self._answered) > KEPT:
            self._answered.pop(next(iter(self._answered)))
        await query.answer()

    async def give(self, update: Update, handling: asyncio.Task[Any]) -> None:
        """Watch over ``handling``. Never raises."""
        if update.callback_query is not None:
            await self.watch(update.callback_query, handling)
        elif update.message is not None:
            message = update.message
            thread = message.message_thread_id if message.is_topic_message else None
            await typing(self._bot, message.chat.id, thread, handling)


async def typing(bot: ExtBot[float], chat: int, thread: int | None, handling: asyncio.Task[Any]) -> None:
    """“typing…” in a chat while ``handling`` takes longer than a moment. Never raises."""
    if await _over(handling, PATIENCE_S):
        return
    try:
        while not handling.done():
            await bot.send_chat_action(chat, ChatAction.TYPING, message_thread_id=thread, rate_limit_args=0.0)
            await _over(handling, TYPING_S)
    except TelegramError as fault:
        log.info("telegram: no sign of life could be given: %s", type(fault).__name__)


async def _over(handling: asyncio.Task[Any], seconds: float) -> bool:
    done, _ = await asyncio.wait([handling], timeout=seconds)
    return bool(done)
