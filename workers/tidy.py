"""Jobs that a worker had taken and never begun: RQ would fail them, here they go back in front."""

from __future__ import annotations

import logging

from rq import Queue
from rq.job import JobStatus
from rq.utils import now

log = logging.getLogger(__name__)


def unstick(queue: Queue, after_s: float) -> None:
    """Put back what lies in the intermediate queue for ``after_s`` seconds: who took it died."""
    middle = queue.intermediate_queue
    for job_id in reversed(middle.get_job_ids()):
        if middle.set_first_seen(job_id):
            continue
        seen = middle.get_first_seen(job_id)
        if seen is None or (now() - seen).total_seconds() < after_s:
            continue
        job = queue.fetch_job(job_id)
        with queue.connection.pipeline() as pipe:
            pipe.lrem(middle.key, 1, job_id)
            pipe.delete(middle.get_first_seen_key(job_id))
            if job is not None and job.get_status() == JobStatus.QUEUED:
                queue.push_job_id(job_id, pipeline=pipe, at_front=True)
                log.warning("work %s: was taken by a worker that died; back in front", job_id)
            pipe.execute()
