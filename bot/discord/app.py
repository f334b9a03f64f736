"""The Discord process: one client, its commands, and the delivery of what was made."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from atelier import notify
from atelier.errors import Unavailable
from bot.delivery import Delivery
from bot.discord import buttons, reactions, replies
from bot.discord.commands import Tree
from bot.discord.counts import Counts
from bot.discord.learning import DiscordTeller
from bot.discord.poster import DiscordPoster
from bot.discord.pressing import Pressing
from bot.discord.removal import Removal
from bot.front import SettingError
from bot.learning.follow import Follow
from bot.leftovers import Leftovers
from bot.places import Places
from bot.studio import Studio
from bot.turns import Turns

log = logging.getLogger(__name__)

WRONG_TOKEN = 4004  # the gateway's close code
LONGEST_WAIT_S = 30.0  # for a rate limit inside the library; longer ones come back as an error


def intents() -> discord.Intents:
    """What the bot listens to: its servers and reactions. It never reads what people write."""
    wanted = discord.Intents.none()
    wanted.guilds = True
    wanted.guild_reactions = True
    wanted.dm_reactions = True
    return wanted


class Atelier(discord.AutoShardedClient):
    """The client, with what the parts of this room share."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(
            intents=intents(),
            allowed_mentions=discord.AllowedMentions.none(),
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            max_ratelimit_timeout=LONGEST_WAIT_S,
        )
        self.studio = studio
        self._errands: set[asyncio.Task[Any]] = set()
        self.turns = Turns()
        self.counts = Counts(studio)
        self.pressing = Pressing(self)
        self.removal = Removal(self)
        self.leftovers = Leftovers(studio, "discord", self.removal.take)
        self.tree = Tree(self)
        buttons.register(self)
        replies.register(self)

    def later(self, errand: Coroutine[Any, Any, Any]) -> None:
        """Do something beside; it must not raise."""
        task = asyncio.create_task(errand)
        self._errands.add(task)  # the loop itself keeps only weak references
        task.add_done_callback(self._errands.discard)

    async def setup_hook(self) -> None:
        """Learn the gateway's address and the number of shards from the API, wherever that is."""
        self.shard_count, address, _ = await self.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(address)

    async def on_ready(self) -> None:
        """A line for whoever watches the log, and a notice for whoever started this process."""
        notify.ready(f"@{self.user}")
        log.info("discord: serving as %s in %d servers", self.user, len(self.guilds))

    async def on_interaction(self, interaction: discord.Interaction[Atelier]) -> None:
        """A form came back. Commands, buttons and menus reach their own handlers through the library."""
        if interaction.type is discord.InteractionType.modal_submit:
            await self.pressing.edits.submitted(interaction)

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        """An emoji was put on a message."""
        await reactions.count(self, event, added=True)

    async def on_raw_reaction_remove(self, event: discord.RawReactionActionEvent) -> None:
        """An emoji was taken off a message."""
        await reactions.count(self, event, added=False)

    async def on_raw_reaction_clear(self, event: discord.RawReactionClearEvent) -> None:
        """A moderator took all emoji off a message."""
        await reactions.cleared(self, event)

    async def on_raw_reaction_clear_emoji(self, event: discord.RawReactionClearEmojiEvent) -> None:
        """A moderator took everybody's emoji of one kind off a message."""
        await reactions.cleared(self, event, event.emoji)


async def run(studio: Studio) -> None:
    """Serve until cancelled.

    Raises :class:`bot.front.SettingError` for a missing or wrong token and
    :class:`atelier.errors.Unavailable` when Discord does not answer at the start.
    """
    token = studio.settings.discord_token
    if token is None:
        raise SettingError("discord-token-missing")
    # Debug lines of the library carry interaction tokens in addresses and events.
    logging.getLogger("discord").setLevel(logging.INFO)
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody here speaks
    Route.BASE = studio.settings.discord_api_base.rstrip("/")
    async with Atelier(studio) as client:
        await _log_in(client, token.get_secret_value())
        await _serve(client)


async def _log_in(client: Atelier, token: str) -> None:
    try:
        await client.login(token)
    except discord.LoginFailure:
        raise SettingError("discord-token-wrong") from None
    except (discord.HTTPException, discord.GatewayNotFound, aiohttp.ClientError, OSError) as fault:
        log.info("discord: %r", fault)
        raise Unavailable("discord-down") from None


async def _serve(client: Atelier) -> None:
    """The gateway and the delivery side by side; when one ends, so does the other."""
    connection = asyncio.create_task(client.connect())
    poster = DiscordPoster(client)
    delivery = asyncio.create_task(Delivery(client.studio, poster).run())
    places = asyncio.create_task(Places(client.studio, poster).run())
    trainings = asyncio.create_task(Follow(client.studio, DiscordTeller(client, poster)).run())
    publishing = asyncio.create_task(client.tree.publish())
    clearing = asyncio.create_task(client.leftovers.run())
    tasks = (connection, delivery, places, trainings, publishing, clearing)
    try:
        done, _ = await asyncio.wait((connection, delivery), return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    except discord.ConnectionClosed as fault:
        if fault.code == WRONG_TOKEN:
            raise SettingError("discord-token-wrong") from None
        raise
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await client.counts.close()
