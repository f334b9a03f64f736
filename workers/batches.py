"""RQ's SimpleWorker that takes what waits and runs it in one call.

A function that can do many at once says so with :func:`together`. An idle worker starts the first
job that comes at once, whatever else may come; what waits already goes with it. When a call with
several jobs fails, each of them runs again alone: the one at fault is found, the others are made.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any, TypeVar

from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.command import parse_payload
from rq.exceptions import StopRequested
from rq.job import Job
from rq.timeouts import JobTimeoutException
from rq.worker import WorkerStatus

from workers import ledger
from workers.heartbeat import LEASE_S, Heartbeat
from workers.ledger import Done, Held

log = logging.getLogger(__name__)

Many = Callable[[Sequence[Sequence[Any]]], "Sequence[Done | BaseException]"]
F = TypeVar("F", bound=Callable[..., Any])

MOST = 32
AWAIT_S = 0.2  # between two looks whether Redis is back
_many: dict[str, Many] = {}


def together(many: Many) -> Callable[[F], F]:
    """Name the function that does many at once: a sequence of arguments in, an outcome for each out.

    An exception among the outcomes is that job's own failure; one that is raised concerns them all.
    """

    def mark(one: F) -> F:
        _many[f"{one.__module__}.{one.__qualname__}"] = many
        return one

    return mark


class BatchWorker(SimpleWorker):
    """A worker for one queue. ``most``: how many jobs it takes at a time."""

    most = MOST

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._stopped: set[str] = set()  # ids that somebody asked to stop
        self._canceled: set[str] = set()  # ids of those that are cancelled in RQ, and stay so
        # Held while it is found out whether a job may still be stopped: until then nothing is written down.
        self._deciding = threading.RLock()
        self._running: set[str] = set()  # ids in the call that runs now
        self._held: tuple[Queue, list[Held]] | None = None
        self._beat = Heartbeat(self._show_life, lambda: sorted(self._running))

    # What a kind of worker may say otherwise

    @property
    def lease_s(self) -> int:
        """Seconds that a job counts as running after a sign of life."""
        return LEASE_S

    def concerns_all(self, fault: BaseException) -> bool:
        """Whether what was raised is no fault of a job: then none is tried alone."""
        return isinstance(fault, (SystemExit, StopRequested, KeyboardInterrupt))

    def may_stop(self, job_id: str) -> bool:  # noqa: ARG002
        """Whether a job that runs here can come to nothing yet. May be asked from any thread."""
        return True

    def before_call(self) -> None:
        """Called before each call of the jobs' function."""

    @property
    def leaving(self) -> bool:
        """Whether what has not begun should be handed back rather than run."""
        return False

    # Running

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Run ``job``, and with it whatever waits behind it and can go along."""
        jobs = self._alike([job, *ledger.take(self, queue, job, self.most - 1)], queue)
        self._stopped.clear()
        self._canceled.clear()
        held = ledger.begin(self, queue, jobs, self.lease_s)
        self._held = queue, held
        try:
            with self._beat:
                self._run(held, queue)
        finally:
            self._held = None
            self.executions.clear()  # what could not be written down is left to its lease
        self.set_state(WorkerStatus.IDLE)

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """The next job. One whose record cannot be read is no reason for RQ to end its worker."""
        while True:
            try:
                return super().dequeue_job_and_maintain_ttl(timeout, max_idle_time)
            except (RedisError, StopRequested):
                raise
            except Exception as fault:
                job_id = getattr(fault, "job_id", None)  # RQ's mark: it was taken, and could not be restored
                if job_id is None:
                    raise
                ledger.drop(self, self.queues[0], str(job_id), fault)

    def _alike(self, jobs: list[Job], queue: Queue) -> list[Job]:
        """Those that one call can do; the others go back in front."""
        if len(jobs) == 1:
            return jobs
        many, alike = _many_of(jobs[0]), 1
        while many and alike < len(jobs) and _many_of(jobs[alike]) is many:
            alike += 1
        if alike < len(jobs):
            with self.connection.pipeline() as pipe:
                ledger.put_back(queue, jobs[alike:], pipe)
                pipe.execute()
        return jobs[:alike]

    def _show_life(self) -> None:
        if self._held is not None:
            queue, held = self._held
            unsettled = [one for one in held if one.execution.id in self.executions]
            for job_id in ledger.beat(self, queue, unsettled, self.lease_s):
                with self._deciding:
                    if job_id not in self._canceled and self.stop_job(job_id):
                        self._canceled.add(job_id)

    def _run(self, held: list[Held], queue: Queue) -> None:
        outcomes = self._call(held)
        if not isinstance(outcomes, BaseException):
            self._settle(held, outcomes, queue)
            return
        if len(held) == 1 or self.concerns_all(outcomes):
            self._settle(held, [outcomes] * len(held), queue)
            return
        for one in held:
            why = type(outcomes).__name__
            log.warning("work %s: failed with %d others (%s); alone now", one.job.id, len(held) - 1, why)
        for number, one in enumerate(held):
            if self.leaving:
                rest = held[number:]
                self._settle(rest, [StopRequested()] * len(rest), queue)
                return
            alone = StopRequested() if one.job.id in self._stopped else self._call([one])
            # With the others it failed before: that was the first time of it.
            self._settle([one], [alone] if isinstance(alone, BaseException) else alone, queue, times=2)

    def _call(self, held: Sequence[Held]) -> Sequence[Done | BaseException] | BaseException:
        """One call for all of ``held``, under the shortest of their timeouts. What it raised, it returns."""
        jobs = [one.job for one in held]
        limit = min((int(job.timeout) for job in jobs if job.timeout and int(job.timeout) > 0), default=0)
        self.before_call()
        self._running = {job.id for job in jobs}
        if self._running <= self._stopped:  # while it was made ready
            self.kill_horse()
        self._beat.allow(limit)
        try:
            with self.death_penalty_class(limit, JobTimeoutException) if limit else nullcontext():
                many = _many_of(jobs[0])
                if many is None:
                    return [Done(jobs[0].perform())]
                outcomes = many([job.args for job in jobs])
                if len(outcomes) != len(jobs):
                    raise ValueError(f"{len(outcomes)} outcomes of {len(jobs)} jobs")
                return outcomes
        except BaseException as fault:  # RQ's perform_job catches as much: a job must not end its worker
            return fault
        finally:
            self._running = set()
            self._beat.allow(0)  # writing down how it ended takes as long as Redis does

    # Ending

    def _settle(
        self,
        held: Sequence[Held],
        outcomes: Sequence[Done | BaseException],
        queue: Queue,
        times: int = 1,
    ) -> None:
        """Write down how the jobs ended. ``times``: how often those that failed have failed by now."""
        with self._deciding:
            ends = [(one, self._as_wanted(one.job.id, end)) for one, end in zip(held, outcomes, strict=True)]
        well = [(one, end) for one, end in ends if isinstance(end, Done)]
        ill = {one.execution.id: end for one, end in ends if isinstance(end, BaseException)}
        plain = [(one, end) for one, end in well if end.canceled or self._is_plain(one)]
        if any(isinstance(end, RedisError) for end in ill.values()):
            self._await_redis()
        try:
            self._finish(queue, plain)
            for one, end in well:
                if not (end.canceled or self._is_plain(one)):
                    self._end_rqs_way(one, end, queue)
        except RedisError as fault:
            ill |= {one.execution.id: fault for one, _ in well if one.execution.id in self.executions}
        # In front of the queue the last one that is put back is the first: so the other way round.
        for one in reversed(held):
            if one.execution.id in ill:
                self._failed(one, ill[one.execution.id], queue, times)

    def _as_wanted(self, job_id: str, end: Done | BaseException) -> Done | BaseException:
        """How it ends: what somebody stopped or cancelled meanwhile comes to nothing, however it went."""
        if job_id in self._canceled:
            return Done(canceled=True)
        return StopRequested() if job_id in self._stopped and isinstance(end, Done) else end

    def _finish(self, queue: Queue, plain: Sequence[tuple[Held, Done]]) -> None:
        """What is made is worth some patience: a Redis that restarts has it in a moment."""
        try:
            ledger.finish(self, queue, plain)
        except RedisError as fault:
            log.warning("%d made, and no Redis to say it to (%s)", len(plain), fault)
            self._await_redis()
            ledger.finish(self, queue, plain)

    def _is_plain(self, one: Held) -> bool:
        return ledger.plain(one.job, self.default_result_ttl)

    def _await_redis(self) -> None:
        """Until Redis answers; no longer than others wait for this worker, nor past a stop."""
        end = time.monotonic() + self.lease_s
        while time.monotonic() < end and not self.leaving:
            try:
                self.connection.ping()
            except RedisError:
                time.sleep(AWAIT_S)
            else:
                return

    def _end_rqs_way(self, one: Held, outcome: Done, queue: Queue) -> None:
        if outcome.also is not None:
            with self.connection.pipeline() as pipe:
                outcome.also(pipe)
                pipe.execute()
        self._finalize_success(one.job, queue, one.execution, outcome.value)

    def _failed(self, one: Held, fault: BaseException, queue: Queue, times: int) -> None:
        job = one.job
        if job.id in self._stopped:
            self._stopped_job_id = job.id
        elif not self.concerns_all(fault):
            ledger.mark_alone(job)
            if job.retries_left:
                job.retries_left = max(0, job.retries_left - (times - 1))
        try:
            self._finalize_failure(job, queue, one.execution, (type(fault), fault, fault.__traceback__))
        except RedisError as second:
            log.warning("job %s: left to its lease, for Redis is away (%s)", job.id, second)

    # Stopping one

    def handle_payload(self, message: Any) -> None:
        """Commands. RQ's own ``stop-job`` knows one running job only."""
        payload = parse_payload(message)
        if payload.get("command") == "stop-job":
            self.stop_job(str(payload.get("job_id")))
        else:
            super().handle_payload(message)  # type: ignore[no-untyped-call]

    def request_stop_execution(self, execution_id: str) -> None:
        """RQ's ``stop-execution``."""
        execution = self.executions.get(execution_id)
        if execution is not None:
            self.stop_job(execution.job_id)

    def stop_job(self, job_id: str) -> bool:
        """Stop a job that runs here. In company it runs on, for the others' sake, and comes to nothing.

        False: it does not run here, or is as good as done.
        """
        with self._deciding:
            here = job_id in {execution.job_id for execution in list(self.executions.values())}
            if not here or not self.may_stop(job_id):
                log.info("work %s: does not run here (any more)", job_id)
                return False
            self._stopped.add(job_id)
            if self._running and self._running <= self._stopped:
                self.kill_horse()
            return True


def _many_of(job: Job) -> Many | None:
    """The function that does many jobs like this one at once. Named arguments are no part of that.

    None also of a job that cannot be read, or whose function cannot be found: it goes alone, and fails.
    """
    try:
        job.func  # noqa: B018 (imports its module, which says so there)
        return None if job.kwargs else _many.get(job.func_name or "")
    except Exception as fault:  # whatever a module raises that is imported
        log.warning("work %s: what it asks for is not known here (%s)", job.id, type(fault).__name__)
        return None
