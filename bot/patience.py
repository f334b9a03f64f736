"""Records that are down for a moment lose nobody's vote: nobody waits for an answer, so it is tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from atelier.errors import Unavailable

T = TypeVar("T")

PAUSES_S = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)


async def patiently(act: Callable[[], Awaitable[T]]) -> T:
    """What ``act`` gives, however often it must be tried. Raises the last ``Unavailable``."""
    for pause in PAUSES_S:
        try:
            return await act()
        except Unavailable:
            await asyncio.sleep(pause)
    return await act()
