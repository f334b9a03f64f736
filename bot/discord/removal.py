"""Taking messages away that the bot posted."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import discord

from atelier.languages import Lang, say
from bot.delivery import PostLater
from bot.discord.faults import verdict
from bot.discord.place import ORIGINAL, Place
from bot.leftovers import Outcome

if TYPE_CHECKING:
    from bot.discord.app import Atelier

log = logging.getLogger(__name__)


class Removal:
    """Deletes messages with the bot's own token; what that does not reach is emptied by its own answer's."""

    def __init__(self, client: Atelier) -> None:
        self._client = client

    async def take(self, channel: int, message: int, lang: Lang = "") -> Outcome:  # noqa: ARG002 - nothing is said
        """Delete one message. Never raises: the work itself is gone already."""
        try:
            place = self._client.get_partial_messageable(channel)
            await place.get_partial_message(message).delete()
        except (discord.DiscordException, OSError) as fault:  # a rate limit, aiohttp's connection errors
            log.info("discord: a message of a deleted work stays: %s", fault)
            if isinstance(fault, discord.NotFound):
                return "gone"
            return "later" if isinstance(verdict(fault), PostLater) else "stays"
        return "gone"

    async def empty(self, place: Place, lang: Lang) -> bool:
        """Say in a work's place that it was deleted, with the token of its answer; whether that did it."""
        if not place.token_lives:
            return False
        webhook = discord.Webhook.partial(place.application, place.token, client=self._client)
        try:
            await webhook.edit_message(ORIGINAL, content=say("work-deleted", lang), attachments=[], view=None)
        except (discord.DiscordException, OSError) as fault:
            log.info("discord: the answer with a deleted work stays: %s", fault)
            return isinstance(fault, discord.NotFound)
        return True
