"""Emoji reactions as votes: raw events, so that messages from before a restart count too."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import discord

from atelier.errors import AtelierError
from atelier.store import PersonRef, Work
from bot.discord.place import message_key
from bot.patience import patiently

if TYPE_CHECKING:
    from bot.discord.app import Atelier

log = logging.getLogger(__name__)

MADE = ("made", "posted")

Event = discord.RawReactionActionEvent | discord.RawReactionClearEvent | discord.RawReactionClearEmojiEvent


async def count(client: Atelier, event: discord.RawReactionActionEvent, *, added: bool) -> None:
    """One reaction put on or taken off; other emoji, other messages and bots are none of ours."""
    if client.user and event.user_id == client.user.id:
        return
    if event.member is not None and event.member.bot:
        return
    if event.emoji.id is not None:  # a server's own emoji
        return
    key = message_key(event.channel_id, event.message_id)
    voter = PersonRef("discord", str(event.user_id))
    # In the order they happened: added, then removed, must not become removed, then added.
    async with client.turns.of(f"{key}/{event.user_id}"):
        try:
            found = await patiently(
                lambda: client.studio.react("discord", key, voter, event.emoji.name, added=added)
            )
        except AtelierError as fault:
            log.warning("a reaction was not recorded: %s", fault)
            return
    if found is not None:
        await _recount(client, key, found[0], event)


async def cleared(
    client: Atelier,
    event: discord.RawReactionClearEvent | discord.RawReactionClearEmojiEvent,
    emoji: discord.PartialEmoji | None = None,
) -> None:
    """Reactions taken off by a moderator: everybody's, of one emoji or of all."""
    if emoji is not None and emoji.id is not None:
        return
    key = message_key(event.channel_id, event.message_id)
    name = None if emoji is None else emoji.name
    try:
        found = await patiently(lambda: client.studio.reactions_cleared("discord", key, name))
    except AtelierError as fault:
        log.warning("cleared reactions were not recorded: %s", fault)
        return
    if found is not None:
        await _recount(client, key, found[0], event)


async def _recount(client: Atelier, key: str, work: Work, event: Event) -> None:
    """Let the message show what stands now, and the others with the same work."""
    if work.state not in MADE:
        return
    channel = client.get_partial_messageable(event.channel_id, guild_id=event.guild_id)
    message = channel.get_partial_message(event.message_id)
    client.counts.show(key, work, lambda view: message.edit(view=view))
    await client.counts.everywhere(client, work, but=key)
