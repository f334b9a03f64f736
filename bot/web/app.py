"""The web front end: routes, faults, and the server's life from bind to stop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
from collections.abc import Generator

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from atelier import notify
from atelier.errors import BadInput, PersonError
from atelier.settings import Settings
from bot.delivery import Delivery
from bot.front import SettingError
from bot.studio import Studio, sentence
from bot.web.api import Api
from bot.web.feed import Feed, WebPoster
from bot.web.guard import Refused, SecurityHeaders
from bot.web.page import STATIC, Page
from bot.web.visitor import Visitors, language

log = logging.getLogger(__name__)

STOP_S = 3  # for requests under way when the page stops


class _Assets(StaticFiles):
    """Static files, kept by browsers where their address changes with their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        kept = scope["query_string"].startswith(b"v=")  # a script's own imports have no version
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else "no-cache"
        return response


def build(studio: Studio, feed: Feed) -> Starlette:
    """The ASGI application. Raises :class:`Unavailable` where no secret can be kept."""
    visitors = Visitors.open(studio.settings)
    api, page = Api(studio, visitors, feed), Page(studio, visitors)
    return Starlette(
        routes=[
            Route("/", page.show),
            Route("/api/ask", api.ask, methods=["POST"]),
            Route("/api/vote", api.vote, methods=["POST"]),
            Route("/api/works", api.works),
            Route("/api/works/{work_id}", api.work),
            Route("/api/works/{work_id}/acts", api.act, methods=["POST"]),
            Route("/api/works/{work_id}/cancel", api.cancel, methods=["POST"]),
            Route("/works/{work_id}/{name}", api.artefact),
            Route("/events", api.events),
            Route("/healthz", api.healthz),
            Mount("/static", _Assets(directory=STATIC)),
        ],
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers={PersonError: _told, HTTPException: _not_there, Exception: _told},
    )


async def _told(request: Request, fault: Exception) -> Response:
    """One sentence for whatever went wrong; what nobody foresaw is in the log."""
    status = 500
    if isinstance(fault, Refused):
        status = fault.status
    elif isinstance(fault, BadInput):
        status = 404 if fault.key == "work-unknown" else 422
    elif isinstance(fault, PersonError):
        status = 503
    return JSONResponse({"error": sentence(fault, language(request))}, status_code=status)


async def _not_there(request: Request, fault: Exception) -> Response:
    """An address or a method that there is not."""
    status = fault.status_code if isinstance(fault, HTTPException) else 404
    text = PersonError("web-nothing-here").text(language(request))
    headers = fault.headers if isinstance(fault, HTTPException) else None
    return JSONResponse({"error": text}, status_code=status, headers=headers)


class _Server(uvicorn.Server):
    """Leaves signals to :mod:`bot.front`, and ends the open feeds before it waits for requests."""

    def __init__(self, config: uvicorn.Config, feed: Feed) -> None:
        super().__init__(config)
        self._feed = feed

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._feed.close()
        await super().shutdown(sockets)


def listen(settings: Settings) -> socket.socket:
    """The listening socket. Raises :class:`SettingError` that names the setting to change."""
    host, port = settings.web_host, settings.web_port
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, place = found[0]
        listener = socket.socket(family, kind, protocol)
    except OSError:
        raise SettingError("web-host-wrong", host=host) from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(128)
    except OSError as fault:
        listener.close()
        if fault.errno == errno.EADDRINUSE:
            raise SettingError("web-port-taken", host=host, port=str(port)) from None
        if fault.errno == errno.EACCES:
            raise SettingError("web-port-forbidden", port=str(port)) from None
        raise SettingError("web-host-wrong", host=host) from None
    return listener


def shown_address(listener: socket.socket) -> str:
    """What a person types into a browser on this machine."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def run(studio: Studio) -> None:
    """Serve the page and deliver to it until cancelled. Raises :class:`SettingError`."""
    listener = listen(studio.settings)
    feed = Feed(studio)
    config = uvicorn.Config(
        build(studio, feed), lifespan="off", log_config=None, access_log=False,
        log_level="warning", server_header=False, timeout_graceful_shutdown=STOP_S, timeout_keep_alive=30,
    )  # fmt: skip
    server = _Server(config, feed)
    log.info("web: listening on %s", shown_address(listener))
    serving = asyncio.ensure_future(server.serve(sockets=[listener]))
    helpers = [
        asyncio.ensure_future(Delivery(studio, WebPoster(feed)).run()),
        asyncio.ensure_future(feed.look()),
    ]
    notify.ready(shown_address(listener))  # it listens: who connects now is answered in a moment
    try:
        # Whatever ends first ends all: a page that no longer delivers is started anew.
        done, _ = await asyncio.wait([serving, *helpers], return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        server.should_exit = True
        for task in helpers:
            task.cancel()
        await asyncio.gather(serving, *helpers, return_exceptions=True)
        listener.close()
