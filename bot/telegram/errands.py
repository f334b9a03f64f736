"""Talking to Telegram on the side: a handler records what was asked and returns, an errand answers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from telegram.error import TelegramError

from atelier.errors import Unavailable

log = logging.getLogger(__name__)

GRACE_S = 3.0  # for answers on their way when the front end stops


class Errands:
    """Tasks that nobody waits for; what they cannot do is logged."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def __call__(self, errand: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Start one."""
        task = asyncio.create_task(errand)
        self._running.add(task)  # the loop itself keeps only weak references
        task.add_done_callback(self._ended)
        return task

    async def finish(self) -> None:
        """Let the running ones end, for a moment; then end them."""
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=GRACE_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            log_fault(fault)


def log_fault(fault: BaseException) -> None:
    """Telegram's refusals and a studio that is down in a line; anything else with its traceback."""
    if isinstance(fault, TelegramError | Unavailable):
        log.warning("telegram: %s: %s", type(fault).__name__, fault)
    else:
        log.error("telegram: an answer failed", exc_info=fault)
