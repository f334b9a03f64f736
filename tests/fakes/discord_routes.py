"""What Discord's REST API does, path by path, as far as a bot of ours could need it."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.discord_commands import check_command
from tests.fakes.discord_rules import MAX_OPTIONS, check_form, fill, invalid
from tests.fakes.discord_state import (
    EPHEMERAL,
    LOADING,
    ApiError,
    Channel,
    Interaction,
    Message,
    World,
)

NONCE_S = 300.0
Uploads = dict[int, tuple[str, str, bytes]]


@dataclass
class Ask:
    """A request, taken apart."""

    parts: dict[str, str]
    query: dict[str, str]
    payload: Any
    uploads: Uploads = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        return self.payload or {}


Handler = Callable[[Ask], Awaitable[Any]]


class Routes:
    """Handlers by method and path. An answer of None is 204; refusals are :class:`ApiError`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.nonces: dict[tuple[int, str], tuple[float, Message]] = {}
        hook = "/webhooks/{application}/{token}"
        message = "/channels/{channel}/messages/{message}"
        self.table: list[tuple[str, str, Handler]] = [
            ("GET", "/users/@me", self._me),
            ("POST", "/users/@me/channels", self._private),
            ("GET", "/oauth2/applications/@me", self._application),
            ("GET", "/gateway/bot", self._gateway),
            ("GET", "/applications/{application}/commands", self._list_commands),
            ("PUT", "/applications/{application}/commands", self._overwrite_commands),
            ("POST", "/interactions/{interaction}/{token}/callback", self._callback),
            ("GET", hook + "/messages/@original", self._get_original),
            ("PATCH", hook + "/messages/@original", self._edit_original),
            ("DELETE", hook + "/messages/@original", self._delete_original),
            ("PATCH", hook + "/messages/{message}", self._edit_followup),
            ("POST", hook, self._follow_up),
            ("GET", "/channels/{channel}/messages", self._history),
            ("POST", "/channels/{channel}/messages", self._send),
            ("GET", message, self._get_message),
            ("PATCH", message, self._edit_message),
            ("DELETE", message, self._delete_message),
        ]

    def find(self, method: str, path: str) -> tuple[Handler, dict[str, str]]:
        """The handler of a request, and what stands in the path's placeholders."""
        for known, template, handler in self.table:
            pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)
            if known == method and (found := re.fullmatch(pattern, path)):
                return handler, found.groupdict()
        raise ApiError(404, 0, "404: Not Found")

    # The application

    async def _me(self, ask: Ask) -> Any:
        return {**self.world.bot.as_json(), "mfa_enabled": False, "verified": True, "locale": "en-US",
                "email": None, "premium_type": 0}  # fmt: skip

    async def _private(self, ask: Ask) -> Any:
        user = self.world.users.get(int(ask.body["recipient_id"]))
        if user is None:
            raise ApiError(400, 50033, "Invalid Recipient(s)")
        return self.world.private(user).as_json()

    async def _application(self, ask: Ask) -> Any:
        return {
            "id": str(self.world.application), "name": "Atelier", "icon": None, "description": "",
            "bot_public": True, "bot_require_code_grant": False, "summary": "", "verify_key": "0" * 64,
            "flags": 0, "flags_new": "0", "eligible_oauth2_scopes": [],
            "owner": {**self.world.bot.as_json(), "id": "1", "username": "owner", "bot": False},
            "team": None, "hook": True, "type": None, "integration_types_config": {"0": {}},
            "approximate_guild_count": 1, "approximate_user_install_count": 0, "redirect_uris": [],
            "bot": self.world.bot.as_json(), "explicit_content_filter": 0, "max_participants": None,
            "interactions_endpoint_url": None, "role_connections_verification_url": None,
            "event_webhooks_types": [], "event_webhooks_status": 1, "approximate_user_authorization_count": 0,
            "tags": [],
        }  # fmt: skip

    async def _gateway(self, ask: Ask) -> Any:
        limits = {"total": 1000, "remaining": 999, "reset_after": 14_400_000, "max_concurrency": 1}
        return {"url": self.world.gateway_url, "shards": 1, "session_start_limit": limits}

    async def _list_commands(self, ask: Ask) -> Any:
        return self.world.commands

    async def _overwrite_commands(self, ask: Ask) -> Any:
        names = [command["name"] for command in ask.payload]
        if len(set(names)) != len(names):
            raise ApiError(400, 50035, "Invalid Form Body", {"name": "APPLICATION_COMMANDS_DUPLICATE_NAME"})
        for command in ask.payload:
            check_command(command)
        old = {command["name"]: command["id"] for command in self.world.commands}
        self.world.commands = [self._command(command, old) for command in ask.payload]
        self.world.published += 1
        return self.world.commands

    def _command(self, command: dict[str, Any], old: dict[str, str]) -> dict[str, Any]:
        options = [
            {"required": False, **option, "name_localizations": option.get("name_localizations")}
            for option in command.get("options", [])
        ]
        needed = command.get("default_member_permissions")
        return {
            **command, "default_member_permissions": None if needed is None else str(needed),
            "options": options, "version": str(self.world.snowflake()),
            "id": old.get(command["name"]) or str(self.world.snowflake()),
            "application_id": str(self.world.application),
        }  # fmt: skip

    # Interactions

    async def _callback(self, ask: Ask) -> Any:
        it = self.world.interactions.get(ask.parts["token"])
        if it is None or it.id != int(ask.parts["interaction"]):
            raise ApiError(404, 10062, "Unknown interaction")
        if it.answered_after_s is not None:
            raise ApiError(400, 40060, "Interaction has already been acknowledged.")
        after = time.monotonic() - it.sent_at
        if after > self.world.acknowledge_s:
            raise ApiError(404, 10062, "Unknown interaction")
        kind, data = ask.body["type"], ask.body.get("data") or {}
        if kind in (4, 5):
            message = self._message(it, flags=data.get("flags", 0) & EPHEMERAL)
            if kind == 4:
                fill(self.world, message, data, ask.uploads)
            else:
                message.flags |= LOADING
            it.original = self._keep(message)
        elif kind in (6, 7):
            if it.message is None:
                raise invalid(type="Only a component's interaction can update a message")
            if kind == 7:
                fill(self.world, it.message, data, ask.uploads)
                it.message.edits += 1
            it.original = it.message
        elif kind == 8 and it.type == 4:
            if len(data.get("choices") or []) > MAX_OPTIONS:
                raise invalid(choices=f"Must be {MAX_OPTIONS} or fewer in length.")
            it.suggestions = data.get("choices") or []
        elif kind == 9 and it.type in (2, 3):
            check_form(data)
            it.form = data
        else:
            raise invalid(type=f"The fake knows no callback of type {kind}")
        it.answered_after_s = after
        if ask.query.get("with_response") not in ("1", "true"):
            return None
        answer: dict[str, Any] = {"interaction": {"id": str(it.id), "type": it.type}}
        if kind in (4, 5):
            answer["interaction"] |= {
                "response_message_id": str(it.original.id),
                "response_message_loading": it.original.thinking,
                "response_message_ephemeral": it.original.ephemeral,
            }
            answer["resource"] = {"type": kind, "message": self._json(it.original)}
        return answer

    def _hook(self, ask: Ask) -> Interaction:
        """The interaction behind a webhook address."""
        it = self.world.interactions.get(ask.parts["token"])
        if it is None or ask.parts["application"] != str(self.world.application):
            raise ApiError(404, 10015, "Unknown Webhook")
        if it.expired:
            raise ApiError(401, 50027, "Invalid Webhook Token")
        if it.answered_after_s is None:
            raise ApiError(404, 10015, "Unknown Webhook")
        return it

    def _original(self, ask: Ask) -> Message:
        it = self._hook(ask)
        if it.original is None or it.original.deleted:
            raise ApiError(404, 10008, "Unknown Message")
        return it.original

    async def _get_original(self, ask: Ask) -> Any:
        return self._json(self._original(ask))

    async def _edit_original(self, ask: Ask) -> Any:
        return self._edit(self._original(ask), ask)

    async def _delete_original(self, ask: Ask) -> Any:
        self._original(ask).deleted = True

    async def _edit_followup(self, ask: Ask) -> Any:
        it = self._hook(ask)
        for message in [it.original, *it.followups]:
            if message is not None and str(message.id) == ask.parts["message"] and not message.deleted:
                return self._edit(message, ask)
        raise ApiError(404, 10008, "Unknown Message")

    async def _follow_up(self, ask: Ask) -> Any:
        it = self._hook(ask)
        if (
            it.original is not None and it.original.thinking and not it.original.deleted
        ):  # the first one is what it was thinking of
            return self._edit(it.original, ask)
        message = self._message(it, flags=ask.body.get("flags", 0) & EPHEMERAL)
        fill(self.world, message, ask.body, ask.uploads)
        it.followups.append(self._keep(message))
        return self._json(message)

    # Messages with the bot's own token

    async def _history(self, ask: Ask) -> Any:
        channel = self._channel(ask)
        if not channel.readable:
            raise ApiError(403, 50001, "Missing Access")
        after = int(ask.query.get("after", 0))
        before = int(ask.query.get("before", 1 << 63))
        found = [
            message
            for message in self.world.messages.values()
            if message.channel is channel and after < message.id < before and self._seen(message)
        ]
        newest = sorted(found, key=lambda message: message.id, reverse="after" not in ask.query)
        chosen = newest[: int(ask.query.get("limit", 50))]
        return [self._json(message) for message in sorted(chosen, key=lambda m: m.id, reverse=True)]

    async def _send(self, ask: Ask) -> Any:
        channel = self._channel(ask)
        if not channel.invited:
            raise ApiError(403, 50001, "Missing Access")
        if not channel.writable:
            if channel.recipient is not None:
                raise ApiError(403, 50007, "Cannot send messages to this user")
            raise ApiError(403, 50013, "Missing Permissions")
        nonce = ask.body.get("nonce")
        if nonce is not None and ask.body.get("enforce_nonce"):
            at, earlier = self.nonces.get((channel.id, str(nonce)), (0.0, None))
            if earlier is not None and time.monotonic() - at < NONCE_S:
                return self._json(earlier)
        message = Message(self.world.snowflake(), channel, self.world.bot, nonce=nonce)
        fill(self.world, message, ask.body, ask.uploads)
        self._keep(message)
        if nonce is not None:
            self.nonces[channel.id, str(nonce)] = (time.monotonic(), message)
        return self._json(message)

    async def _get_message(self, ask: Ask) -> Any:
        return self._json(self._own(ask))

    async def _edit_message(self, ask: Ask) -> Any:
        message = self._own(ask)
        if not message.channel.invited:
            raise ApiError(403, 50001, "Missing Access")
        if message.author is not self.world.bot:
            raise ApiError(403, 50005, "Cannot edit a message authored by another user")
        return self._edit(message, ask)

    async def _delete_message(self, ask: Ask) -> Any:
        self._own(ask).deleted = True

    def _channel(self, ask: Ask) -> Channel:
        channel = self.world.channels.get(int(ask.parts["channel"]))
        if channel is None:
            raise ApiError(404, 10003, "Unknown Channel")
        return channel

    def _own(self, ask: Ask) -> Message:
        channel = self._channel(ask)
        message = self.world.messages.get(int(ask.parts["message"]))
        if message is None or message.channel is not channel or not self._seen(message):
            raise ApiError(404, 10008, "Unknown Message")
        return message

    @staticmethod
    def _seen(message: Message) -> bool:
        """An ephemeral message is in no channel: only its interaction reaches it."""
        return not message.deleted and not message.ephemeral

    def _message(self, it: Interaction, flags: int) -> Message:
        return Message(self.world.snowflake(), it.channel, self.world.bot, flags=flags, for_user=it.user.id)

    def _keep(self, message: Message) -> Message:
        self.world.messages[message.id] = message
        return message

    def _edit(self, message: Message, ask: Ask) -> Any:
        fill(self.world, message, ask.body, ask.uploads)
        message.edits += 1
        return self._json(message)

    def _json(self, message: Message) -> dict[str, Any]:
        return message.as_json(self.world.application)
