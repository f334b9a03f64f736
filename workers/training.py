"""The trainer: takes trainings from a queue of their own, one at a time, each in a process of its own.

Here RQ's own forking worker is right, where the makers of works never fork a job. Nothing is kept
warm between two trainings, so a fork costs nothing; what a training took (memory, threads, a GPU)
goes with its process; one that runs out of memory or hangs takes no worker along; and it can be
stopped without being asked to poll. This process imports no torch itself: forking after torch has
started its threads, or CUDA, is not safe.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.exceptions import StopRequested
from rq.executions import Execution
from rq.job import Job
from rq.serializers import JSONSerializer

from atelier import metrics, notify
from atelier.backoff import Backoff
from atelier.errors import PersonError, Unavailable
from atelier.languages import say
from atelier.logs import configure
from atelier.queue import RETRAIN, connect, queue_name
from atelier.settings import Settings
from atelier.store import Store
from atelier.store.records import OPEN
from workers import retrain
from workers.schedule import Schedule

log = logging.getLogger("workers.training")

TTL_S = 30  # how long the trainer waits for a job at a time, and 15 s more
BEAT_S = 10  # signs of life while a training runs; 60 s without one, and another trainer takes it up
TIDY_S = 60
ORPHAN_S = 1.0


def train(model: str, data: str, out: str, pairs: Sequence[str]) -> str:
    """The job: train ``model``; the version's folder on this machine. Raises :class:`PersonError`."""
    from models import training  # in the training's own process

    return str(training.train(model, Path(data) if data else None, Path(out), pairs))


class Trainer(Worker):
    """RQ's worker; what fails is set aside with a sentence, what is interrupted is taken up again.

    A training goes on from its last checkpoint, so one whose trainer is stopped goes back in front of
    the queue, and one whose trainer died is run again (RQ counts those: ``retries_left``).
    """

    def __init__(self, redis: Redis, settings: Settings, schedule: Schedule | None = None) -> None:
        self._settings = settings
        self._schedule = schedule
        super().__init__(
            [Queue(queue_name("train"), connection=redis, serializer=JSONSerializer)],
            connection=redis,
            serializer=JSONSerializer,
            worker_ttl=TTL_S,
            job_monitoring_interval=BEAT_S,
            maintenance_interval=TIDY_S,
            log_job_description=False,
        )

    @property
    def asked_to_stop(self) -> bool:
        """Whether a signal ended the work, rather than a fault."""
        return self._shutdown_requested_date is not None

    def handle_warm_shutdown_request(self) -> None:
        """SIGTERM or SIGINT: hours are too long to wait; the checkpoint keeps what was learnt."""
        if self.horse_pid:
            self.kill_horse()

    def setup_work_horse_signals(self) -> None:
        """In the training's process, before it begins: it must not outlive this one."""
        super().setup_work_horse_signals()  # type: ignore[no-untyped-call]
        threading.Thread(target=_leave_with, args=[self.pid], name="orphan", daemon=True).start()

    def maintain_heartbeats(self, job: Job, execution: Execution) -> None:
        """A sign of life. A Redis that is away for a while ends no training."""
        try:
            super().maintain_heartbeats(job, execution)
        except (RedisError, OSError) as fault:
            log.warning("training %s: no heartbeat: %s", job.id, fault)

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """Log the trace of a crash; what a person got wrong is one line."""
        if isinstance(exc_info[1], PersonError):
            log.warning("training %s: %s", job.id, exc_info[1])
        else:
            super().handle_exception(job, *exc_info)

    def handle_job_failure(
        self,
        job: Job,
        queue: Queue,
        started_job_registry: Any = None,
        exc_string: str = "",
        execution: Execution | None = None,
    ) -> None:
        """Set the job aside with a sentence, or hand it back. A training that failed would fail again."""
        fault = sys.exc_info()[1]
        stopped = self._stopped_job_id == job.id
        if self.asked_to_stop and not self.is_horse and not stopped:
            job.retries_left = (job.retries_left or 0) + 1
            job.enqueue_at_front_on_retry = True
            log.info("training %s: handed back", job.id)
        else:
            job.retries_left = 0
            if isinstance(fault, PersonError):
                exc_string = str(fault)
            elif fault is not None:
                exc_string = f"{say('training-crashed')}\n\n{exc_string}"  # the trace is for who mends it
            else:
                exc_string = say("training-stopped" if stopped else "training-killed")
            if job.func_name == RETRAIN:
                self._close_row(job, "training-stopped" if stopped else _key_of(fault))
        super().handle_job_failure(job, queue, started_job_registry, exc_string, execution)

    def _close_row(self, job: Job, key: str) -> None:
        try:
            store = Store.open(self._settings.database)
        except Unavailable as fault:  # its front end finds out that the job has ended
            log.warning("training %s: its row stays open: %s", job.id, fault)
            return
        try:
            retrain.closed(store, str(job.args[0]), key)
        finally:
            store.close()

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Run it in a process of its own; count how one from votes ended."""
        super().execute_job(job, queue)
        if job.func_name != RETRAIN:
            return
        with suppress(Unavailable):
            store = Store.open(self._settings.database)
            training = store.training(str(job.args[0]))
            store.close()
            if training is not None and training.state not in OPEN:
                metrics.TRAININGS.labels(training.model, training.state).inc()

    def run_maintenance_tasks(self) -> None:
        """RQ's own, and a look at the clock for trainings that nobody has to ask for."""
        super().run_maintenance_tasks()  # type: ignore[no-untyped-call]
        if self._schedule is not None:
            self._schedule.look()


def _key_of(fault: BaseException | None) -> str:
    return "training-killed" if fault is None else "training-crashed"


def _leave_with(parent: int) -> None:
    """End this process and its children as soon as ``parent`` is gone: the next trainer trains this."""
    while os.getppid() == parent:
        time.sleep(ORPHAN_S)
    os.killpg(0, signal.SIGKILL)


def serve(settings: Settings) -> None:
    """Train what the queue asks for until SIGTERM or SIGINT. A Redis that goes away is waited for."""
    metrics.serve(settings, "train", connect(settings))
    notify.ready()
    backoff = Backoff(first=1.0, longest=15.0, healthy=60.0)
    schedule = Schedule(settings) if settings.retrain_days else None
    trainer: Trainer | None = None
    while trainer is None or not trainer.asked_to_stop:
        began = time.monotonic()
        try:
            trainer = Trainer(connect(settings), settings, schedule)
            trainer.work(logging_level="DEBUG" if settings.log_level == "DEBUG" else "WARNING")
        except StopRequested:
            return
        except (RedisError, OSError) as fault:
            log.warning("no Redis: %s", fault)
        try:
            if trainer is None or not trainer.asked_to_stop:
                time.sleep(backoff.after(time.monotonic() - began))
        except StopRequested:  # from the handler of the trainer before
            return


def main() -> int:
    """``atelier worker --kinds train``: the trainer's process. The exit code."""
    try:
        settings = Settings.load()
        configure(settings)
        serve(settings)
    except KeyboardInterrupt:
        return 0
    except PersonError as fault:
        sys.stderr.write(f"{fault}\n")
        return fault.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
