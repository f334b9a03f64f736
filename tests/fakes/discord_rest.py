"""Discord's REST API over HTTP: who may ask, what is checked, what is recorded, what goes wrong on demand."""

from __future__ import annotations

import asyncio
import json
import re
import time
from dataclasses import dataclass
from typing import Any

from aiohttp import BodyPartReader, web

from tests.fakes.discord_routes import Ask, Routes, Uploads
from tests.fakes.discord_state import ApiError, World
from tests.fakes.spec import OpenAPI

PREFIX = "/api/v10"


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


class Rest:
    """The routes, their refusals, and a record of every call."""

    def __init__(self, world: World, spec: OpenAPI | None) -> None:
        self.world = world
        self.spec = spec
        self.calls: list[Call] = []
        self.troubles: list[Trouble] = []
        self.violations: list[str] = []
        self.refusals: list[ApiError] = []
        self.handlers = Routes(world)

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
            handler, parts = self.handlers.find(method, path)
            if not path.startswith(("/webhooks/", "/interactions/")):
                self._authorise(request)
            answer = await handler(Ask(parts, query, payload, uploads))
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

    def _authorise(self, request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Bot {self.world.token}":
            raise ApiError(401, 0, "401: Unauthorized")


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
