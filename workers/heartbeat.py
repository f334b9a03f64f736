"""Signs of life while jobs run, so that the jobs of a killed worker are missed within seconds."""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from redis.exceptions import RedisError

log = logging.getLogger(__name__)

BEAT_S = 2.0
LEASE_S = 8  # a job unheard of for so long runs again; four beats, so that a busy machine is not a dead one
SETTLE_S = 1.0  # a beat that is due may take so long
OVERTIME_S = 15.0  # past the timeout of what runs: it hangs where no signal reaches it
NUMB_S = 5.0  # past that: no thread of Python runs either


class Contact:
    """When this process reached Redis last, to tell a dead worker from one that had no Redis.

    A lease that ran out while nobody could reach Redis says nothing: whoever lives shows it within a beat
    of its return. Until then nobody is judged; nor is anybody by a worker that has just come.
    """

    def __init__(self) -> None:
        self._last = time.monotonic()
        self._judge_from = self._last + BEAT_S + SETTLE_S

    def made(self) -> None:
        """Redis answered just now."""
        now = time.monotonic()
        if now - self._last > LEASE_S - BEAT_S:
            self._judge_from = now + BEAT_S + SETTLE_S
        self._last = now

    @property
    def settled(self) -> bool:
        """Whether whoever lives had the time to show it."""
        return time.monotonic() >= self._judge_from


class Heartbeat:
    """Calls ``beat`` every :data:`BEAT_S` from ``with`` to the end of it, again and again.

    ``running`` names what runs, for the log of a hang.

    Its thread is started once and kept: starting one takes longer than an empty job.
    """

    def __init__(self, beat: Callable[[], None], running: Callable[[], Sequence[str]] = tuple) -> None:
        self._beat = beat
        self._running = running
        self._change = threading.Condition()
        self._wanted = self._beating = False
        self._latest = float("inf")
        self._thread: threading.Thread | None = None

    def allow(self, seconds: float) -> None:
        """What runs from now on may take so long; 0 for no limit.

        Native code that hangs while it holds the interpreter's lock stops the heartbeat's thread too; a
        watchdog outside of Python (:func:`faulthandler.dump_traceback_later`) ends the process then.
        """
        if seconds > 0:
            self._latest = time.monotonic() + seconds + OVERTIME_S
            faulthandler.dump_traceback_later(
                seconds + OVERTIME_S + NUMB_S, exit=True, file=sys.__stderr__ or sys.stderr
            )
        else:
            self._latest = float("inf")
            faulthandler.cancel_dump_traceback_later()

    def __enter__(self) -> Self:
        self._latest = float("inf")
        with self._change:
            self._wanted = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
                self._thread.start()
            self._change.notify()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._change:
            self._wanted = False
            self._change.notify()
            self._change.wait_for(lambda: not self._beating)  # none comes after the end

    def _run(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._wanted)
                if self._change.wait_for(lambda: not self._wanted, BEAT_S):
                    continue
                self._beating = True
            if time.monotonic() > self._latest:
                # Stuck in native code: the timeout's signal never got through. Nothing in this
                # process can be trusted to stop it; another worker finds the jobs abandoned.
                for job_id in self._running():
                    log.critical("work %s: it hangs, or what runs with it; ending this worker", job_id)
                os.kill(os.getpid(), signal.SIGKILL)
            try:
                self._beat()
            except (RedisError, OSError) as fault:
                log.warning("no heartbeat: %s", fault)
            except Exception:  # the next one may go well; without any the jobs would be made twice
                log.exception("no heartbeat")
            finally:
                with self._change:
                    self._beating = False
                    self._change.notify_all()
