"""The warm worker: its models are loaded once, it makes what waits together, and it stops cleanly.

One worker serves one queue: only then RQ takes jobs with BLMOVE through an intermediate queue,
where a killed worker leaves them to be found. Several kinds are several processes (:mod:`workers.pool`).
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import signal
import sys
import threading
import time
from collections.abc import Sequence
from types import FrameType, TracebackType
from typing import Any

from redis.exceptions import RedisError
from rq import Queue, worker_registration
from rq.exceptions import StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.timeouts import JobTimeoutException
from rq.utils import now

from atelier import disk, metrics, notify
from atelier.errors import PersonError, Unavailable
from atelier.logs import configure
from atelier.queue import connect, queue_name
from atelier.requests import KINDS, Kind
from atelier.settings import Settings
from models.loading import at_once
from workers import faults, jobs, leaving, ledger, pool, workshop
from workers.batches import BatchWorker
from workers.heartbeat import LEASE_S, Contact
from workers.tidy import tidy
from workers.workshop import Loader, Workshop

log = logging.getLogger("workers.worker")  # its own process knows it as __main__

ALIVE_S = 20  # a worker unheard of for so long is not counted any more
AGAIN_S = 1  # a sign of life younger than this is not repeated
TTL_S = 18  # RQ waits for a job up to 15 s less: 3 s between two looks around
TIDY_S = 3
STUCK_S = 5.0  # in the intermediate queue: the worker that took it died before it began
FINISH_S = 6.0  # after SIGTERM a running work may finish; then it is stopped,
LET_GO_S = 9.0  # and if it does not stop, handed back as it is;
LEAVE_S = 9.8  # where not even Redis answers, its lease is left to run out
ROOM_BYTES = 4 * 2**20  # of a pass of pictures, or more; else it may be made for nothing, again and again
PAUSE_S, LONGEST_PAUSE_S = 1.0, 4.0


class WarmWorker(BatchWorker):
    """A worker for one kind. ``parent``: the process that it must not outlive."""

    log_result_lifespan = False
    max_connection_wait_time = 2.0

    def __init__(self, kind: Kind, workshop: Workshop, *, parent: int | None = None) -> None:
        super().__init__(
            [Queue(queue_name(kind), connection=workshop.redis, serializer=JSONSerializer)],
            connection=workshop.redis,
            serializer=JSONSerializer,
            worker_ttl=TTL_S,
            maintenance_interval=TIDY_S,
            exception_handlers=[self._judge],
            log_job_description=False,
        )
        self._kind = kind
        self._workshop = workshop
        self._parent = parent
        self._contact = Contact()
        self._pause = 0.0  # before the next job, where a part is down
        self._crowded = False  # what was made last found no room on the shelf
        self._overdue = False  # it was asked to stop a while ago
        self.ruined = False  # nothing that runs in this process can succeed any more

    @property
    def asked_to_stop(self) -> bool:
        """Whether a signal ended the work, rather than a fault."""
        return self._shutdown_requested_date is not None

    def bootstrap(self, *arguments: Any, **options: Any) -> None:
        """Register. Signals are minded from before the first moment that others see this worker."""
        self._install_signal_handlers()  # type: ignore[no-untyped-call]
        try:
            super().bootstrap(*arguments, **options)
        except StopRequested:
            self.teardown()  # type: ignore[no-untyped-call]
            raise

    # Running jobs

    @property
    def most(self) -> int:  # type: ignore[override]
        """How many works are made in one pass."""
        return self._workshop.room.of(self._kind)

    @property
    def lease_s(self) -> int:
        """How long a job counts as running after a sign of life, in seconds."""
        return LEASE_S

    @property
    def leaving(self) -> bool:
        """Whether a stop is overdue, or there is no sense in going on here."""
        return self._overdue or self.ruined

    def before_call(self) -> None:
        """A stop that was asked of the call before is over."""
        if not self.leaving:
            self._workshop.halt.clear()

    def concerns_all(self, fault: BaseException) -> bool:
        """Stops, parts that are down, and a GPU that is lost to this process."""
        if not faults.stops(fault) and faults.ruined(fault):
            self.ruined = True
        return self.ruined or faults.stops(fault) or faults.of_the_house(fault)

    def may_stop(self, job_id: str) -> bool:
        """Whoever stops or cancels a job in RQ cancels the work, if it is not made yet."""
        try:
            return jobs.unwanted(job_id)
        except (Unavailable, RedisError) as fault:  # the reconciler sees that it was stopped
            log.warning("work %s: stopped, and not in the records yet: %s", job_id, fault)
            return True

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Run what waits; where that cost the process its GPU, leave: a new one has a new context."""
        try:
            super().execute_job(job, queue)
        except RedisError as fault:  # RQ would log its trace and end; the next job is waited for as ever
            log.warning("no Redis (%s); what was taken comes back by itself", fault)
            self._await_redis()
        time.sleep(self._pause)
        self._pause = 0.0
        if self.ruined:
            log.critical("the GPU is lost to this process; ending it")
            raise SystemExit(1)

    def get_heartbeat_ttl(self, job: Job, working_time: float = 0.0) -> int:  # noqa: ARG002
        """See :attr:`lease_s`."""
        return LEASE_S

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:  # noqa: ARG002
        """Say that this worker lives. Called between jobs too, so a lost parent is noticed here."""
        here = threading.current_thread() is threading.main_thread()
        if here and leaving.orphaned(self._parent) and not self.executions:
            log.warning("the worker's parent is gone; stopping")
            self._shutdown_requested_date = now()
            raise StopRequested
        if pipeline is not None:
            super().heartbeat(ALIVE_S, pipeline)
            return
        if self.last_heartbeat and (now() - self.last_heartbeat).total_seconds() < AGAIN_S:
            return  # RQ says it before and after each job
        with self.connection.pipeline() as pipe:  # one round trip for RQ's three
            super().heartbeat(ALIVE_S, pipe)
            pipe.execute()
        self._contact.made()

    def _show_life(self) -> None:
        super()._show_life()
        self._contact.made()

    def kill_horse(self, sig: signal.Signals = signal.SIGKILL) -> None:  # noqa: ARG002
        """Stop the running work: there is no horse, the model polls this flag."""
        self._workshop.halt.set()

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """The next job; none is taken while the store is down, or the shelf has no room for what is made."""
        while True:
            try:
                self._workshop.store.check()
                if self._crowded:
                    self._workshop.shelf.check(ROOM_BYTES)
                    self._crowded = False
                break
            except Unavailable as fault:
                if self._crowded:  # so nobody accepts more
                    disk.tell(self.connection, fault.key)
                self.heartbeat()
                time.sleep(PAUSE_S)
        return super().dequeue_job_and_maintain_ttl(timeout, max_idle_time)

    # What becomes of a job that did not end well

    def _judge(
        self, job: Job, _kind: type[BaseException], fault: BaseException, _trace: TracebackType | None
    ) -> None:
        """RQ asks here before it retries (``retries_left``) or sets aside; for abandoned jobs too."""
        if self._stopped_job_id == job.id and faults.stops(fault):
            self._workshop.store.cancelled(job.id)
            log.info("work %s: stopped on request", job.id)
        elif faults.stops(fault):
            log.info("work %s: handed back", job.id)
            self._return(job, "stop")
        elif faults.of_the_house(fault):
            log.warning("work %s: put back: %s", job.id, fault)
            key = getattr(fault, "key", "redis-down")
            self._return(job, key)
            self._pause = PAUSE_S
            self._crowded = key in ("disk-full", "artefacts-down")
        elif faults.ended_its_worker(fault) and ledger.company(job) > 1:
            # Which of them it was, nobody knows: none is blamed, and each goes alone from now on.
            log.warning("work %s: its worker died with it and others; once more, alone", job.id)
            ledger.mark_alone(job)
            self._return(job, "worker-died")
        elif job.should_retry:
            metrics.RETURNED.labels(self._kind, "crash").inc()
            log.warning("work %s: crashed (%s); once more, alone", job.id, type(fault).__name__)
            ledger.mark_alone(job)
        else:
            try:
                if isinstance(fault, JobTimeoutException):
                    jobs.give_up(job.id, "work-timed-out", seconds=int(job.timeout or 0))
                else:
                    jobs.give_up(job.id, "work-crashed")
            except (PersonError, RedisError) as second:
                log.warning("work %s: could not be set aside yet: %s", job.id, second)
                self._return(job, getattr(second, "key", "redis-down"))

    def _return(self, job: Job, reason: str) -> None:
        """Back in front of the queue, and not counted as a crash of its own."""
        job.retries_left = (job.retries_left or 0) + 1
        job.enqueue_at_front_on_retry = True
        metrics.RETURNED.labels(self._kind, reason).inc()

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """Log the trace of a crash, under the work's id; what was stopped or put back is one line."""
        kind, fault, trace = exc_info
        if faults.stops(fault) or faults.of_the_house(fault):
            self._judge(job, kind, fault, trace)
        else:
            log.error("work %s: raised %s", job.id, kind.__name__, exc_info=exc_info)
            self._judge(job, kind, fault, trace)

    def run_maintenance_tasks(self) -> None:
        """Every few seconds: tidy up, follow the models' pointers, register again after a flushed Redis."""
        super().run_maintenance_tasks()  # type: ignore[no-untyped-call]
        self._workshop.follow(self._kind)
        if not self.connection.hexists(self.key, "queues"):
            self.connection.hset(self.key, mapping=self.serialize())
            worker_registration.register(self)

    def clean_registries(self) -> None:
        """RQ's maintenance under a short lock, and jobs that a killed worker had only just taken."""
        for queue in self.queues:
            tidy(queue, self._exc_handlers, STUCK_S, judge=self._contact.settled)
        self._contact.made()
        self.last_cleaned_at = now()  # type: ignore[assignment]

    # Stopping

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """SIGTERM or SIGINT: finish or hand back what runs, within ten seconds."""
        leaving.after((FINISH_S, self._hurry), (LET_GO_S, self._let_go), (LEAVE_S, leaving.at_once))
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def _hurry(self) -> None:
        """What runs is stopped, and what was taken with it is not begun."""
        self._overdue = True
        self.kill_horse()

    def _let_go(self) -> None:
        """The model did not stop: give the job back and leave without it."""
        held = list(self.executions.values())
        if not held:
            return
        with contextlib.suppress(RedisError, OSError):  # then its lease runs out instead
            for execution in held:
                log.warning("work %s: does not stop; handed back as it is", execution.job_id)
            ledger.hand_back(self, self.queues[0], held)
            self.register_death()  # type: ignore[no-untyped-call]
        leaving.at_once()


def _device(settings: Settings, loader: Loader | None) -> str:
    if loader is not None:
        return "cpu"
    from models.device import resolve

    return resolve(settings.device)


def serve(
    settings: Settings,
    kinds: Sequence[Kind] = KINDS,
    *,
    loader: Loader | None = None,
    parent: int | None = None,
) -> None:
    """Serve ``kinds`` until SIGTERM or SIGINT. Several kinds: one child process each.

    ``loader`` replaces the shipped models (one kind only). A Redis that goes away is waited
    for with the models kept warm. Raises ``Unavailable("store-down")``.
    """
    if len(kinds) > 1:
        pool.serve(kinds)
        return
    logging.getLogger("rq.worker").addFilter(faults.brief)
    place = Workshop.open(settings, loader)
    workshop.use(place)
    place.warm(kinds[0])
    place.room.most = settings.batch or at_once(kinds[0], _device(settings, loader))
    metrics.serve(settings, kinds[0], connect(settings))
    notify.ready()
    worker: WarmWorker | None = None
    level = "DEBUG" if settings.log_level == "DEBUG" else "WARNING"  # RQ tells six lines a job; ours is one
    pause = 0.0
    while not leaving.orphaned(parent) and (worker is None or not worker.asked_to_stop):
        try:
            time.sleep(pause)
            worker = WarmWorker(kinds[0], place, parent=parent)
            pause = PAUSE_S
            worker.work(logging_level=level)
        except StopRequested:  # the handler of the worker before, while there is none
            return
        except (RedisError, OSError) as fault:
            pause = min(LONGEST_PAUSE_S, max(PAUSE_S, 2 * pause))
            log.warning("no Redis (%s); again in %g s", fault, pause)


def main(arguments: Sequence[str] | None = None) -> int:
    """``python -m workers.worker [KIND ...]``: a worker's process. The exit code."""
    parser = argparse.ArgumentParser(prog="python -m workers.worker", description=__doc__)
    parser.add_argument("kinds", nargs="*", choices=[*KINDS, []], metavar="KIND")
    parser.add_argument("--parent", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    try:
        settings = Settings.load()
        configure(settings)
        serve(settings, tuple(options.kinds) or KINDS, parent=options.parent)
    except KeyboardInterrupt:
        return 0
    except PersonError as fault:
        sys.stderr.write(f"{fault}\n")
        return fault.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
