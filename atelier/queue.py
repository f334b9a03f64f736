"""The road from a front end to a worker: RQ queues, one a kind, JSON only.

A job carries nothing but the work's id, which is the job's id too; what to make is in the
store. The function is named, never imported, so that a front end needs no worker code.

Fairness is RQ's ``RateLimit``: of one person's works of a kind only so many stand in the queue or are
being made at one time; the others are held (``rate_limited``) and step in one by one. So whoever asks
next stands behind a handful of anybody's works, however many somebody asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Literal, Self

from redis import Redis
from redis.backoff import NoBackoff
from redis.client import Pipeline
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import OutOfMemoryError, RedisError, WatchError
from redis.retry import Retry as RedisRetry
from rq import Queue, RateLimit, Retry, worker_registration
from rq.command import send_stop_job_command
from rq.exceptions import DuplicateJobError, InvalidJobOperation, NoSuchJobError
from rq.job import Job, JobStatus
from rq.rate_limit import RateLimitRegistry
from rq.serializers import JSONSerializer

from atelier import pace, redis_client
from atelier.errors import Unavailable
from atelier.limits import slots_of
from atelier.requests import KINDS, Kind
from atelier.settings import Settings
from atelier.store.records import Work

log = logging.getLogger(__name__)

MAKE, TRAIN, RETRAIN = "workers.jobs.make", "workers.training.train", "workers.retrain.retrain"
_KEEP_S = 600  # a finished job, for rq-dashboard
_KEEP_FAILED_S = 7 * 24 * 3600
_AT_ONCE = 100  # jobs in one transaction: long enough to pay, short enough that others get their turn
_LOOKS = 3  # at whether a job is there, before it counts as unsent
_RESUMES = 3  # how often a training whose trainer died is taken up again
_ON_THE_WAY = (
    JobStatus.QUEUED, JobStatus.STARTED, JobStatus.RATE_LIMITED, JobStatus.SCHEDULED, JobStatus.DEFERRED,
)  # fmt: skip


def queue_name(kind: Kind | Literal["train"]) -> str:
    """The RQ queue of ``kind``. Trainings have one of their own, which no maker of works serves."""
    return f"atelier-{kind}"


def connect(settings: Settings, *, timeout: float = 5.0) -> Redis:
    """A client of the studio's Redis. Connects at the first command; reconnects once by itself.

    ``timeout`` is of one answer, in seconds. One quick retry mends a connection that a
    restarted Redis dropped. A Redis that is down refuses at once; one that is out of reach takes
    up to two connect timeouts.
    """
    return redis_client.blocking(
        settings.redis, socket_timeout=timeout, retry=RedisRetry(NoBackoff(), 1), health_check_interval=15
    )


class Road:
    """Sends works to the queue and looks at them there. Safe to share between threads.

    Every fault of Redis becomes ``Unavailable("redis-down")``.
    """

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self.redis = redis
        self._settings = settings
        self._queues = {
            kind: Queue(queue_name(kind), connection=redis, serializer=JSONSerializer) for kind in KINDS
        }

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """The road of ``settings.redis``. Opening touches no network; :meth:`check` does."""
        return cls(connect(settings), settings)

    def check(self) -> None:
        """Raises ``Unavailable("redis-down")`` when Redis does not answer."""
        with _faults():
            self.redis.ping()

    def send(self, work: Work) -> int:
        """Put a work on its queue; its place there, 1 for the next. Sent before: only its place."""
        with _faults():
            if not self._enqueue(work):
                log.info("work %s: is on the queue already", work.id)
        try:
            return self.place(work) or 1
        except Unavailable:
            return 1  # it is on the queue, whatever its place: accepted

    def send_again(self, works: Sequence[Work]) -> None:
        """Put works on their queues whatever became of the jobs that they had."""
        with _faults():
            for start in range(0, len(works), _AT_ONCE):
                self._clear(works[start : start + _AT_ONCE])
        self.send_many(works)

    def _clear(self, works: Sequence[Work]) -> None:
        """Delete what Redis has of the jobs of ``works``.

        Of one that was lost while a worker ran it, that is what the worker wrote down afterwards: a hash
        without what to do, which is no job to RQ, and yet would stand in the way of a new one.
        """
        keys = [Job.key_for(work.id) for work in works]
        with self.redis.pipeline(transaction=False) as pipe:
            for key in keys:
                pipe.hexists(key, "data")
            whole = pipe.execute()
        for work, there in zip(works, whole, strict=True):
            if there:
                try:
                    Job.fetch(work.id, connection=self.redis, serializer=JSONSerializer).delete()
                except NoSuchJobError:
                    pass
                except RedisError:
                    raise
                except Exception as fault:  # a field that RQ cannot read: each its own error
                    log.warning("work %s: its job could not be read (%s) and is thrown away", work.id, fault)
                    self._queues[work.kind].remove(work.id)
                    self.redis.delete(Job.key_for(work.id))
        if stubs := [key for key, there in zip(keys, whole, strict=True) if not there]:
            self.redis.delete(*stubs)

    def send_many(self, works: Sequence[Work]) -> int:
        """Put many works on their queues, a hundred in one transaction; how many were not there before."""
        sent = 0
        each = list({work.id: work for work in works}.values())
        for start in range(0, len(each), _AT_ONCE):
            some = each[start : start + _AT_ONCE]
            with _faults():
                try:
                    sent += self._enqueue_many(some)
                except WatchError:  # somebody else sends some of these just now
                    sent += sum(self._enqueue(work) for work in some)
        return sent

    def _enqueue_many(self, works: Sequence[Work]) -> int:
        """What :meth:`_enqueue` does, for many: each person's limit is registered, and filled, once."""
        jobs = [(work, self._job(work)) for work in works]
        with self.redis.pipeline() as pipe:
            keys = [job.key for _, job in jobs]
            pipe.watch(*keys)  # type: ignore[no-untyped-call]
            if pipe.exists(*keys):
                jobs = [(work, job) for work, job in jobs if not pipe.exists(job.key)]
            if jobs:
                pipe.multi()
                self._hold(jobs, pipe)
                pipe.execute()
        return len(jobs)

    def _hold(self, jobs: Sequence[tuple[Work, Job]], pipe: Pipeline) -> None:
        """Save jobs as held back, what was asked for first before the rest, and fill what room there is.

        As RQ's own enqueueing does, which registers and fills a limit for each of its jobs, and does not
        tell apart what came in one second.
        """
        limits: dict[str, RateLimitRegistry] = {}
        slots: dict[str, int] = {}
        for work, job in jobs:
            queue = self._queues[work.kind]
            key = limit_key(work)
            if key not in limits:
                limits[key] = RateLimitRegistry(key, self.redis)
                slots[key] = slots_of(self._settings, work.kind)
                limits[key].register(slots[key], pipe)
                pipe.sadd(queue.redis_queues_keys, queue.key)
            job.redis_server_version = queue.get_redis_server_version()
            job.origin = queue.name
            job._status = JobStatus.RATE_LIMITED
            job.save(pipeline=pipe)
            limits[key].add_to_rate_limited(job.id, pipe, work.asked_at.timestamp())
        for key, limit in limits.items():
            limit.acquire_and_enqueue(slots[key], pipeline=pipe)

    def _job(self, work: Work) -> Job:
        return self._queues[work.kind].create_job(
            MAKE,
            args=[work.id],
            job_id=work.id,
            timeout=self._settings.job_timeout,
            retry=Retry(max=self._settings.retries, enqueue_at_front=True)
            if self._settings.retries
            else None,
            result_ttl=_KEEP_S,
            failure_ttl=_KEEP_FAILED_S,
            description=f"{work.kind} {work.id}",
            rate_limit=RateLimit(limit_key(work), slots_of(self._settings, work.kind)),
        )

    def _enqueue(self, work: Work) -> bool:
        """Enqueue what is not there, as one transaction. False: it is there already.

        RQ refuses ``unique`` for rate-limited jobs; watching the job's key is what it does for others.
        """
        job = self._job(work)
        for _ in range(_LOOKS):
            with self.redis.pipeline() as pipe, suppress(WatchError):
                pipe.watch(job.key)  # type: ignore[no-untyped-call]
                if pipe.exists(job.key):
                    return False
                pipe.multi()
                self._hold([(work, job)], pipe)
                pipe.execute()
                return True
            # Somebody else sends it just now; or the connection broke, which redis-py calls by the
            # same name: whether it arrived is to be seen.
        raise RedisConnectionError(f"{job.id} could not be sent")

    def send_training(self, model: str, data: str, out: str, settings: Sequence[str] = ()) -> str:
        """Put a training on the trainer's queue; its job's id.

        ``data`` (empty: none) and ``out`` are folders of the trainer's machine, ``settings``
        ``NAME=VALUE`` pairs. It may take as long as it likes. Raises ``Unavailable("redis-down")``.
        """
        with _faults():
            job = self._trainings().enqueue(
                TRAIN,
                args=[model, data, out, list(settings)],
                job_timeout=-1,
                retry=Retry(max=_RESUMES),
                result_ttl=_KEEP_FAILED_S,
                failure_ttl=_KEEP_FAILED_S,
                description=f"train {model} to {out}",
            )
        return str(job.id)

    def send_retrain(self, training_id: str) -> None:
        """Put a training from votes (its row's id) on the trainer's queue; sent before: nothing happens.

        Raises ``Unavailable("redis-down")``.
        """
        with _faults(), suppress(DuplicateJobError):
            self._trainings().enqueue(
                RETRAIN,
                args=[training_id],
                job_id=training_id,
                unique=True,
                job_timeout=-1,
                retry=Retry(max=_RESUMES),
                result_ttl=_KEEP_FAILED_S,
                failure_ttl=_KEEP_FAILED_S,
                description=f"retrain {training_id}",
            )

    def retrain_status(self, training_id: str) -> Literal["on its way", "ended", "lost"]:
        """Where the job of a training from votes is; ``lost``: there is none."""
        with _faults():
            try:
                job = Job.fetch(training_id, connection=self.redis, serializer=JSONSerializer)
            except NoSuchJobError:
                return "lost"
            return "on its way" if job.get_status(refresh=False) in _ON_THE_WAY else "ended"

    def trainers(self) -> int:
        """How many trainers gave a sign of life lately."""
        with _faults():
            keys = worker_registration.get_keys(queue=self._trainings())
            return int(self.redis.exists(*keys)) if keys else 0

    def _trainings(self) -> Queue:
        return Queue(queue_name("train"), connection=self.redis, serializer=JSONSerializer)

    def place(self, work: Work) -> int | None:
        """The work's place, 1 for the next; None when it is not waiting any more.

        Of a work that is held back while its person has others in the queue: about where it would stand.
        """
        with _faults():
            queue = self._queues[work.kind]
            position = self.redis.lpos(queue.key, work.id)
            if position is not None:
                return int(position) + 1  # type: ignore[arg-type]
            limiter = RateLimitRegistry(limit_key(work), self.redis)
            held = self.redis.zrank(limiter.rate_limited_key, work.id)
            if held is None:
                return None
            # It steps in at the end of the queue when enough of its person's are made.
            rounds, rest = divmod(int(held), slots_of(self._settings, work.kind))  # type: ignore[arg-type]
            return queue.count * (rounds + 1) + rest + 1

    def expected(self, kind: Kind, place: int) -> float | None:
        """In how many seconds a work at ``place`` is made, by what was measured; None: nothing was yet."""
        with _faults():
            cost = pace.cost(self.redis, kind)
        return None if cost is None else place * cost / max(1, self.workers(kind))

    def waiting(self, kind: Kind) -> int:
        """How many works of ``kind`` wait."""
        with _faults():
            return int(self._queues[kind].count)

    def workers(self, kind: Kind) -> int:
        """How many workers that serve ``kind`` gave a sign of life lately."""
        with _faults():
            keys = worker_registration.get_keys(queue=self._queues[kind])
            return int(self.redis.exists(*keys)) if keys else 0

    def cancel(self, work_id: str) -> bool:
        """Take a work off the queue, or tell its worker to stop. False: neither waiting nor running.

        A training from votes likewise.
        The caller marks the row first: the row decides, this only saves the effort.
        """
        with _faults():
            try:
                job = Job.fetch(work_id, connection=self.redis, serializer=JSONSerializer)
                if job.get_status(refresh=False) == JobStatus.STARTED:
                    send_stop_job_command(self.redis, work_id, serializer=JSONSerializer)
                    return True
                if job.get_status(refresh=False) not in _ON_THE_WAY:
                    return False
                job.cancel()
            except (NoSuchJobError, InvalidJobOperation):
                return False
            return True

    def close(self) -> None:
        """Close the connections."""
        self.redis.close()


def limit_key(work: Work) -> str:
    """What RQ's rate limit goes by: a person's works of one kind. Poems do not wait for pictures."""
    return f"{work.person.platform}:{work.person.platform_id}:{work.kind}"


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except RedisError as fault:
        log.error("queue: %s: %s", type(fault).__name__, fault)
        # MISCONF: it cannot write its file. And one without memory refuses, forgetting nothing (noeviction).
        full = isinstance(fault, OutOfMemoryError) or "MISCONF" in str(fault)
        raise Unavailable("disk-full" if full else "redis-down") from fault
