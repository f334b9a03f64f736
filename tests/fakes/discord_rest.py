"""Discord's REST API, as far as a bot of ours could need it."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from tests.fakes.discord_rules import fill, invalid
from tests.fakes.discord_state import (
    ACKNOWLEDGE_S,
    EPHEMERAL,
    LOADING,
    ApiError,
    Channel,
    Interaction,
    Message,
    World,
)
from tests.fakes.spec import OpenAPI

PREFIX = "/api/v10"
NONCE_S = 300.0
Uploads = dict[int, tuple[str, str, bytes]]


@dataclass(frozen=True)
class Call:
    """One request of the bot, as it was answered."""

    method: str
    path: str
    payload: Any
    status: int
    at: float


@dataclass
class Trouble:
    """What goes wrong with the next ``times`` requests that match."""

    status: int
    times: int
    method: str
    path: re.Pattern[str]
    retry_after: float | None = None
    proxied: bool = True  # the 429 comes from the API itself, not from what stands before it
    swallow: bool = False  # do it, then let the connection break


@dataclass
class Ask:
    """A request, taken apart."""

    method: str
    path: str
    parts: dict[str, str]
    query: dict[str, str]
    payload: Any
    uploads: Uploads = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        return self.payload or {}


Handler = Callable[[Ask], Awaitable[Any]]


class Rest:
    """The routes, their refusals, and a record of every call."""

    def __init__(self, world: World, spec: OpenAPI | None) -> None:
        self.world = world
        self.spec = spec
        self.gateway_url = ""
        self.calls: list[Call] = []
        self.troubles: list[Trouble] = []
        self.violations: list[str] = []
        self.refusals: list[ApiError] = []
        self._nonces: dict[tuple[int, str], tuple[float, Message]] = {}
        hook = "/webhooks/{application}/{token}"
        message = "/channels/{channel}/messages/{message}"
        self._routes: list[tuple[str, str, Handler]] = [
            ("GET", "/users/@me", self._me),
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

    def routes(self) -> list[web.RouteDef]:
        return [web.route("*", PREFIX + "{path:/.*}", self._serve)]

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix(PREFIX)
        method = request.method
        payload, uploads, media_type = await _body(request)
        trouble = self._trouble(method, path)
        if trouble is not None and not trouble.swallow:
            self.calls.append(Call(method, path, payload, trouble.status, time.monotonic()))
            return _in_trouble(trouble)
        query = dict(request.query)
        if self.spec is not None:
            self.violations += self.spec.request_faults(method, path, query, payload, media_type)
        status: int
        answer: Any
        try:
            handler, parts = self._find(method, path)
            if not path.startswith(("/webhooks/", "/interactions/")):
                self._authorise(request)
            answer = await handler(Ask(method, path, parts, query, payload, uploads))
            status = 204 if answer is None else 200
        except ApiError as fault:
            self.refusals.append(fault)
            status = fault.status
            answer = {"message": fault.message, "code": fault.code}
            if fault.errors:
                answer["errors"] = fault.errors
        self.calls.append(Call(method, path, payload, status, time.monotonic()))
        if self.spec is not None and answer is not None and status == 200:
            self.violations += [
                f"the fake: {v}" for v in self.spec.response_faults(method, path, status, answer)
            ]
        self.world.moved()
        if trouble is not None and request.transport is not None:
            request.transport.close()  # done, but the bot will never know
            await asyncio.sleep(0)
        headers = {
            "Via": "1.1 google", "X-RateLimit-Limit": "50", "X-RateLimit-Remaining": "49",
            "X-RateLimit-Reset": f"{time.time() + 1:.3f}", "X-RateLimit-Reset-After": "1.000",
        }  # fmt: skip
        if answer is None:
            return web.Response(status=204, headers=headers)
        return _json_response(answer, status, headers)

    def _trouble(self, method: str, path: str) -> Trouble | None:
        for trouble in self.troubles:
            if trouble.times > 0 and trouble.method in ("*", method) and trouble.path.search(path):
                trouble.times -= 1
                return trouble
        return None

    def _find(self, method: str, path: str) -> tuple[Handler, dict[str, str]]:
        for known, template, handler in self._routes:
            pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)
            if known == method and (found := re.fullmatch(pattern, path)):
                return handler, found.groupdict()
        raise ApiError(404, 0, "404: Not Found")

    def _authorise(self, request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Bot {self.world.token}":
            raise ApiError(401, 0, "401: Unauthorized")

    # The application

    async def _me(self, ask: Ask) -> Any:
        return {**self.world.bot.as_json(), "mfa_enabled": False, "verified": True, "locale": "en-US",
                "email": None, "premium_type": 0}  # fmt: skip

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
        return {"url": self.gateway_url, "shards": 1, "session_start_limit": limits}

    async def _list_commands(self, ask: Ask) -> Any:
        return self.world.commands

    async def _overwrite_commands(self, ask: Ask) -> Any:
        names = [command["name"] for command in ask.payload]
        if len(set(names)) != len(names):
            raise ApiError(400, 50035, "Invalid Form Body", {"name": "APPLICATION_COMMANDS_DUPLICATE_NAME"})
        for command in ask.payload:
            if (
                not re.fullmatch(r"[-_'\w]{1,32}", command["name"])
                or command["name"].lower() != command["name"]
            ):
                raise invalid(name="Command name is invalid")
            required = [bool(option.get("required")) for option in command.get("options", [])]
            if sorted(required, reverse=True) != required:
                raise invalid(options="Required options must be placed before non-required options")
        old = {command["name"]: command["id"] for command in self.world.commands}
        self.world.commands = [self._command(command, old) for command in ask.payload]
        self.world.published += 1
        return self.world.commands

    def _command(self, command: dict[str, Any], old: dict[str, str]) -> dict[str, Any]:
        options = [
            {"required": False, **option, "name_localizations": option.get("name_localizations")}
            for option in command.get("options", [])
        ]
        return {
            **command, "options": options, "version": str(self.world.snowflake()),
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
        if after > ACKNOWLEDGE_S:
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
        if it.original is not None and it.original.thinking:  # the first one is what it was thinking of
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
        if not channel.writable:
            raise ApiError(403, 50013, "Missing Permissions")
        nonce = ask.body.get("nonce")
        if nonce is not None and ask.body.get("enforce_nonce"):
            at, earlier = self._nonces.get((channel.id, str(nonce)), (0.0, None))
            if earlier is not None and time.monotonic() - at < NONCE_S:
                return self._json(earlier)
        message = Message(self.world.snowflake(), channel, self.world.bot, nonce=nonce)
        fill(self.world, message, ask.body, ask.uploads)
        self._keep(message)
        if nonce is not None:
            self._nonces[channel.id, str(nonce)] = (time.monotonic(), message)
        return self._json(message)

    async def _get_message(self, ask: Ask) -> Any:
        return self._json(self._own(ask))

    async def _edit_message(self, ask: Ask) -> Any:
        message = self._own(ask)
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


async def _body(request: web.Request) -> tuple[Any, Uploads, str | None]:
    """The JSON, the uploaded files and the media type of a request."""
    if not request.can_read_body:
        return None, {}, None
    if request.content_type != "multipart/form-data":
        return json.loads(await request.read()), {}, request.content_type
    payload: Any = None
    uploads: Uploads = {}
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        data = bytes(await part.read(decode=True))
        if part.name == "payload_json":
            payload = json.loads(data)
        elif part.name and (found := re.fullmatch(r"files\[(\d)\]", part.name)):
            media_type = part.headers.get("Content-Type", "application/octet-stream")
            uploads[int(found[1])] = (part.filename or "unnamed", media_type, data)
        else:
            raise AssertionError(f"a multipart body has no part {part.name!r}")
    return payload, uploads, request.content_type


def _in_trouble(trouble: Trouble) -> web.Response:
    if trouble.status != 429:
        return web.Response(status=trouble.status, text="<html>Bad Gateway</html>", content_type="text/html")
    headers = {"Via": "1.1 google"} if trouble.proxied else {}
    if trouble.retry_after is None:
        return web.Response(status=429, text="error code: 1015", content_type="text/plain", headers=headers)
    headers |= {"Retry-After": str(trouble.retry_after), "X-RateLimit-Scope": "shared"}
    body = {"message": "You are being rate limited.", "retry_after": trouble.retry_after, "global": False}
    return _json_response(body, 429, headers)


def _json_response(body: Any, status: int, headers: dict[str, str]) -> web.Response:
    """As Discord sends it: a content type without a charset, which discord.py insists on."""
    headers = {**headers, "Content-Type": "application/json"}
    return web.Response(body=json.dumps(body).encode(), status=status, headers=headers)
