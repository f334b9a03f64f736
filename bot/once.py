"""What is pressed twice is done once, of acts that leave no row behind: asked for files, details, a menu.

A press is known by its query, so that one that is delivered again is nothing new, also after a restart; and
by who pressed which button, so that a second press within a moment is the same press. Redis remembers both.
While it is down each press counts.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.exceptions import RedisError

from bot.studio import Studio

log = logging.getLogger(__name__)

MOMENT_S = 10
REDELIVERED_S = 24 * 3600  # Telegram keeps an update for a day


@asynccontextmanager
async def once(studio: Studio, query: str, press: str = "") -> AsyncIterator[bool]:
    """Whether this is the first time: of ``query``, and of ``press`` for a moment.

    What fails within the block was not done, so that pressing again does it.
    """
    names = {f"query:{query}": REDELIVERED_S} | ({f"press:{press}": MOMENT_S} if press else {})
    keys = {_key(name): seconds for name, seconds in names.items()}
    redis = studio.road.redis

    def take() -> list[str]:
        return [key for key, seconds in keys.items() if redis.set(key, 1, nx=True, ex=seconds)]

    try:
        taken = await asyncio.to_thread(take)
        first = len(taken) == len(keys)
    except RedisError as fault:
        log.warning("whether a press came twice is unknown: %s", type(fault).__name__)
        taken, first = [], True
    try:
        yield first
    except BaseException:
        if first and taken:
            try:
                await asyncio.to_thread(redis.delete, *taken)
            except RedisError as fault:
                log.warning("a press that failed counts as done: %s", type(fault).__name__)
        raise


def _key(name: str) -> str:
    return f"atelier:once:{hashlib.sha256(name.encode()).hexdigest()[:32]}"
