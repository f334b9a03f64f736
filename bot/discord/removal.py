"""Taking messages away that the bot posted."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import discord

from atelier.languages import Lang

if TYPE_CHECKING:
    from bot.discord.app import Atelier

log = logging.getLogger(__name__)


class Removal:
    """Deletes messages with the bot's own token; answers for one person's eyes only are out of its reach."""

    def __init__(self, client: Atelier) -> None:
        self._client = client

    async def take(self, channel: int, message: int, lang: Lang = "") -> None:  # noqa: ARG002 - nothing is said
        """Delete one message. Never raises: the work itself is gone already."""
        try:
            place = self._client.get_partial_messageable(channel)
            await place.get_partial_message(message).delete()
        except (discord.DiscordException, OSError) as fault:  # a rate limit, aiohttp's connection errors
            log.info("discord: a message of a deleted work stays: %s", fault)
