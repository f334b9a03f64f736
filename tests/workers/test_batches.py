"""The batching worker in this process, on a real Redis: what it takes, how it ends, what RQ sees of it."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from redis import Redis
from rq import Callback, Queue, RateLimit, Retry, SimpleWorker
from rq.job import Job, JobStatus
from rq.rate_limit import RateLimitRegistry
from rq.serializers import JSONSerializer
from rq.timeouts import JobTimeoutException

from atelier.queue import connect
from atelier.settings import Settings
from workers import ledger, tidy
from workers.batches import BatchWorker

sys.path.insert(0, str(Path(__file__).parent))
import batch_jobs

SAY, WHISPER = "batch_jobs.say", "batch_jobs.whisper"


def worker(queue: Queue, kind: type[SimpleWorker] = BatchWorker, **options: Any) -> Any:
    return kind([queue], connection=queue.connection, serializer=JSONSerializer, **options)


def work(queue: Queue, most: int = 32) -> BatchWorker:
    made: BatchWorker = worker(queue)
    made.most = most
    made.work(burst=True, logging_level="CRITICAL")
    return made


def enqueue(queue: Queue, *words: str, function: str = SAY, **options: Any) -> list[Job]:
    return [queue.enqueue(function, word, result_ttl=500, **options) for word in words]


def ended(jobs: list[Job]) -> list[JobStatus]:
    return [job.get_status(refresh=True) for job in jobs]


def test_what_waits_is_done_in_one_call_up_to_the_bound(queue: Queue) -> None:
    jobs = enqueue(queue, "a", "b", "c", "d", "e")
    work(queue, most=4)
    assert batch_jobs.calls == [["a", "b", "c", "d"], ["e"]]
    assert ended(jobs) == [JobStatus.FINISHED] * 5
    assert [job.return_value(refresh=True) for job in jobs] == ["a!", "b!", "c!", "d!", "e!"]
    assert queue.connection.lrange("told", 0, -1) == [b"a", b"b", b"c", b"d", b"e"]


def test_one_that_fails_fails_alone(queue: Queue) -> None:
    jobs = enqueue(queue, "a", "refuse", "c")
    work(queue)
    assert batch_jobs.calls == [["a", "refuse", "c"]]
    assert ended(jobs) == [JobStatus.FINISHED, JobStatus.FAILED, JobStatus.FINISHED]
    assert "this one only" in (jobs[1].latest_result().exc_string or "")  # type: ignore[union-attr]


@pytest.mark.parametrize(("word", "trace"), [("crash", "asked to crash"), ("hang", "1 seconds")])
def test_one_that_spoils_the_call_is_found_and_the_others_are_done(
    queue: Queue, word: str, trace: str
) -> None:
    jobs = enqueue(queue, "a", word, "c", "d", job_timeout=1, retry=Retry(1))
    work(queue, most=3)
    # Together, each alone, and what was behind; failed together and alone is twice, so no third time.
    assert batch_jobs.calls == [["a", word, "c"], ["a"], [word], ["c"], ["d"]]
    finished = JobStatus.FINISHED
    assert ended(jobs) == [finished, JobStatus.FAILED, finished, finished]
    assert trace in (jobs[1].latest_result().exc_string or "")  # type: ignore[union-attr]


def test_one_that_failed_alone_is_tried_again_without_company(queue: Queue) -> None:
    jobs = enqueue(queue, "crash", retry=Retry(1, enqueue_at_front=True))
    made: BatchWorker = worker(queue)
    made.work(burst=True, logging_level="CRITICAL", max_jobs=1)
    jobs += enqueue(queue, "a", "b")
    work(queue)
    assert batch_jobs.calls == [["crash"], ["crash"], ["a", "b"]]
    assert ended(jobs) == [JobStatus.FAILED, JobStatus.FINISHED, JobStatus.FINISHED]


def test_one_that_must_go_alone_ends_the_taking(queue: Queue) -> None:
    jobs = enqueue(queue, "a", "b", "c", "d")
    ledger.mark_alone(jobs[2])
    work(queue)
    assert batch_jobs.calls == [["a", "b"], ["c"], ["d"]]


def test_functions_that_know_nothing_of_many_run_as_ever(queue: Queue) -> None:
    jobs = enqueue(queue, "a") + enqueue(queue, "LOUD", "LOUDER", function=WHISPER) + enqueue(queue, "b")
    work(queue)
    assert batch_jobs.calls == [["a"], ["LOUD"], ["LOUDER"], ["b"]]
    assert [job.return_value(refresh=True) for job in jobs] == ["a!", "loud", "louder", "b!"]
    enqueue(queue, "a")
    named = queue.enqueue(WHISPER, word="NAMED")
    work(queue)
    assert named.return_value(refresh=True) == "named"
    assert queue.intermediate_queue.get_job_ids() == []


def test_callbacks_repeats_and_results_of_no_lifetime_go_rqs_own_way(queue: Queue) -> None:
    job = queue.enqueue(SAY, "a", on_success=Callback("batch_jobs.called_back"))
    gone = queue.enqueue(SAY, "b", result_ttl=0)
    after = queue.enqueue(WHISPER, "AFTER", depends_on=enqueue(queue, "c")[0])
    work(queue)
    work(queue)
    assert batch_jobs.calls[0] == ["a", "b", "c"]
    assert queue.connection.get("called back") == b"a!"
    assert ended([job]) == [JobStatus.FINISHED]
    assert not Job.exists(gone.id, connection=queue.connection)
    assert after.return_value(refresh=True) == "after"
    assert queue.connection.lrange("told", 0, -1) == [b"c", b"a", b"b"]


def test_redis_away_when_a_pass_ends_is_awaited(
    redis_server, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was made is written down when Redis is back: nothing is made twice, nothing blamed."""
    batch_jobs.calls.clear()
    client = connect(settings.model_copy(update={"redis_url": SecretStr(redis_server.url)}))
    queue = Queue("words", connection=client, serializer=JSONSerializer)
    jobs = enqueue(queue, "a", "b", retry=Retry(1))
    made = worker(queue)

    again = threading.Timer(0.5, redis_server.start)

    def meanwhile() -> None:
        redis_server.stop()
        again.start()

    monkeypatch.setattr(made, "before_call", meanwhile)
    made.work(burst=True, logging_level="CRITICAL")
    again.join()  # it answers a moment before the test's server knows which process it is
    assert batch_jobs.calls == [["a", "b"]]
    assert ended(jobs) == [JobStatus.FINISHED] * 2
    assert client.lrange("told", 0, -1) == [b"a", b"b"]
    client.close()


def test_the_slots_of_a_batch_are_free_when_it_ends(queue: Queue) -> None:
    """RQ's rate limit: those that were held back step in, limit by limit, and nothing is left of it."""
    jobs = [
        queue.enqueue(SAY, f"{who}{n}", result_ttl=500, rate_limit=RateLimit(who, 2))
        for n in range(5) for who in ("ann", "ben")
    ]  # fmt: skip
    assert queue.count == 4
    work(queue)
    assert [len(call) for call in batch_jobs.calls] == [4, 4, 2]
    assert ended(jobs) == [JobStatus.FINISHED] * 10
    assert [RateLimitRegistry(who, queue.connection).get_allowed_job_count() for who in ("ann", "ben")] == [
        0,
        0,
    ]


def test_limits_are_put_in_order_where_something_is_amiss(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    redis = queue.connection
    limits = {who: RateLimitRegistry(who, redis) for who in ("ann", "ben", "cat")}
    for who in ("ann", "ben"):
        for n in range(3):
            queue.enqueue(SAY, f"{who}{n}", rate_limit=RateLimit(who, 2))
    gone = limits["ann"].get_allowed_job_ids()[0]
    redis.delete(Job.key_for(gone))  # what a restored Redis may lack
    queue.remove(gone)
    redis.sadd(RateLimitRegistry.rl_keys_key, "cat")  # nobody's any more
    asked: list[str] = []
    real = RateLimitRegistry.cleanup

    def cleanup(self: RateLimitRegistry) -> None:
        asked.append(self.key)
        real(self)

    monkeypatch.setattr(RateLimitRegistry, "cleanup", cleanup)
    tidy.free_limits(redis)
    assert sorted(asked) == ["ann", "cat"]
    assert [limits[who].get_rate_limited_job_count() for who in ("ann", "ben")] == [0, 1]
    assert queue.count == 4
    assert redis.smembers(RateLimitRegistry.rl_keys_key) == {b"ann", b"ben"}
    tidy.free_limits(redis)  # another worker, a moment later
    assert len(asked) == 2


class Simple(SimpleWorker):
    """RQ's own, for comparison."""


def shape(redis: Redis) -> dict[str, object]:
    """Everything in Redis without ids, times and our own fields: types, sizes, fields, whether it expires."""
    found: dict[str, object] = {}
    for key in sorted(redis.scan_iter("*")):
        name = key.decode()
        parts = ["#" if len(part) >= 32 else part for part in name.split(":")]
        kind = redis.type(key)
        what: object
        if kind == b"hash":
            fields = redis.hgetall(key)
            what = sorted(f.decode() for f in fields if not f.startswith(b"atelier"))
            what = [
                f"{f}={fields[f.encode()].decode()}" if f in ("status", "origin", "timeout") else f
                for f in what
            ]
        elif kind == b"zset":
            what = redis.zcard(key)
        elif kind == b"stream":
            what = [sorted(k.decode() for k in entry) for _, entry in redis.xrange(key)]
        elif kind == b"set":
            what = redis.scard(key)
        else:
            what = redis.type(key)
        entry = (kind, what, redis.ttl(key) > 0)
        found.setdefault(":".join(parts), []).append(entry)  # type: ignore[union-attr,attr-defined]
    return found


def test_rq_sees_no_difference_afterwards(queue: Queue) -> None:
    """Key by key and field by field, what is left in Redis is what RQ's own worker leaves."""
    redis = queue.connection
    left = []
    for kind in (Simple, BatchWorker):
        redis.flushall()
        enqueue(queue, "A", "B", "C", function=WHISPER if kind is Simple else SAY)
        redis.delete("told")
        made: Any = worker(queue, kind)
        made.work(burst=True, logging_level="CRITICAL")
        redis.delete("told")
        assert made.get_current_job_id() is None
        assert (made.key, redis.hget(made.key, "successful_job_count")) == (made.key, b"3")
        left.append(shape(redis))
    assert left[0] == left[1]
    assert queue.finished_job_registry.get_job_count() == 3
    assert queue.started_job_registry.get_job_count() == 0


def test_rq_sees_no_difference_while_it_runs(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    redis = queue.connection
    seen: list[dict[str, object]] = []
    jobs: list[Job] = []

    def look(arguments: Any) -> list[ledger.Done]:
        seen.append(shape(redis))
        assert ended(jobs) == [JobStatus.STARTED] * len(jobs)
        assert {
            job.worker_name for job in Job.fetch_many([j.id for j in jobs], redis, JSONSerializer) if job
        } == {running[0].name}
        assert [len(job.get_executions()) for job in jobs] == [1] * len(jobs)
        assert queue.started_job_registry.get_job_count() == len(jobs)
        assert queue.intermediate_queue.get_job_ids() == []
        assert len(running[0].get_current_executions(refresh=True)) == len(jobs)
        return [ledger.Done()] * len(arguments)

    monkeypatch.setattr(batch_jobs, "whisper", lambda word: look([word]) and None)
    monkeypatch.setitem(sys.modules["workers.batches"]._many, SAY, look)
    for kind, words, function in ((Simple, "A", WHISPER), (BatchWorker, "A", SAY), (BatchWorker, "ABC", SAY)):
        redis.flushall()
        jobs[:] = enqueue(queue, *words, function=function)
        running = [worker(queue, kind)]
        running[0].work(burst=True, logging_level="CRITICAL")
        assert ended(jobs) == [JobStatus.FINISHED] * len(jobs)
    assert seen[0] == seen[1]


def test_a_sign_of_life_is_given_for_all(queue: Queue) -> None:
    enqueue(queue, "a", "b")
    made: Any = worker(queue)
    made.register_birth()
    first = made.queue_class.dequeue_any(
        [queue], None, connection=queue.connection, job_class=Job, serializer=JSONSerializer
    )[0]
    held = ledger.begin(made, queue, [first, *ledger.take(made, queue, first, 9)], 2)
    before = {
        queue.started_job_registry.key: queue.connection.zrange(
            queue.started_job_registry.key, 0, -1, withscores=True
        )
    }
    time.sleep(0.05)
    ledger.beat(made, queue, held, 5)
    after = queue.connection.zrange(queue.started_job_registry.key, 0, -1, withscores=True)
    assert len(held) == len(after) == 2
    old = dict(next(iter(before.values())))
    assert all(score > old[key] + 2 for key, score in after)
    ledger.hand_back(made, queue, [one.execution for one in held])
    assert queue.get_job_ids() == [one.job.id for one in held]
    assert queue.started_job_registry.get_job_count() == 0


def test_the_timeout_is_rqs(queue: Queue) -> None:
    job = enqueue(queue, "hang", job_timeout=1)[0]
    work(queue)
    assert JobTimeoutException.__name__ in (job.latest_result().exc_string or "")  # type: ignore[union-attr]
