"""What a worker puts in order every few seconds: what RQ does, only sooner and with fewer questions."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any

from redis import Redis
from redis.exceptions import LockError, RedisError
from rq import Queue, worker_registration
from rq.job import Job, JobStatus
from rq.rate_limit import RateLimitRegistry
from rq.registry import (
    DeferredJobRegistry,
    FailedJobRegistry,
    FinishedJobRegistry,
    ReadyJobRegistry,
    StartedJobRegistry,
)
from rq.utils import as_text, now

log = logging.getLogger(__name__)

LOCK_S = 5  # tidying takes milliseconds
LIMITS_S = 5
_LIMITS = "atelier:limits-tidied"


def tidy(queue: Queue, handlers: list[Any], stuck_s: float, *, judge: bool = True) -> None:
    """RQ's `clean_registries`, its limits as below, and jobs that a killed worker had only just taken.

    One at a time does so. Not ``judge``: what lost its lease is left for the next time.
    """
    # A short lock: RQ's own outlives a killed worker by 15 minutes. Who took longer than it lasts does not
    # take it away from the next one.
    lock = queue.connection.lock(queue.registry_cleaning_key, timeout=LOCK_S, thread_local=False)
    if not lock.acquire(blocking=False):
        return
    try:
        _tidy(queue, handlers, stuck_s, judge)
    finally:
        with suppress(LockError):
            lock.release()


def _tidy(queue: Queue, handlers: list[Any], stuck_s: float, judge: bool) -> None:
    if judge:
        StartedJobRegistry(queue=queue).cleanup(exception_handlers=handlers)
    FinishedJobRegistry(queue=queue).cleanup()
    FailedJobRegistry(queue=queue).cleanup()
    DeferredJobRegistry(queue=queue).cleanup()
    ReadyJobRegistry(queue=queue).cleanup()
    worker_registration.clean_worker_registry(queue)
    free_limits(queue.connection)
    unstick(queue, stuck_s)


def free_limits(redis: Redis) -> None:
    """Rate limits with a slot that nobody uses, or with nobody in them; once in :data:`LIMITS_S` for all.

    RQ asks six questions for each limit, and there is one for each person and kind that waits; here it
    is asked only about those where something is amiss, which two round trips tell.
    """
    if not redis.set(_LIMITS, 1, nx=True, ex=LIMITS_S):
        return
    limiters = RateLimitRegistry.all(redis)
    with redis.pipeline(transaction=False) as pipe:
        for limiter in limiters:
            pipe.zrange(limiter.allowed_key, 0, -1)
            pipe.zcard(limiter.rate_limited_key)
            pipe.hget(limiter.config_key, "concurrency")
        found: list[Any] = pipe.execute()
        for allowed in found[::3]:
            for job_id in allowed:
                pipe.hget(Job.key_for(as_text(job_id)), "status")
        statuses = iter(pipe.execute())
    for limiter, allowed, held, most in zip(limiters, found[::3], found[1::3], found[2::3], strict=True):
        using = [as_text(next(statuses) or b"") for _ in allowed]
        stale = any(status not in (JobStatus.QUEUED, JobStatus.STARTED) for status in using)
        free = held and len(using) < int(most or 0)
        if stale or free or not (using or held):
            limiter.cleanup()


def unstick(queue: Queue, after_s: float) -> None:
    """Put back what lies in the intermediate queue for ``after_s`` seconds: who took it died."""
    middle = queue.intermediate_queue
    for job_id in reversed(middle.get_job_ids()):
        if middle.set_first_seen(job_id):
            continue
        seen = middle.get_first_seen(job_id)
        if seen is None or (now() - seen).total_seconds() < after_s:
            continue
        try:
            job = queue.fetch_job(job_id)
        except RedisError:
            raise
        except Exception as fault:  # a record that RQ cannot read: the row, if there is one, is sent anew
            log.warning("work %s: its job could not be read (%s)", job_id, fault)
            job = None
        with queue.connection.pipeline() as pipe:
            pipe.lrem(middle.key, 1, job_id)
            pipe.delete(middle.get_first_seen_key(job_id))
            if job is not None and job.get_status() == JobStatus.QUEUED:
                queue.push_job_id(job_id, pipeline=pipe, at_front=True)
                log.warning("work %s: was taken by a worker that died; back in front", job_id)
            pipe.execute()
