"""One part's life: started, listened to, started again with growing pauses, stopped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from atelier.backoff import Backoff
from atelier.errors import LEAVE_DOWN
from atelier.up.part import Part

LAST_LINES = 20
_CHUNK = 64 * 1024
_MAX_LINE = 8 * 1024  # bytes; a longer line is shown in pieces


class Watcher(Protocol):
    """Who is told of a child's life."""

    def ready(self, name: str, seconds: float, status: str) -> None:
        """It serves, ``seconds`` after it was started."""

    def died(self, name: str, code: int, pause: float) -> None:
        """It ended by itself; started again after ``pause`` seconds."""

    def down(self, name: str, sentence: str) -> None:
        """It ended for a reason that only a person can mend."""

    def line(self, name: str, text: str) -> None:
        """It wrote a line."""


class Child:
    """Keeps one part running. ``notices`` is a folder for the socket it reports ready on."""

    def __init__(
        self,
        part: Part,
        watcher: Watcher,
        notices: Path,
        *,
        environment: dict[str, str] | None = None,
        backoff: Backoff | None = None,
        probe: Callable[[], bool] | None = None,
    ) -> None:
        self.part = part
        self.settled = asyncio.Event()  # ready, down for good, or dead once already
        self.last_lines: deque[str] = deque(maxlen=LAST_LINES)
        self.status = ""  # what it said of itself when it was ready
        self.deaths = 0
        self._watcher = watcher
        self._environment = environment or {}
        self._backoff = backoff or Backoff()
        self._probe = probe
        self._address = notices / f"{part.name}.sock"
        self._process: asyncio.subprocess.Process | None = None
        self._started = 0.0
        self._ready = False
        self._keeper: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def pid(self) -> int | None:
        """The running process, if there is one."""
        alive = self._process is not None and self._process.returncode is None
        return self._process.pid if alive and self._process else None

    @property
    def is_ready(self) -> bool:
        """Whether the running process said that it serves."""
        return self._ready

    def start(self) -> None:
        """Begin; :meth:`stop` ends it."""
        self._keeper = asyncio.create_task(self._keep(), name=f"keep {self.part.name}")
        self._keeper.add_done_callback(self._ended)

    def _ended(self, keeper: asyncio.Task[None]) -> None:
        """Nothing may end in silence."""
        fault = None if keeper.cancelled() else keeper.exception()
        if fault is not None:
            self._watcher.down(self.part.name, f"{type(fault).__name__}: {fault}")
        self.settled.set()

    async def _keep(self) -> None:
        ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        ear.setblocking(False)
        ear.bind(str(self._address))
        loop = asyncio.get_running_loop()
        loop.add_reader(ear, self._hear, ear)
        try:
            while not self._stopping:
                try:
                    code, lived = await self._live()
                except OSError as fault:  # the program is not there, or there is no memory for it
                    self.last_lines.append(str(fault))
                    code, lived = 127, 0.0
                if self._stopping:
                    return
                if code == LEAVE_DOWN:
                    self._watcher.down(self.part.name, self.last_lines[-1] if self.last_lines else "")
                    self.settled.set()
                    return
                self.deaths += 1
                pause = self._backoff.after(lived)
                self._watcher.died(self.part.name, code, pause)
                self.settled.set()  # nobody waits longer for what dies at once
                await asyncio.sleep(pause)
        finally:
            loop.remove_reader(ear)
            ear.close()

    async def _live(self) -> tuple[int, float]:
        """One process from start to end: its exit code, and how many seconds it lived."""
        self._ready = False
        self._started = time.monotonic()
        environment = {
            **os.environ,
            **self._environment,
            "NOTIFY_SOCKET": str(self._address),
            "PYTHONUNBUFFERED": "1",
        }
        self._process = await asyncio.create_subprocess_exec(
            *self.part.tied(os.getpid()),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=environment,
            start_new_session=True,  # Ctrl-C in the terminal is for the supervisor, which stops in order
        )
        listening = asyncio.create_task(self._listen(self._process))
        probing = asyncio.create_task(self._probe_until_ready()) if self._probe else None
        try:
            code = await self._process.wait()
            # What it still said; a grandchild may hold the pipe open, so not for long.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(listening), 1.0)
        finally:
            self._signal(signal.SIGKILL)  # whoever is left of its group
            listening.cancel()
            if probing:
                probing.cancel()
        return code, time.monotonic() - self._started

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        rest = b""
        while chunk := await process.stdout.read(_CHUNK):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > _MAX_LINE:
                lines, rest = [*lines, rest], b""
            for line in lines:
                self._tell(line)
        if rest:
            self._tell(rest)

    def _tell(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace").rstrip()
        if text:
            self.last_lines.append(text)
            self._watcher.line(self.part.name, text)

    async def _probe_until_ready(self) -> None:
        """For a part that cannot say so itself."""
        assert self._probe is not None
        while not await asyncio.to_thread(self._probe):  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.02)
        self._now_ready("")

    def _hear(self, ear: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError):
            said = ear.recv(4096).decode("utf-8", "replace").splitlines()
            if "READY=1" in said:
                status = next((line[7:] for line in said if line.startswith("STATUS=")), "")
                self._now_ready(status)

    def _now_ready(self, status: str) -> None:
        if not self._ready:
            self._ready = True
            self.status = status
            self._watcher.ready(self.part.name, time.monotonic() - self._started, status)
            self.settled.set()

    async def stop(self) -> bool:
        """Ask it to end, and end it if it does not. False: it had to be killed."""
        self._stopping = True
        willing = True
        if self._process is not None and self.pid is not None:
            self._signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(self._process.wait(), self.part.grace_s)
            except TimeoutError:
                willing = False
                self._signal(signal.SIGKILL)
            if self._keeper is not None:  # it still reads the last lines
                await asyncio.wait([self._keeper], timeout=2.0)
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        return willing

    def kill(self) -> None:
        """End it at once."""
        self._stopping = True
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        """To the whole group: the process leads one of its own."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)
