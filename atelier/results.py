"""The way back: one Redis Stream a platform, read by a consumer group, acknowledged after the post.

An event says that something happened to a work; what, is in the store. So an event that comes
twice does no harm, and one that a flushed Redis lost is found again in the store.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from redis import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.client import Pipeline
from redis.exceptions import RedisError, ResponseError

from atelier import redis_client
from atelier.settings import Settings
from atelier.store.records import Platform

log = logging.getLogger(__name__)

# drafted: there are lines to look at, see draft_of; alarm: the platform's admins should know
What = Literal["started", "drafted", "made", "failed", "cancelled", "alarm"]

GROUP = "bot"
_LENGTH = 100_000  # events nobody read: past it Redis forgets the oldest, and the store's sweep finds them
_BLOCK_MS = 1_000
_ALIVE_S = 3.0  # how often a consumer shows that it still works on what it holds
_DEAD_MS = 10_000  # unheard of for so long, its events go to another
_DRAFT_S = 120  # how long the lines of a draft are kept
_GONE_MS = 3_600_000
_MAX_PAUSE_S = 5.0
_BATCH = 64


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened to a work. ``id`` is the stream entry's."""

    id: str
    work_id: str
    what: What


def stream(platform: Platform) -> str:
    """The stream's key."""
    return f"atelier:results:{platform}"


def publish(redis: Redis | Pipeline, platform: Platform, work_id: str, what: What) -> None:
    """Tell the platform's front end. Raises redis-py's errors: the worker's job is then not done yet.

    On a pipeline it is told when that is executed.
    """
    redis.xadd(stream(platform), {"work": work_id, "what": what}, maxlen=_LENGTH, approximate=True)


def publish_draft(redis: Redis, platform: Platform, work_id: str, lines: Sequence[str]) -> None:
    """Let the front end show the lines that a poem has so far. Raises redis-py's errors."""
    with redis.pipeline(transaction=False) as pipe:
        pipe.set(_draft(work_id), json.dumps(lines), ex=_DRAFT_S)
        publish(pipe, platform, work_id, "drafted")
        pipe.execute()


def draft_of(redis: Redis, work_id: str) -> list[str]:
    """Those lines; none where there are none any more. Raises redis-py's errors."""
    told = redis.get(_draft(work_id))
    return [str(line) for line in json.loads(told)] if isinstance(told, str | bytes) else []


def _draft(work_id: str) -> str:
    return f"atelier:draft:{work_id}"


class Listener:
    """One front end's ear. ``consumer`` must be another for every process."""

    def __init__(self, settings: Settings, platform: Platform, consumer: str) -> None:
        self._key = stream(platform)
        self._consumer = consumer
        self._held: set[str] = set()  # handed out and not done yet
        self._checked = float("-inf")
        self._redis: Any = redis_client.asynchronous(
            settings.redis, socket_timeout=_BLOCK_MS / 1000 + 5, retry=Retry(NoBackoff(), 0), protocol=2,
            decode_responses=True,
        )  # fmt: skip

    async def events(self) -> AsyncIterator[Event]:
        """What this consumer left unacknowledged, what dead ones left, then what comes. Never ends.

        A Redis that is down is waited for; a group that was lost with it is made again.
        """
        pause = 0.1
        ready = False
        while True:
            _still_wanted()
            try:
                if not ready:
                    await self._join()
                    found = await self._own()
                    ready = True
                else:
                    found = await self._left_over() + await self._new()
                pause = 0.1
            except (RedisError, OSError) as fault:
                if "NOGROUP" not in str(fault):
                    log.warning("results: %s; again in %.1f s", fault, pause)
                    await asyncio.sleep(pause)
                    pause = min(_MAX_PAUSE_S, pause * 2)
                ready = False
                continue
            for event in found:
                if event.id not in self._held:
                    self._held.add(event.id)
                    yield event

    async def done(self, event: Event) -> None:
        """Acknowledge: the person has been told. If Redis is down the event comes again, harmlessly."""
        try:
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.xack(self._key, GROUP, event.id)
                pipe.xdel(self._key, event.id)  # one group reads the stream: done is done
                await pipe.execute()
        except (RedisError, OSError) as fault:
            log.warning(
                "work %s: acknowledged too late (%s); it will be looked at again", event.work_id, fault
            )
        finally:
            self._held.discard(event.id)

    async def close(self) -> None:
        """Close the connection. What was not done stays for the next consumer."""
        await self._redis.aclose()

    async def _join(self) -> None:
        """Make the group if need be, from the stream's beginning; forget consumers long gone."""
        try:
            await self._redis.xgroup_create(self._key, GROUP, id="0", mkstream=True)
        except ResponseError as fault:
            if "BUSYGROUP" not in str(fault):
                raise
        for consumer in await self._redis.xinfo_consumers(self._key, GROUP):
            if consumer["pending"] == 0 and consumer["idle"] > _GONE_MS:
                await self._redis.xgroup_delconsumer(self._key, GROUP, consumer["name"])

    async def _own(self) -> list[Event]:
        """What was handed to this consumer before a lost connection."""
        return _read(await self._redis.xreadgroup(GROUP, self._consumer, {self._key: "0"}, count=10_000))

    async def _new(self) -> list[Event]:
        answer = await self._redis.xreadgroup(
            GROUP, self._consumer, {self._key: ">"}, count=_BATCH, block=_BLOCK_MS
        )
        return _read(answer)

    async def _left_over(self) -> list[Event]:
        """Every few seconds: show life for what is held, and take what dead consumers held."""
        loop_time = asyncio.get_running_loop().time()
        if loop_time - self._checked < _ALIVE_S:
            return []
        self._checked = loop_time
        if self._held:
            held = sorted(self._held)
            await self._redis.xclaim(self._key, GROUP, self._consumer, 0, held, justid=True)
        found: list[Event] = []
        start = "0-0"
        while True:
            answer = await self._redis.xautoclaim(
                self._key, GROUP, self._consumer, _DEAD_MS, start_id=start, count=_BATCH
            )
            found += _entries(answer[1])
            start = answer[0]
            if start == "0-0":
                return found


def _still_wanted() -> None:
    """Raises the CancelledError that got lost.

    redis-py sends within ``asyncio.wait_for``, which before Python 3.12 forgets a cancellation
    that comes as the command is done (python/cpython#86296).
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _read(answer: Any) -> list[Event]:
    """XREADGROUP's answer of one stream: ``[[key, entries]]`` or nothing."""
    return _entries(answer[0][1]) if answer else []


def _entries(entries: Any) -> list[Event]:
    """Entries as events; what was trimmed away in the meantime is left out (Redis 6 gives it as nil)."""
    return [
        Event(entry_id, fields["work"], cast("What", fields["what"]))
        for entry_id, fields in entries
        if entry_id and fields and "work" in fields and "what" in fields
    ]
