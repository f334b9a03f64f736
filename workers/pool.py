"""Several kinds on one machine: a process each, started again when it dies."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import FrameType

from atelier.backoff import Backoff
from atelier.requests import Kind

log = logging.getLogger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 15.0
STEADY_S = 60.0  # after a life so long the pauses begin anew
PROGRAM = ("-m", "workers.worker")
LOOK_S = 0.1
STOP_S = 11.0  # a worker promises ten


class Child:
    """One kind's process and when it may start again."""

    def __init__(self, kind: Kind, program: Sequence[str]) -> None:
        self.kind = kind
        self._program = program
        self.process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._backoff = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S, STEADY_S)
        self._not_before = 0.0

    def keep(self) -> None:
        """Start the process if it is not there."""
        if self.process is not None and self.process.poll() is not None:
            pause = self._backoff.after(time.monotonic() - self._started)
            self._not_before = time.monotonic() + pause
            log.warning(
                "the worker for %s ended (%s); again in %.1f s",
                self.kind,
                self.process.returncode,
                pause,
            )
            self.process = None
        if self.process is None and time.monotonic() >= self._not_before:
            command = [sys.executable, *self._program, self.kind, "--parent", str(os.getpid())]
            # A session of its own: Ctrl-C reaches it through us, once.
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
            self._started = time.monotonic()


def serve(kinds: Sequence[Kind], program: Sequence[str] = PROGRAM) -> None:
    """Keep a worker for each of ``kinds`` until SIGTERM or SIGINT; then end them in order.

    ``program`` is what Python runs for one kind (the tests have one that needs no weights).
    """
    children = [Child(kind, program) for kind in kinds]

    asked: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        asked.append(number)  # an exception from here could lose a child that is just being started

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    while not asked:
        for child in children:
            child.keep()
        time.sleep(LOOK_S)
    _end([child.process for child in children if child.process is not None])


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + STOP_S
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
