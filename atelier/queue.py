"""The road from a front end to a worker: RQ queues, one a kind, JSON only.

A job carries nothing but the work's id, which is the job's id too; what to make is in the
store. The function is named, never imported, so that a front end needs no worker code.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal, Self

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry as RedisRetry
from rq import Queue, Retry, worker_registration
from rq.command import send_stop_job_command
from rq.exceptions import DuplicateJobError, InvalidJobOperation, NoSuchJobError
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

from atelier.errors import Unavailable
from atelier.requests import KINDS, Kind
from atelier.settings import Settings
from atelier.store.records import Work

log = logging.getLogger(__name__)

MAKE, TRAIN = "workers.jobs.make", "workers.training.train"
_KEEP_S = 600  # a finished job, for rq-dashboard
_KEEP_FAILED_S = 7 * 24 * 3600
_RECOVER_S = 15
_RESUMES = 3  # how often a training whose trainer died is taken up again
_ON_THE_WAY = (JobStatus.QUEUED, JobStatus.STARTED, JobStatus.SCHEDULED, JobStatus.DEFERRED)


def queue_name(kind: Kind | Literal["train"]) -> str:
    """The RQ queue of ``kind``. Trainings have one of their own, which no maker of works serves."""
    return f"atelier-{kind}"


def connect(settings: Settings, *, timeout: float = 5.0) -> Redis:
    """A client of the studio's Redis. Connects at the first command; reconnects once by itself.

    ``timeout`` is of one answer, in seconds. One quick retry mends a connection that a
    restarted Redis dropped. A Redis that is down refuses at once; one that is out of reach takes
    up to two connect timeouts.
    """
    client: Redis = Redis.from_url(
        settings.redis, socket_timeout=timeout, socket_connect_timeout=2.0,
        retry=RedisRetry(NoBackoff(), 1), health_check_interval=15,
    )  # fmt: skip
    return client


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
        queue = self._queues[work.kind]
        with _faults():
            job = queue.create_job(
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
                status=JobStatus.QUEUED,
            )
            try:
                queue.enqueue_job(job, unique=True)
            except DuplicateJobError:
                log.info("work %s: is on the queue already", work.id)
        try:
            return self.place(work) or 1
        except Unavailable:
            return 1  # it is on the queue, whatever its place: accepted

    def send_training(self, model: str, data: str, out: str, settings: Sequence[str] = ()) -> str:
        """Put a training on the trainer's queue; its job's id.

        ``data`` (empty: none) and ``out`` are folders of the trainer's machine, ``settings``
        ``NAME=VALUE`` pairs. It may take as long as it likes. Raises ``Unavailable("redis-down")``.
        """
        queue = Queue(queue_name("train"), connection=self.redis, serializer=JSONSerializer)
        with _faults():
            job = queue.enqueue(
                TRAIN,
                args=[model, data, out, list(settings)],
                job_timeout=-1,
                retry=Retry(max=_RESUMES),
                result_ttl=_KEEP_FAILED_S,
                failure_ttl=_KEEP_FAILED_S,
                description=f"train {model} to {out}",
            )
        return str(job.id)

    def send_lost(self, works: Sequence[Work]) -> list[Work]:
        """Send again what should wait or run but does not: Redis was flushed, or came back older.

        ``works`` are unfinished by their rows; those that were sent are returned. Twice is harmless:
        a job whose work is made in the meantime only tells of it again.
        """
        lost = []
        for work in works:
            with _faults():
                try:
                    job = Job.fetch(work.id, connection=self.redis, serializer=JSONSerializer)
                    if job.get_status(refresh=False) in _ON_THE_WAY:
                        continue
                    # Ended for Redis, not for the row. One front end at a time may clear it away.
                    if not self.redis.set(f"atelier:recover:{work.id}", 1, nx=True, ex=_RECOVER_S):
                        continue
                    job.delete()
                except NoSuchJobError:
                    pass
            self.send(work)
            lost.append(work)
        return lost

    def place(self, work: Work) -> int | None:
        """The work's place, 1 for the next; None when it is not waiting any more."""
        with _faults():
            return self._place(work)

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

    def _place(self, work: Work) -> int | None:
        position = self.redis.lpos(self._queues[work.kind].key, work.id)
        return None if position is None else int(position) + 1  # type: ignore[arg-type]


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except RedisError as fault:
        log.error("queue: %s: %s", type(fault).__name__, fault)
        raise Unavailable("redis-down") from fault
