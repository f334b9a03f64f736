"""Messages with an erased person's works, taken away: after /forgetme, and what a restart left."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from atelier.errors import Unavailable
from atelier.languages import Lang
from atelier.store import Platform
from bot.studio import Studio

log = logging.getLogger(__name__)

# Takes one message away, as far as the chat allows it: channel, message, language. Never raises.
Take = Callable[[int, int, Lang], Awaitable[None]]


async def clear(studio: Studio, platform: Platform, take: Take) -> None:
    """Take away what there is, one by one: the chats' own limits set the pace. Never raises."""
    try:
        for key, lang in await asyncio.to_thread(studio.store.leftovers, platform):
            channel, _, message = key.rpartition(":")
            await take(int(channel), int(message), lang)
            await asyncio.to_thread(studio.store.forget_message, platform, key)
    except Unavailable as fault:
        log.warning("%s: messages of erased people stay until the next start: %s", platform, fault)
