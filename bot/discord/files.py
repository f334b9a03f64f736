"""Files that come with a command: refused by size first, fetched when Discord has its acknowledgement."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import aiohttp
import discord

from atelier.errors import BadInput, Unavailable
from atelier.tunes import MAX_BYTES
from bot.command import Upload

log = logging.getLogger(__name__)

FETCH_S = 10.0


def plain(options: dict[str, Any]) -> dict[str, Any]:
    """``options`` without files. Raises :class:`BadInput` for a file that is too big to be fetched at all."""
    for value in options.values():
        if isinstance(value, discord.Attachment) and value.size > MAX_BYTES:
            raise BadInput("tune-too-big", most=MAX_BYTES // 1024)
    return {name: value for name, value in options.items() if not isinstance(value, discord.Attachment)}


async def fetched(options: dict[str, Any]) -> dict[str, Any]:
    """``options`` with their files' bytes. Raises :class:`Unavailable` where Discord does not give one."""
    made = dict(options)
    for name, value in options.items():
        if isinstance(value, discord.Attachment):
            try:
                async with asyncio.timeout(FETCH_S):
                    made[name] = Upload(value.filename, await value.read())
            except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError) as fault:
                # Without its text: the address of a file is a secret for a day.
                log.warning("a file was not fetched: %s", type(fault).__name__)
                raise Unavailable("file-not-fetched") from None
    return made
