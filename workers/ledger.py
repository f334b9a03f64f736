"""What RQ writes down about a job, written about many jobs in one round trip.

The keys, the fields and their order of events are RQ's own (`rq.executions.Execution.create`,
`Job.prepare_for_execution`, `Worker.handle_job_success`): a job that came through here looks in
`rq info`, in rq-dashboard and to :class:`rq.job.Job` as one that any other worker made. What differs
is the number of commands: what RQ adds to one set member by member is added at once, and of a
finished job only the fields that changed are written.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from redis.client import Pipeline
from rq import Queue
from rq.executions import Execution, ExecutionRegistry
from rq.job import Job, JobStatus
from rq.rate_limit import RateLimitRegistry
from rq.registry import FinishedJobRegistry, StartedJobRegistry
from rq.results import Result
from rq.utils import now, utcformat
from rq.worker import WorkerStatus

if TYPE_CHECKING:
    from rq.worker.base import BaseWorker

log = logging.getLogger(__name__)

ALONE = "atelier_alone"  # a field of the job's hash: it was there when a worker died, and goes alone now
COMPANY = "atelier_company"  # how many ran together when this one was begun last

# Moves up to ARGV[1] ids to the intermediate queue, as BLMOVE does with one, and reads their jobs. A job
# that must go alone takes no company; met in the queue it stays, and is the next one's first.
_TAKE = f"""
local taken = {{}}
if redis.call('HEXISTS', KEYS[3], '{ALONE}') == 1 then return taken end
for _ = 1, tonumber(ARGV[1]) do
  local id = redis.call('LINDEX', KEYS[1], 0)
  if not id or redis.call('HEXISTS', ARGV[2] .. id, '{ALONE}') == 1 then break end
  redis.call('LMOVE', KEYS[1], KEYS[2], 'LEFT', 'RIGHT')
  taken[#taken + 1] = {{id, redis.call('HGETALL', ARGV[2] .. id)}}
end
return taken
"""


@dataclass(frozen=True, slots=True)
class Done:
    """A job that is done: what it returns, and what is written in one transaction with its end.

    ``canceled``: in RQ, while it ran; so it stays, and has no result.
    """

    value: Any = None
    also: Callable[[Pipeline], None] | None = None
    canceled: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A job that this worker has begun. ``execution`` is RQ's record of the run."""

    job: Job
    execution: Execution


def take(worker: BaseWorker, queue: Queue, first: Job, most: int) -> list[Job]:
    """Up to ``most`` jobs that wait behind ``first`` now, without waiting for any.

    Like ``first`` they lie in the intermediate queue then.
    """
    if most < 1:
        return []
    script = worker.connection.register_script(_TAKE)
    found = script(
        keys=[queue.key, queue.intermediate_queue_key, first.key],
        args=[most, Job.redis_job_namespace_prefix],
    )
    jobs = []
    for raw_id, flat in cast("list[tuple[bytes, list[bytes]]]", found):
        job = Job(raw_id.decode(), connection=worker.connection, serializer=worker.serializer)
        try:
            job.restore(dict(zip(flat[::2], flat[1::2], strict=True)))
        except Exception as fault:  # forgotten while it waited, or not as RQ writes it
            drop(worker, queue, job.id, fault)
        else:
            jobs.append(job)
    return jobs


def drop(worker: BaseWorker, queue: Queue, job_id: str, why: BaseException) -> None:
    """What was taken and is no job: off the queue. If there is a row for it, the reconciler sends it anew."""
    log.warning("work %s: is no job any more (%s)", job_id, why)
    worker.connection.lrem(queue.intermediate_queue_key, 1, job_id)


def put_back(queue: Queue, jobs: Sequence[Job], pipe: Pipeline) -> None:
    """Jobs that were taken and not begun go in front again, in their order."""
    for job in reversed(jobs):
        pipe.lrem(queue.intermediate_queue_key, 1, job.id)
        queue.push_job_id(job.id, pipeline=pipe, at_front=True)


def mark_alone(job: Job) -> None:
    """From its next run on it has no company."""
    job.connection.hset(job.key, ALONE, "1")


def company(job: Job) -> int:
    """How many ran together when it was begun last."""
    return int(cast("bytes | None", job.connection.hget(job.key, COMPANY)) or 1)


def begin(worker: BaseWorker, queue: Queue, jobs: Sequence[Job], lease_s: int) -> list[Held]:
    """Write down that the jobs run now, here, with ``lease_s`` seconds until the next sign of life."""
    held = []
    scores: dict[str, float] = {}
    at = now()
    until = time.time() + lease_s
    with worker.connection.pipeline() as pipe:
        worker.set_state(WorkerStatus.BUSY, pipeline=pipe)
        worker.heartbeat(pipeline=pipe)
        for job in jobs:
            run = Execution(uuid4().hex, job.id, worker.connection, worker.name)
            run._job = job
            run.save(lease_s, pipeline=pipe)
            ExecutionRegistry(job.id, connection=worker.connection).add(run, lease_s, pipe)
            scores[run.composite_key] = until
            job.worker_name, job.started_at, job.last_heartbeat = worker.name, at, at
            job._status = JobStatus.STARTED
            text = utcformat(at)
            fields = {"status": job._status, "started_at": text, "last_heartbeat": text,
                      "worker_name": worker.name, COMPANY: len(jobs)}  # fmt: skip
            pipe.hset(job.key, mapping=cast("Any", fields))
            pipe.persist(job.key)
            pipe.lrem(queue.intermediate_queue_key, 1, job.id)
            held.append(Held(job, run))
        pipe.zadd(_started(queue).key, cast("Any", scores))
        pipe.sadd(worker.executions_key, *scores)
        pipe.expire(worker.executions_key, lease_s + 60)
        pipe.execute()
    worker.executions.update({one.execution.id: one.execution for one in held})
    return held


def beat(worker: BaseWorker, queue: Queue, held: Sequence[Held], lease_s: int) -> list[str]:
    """A sign of life for all of them; the ids that somebody cancelled in RQ. Raises redis-py's errors."""
    with worker.connection.pipeline() as pipe:
        worker.heartbeat(pipeline=pipe)
        for one in held:
            one.execution.heartbeat(_started(queue), lease_s, pipe)
        for one in held:
            pipe.hget(one.job.key, "status")
        answers = pipe.execute()
    statuses = answers[len(answers) - len(held) :]
    return [
        one.job.id
        for one, status in zip(held, statuses, strict=True)
        if status == JobStatus.CANCELED.encode()
    ]


def finish(worker: BaseWorker, queue: Queue, done: Sequence[tuple[Held, Done]]) -> None:
    """Write down that the jobs ended well: results, registries, counters and ``also``, in one transaction.

    For jobs of :func:`plain` kind. Raises redis-py's errors; then nothing is written.
    """
    if not done:
        return
    ended = now()
    keys = [one.execution.composite_key for one, _ in done]
    finished: dict[str, float] = {}
    with worker.connection.pipeline() as pipe:
        for one, outcome in done:
            job, run = one.job, one.execution
            ttl = job.get_result_ttl(worker.default_result_ttl)
            if not outcome.canceled:
                job.ended_at, job._status, job._result = ended, JobStatus.FINISHED, outcome.value
                text = utcformat(ended)
                fields = {"status": job._status, "ended_at": text, "last_heartbeat": text}
                pipe.hset(job.key, mapping=cast("Any", fields))
                Result.create(
                    job, Result.Type.SUCCESSFUL, ttl, return_value=outcome.value, worker_name=worker.name,
                    pipeline=pipe, execution_id=run.id, execution_started_at=run.created_at,
                    execution_ended_at=ended,
                )  # fmt: skip
                finished[job.id] = time.time() + ttl if ttl > 0 else float("inf")
            if ttl > 0:
                pipe.expire(job.key, ttl)
            pipe.zrem(ExecutionRegistry.key_template.format(job.id), run.id)
            if outcome.also is not None:
                outcome.also(pipe)
        pipe.delete(*[one.execution.key for one, _ in done])
        pipe.zrem(_started(queue).key, *keys)
        pipe.srem(worker.executions_key, *keys)
        if finished:
            pipe.zadd(_finished(queue).key, cast("Any", finished))
            pipe.hincrby(worker.key, "successful_job_count", len(finished))
        worked = max((ended - one.execution.created_at).total_seconds() for one, _ in done)
        pipe.hincrbyfloat(worker.key, "total_working_time", worked)
        pipe.exists(*[one.job.dependents_key for one, _ in done])
        depended_on = pipe.execute()[-1]
    for one, _ in done:
        worker.executions.pop(one.execution.id, None)
        if depended_on:
            queue.enqueue_dependents(one.job)
    _release_slots(worker, [one.job for one, _ in done])


def _release_slots(worker: BaseWorker, jobs: Sequence[Job]) -> None:
    """`rq.rate_limit.release_slot` for many: whoever was held back steps in, limit by limit."""
    limits: dict[str, list[Job]] = defaultdict(list)
    for job in jobs:
        if job.rate_limit_key:
            limits[job.rate_limit_key].append(job)
    if not limits:
        return
    with worker.connection.pipeline() as pipe:
        for key, its in limits.items():
            limiter = RateLimitRegistry(key, worker.connection)
            pipe.zrem(limiter.allowed_key, *[job.id for job in its])
            limiter.acquire_and_enqueue(its[-1].rate_limit_concurrency or 1, pipeline=pipe)
        pipe.execute()


def hand_back(worker: BaseWorker, queue: Queue, executions: Sequence[Execution]) -> None:
    """What was begun goes in front again as it is, in its order."""
    with worker.connection.pipeline() as pipe:
        for execution in reversed(executions):
            job = execution.job
            worker.cleanup_execution(job, pipeline=pipe, execution=execution)
            job.set_status(JobStatus.QUEUED, pipeline=pipe)
            queue.push_job_id(job.id, pipeline=pipe, at_front=True)
        pipe.execute()


def plain(job: Job, default_ttl: int) -> bool:
    """Whether its end needs nothing but :func:`finish`; others go RQ's own way, one by one."""
    return not (
        job.repeats_left or job.webhooks or job._success_callback_name or job.get_result_ttl(default_ttl) == 0
    )


def _started(queue: Queue) -> StartedJobRegistry:
    return StartedJobRegistry(queue.name, connection=queue.connection, serializer=queue.serializer)


def _finished(queue: Queue) -> FinishedJobRegistry:
    return FinishedJobRegistry(queue.name, connection=queue.connection, serializer=queue.serializer)
