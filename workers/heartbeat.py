"""Signs of life while jobs run, so that the jobs of a killed worker are missed within seconds."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from redis.exceptions import RedisError

log = logging.getLogger(__name__)

BEAT_S = 2.0
LEASE_S = 8  # a job unheard of for so long runs again; four beats, so that a busy machine is not a dead one
OVERTIME_S = 15.0  # past the timeout of what runs: it hangs where no signal reaches it


class Heartbeat:
    """Calls ``beat`` every :data:`BEAT_S` in a thread of its own, from ``with`` to the end of it."""

    def __init__(self, beat: Callable[[], None]) -> None:
        self._beat = beat
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
        self._latest = float("inf")

    def allow(self, seconds: float) -> None:
        """What runs from now on may take so long; 0 for no limit."""
        self._latest = time.monotonic() + seconds + OVERTIME_S if seconds > 0 else float("inf")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._done.wait(BEAT_S):
            if time.monotonic() > self._latest:
                # Stuck in native code: the timeout's signal never got through. Nothing in this
                # process can be trusted to stop it; another worker finds the jobs abandoned.
                log.critical("what runs here hangs; ending this worker")
                os.kill(os.getpid(), signal.SIGKILL)
            try:
                self._beat()
            except (RedisError, OSError) as fault:
                log.warning("no heartbeat: %s", fault)
