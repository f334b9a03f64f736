"""Signs of life while a job runs, so that the job of a killed worker is missed within seconds."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from types import TracebackType
from typing import Self

from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.executions import Execution
from rq.job import Job

log = logging.getLogger(__name__)

BEAT_S = 2.0
LEASE_S = 8  # a job unheard of for so long runs again; four beats, so that a busy machine is not a dead one
OVERTIME_S = 15.0  # past the job's timeout: it hangs where no signal reaches it


class Heartbeat:
    """Beats for one execution in a thread of its own, from ``with`` to the end of it."""

    def __init__(self, worker: SimpleWorker, job: Job, execution: Execution) -> None:
        self._worker = worker
        self._job = job
        self._execution = execution
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"heartbeat-{job.id}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        began = time.monotonic()
        while not self._done.wait(BEAT_S):
            limit = int(self._job.timeout or 0)
            if limit > 0 and time.monotonic() - began > limit + OVERTIME_S:
                # Stuck in native code: the timeout's signal never got through. Nothing in this
                # process can be trusted to stop it; another worker finds the job abandoned.
                log.critical("work %s: hangs; ending this worker", self._job.id)
                os.kill(os.getpid(), signal.SIGKILL)
            try:
                self._worker.maintain_heartbeats(self._job, self._execution)
            except (RedisError, OSError) as fault:
                log.warning("work %s: no heartbeat: %s", self._job.id, fault)
