"""The reconciler: puts back on the road what the road lost. The rows say what should be on it.

Every front end has one; one of them leads (a lock in Redis that its holder keeps alive). It looks
every two seconds whether Redis is still the one it knew: a server that was restarted or failed over
has another run id, one that was flushed or restored lacks the mark. Then, five seconds later, at its
own start, and once a minute, all unfinished works are compared with Redis. Sending twice does no harm
(:meth:`Road.send`).
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Sequence
from typing import Any

from redis import Redis
from redis.exceptions import LockError, RedisError
from rq import Queue
from rq.job import Job, JobStatus
from rq.rate_limit import RateLimitRegistry
from rq.registry import StartedJobRegistry
from rq.serializers import JSONSerializer
from rq.utils import as_text

from atelier import metrics
from atelier.errors import Unavailable
from atelier.queue import Road, limit_key, queue_name
from atelier.requests import KINDS
from atelier.results import publish
from atelier.store import Store, Work
from atelier.store.records import UNFINISHED

log = logging.getLogger(__name__)

LOOK_S = 2.0
FULL_S = 60.0
UNSENT_S = 5.0  # between a row and its job lie milliseconds: after so long their front end died
LEAD_S = 8.0  # a leader unheard of for so long is followed by another
TWICE_S = 1.0  # what seems lost must seem so again: a job that is moved is for a moment nowhere
_AT_ONCE = 100
_LEAD, _MARK = "atelier:reconciler", "atelier:mark"


class Reconciler:
    """One process's; :meth:`turn` every :data:`LOOK_S` seconds, from one thread at a time."""

    def __init__(self, store: Store, road: Road) -> None:
        self._store = store
        self._road = road
        self._redis: Redis = road.redis
        self._lead = self._redis.lock(_LEAD, timeout=LEAD_S, thread_local=False)
        self._seen: tuple[str, str] | None = None
        self._mended_for: tuple[str, str] | None = None
        self._due_at = float("-inf")

    def look(self) -> bool:
        """Whether Redis lost things since the last look.

        Whoever posts results then looks for them in the store, for their events may be gone as well.
        Raises ``Unavailable`` where Redis is down.
        """
        try:
            now = self._identity()
        except RedisError as fault:
            raise Unavailable("redis-down") from fault
        changed, self._seen = now != self._seen, now
        return changed

    def turn(self) -> None:
        """Mend, if it is time and this one leads.

        Raises ``Unavailable`` where Redis or the store is down; the next turn begins where this one did.
        """
        try:
            now = self._identity()
            if self.leads():
                another = now != self._mended_for
                if another or time.monotonic() >= self._due_at:
                    self.mend()
                    # What was on its way from its row to the queue while Redis lost things was passed over.
                    self._mended_for = now
                    self._due_at = time.monotonic() + (UNSENT_S if another else FULL_S)
                else:
                    self._send_unsent()
        except RedisError as fault:
            raise Unavailable("redis-down") from fault

    def leads(self) -> bool:
        """Whether this one leads, for :data:`LEAD_S` from now."""
        try:
            if self._lead.local.token is not None and self._lead.reacquire():
                return True
        except LockError:
            pass  # lost: taken over by another, or Redis was flushed
        return bool(self._lead.acquire(blocking=False))

    def resign(self) -> None:
        """Let another lead at once: this one stops."""
        try:
            if self._lead.local.token is not None:
                self._lead.release()
        except (LockError, RedisError):
            pass

    def mend(self) -> int:
        """Send what should be on its way and is not; cancel what somebody cancelled in RQ. How many."""
        sent = self._send_unsent()
        waiting = [work for work in self._store.unfinished() if work.state != "accepted"]
        suspects = self._missing(waiting)
        if not suspects:
            return sent
        time.sleep(TWICE_S)
        rows = self._store.get_many([work.id for work, _ in suspects])
        again = [row for work, _ in suspects if (row := rows.get(work.id)) and row.state in UNFINISHED]
        missing = self._missing(again)
        for work in [work for work, cancelled in missing if cancelled]:
            self._cancel(work)
        return sent + self._send(
            [work for work, cancelled in missing if not cancelled],
            "lost",
            "the queue had lost it; queued again",
        )

    def _identity(self) -> tuple[str, str]:
        """Which Redis this is, and since when it holds what it holds."""
        self._redis.set(_MARK, secrets.token_hex(8), nx=True)
        run_id = str(self._redis.info("server")["run_id"])
        return run_id, as_text(self._redis.get(_MARK) or b"")

    def _send_unsent(self) -> int:
        unsent = self._store.unsent(UNSENT_S)
        return self._send(unsent, "unsent", "was recorded but not queued; queued now")

    def _send(self, works: Sequence[Work], why: str, said: str) -> int:
        """Put works on their queues, a hundred at a time, while this one leads; how many."""
        sent = 0
        for start in range(0, len(works), _AT_ONCE):
            if not self.leads():
                break
            some = works[start : start + _AT_ONCE]
            if why == "lost":
                self._road.send_again(some)
            else:
                self._road.send_many(some)
            self._store.queued(*[work.id for work in some])
            metrics.RESENT.labels(why).inc(len(some))
            for work in some:
                log.warning("work %s: %s", work.id, said)
            sent += len(some)
        return sent

    def _missing(self, works: Sequence[Work]) -> list[tuple[Work, bool]]:
        """Which of ``works`` are not on their way; True: because somebody cancelled their job."""
        if not works:
            return []
        with self._redis.pipeline(transaction=False) as pipe:
            for work in works:
                pipe.hget(Job.key_for(work.id), "status")
                pipe.zscore(RateLimitRegistry(limit_key(work), self._redis).rate_limited_key, work.id)
            answers = pipe.execute()
        there = self._there()
        found = []
        for work, raw, held in zip(works, answers[::2], answers[1::2], strict=True):
            status = as_text(raw) if raw else None
            if status in (JobStatus.CANCELED, JobStatus.STOPPED):
                found.append((work, True))
            elif status == JobStatus.RATE_LIMITED:
                if held is None:
                    found.append((work, False))
            elif status not in (JobStatus.QUEUED, JobStatus.STARTED) or work.id not in there:
                found.append((work, False))
        return found

    def _there(self) -> set[str]:
        """The works that wait in a queue, were just taken from one, or are being made."""
        found: set[str] = set()
        for kind in KINDS:
            queue = Queue(queue_name(kind), connection=self._redis, serializer=JSONSerializer)
            started = StartedJobRegistry(queue.name, connection=self._redis, serializer=JSONSerializer)
            found.update(queue.get_job_ids(), queue.intermediate_queue.get_job_ids())
            # Not get_job_ids(): it would clean up, which is the workers' to do (rq#2135).
            running: Any = self._redis.zrange(started.key, 0, -1)
            found.update(as_text(key).partition(":")[0] for key in running)
        return found

    def _cancel(self, work: Work) -> None:
        if self._store.cancelled(work.id, "work-cancelled-admin"):
            log.info("work %s: its job was cancelled in the queue", work.id)
            publish(self._redis, work.person.platform, work.id, "cancelled")
