"""Everything on one machine: start all at once, keep it running, stop it in order."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from atelier import redis_server
from atelier.errors import Unavailable
from atelier.languages import Lang, terminal_language
from atelier.redis_server import RedisServer
from atelier.settings import Settings
from atelier.up import part as kinds_of_parts
from atelier.up.board import Board
from atelier.up.child import Child
from atelier.up.lock import Lock
from atelier.up.part import Order, Part, parts

REDIS_S = 15.0  # to load the append-only file of a busy day
MAX_TMP = 64  # bytes
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(settings: Settings) -> int:
    """Run the studio until Ctrl-C or SIGTERM; the exit code.

    Raises ``Unavailable``: ``up-already``, ``up-home``, ``redis-not-installed`` or
    ``redis-not-starting``.
    """
    with Lock(settings.home):
        return asyncio.run(up(settings, parts(settings), terminal_language()))


async def up(settings: Settings, wanted: list[Part], lang: Lang) -> int:
    """Run Redis (unless a URL is set) and the ``wanted`` parts; the exit code."""
    board = Board(lang)
    # A socket's address takes 107 bytes: a long TMPDIR would leave no room for the names.
    base = tempfile.gettempdir() if len(tempfile.gettempdir()) < MAX_TMP else "/tmp"  # noqa: S108
    with tempfile.TemporaryDirectory(prefix="atelier-", dir=base) as notices, _stop_asked() as stop:
        studio = Studio(settings, board, Path(notices))
        try:
            return await studio.run(wanted, stop)
        finally:
            await studio.end(stop)


@contextlib.contextmanager
def _stop_asked() -> Iterator[asyncio.Queue[signal.Signals]]:
    """Signals, in the order they come."""
    asked: asyncio.Queue[signal.Signals] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        loop.add_signal_handler(number, asked.put_nowait, number)
    try:
        yield asked
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)


class Studio:
    """The running parts of one home."""

    def __init__(self, settings: Settings, board: Board, notices: Path) -> None:
        self._settings = settings
        self._board = board
        self._notices = notices
        self._children: list[Child] = []
        self._taken: RedisServer | None = None

    async def run(self, wanted: list[Part], stop: asyncio.Queue[signal.Signals]) -> int:
        """Start, say what is on, and wait for a signal. Raises ``Unavailable("redis-not-starting")``."""
        began = time.monotonic()
        private = self._settings.redis_url is None
        self._board.begin([*(["redis"] if private else []), *(part.name for part in wanted)])
        environment: dict[str, str] = {}
        redis: Child | None = None
        said_before = 0
        if private:
            self._taken = redis_server.take_over(self._settings.home)
            command = [] if self._taken else redis_server.prepare(self._settings.home)
            environment["ATELIER_REDIS_URL"] = redis_server.url(self._settings.home)
            said_before = redis_server.journal_size(self._settings.home)
            if self._taken:
                self._board.ready("redis", 0.0, "")
            else:
                redis = self._add(kinds_of_parts.redis(command), environment)
        # All at once: what needs Redis waits for it, and loading torch takes longer than that.
        for part in wanted:
            self._add(part, environment)
        stopping = asyncio.create_task(stop.get())
        try:
            if redis is not None:
                await self._first(redis, stopping, said_before)
            if not stopping.done():
                # A chat's login may hang on the network: the page does not wait for it.
                local = [c for c in self._children if c.part.name not in ("discord", "telegram")]
                await _either(stopping, [asyncio.create_task(c.settled.wait()) for c in local])
            self._board.finish()
            if not stopping.done():
                self._summary(time.monotonic() - began)
            await stopping
        finally:
            stopping.cancel()
            self._board.finish()
        return 0

    def _add(self, part: Part, environment: dict[str, str]) -> Child:
        probe = (
            (lambda: redis_server.answering(self._settings.home) is not None)
            if part.name == "redis"
            else None
        )
        child = Child(part, self._board, self._notices, environment=environment, probe=probe)
        self._children.append(child)
        child.start()
        return child

    async def _first(self, redis: Child, stopping: asyncio.Task[signal.Signals], said_before: int) -> None:
        """Wait for Redis: a studio whose queue never came up is not started."""
        deadline = time.monotonic() + REDIS_S
        while not redis.is_ready and not stopping.done():
            if redis.deaths or time.monotonic() > deadline:
                why = redis_server.last_words(self._settings.home, said_before)
                raise Unavailable("redis-not-starting", program=redis.part.command[0], why=why)
            await asyncio.sleep(0.01)

    def _summary(self, seconds: float) -> None:
        """What is on, and where."""
        on = {child.part.name: child for child in self._children}
        self._board.say("up-ready", seconds=f"{seconds:.1f}")
        web = on.get("web")
        if web is not None and web.is_ready:
            self._board.say("up-web", address=web.status)
        for name, token in (
            ("discord", self._settings.discord_token),
            ("telegram", self._settings.telegram_token),
        ):
            if token is None:
                self._board.say("up-off", part=name.capitalize(), name=f"ATELIER_{name.upper()}_TOKEN")
        self._board.say("up-stop")

    async def end(self, stop: asyncio.Queue[signal.Signals]) -> None:
        """Stop in order: front ends, workers, Redis. A second signal kills what is left."""
        if any(child.pid for child in self._children):
            self._board.say("up-stopping")
        for order in Order:
            group = [child for child in self._children if child.part.order is order]
            tasks = [asyncio.create_task(child.stop()) for child in group]
            hurry = asyncio.create_task(stop.get())
            await _either(hurry, tasks)
            if hurry.done():
                for child in self._children:
                    child.kill()
            hurry.cancel()
            for child, willing in zip(group, await asyncio.gather(*tasks), strict=True):
                if not willing:
                    self._board.killed(child.part.name)
        if self._taken is not None:
            await asyncio.to_thread(self._taken.stop)
        self._board.say("up-stopped")


async def _either(first: asyncio.Task[Any], others: list[asyncio.Task[Any]]) -> None:
    """Until ``first`` is done, or all ``others`` are."""
    left = set(others)
    while left and not first.done():
        await asyncio.wait({first, *left}, return_when=asyncio.FIRST_COMPLETED)
        left = {task for task in left if not task.done()}
