"""How fast the bot may speak: Telegram's limits kept, and a refusal halts one chat, not all.

The library's own limiter stops every request when one chat is flooded
(python-telegram-bot#3772); here only the chat that was refused waits, and a caller says with
``rate_limit_args`` how many seconds it is ready to wait before it gets the
:class:`telegram.error.RetryAfter` itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from aiolimiter import AsyncLimiter
from telegram.constants import FloodLimit
from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

log = logging.getLogger(__name__)

PATIENCE_S = 10.0  # for who says nothing else: acknowledgements and answers
RETRIES = 2
# No messages, and so none of a group's twenty; what asks only is refused by no flood of messages either.
_ASKED = ("getChatMember", "getChat")
_SILENT = ("sendChatAction", *_ASKED)
_ALONE = ("inline_message_id", "callback_query_id", "inline_query_id")
_KEPT = 500  # groups whose pace is remembered, and halts


class Pace(BaseRateLimiter[float]):
    """30 messages a second in all, 20 a minute in a group; ``RetryAfter`` halts its own chat only."""

    def __init__(self) -> None:
        self._all = AsyncLimiter(int(FloodLimit.MESSAGES_PER_SECOND), 1)
        self._groups: dict[int, AsyncLimiter] = {}
        self._halted: dict[object, float] = {}  # chat, message, query or endpoint → loop time

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: float | None,
    ) -> Any:
        """Call when it is this chat's turn. Raises ``RetryAfter`` when that is too far off."""
        patience = PATIENCE_S if rate_limit_args is None else rate_limit_args
        chat = data.get("chat_id")
        # Without a chat, what was refused is one message or one press: others are not to wait for it.
        key = next((data[name] for name in ("chat_id", *_ALONE) if data.get(name) is not None), endpoint)
        for attempt in range(RETRIES + 1):
            if endpoint not in _ASKED:
                await self._wait_for(key, patience)
            try:
                if chat is None:
                    return await callback(*args, **kwargs)
                if endpoint in _SILENT:
                    await self._all.acquire()
                else:
                    await self._take_turn(chat, patience)
                return await callback(*args, **kwargs)
            except RetryAfter as refusal:
                span = seconds(refusal)
                log.info("%s for %s put off for %.0f s by Telegram", endpoint, key, span)
                self._halt(key, span)
                if attempt == RETRIES or span > patience:
                    raise
        return None

    def _halt(self, key: object, span: float) -> None:
        now = asyncio.get_running_loop().time()
        if len(self._halted) >= _KEPT:
            self._halted = {key: until for key, until in self._halted.items() if until > now}
        self._halted[key] = now + span

    async def _wait_for(self, key: object, patience: float) -> None:
        """Until the halt of this chat is over."""
        now = asyncio.get_running_loop().time()
        until = self._halted.get(key, 0.0)
        if until <= now:
            self._halted.pop(key, None)
        elif until - now > patience:
            raise RetryAfter(round(until - now + 0.5))
        else:
            await asyncio.sleep(until - now)

    async def _take_turn(self, chat: object, patience: float) -> None:
        """Until the limits have room. Raises ``RetryAfter`` when that takes longer than ``patience``."""
        if isinstance(chat, int) and chat < 0:
            limiter = self._groups.get(chat)
            if limiter is None:
                if len(self._groups) >= _KEPT:
                    idle = [k for k, v in self._groups.items() if v.has_capacity(v.max_rate)]
                    for key in idle:
                        del self._groups[key]
                limiter = AsyncLimiter(int(FloodLimit.MESSAGES_PER_MINUTE_PER_GROUP), 60)
                self._groups[chat] = limiter
            try:
                async with asyncio.timeout(patience):
                    await limiter.acquire()
            except TimeoutError:
                raise RetryAfter(round(60 / FloodLimit.MESSAGES_PER_MINUTE_PER_GROUP)) from None
        await self._all.acquire()


def seconds(refusal: RetryAfter) -> float:
    """How long Telegram wants to be left alone."""
    span = refusal.retry_after
    return float(span) if isinstance(span, int) else span.total_seconds()
