"""What stands between the network and the handlers: headers on every answer, checks on every change.

A request that changes something must come from this page itself: a JSON body (which a form of
another site cannot send without a preflight), an ``Origin`` equal to the host it asks, and the
visitor's cookie. (OWASP's cross-site request forgery prevention cheat sheet.)
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from atelier.errors import BadInput

MAX_BODY = 16 * 1024  # bytes; the longest prompt with every option is under 4 KiB

HEADERS = {
    # Scripts and styles only from this server's own files: what a prompt says can never run.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class SecurityHeaders:
    """ASGI middleware: :data:`HEADERS` on every response, streams included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on; dress the start of its answer."""

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, dressed)


class Refused(BadInput):
    """A request that does not come from the page, or is not what the page sends."""

    def __init__(self, status: int, key: str, **params: str | int | float) -> None:
        super().__init__(key, **params)
        self.status = status


def same_origin(request: Request) -> bool:
    """Whether the browser says that this request comes from the page itself.

    Only host and port are compared: behind a proxy that ends TLS the schemes differ.
    """
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower()


async def read_json(request: Request) -> dict[str, Any]:
    """The JSON object that the page sent. Raises :class:`Refused` (403 origin, 415 type, 413 size, 400)."""
    if not same_origin(request):
        raise Refused(403, "web-foreign")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refused(415, "web-not-json")
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                raise Refused(413, "web-too-large", limit=MAX_BODY // 1024)
        said = json.loads(body)
    except (ValueError, RecursionError, ClientDisconnect):
        raise Refused(400, "web-not-json") from None
    if not isinstance(said, dict):
        raise Refused(400, "web-not-json")
    return said
