"""From an interaction to its acknowledgement: Discord hears within a second, the queue place follows."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias

import aiohttp
import discord

from atelier.errors import Unavailable
from atelier.languages import Lang, pick, say
from atelier.store import UNFINISHED, PersonRef
from bot import words
from bot.discord.buttons import while_waiting
from bot.discord.faults import ALREADY_ACKNOWLEDGED
from bot.discord.place import Place
from bot.discord.quoting import escape
from bot.discord.sheet import quote
from bot.studio import Ticket, sentence

if TYPE_CHECKING:
    from bot.discord.app import Atelier

log = logging.getLogger(__name__)

# How talking to Discord fails: refused, too fast, or not reached (aiohttp's are not all OSErrors).
FAILED = (discord.DiscordException, OSError, aiohttp.ClientError)

Interaction: TypeAlias = "discord.Interaction[Atelier]"
Order = Callable[[dict[str, Any], str], Awaitable[Ticket]]


def person(user: discord.abc.Snowflake) -> PersonRef:
    """The studio's name for a Discord user."""
    return PersonRef("discord", str(user.id))


def language(interaction: Interaction) -> Lang:
    """The language that the person chose, else that of their own client."""
    client = pick(interaction.locale.value)
    return interaction.client.studio.tastes.language(person(interaction.user), client)


def told(fault: BaseException, lang: Lang) -> str:
    """What a person reads of ``fault``, with what they typed themselves quoted safely."""
    return sentence(fault, lang, escape)


async def take(interaction: Interaction, order: Order) -> Ticket | None:
    """Acknowledge, then order: ``order(place, source)`` asks the studio. None: refused, and said so.

    The acknowledgement comes first, whatever the store and the queue are doing: Discord gives
    three seconds, a person less. What comes of it but a new work is told to the one who asked alone.
    """
    hidden = privately(interaction)
    acknowledged, message = await _defer(interaction, hidden=hidden)
    if not acknowledged:
        return None
    place = Place.of(interaction, message, hidden=hidden)
    lang = language(interaction)
    # A redelivered event has no new message: the one that there is belongs to the first delivery.
    say_it = whisper if message is None else _instead
    try:
        ticket = await order(place.as_json(), f"discord:{interaction.id}")
    except Exception as fault:
        await say_it(interaction, told(fault, lang))
        return None
    if message is not None and not ticket.fresh:  # the same button, a moment ago
        await say_it(interaction, say("act-twice", lang))
        return None
    await _show(interaction, ticket, place)
    return ticket


def privately(interaction: Interaction) -> bool:
    """Whether the person wants to see their works alone, and others could see them here."""
    mine = interaction.client.studio.tastes.of(person(interaction.user))
    return mine.private and (interaction.guild_id is not None or interaction.context.private_channel)


async def refuse(interaction: Interaction, text: str) -> None:
    """Answer at once with ``text``, for this person's eyes only."""
    try:
        await interaction.response.send_message(text, ephemeral=True)
    except discord.HTTPException as fault:
        log.warning("interaction %s: could not answer: %s", interaction.id, fault)


async def _defer(interaction: Interaction, *, hidden: bool) -> tuple[bool, int | None]:
    """Show “thinking…”. Whether Discord took it, and the id of the answer that it made."""
    try:
        answer = await interaction.response.defer(thinking=True, ephemeral=hidden)
    except discord.HTTPException as fault:
        # A redelivered event: the first delivery acknowledged it, so its answer can be edited.
        if fault.code == ALREADY_ACKNOWLEDGED:
            return True, None
        log.warning("interaction %s: not acknowledged, so nothing was asked: %s", interaction.id, fault)
        return False, None
    except (OSError, aiohttp.ClientError, TimeoutError) as fault:
        log.warning("interaction %s: not acknowledged, so nothing was asked: %r", interaction.id, fault)
        return False, None
    return True, answer.message_id if answer else None


async def _show(interaction: Interaction, ticket: Ticket, place: Place) -> None:
    """The acknowledgement's text, unless the work has overtaken it."""
    client = interaction.client
    work_id = ticket.work.id
    async with client.turns.of(work_id):
        try:
            if place.key:
                await client.studio.remember_message(work_id, "discord", place.key)
            work = await client.studio.work(work_id)
            if work is None or work.state not in UNFINISHED:
                return
            text = words.acknowledgement(work, ticket.place, quote, ticket.seconds)
            await interaction.edit_original_response(content=text, view=while_waiting(work_id, work.lang))
        except Unavailable as fault:
            log.warning("work %s: accepted, but its place was not shown: %s", work_id, fault)
        except FAILED as fault:
            log.warning("work %s: accepted, but its place was not shown: %r", work_id, fault)


async def _instead(interaction: Interaction, text: str) -> None:
    """Take “thinking…” away, and tell this person alone."""
    try:
        with suppress(discord.NotFound):  # gone already: the answer to an earlier try was lost
            await interaction.delete_original_response()
        await interaction.followup.send(text, ephemeral=True)
    except FAILED as fault:
        log.warning("interaction %s: could not answer: %r", interaction.id, fault)


def unsaid(fault: BaseException, lang: Lang, interaction: int) -> str:
    """What to say instead of an answer: why there is none, or that Discord did not take it."""
    if isinstance(fault, FAILED):
        log.warning("interaction %s: an answer was not taken: %r", interaction, fault)
        return say("discord-not-taken", lang)
    return told(fault, lang)


async def instead(interaction: Interaction, text: str) -> None:
    """One sentence in place of “thinking…”, or of what stood there, with nothing attached."""
    try:
        await interaction.edit_original_response(content=text, attachments=[], view=None)
    except FAILED as fault:
        log.warning("interaction %s: could not answer: %r", interaction.id, fault)


async def whisper(interaction: Interaction, text: str) -> None:
    """One sentence under the message, for this person only."""
    try:
        await interaction.followup.send(text, ephemeral=True)
    except FAILED as fault:
        log.warning("interaction %s: could not answer: %r", interaction.id, fault)
