"""Jobs that cannot be read, found or imported end no worker, and hold up nobody."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from rq import Queue
from rq.job import JobStatus

from tests.workers.test_batches import ended, enqueue, work
from workers import tidy

sys.path.insert(0, str(Path(__file__).parent))
import batch_jobs


@pytest.mark.parametrize("first", [True, False])
def test_one_that_asks_for_what_is_not_here_fails_alone(queue: Queue, first: bool) -> None:
    """A job of another program, or of a later version: in company it would end every worker, for ever."""
    jobs = enqueue(queue, *("b" * (not first)))
    unknown = [queue.enqueue("no_such_module.make", "x", result_ttl=500)]
    garbled = enqueue(queue, "y")
    queue.connection.hset(garbled[0].key, "data", b"no json")
    jobs += enqueue(queue, "c")
    work(queue)
    assert batch_jobs.calls == ([["c"]] if first else [["b"], ["c"]])
    assert ended(unknown + garbled) == [JobStatus.FAILED] * 2
    assert ended(jobs) == [JobStatus.FINISHED] * len(jobs)


@pytest.mark.parametrize("spoilt", [0, 1])
@pytest.mark.parametrize("field", [{"status": "no such status"}, {"timeout": "soon"}])
def test_one_whose_record_cannot_be_read_ends_no_worker(
    queue: Queue, spoilt: int, field: dict[str, str]
) -> None:
    jobs = enqueue(queue, "a", "b", "c")
    queue.connection.hset(jobs.pop(spoilt).key, mapping=field)
    work(queue)
    assert batch_jobs.calls == [[word for word in "abc" if word != "abc"[spoilt]]]
    assert ended(jobs) == [JobStatus.FINISHED] * 2
    assert queue.intermediate_queue.get_job_ids() == []


def test_what_a_dead_worker_took_and_cannot_be_read_does_not_stay(queue: Queue) -> None:
    jobs = enqueue(queue, "a", "b")
    for _ in jobs:
        queue.connection.lmove(queue.key, queue.intermediate_queue_key, "RIGHT", "LEFT")
    queue.connection.hset(jobs[0].key, "status", "no such status")
    tidy.unstick(queue, 0)
    tidy.unstick(queue, 0)
    assert queue.intermediate_queue.get_job_ids() == []
    assert queue.get_job_ids() == [jobs[1].id]


def test_a_job_that_vanished_while_it_waited_is_passed_over(queue: Queue) -> None:
    jobs = enqueue(queue, "a", "b", "c")
    queue.connection.delete(jobs[1].key)
    work(queue)
    assert batch_jobs.calls == [["a", "c"]]
    assert queue.intermediate_queue.get_job_ids() == []
