"""A training on Discord: one message of the bot's own that changes, and one more with the outcome."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import discord

from atelier.store import Platform, Training
from atelier.works import Artefact
from bot.command import Choice
from bot.delivery import PostNever
from bot.discord.faults import verdict
from bot.discord.quoting import escape
from bot.discord.replies import AsideButton, pages
from bot.discord.sheet import upload
from bot.learning.words import described

if TYPE_CHECKING:
    from bot.discord.app import Atelier
    from bot.discord.poster import DiscordPoster

MAX_FILES = 10


class DiscordTeller:
    """:class:`bot.learning.follow.Teller` for Discord."""

    platform: Platform = "discord"
    pace_s = 4.0  # of one message; nobody watches a training by the second

    def __init__(self, client: Atelier, poster: DiscordPoster) -> None:
        self._client = client
        self._poster = poster

    async def show(
        self, training: Training, text: str, choices: Sequence[Choice], *, private: bool
    ) -> dict[str, Any]:
        """Its message in the channel, or in private."""
        view = discord.ui.View(timeout=None)
        for choice in choices:
            view.add_item(AsideButton(choice))
        try:
            channel = await self._channel(training, private=private)
            message = training.post.get("message")
            if message is not None:
                try:
                    await channel.get_partial_message(message).edit(content=escape(text), view=view)
                except discord.NotFound:  # somebody deleted it
                    message = None
            if message is None:
                sent = await channel.send(escape(text), view=view, nonce=f"{training.id}-0")
                message = sent.id
        except PostNever:
            raise
        except Exception as fault:
            raise verdict(fault) from fault
        return {"message": message}

    async def send(self, training: Training, text: str, files: Sequence[Artefact], *, private: bool) -> None:
        """The outcome, with its files under the last page."""
        try:
            channel = await self._channel(training, private=private)
            said = pages(escape(text))
            for number, page in enumerate(said, 1):
                shown = [
                    upload(file, described(training, file.name, training.lang)) for file in files[:MAX_FILES]
                ]
                await channel.send(
                    page, files=shown if number == len(said) else [], nonce=f"{training.id}-{number}"
                )
        except PostNever:
            raise
        except Exception as fault:
            raise verdict(fault) from fault

    async def warn(self, admin: str, sentence: str) -> None:
        """As the poster does."""
        await self._poster.warn(admin, escape(sentence))

    async def _channel(self, training: Training, *, private: bool) -> discord.PartialMessageable:
        if private:
            if training.person is None:
                raise PostNever("nobody to tell in private")
            direct = await self._client.create_dm(discord.Object(int(training.person.platform_id)))
            return self._client.get_partial_messageable(direct.id)
        channel = training.place.get("channel")
        if channel is None:
            raise PostNever("no channel to tell it in")
        return self._client.get_partial_messageable(int(channel))
