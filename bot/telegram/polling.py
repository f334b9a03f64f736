"""Fetches updates by long polling, and confirms them only once they are recorded.

The library's updater confirms an update when it has put it into a queue in memory; what was in
there when a process died is lost. Here a batch is confirmed by the call after it, when its
handlers have returned; they record what was asked and leave the talking to tasks. An update
that comes twice changes nothing, because its source is unique in the store.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import defaultdict
from typing import Any

from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import Application

from bot.front import SettingError
from bot.telegram.pace import seconds

log = logging.getLogger(__name__)

WAIT_S = 25  # how long Telegram holds a call open when there is nothing
ALLOWED = (
    "message",
    "callback_query",
    "message_reaction",
    "inline_query",
    "chosen_inline_result",
)  # reactions come only when asked for
LONGEST_PAUSE_S = 30.0


async def poll(application: Application[Any, Any, Any, Any, Any, Any]) -> None:
    """Fetch and process until cancelled. Raises :class:`SettingError` when the token is refused."""
    offset, pause = 0, 0.0
    try:
        while True:
            try:
                updates = await application.bot.get_updates(
                    offset=offset or None, timeout=WAIT_S, allowed_updates=ALLOWED
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
            await _process(application, [u for u in updates if u.update_id >= offset])
            if updates:
                offset = updates[-1].update_id + 1
    finally:
        if offset:  # confirm the last batch, so that it does not come again
            with contextlib.suppress(TelegramError):
                await application.bot.get_updates(offset=offset, timeout=0, limit=1, read_timeout=2)


async def _process(
    application: Application[Any, Any, Any, Any, Any, Any], updates: tuple[Update, ...] | list[Update]
) -> None:
    """All updates: chats side by side, a chat's own one after the other."""
    chats: dict[object, list[Update]] = defaultdict(list)
    for update in updates:
        chats[update.effective_chat.id if update.effective_chat else None].append(update)

    async def process(one_chat: list[Update]) -> None:
        for update in one_chat:
            await application.process_update(update)

    await asyncio.gather(*(process(one_chat) for one_chat in chats.values()))


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
