"""What the fake Discord knows: people, channels, messages, interactions; and its JSON of them."""

from __future__ import annotations

import asyncio
import base64
import itertools
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

EPOCH_MS = 1420070400000
PERMISSIONS, MANAGE_GUILD, ATTACH_FILES = 2248473465835073, 1 << 5, 1 << 15
EPHEMERAL, LOADING = 1 << 6, 1 << 7
ACKNOWLEDGE_S = 3.0  # Discord's own
PATIENT_S = 30.0  # what tests allow: a machine may stall for seconds, and that is no fault of the bot
FILE_LIMIT = 10 * 2**20

T = TypeVar("T")


class ApiError(Exception):
    """What the API refuses, as it says it."""

    def __init__(self, status: int, code: int, message: str, errors: dict[str, Any] | None = None) -> None:
        super().__init__(f"{status} {code}: {message} {errors or ''}")
        self.status, self.code, self.message, self.errors = status, code, message, errors


@dataclass(eq=False)
class User:
    id: int
    name: str
    locale: str = "en-US"
    bot: bool = False
    manages: bool = False  # may manage the server

    def as_json(self) -> dict[str, Any]:
        return {
            "id": str(self.id), "username": self.name, "global_name": None, "discriminator": "0",
            "avatar": None, "bot": self.bot, "system": False, "public_flags": 0, "flags": 0,
            "primary_guild": None,
        }  # fmt: skip


@dataclass(eq=False)
class Channel:
    """A server's text channel, or (``guild`` None) a private one with the bot."""

    id: int
    name: str
    guild: int | None
    recipient: User | None = None
    writable: bool = True  # for the bot's own token
    readable: bool = True  # its history
    nsfw: bool = False
    parent: Channel | None = None  # it is a thread of that one
    invited: bool = True  # the bot is in; else somebody takes it along as an app of their own

    @property
    def context(self) -> int:
        """Discord's word for it: 0 a server, 1 the bot's private channel, 2 other people's."""
        return 0 if self.guild is not None else 1 if self.invited else 2

    def as_json(self) -> dict[str, Any]:
        if self.guild is None:
            people = [self.recipient.as_json()] if self.recipient else []
            return {"id": str(self.id), "type": 1, "last_message_id": None, "flags": 0, "recipients": people}
        if self.parent is not None:
            return {
                "id": str(self.id), "type": 11, "guild_id": str(self.guild), "name": self.name,
                "parent_id": str(self.parent.id), "owner_id": "1", "last_message_id": None, "flags": 0,
                "rate_limit_per_user": 0, "message_count": 0, "member_count": 1, "total_message_sent": 0,
                "permissions": "2248473465835073",
                "thread_metadata": {
                    "archived": False, "auto_archive_duration": 1440, "locked": False,
                    "archive_timestamp": when(self.id), "create_timestamp": when(self.id),
                },
            }  # fmt: skip
        return {
            "id": str(self.id), "type": 0, "guild_id": str(self.guild), "name": self.name, "position": 0,
            "permission_overwrites": [], "nsfw": self.nsfw, "topic": None, "last_message_id": None,
            "parent_id": None, "rate_limit_per_user": 0, "flags": 0, "permissions": "2248473465835073",
        }  # fmt: skip


@dataclass(eq=False)
class File:
    """An attachment as people see it."""

    id: int
    name: str
    data: bytes
    description: str | None
    media_type: str


@dataclass(eq=False)
class Message:
    id: int
    channel: Channel
    author: User
    content: str = ""
    files: list[File] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    flags: int = 0
    nonce: str | None = None
    for_user: int | None = None  # whose interaction it answers
    pinged: set[str] = field(default_factory=set)  # user ids, "everyone": whom it notified
    reactions: dict[str, set[int]] = field(default_factory=dict)
    edits: int = 0
    deleted: bool = False

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def thinking(self) -> bool:
        """Still “… is thinking”."""
        return bool(self.flags & LOADING)

    @property
    def buttons(self) -> list[dict[str, Any]]:
        return [item for row in self.components for item in row["components"] if item["type"] == 2]

    @property
    def is_work(self) -> bool:
        """Whether it shows a made work: it can be voted on."""
        return self.button("👍") is not None

    def button(self, face: str) -> dict[str, Any] | None:
        """The button with this emoji or label."""
        for button in self.buttons:
            if face in (button.get("emoji", {}).get("name"), button.get("label")):
                return button
        return None

    def as_json(self, application: int) -> dict[str, Any]:
        return {
            "id": str(self.id), "channel_id": str(self.channel.id), "author": self.author.as_json(),
            "content": self.content, "timestamp": when(self.id),
            "edited_timestamp": datetime.now(UTC).isoformat() if self.edits else None,
            "tts": False, "mention_everyone": "everyone" in self.pinged, "mentions": [],
            "mention_roles": [], "embeds": [], "pinned": False, "flags": self.flags,
            "type": 20 if self.for_user else 0, "components": self.components,
            "application_id": str(application),
            "attachments": [
                {
                    "id": str(f.id), "filename": f.name, "size": len(f.data), "content_type": f.media_type,
                    "url": f"https://cdn.discordapp.com/attachments/{self.channel.id}/{f.id}/{f.name}",
                    "proxy_url": f"https://media.discordapp.net/attachments/{self.channel.id}/{f.id}/{f.name}",
                    **({"description": f.description} if f.description else {}),
                }
                for f in self.files
            ],
        }  # fmt: skip


@dataclass(eq=False)
class Interaction:
    """Something a person did that the bot must answer."""

    id: int
    token: str
    type: int  # 2 command, 3 component, 4 autocomplete, 5 form
    user: User
    channel: Channel
    data: dict[str, Any]
    locale: str
    message: Message | None = None  # whose button was pressed
    sent_at: float = 0.0
    answered_after_s: float | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    expired: bool = False
    form: dict[str, Any] | None = None  # that it was answered with
    suggestions: list[dict[str, Any]] | None = None


def when(snowflake: int) -> str:
    """The moment in an id, in ISO 8601."""
    return datetime.fromtimestamp(((snowflake >> 22) + EPOCH_MS) / 1000, UTC).isoformat()


class World:
    """Everything, and a way to wait for it to change."""

    def __init__(self, token: str) -> None:
        self.acknowledge_s = PATIENT_S
        self._serial = itertools.count()
        self.token = token
        self.bot = User(self.snowflake(), "atelier", bot=True)
        self.application = self.bot.id
        self.guild = self.snowflake()
        self.users: dict[int, User] = {}
        self.channels: dict[int, Channel] = {}
        self.messages: dict[int, Message] = {}
        self.interactions: dict[str, Interaction] = {}
        self.commands: list[dict[str, Any]] = []
        self.gateway_url = ""
        self.published = 0  # how often the commands were overwritten
        self._moved = asyncio.Event()
        self.general = self.channel("general")

    def snowflake(self) -> int:
        """A new id that carries the present moment, as Discord's do."""
        return ((int(time.time() * 1000) - EPOCH_MS) << 22) | (next(self._serial) & 0x3FFFFF)

    def user(self, name: str, *, locale: str = "en-US", bot: bool = False) -> User:
        made = User(self.snowflake(), name, locale, bot)
        self.users[made.id] = made
        return made

    def channel(self, name: str) -> Channel:
        made = Channel(self.snowflake(), name, self.guild)
        self.channels[made.id] = made
        return made

    def thread(self, parent: Channel, name: str = "a thread") -> Channel:
        """A public thread in a channel."""
        made = Channel(self.snowflake(), name, parent.guild, parent=parent)
        self.channels[made.id] = made
        return made

    def elsewhere(self, user: User, *, server: bool) -> Channel:
        """Where the bot is not: a server without it, or a private channel of ``user`` and a friend."""
        guild = self.snowflake() if server else None
        made = Channel(self.snowflake(), "elsewhere", guild, None if server else user, invited=False)
        self.channels[made.id] = made
        return made

    def private(self, user: User) -> Channel:
        """The private channel of ``user`` and the bot."""
        for channel in self.channels.values():
            if channel.recipient is user and channel.invited:
                return channel
        made = Channel(self.snowflake(), user.name, None, user)
        self.channels[made.id] = made
        return made

    def interaction(
        self, type_: int, user: User, channel: Channel, data: dict[str, Any], message: Message | None = None
    ) -> Interaction:
        number = self.snowflake()
        # As long, and as secret, as the real ones.
        token = base64.urlsafe_b64encode(f"interaction:{number}:{secrets.token_hex(32)}".encode()).decode()
        made = Interaction(number, token.rstrip("="), type_, user, channel, data, user.locale, message)
        self.interactions[made.token] = made
        return made

    def interaction_json(self, it: Interaction) -> dict[str, Any]:
        """INTERACTION_CREATE's payload."""
        payload: dict[str, Any] = {
            "id": str(it.id), "application_id": str(self.application), "type": it.type, "data": it.data,
            "token": it.token, "version": 1, "locale": it.locale, "channel_id": str(it.channel.id),
            "channel": it.channel.as_json(), "entitlements": [],
            "app_permissions": str(PERMISSIONS if it.channel.invited else ATTACH_FILES),
            "attachment_size_limit": FILE_LIMIT,
        }  # fmt: skip
        if it.message is not None:
            payload["message"] = it.message.as_json(self.application)
        if it.channel.guild is None:
            owners = {"0": "0"} if it.channel.invited else {"1": str(it.user.id)}
            return {
                **payload,
                "user": it.user.as_json(),
                "context": it.channel.context,
                "authorizing_integration_owners": owners,
            }
        guild = str(it.channel.guild)
        allowed = PERMISSIONS | (MANAGE_GUILD if it.user.manages else 0)
        return {
            **payload, "guild_id": guild, "guild_locale": "en-US", "context": 0,
            "guild": {"id": guild, "locale": "en-US", "features": []},
            "authorizing_integration_owners": {"0": guild} if it.channel.invited else {"1": str(it.user.id)},
            "member": {**self.member_json(it.user), "permissions": str(allowed)},
        }  # fmt: skip

    def member_json(self, user: User) -> dict[str, Any]:
        return {
            "user": user.as_json(), "nick": None, "avatar": None, "banner": None, "roles": [], "flags": 0,
            "joined_at": when(user.id), "premium_since": None, "deaf": False, "mute": False,
            "pending": False, "communication_disabled_until": None,
        }  # fmt: skip

    def guild_json(self) -> dict[str, Any]:
        """GUILD_CREATE's payload."""
        channels = [c.as_json() for c in self.channels.values() if c.guild is not None]
        everyone = {
            "id": str(self.guild), "name": "@everyone", "color": 0, "hoist": False, "icon": None,
            "unicode_emoji": None, "position": 0, "permissions": "2248473465835073", "managed": False,
            "mentionable": False, "flags": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        }  # fmt: skip
        return {
            "id": str(self.guild), "name": "A studio", "icon": None, "splash": None, "owner_id": "1",
            "discovery_splash": None, "afk_channel_id": None, "afk_timeout": 300, "features": [],
            "verification_level": 0, "default_message_notifications": 0, "explicit_content_filter": 0,
            "mfa_level": 0, "system_channel_id": None, "system_channel_flags": 0, "rules_channel_id": None,
            "vanity_url_code": None, "description": None, "banner": None, "premium_tier": 0,
            "preferred_locale": "en-US", "public_updates_channel_id": None, "nsfw_level": 0,
            "premium_progress_bar_enabled": False, "roles": [everyone], "emojis": [], "stickers": [],
            "joined_at": when(self.guild), "large": False, "unavailable": False, "member_count": 2,
            "voice_states": [], "members": [self.member_json(self.bot)], "channels": channels,
            "threads": [], "presences": [], "stage_instances": [], "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }  # fmt: skip

    def moved(self) -> None:
        """Wake whoever waits for a change."""
        self._moved.set()
        self._moved = asyncio.Event()

    async def until(self, look: Callable[[], T | None], what: str, timeout_s: float) -> T:
        """Wait until ``look`` finds something; an AssertionError names what did not come."""
        try:
            async with asyncio.timeout(timeout_s):
                while not (found := look()):
                    with suppress(TimeoutError):  # what is looked at may change without a request
                        async with asyncio.timeout(0.05):
                            await self._moved.wait()
                return found
        except TimeoutError:
            raise AssertionError(f"waited {timeout_s:g} s in vain for {what}") from None
