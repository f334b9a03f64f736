"""Where a request came from on Discord: what the work's row keeps so that any process can answer it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, Self, cast

import discord

TOKEN_LIFE = timedelta(minutes=14)  # Discord ends it at 15; an upload must not straddle that
LAST_WORD = timedelta(minutes=1)  # before that: time for an edit, also on a busy day
ORIGINAL = cast("int", "@original")  # an interaction's answer, by the name the API gives it
DEFAULT_FILE_LIMIT = 10 * 2**20  # bytes, Discord's limit for everybody since 2024


@dataclass(frozen=True, slots=True)
class Place:
    """The interaction's answerable address. ``token`` is a secret: it is stored, never logged."""

    application: int
    token: str
    channel: int | None
    guild: int | None
    message: int | None
    at: datetime
    file_limit: int = DEFAULT_FILE_LIMIT
    within: tuple[str, ...] = ()  # the channel, and the one that it is a thread of
    adults: bool = False  # Discord keeps minors out of it
    hidden: bool = False  # the answer is shown to the person alone
    reach: bool = True  # the bot may post there by itself

    @classmethod
    def of(cls, interaction: discord.Interaction[Any], message: int | None, *, hidden: bool = False) -> Self:
        """The place of ``interaction``, whose answer is ``message`` (None: Discord did not say)."""
        return cls(
            application=interaction.application_id,
            token=interaction.token,
            channel=interaction.channel_id,
            guild=interaction.guild_id,
            message=message,
            at=interaction.created_at,
            file_limit=interaction.filesize_limit,
            within=within(interaction),
            adults=grown_up(interaction.channel),
            hidden=hidden,
            reach=reachable(interaction),
        )

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """What :meth:`as_json` wrote, whatever was added to the row since."""
        known = {field.name: stored[field.name] for field in fields(cls) if field.name in stored}
        return cls(**{**known, "at": datetime.fromisoformat(stored["at"])})

    def as_json(self) -> dict[str, Any]:
        """For the work's row. ``answer_within_s``: there is no other way to answer than this token."""
        server = str(self.guild) if self.guild is not None else None
        stored = {**asdict(self), "at": self.at.isoformat(), "server": server}
        return stored if self.open else stored | {"answer_within_s": TOKEN_LIFE.seconds}

    def __repr__(self) -> str:
        return f"Place(channel={self.channel}, message={self.message})"

    @property
    def token_lives(self) -> bool:
        """Whether the interaction's own token can still edit the answer."""
        return datetime.now(UTC) - self.at < TOKEN_LIFE

    @property
    def ends_soon(self) -> bool:
        """Whether the token can edit the answer for a little while only."""
        return timedelta(0) < TOKEN_LIFE - (datetime.now(UTC) - self.at) < LAST_WORD

    @property
    def open(self) -> bool:
        """Whether the bot's own token reaches what stands here, and may write beside it."""
        return self.reach and not self.hidden

    @property
    def key(self) -> str | None:
        """The answer as the store names messages: ``<channel>:<message>``."""
        return message_key(self.channel, self.message) if self.channel and self.message else None


def within(interaction: discord.Interaction[Any]) -> tuple[str, ...]:
    """The ids of the channel and, for a thread, of the channel that it is in."""
    parent = getattr(interaction.channel, "parent_id", None)
    return tuple(str(number) for number in (interaction.channel_id, parent) if number)


def grown_up(channel: Any) -> bool:
    """Whether Discord keeps minors out of a channel. A thread is as the channel that it is in."""
    asked = getattr(channel, "is_nsfw", None)  # private channels have none
    return asked is not None and bool(asked())


def reachable(interaction: discord.Interaction[Any]) -> bool:
    """Whether the bot can still post here when the interaction's token is spent.

    Not where somebody brought it along as a user-installed app, nor where it may not write.
    """
    if interaction.guild_id is None:
        return interaction.context.dm_channel or not interaction.context.private_channel
    rights = interaction.app_permissions
    thread = isinstance(interaction.channel, discord.Thread)
    writes = rights.send_messages_in_threads if thread else rights.send_messages
    return interaction.is_guild_integration() and rights.view_channel and rights.attach_files and writes


def message_key(channel: int, message: int) -> str:
    """How the store names a Discord message."""
    return f"{channel}:{message}"


def server(interaction: discord.Interaction[Any]) -> str | None:
    """The server that the person administers, if it is where they are."""
    here = interaction.guild_id is not None and interaction.permissions.manage_guild
    return str(interaction.guild_id) if here else None
