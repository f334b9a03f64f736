"""Results to chats: every made work is posted, in the place it was asked, exactly once.

The stream says *when* something happened, the row says *what*. An event is acknowledged only
after its post succeeded, so a front end that dies in between posts when it is back; what the
stream itself lost (a flushed Redis) is found in the store by :meth:`Delivery.sweep`, which runs as
soon as the reconciler (:mod:`atelier.reconcile`) sees that Redis lost things. One process a platform
delivers; an event and the sweep share one attempt at a work.

Posts go in lanes (on Telegram a lane is a chat): in one lane they go one by one, in the order in
which they were made, so that a chat that is rate limited or slow halts nobody else's.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol, TypeVar

from redis.exceptions import RedisError

from atelier import metrics
from atelier.errors import AtelierError, Gone, PersonError, Unavailable
from atelier.languages import say
from atelier.reconcile import LOOK_S, Reconciler
from atelier.results import Event, Listener, draft_of
from atelier.store import Failure, Platform, Work
from atelier.works import Artefact
from bot.alarms import Alarms
from bot.learning.watch import watch
from bot.studio import Studio, sentence
from bot.turns import Turns

log = logging.getLogger(__name__)

T = TypeVar("T")
Note = Callable[..., Awaitable[dict[str, Any]]]

AT_ONCE = 8  # posts in flight; the platforms' own rate limits are the real brake
TRIES = 6  # of a post that fails for a reason nobody foresaw, before it waits for long:
UNPOSTED_S, UNPOSTED_MOST_S = 600.0, 3600.0  # so long first, then twice as long each time, to the second
LEAVE_S = 6.0  # posts in flight may end before this process does
SWEEP_S = 30.0
AGAIN_S = 2.0  # while the records or the shelf are down


class PostLater(AtelierError):
    """The platform cannot take the post now (rate limit, outage): again in ``seconds``."""

    def __init__(self, seconds: float, why: str = "") -> None:
        super().__init__(why or f"again in {seconds:g} s")
        self.seconds = seconds


class PostNever(AtelierError):
    """There is no way to post: the chat is gone, the bot was removed or may not, the platform took offence.

    ``key``: what its person is told by :meth:`Poster.regret`; None: they are told already, or cannot be.
    """

    def __init__(self, why: str, key: str | None = None) -> None:
        super().__init__(why)
        self.key = key


class Poster(Protocol):
    """A platform's way of showing a work where it was asked."""

    platform: Platform

    @staticmethod
    def quote(words: str, /) -> str:
        """What others wrote, made safe to stand in a sentence of ours."""

    def lane(self, work: Work) -> str:
        """What it waits behind others in: posts of one lane go one by one, in order."""

    async def started(self, work: Work) -> None:
        """Say that the work is being made now. May do nothing; its failures are only logged."""

    def draft_pace_s(self, work: Work) -> float:
        """Seconds between two drafts in one message, at least."""

    async def drafted(self, work: Work, lines: list[str]) -> None:
        """Show the lines that a poem has so far, if that costs nothing else its turn. May do nothing."""

    async def post(self, work: Work, files: list[Artefact], note: Note) -> None:
        """Show the work, exactly once even when called again: ``work.post`` has the steps noted before.

        ``await note(step=...)`` records a step before the next starts. Raises ``PostLater``, ``PostNever``.
        """

    async def regret(self, work: Work, sentence: str) -> None:
        """Say in the same place why there is no work: a sentence of ours, ready to show."""

    async def warn(self, admin: str, sentence: str) -> None:
        """Write to an administrator of the studio (their id), in private.

        Raises :class:`PostLater`, or anything else where they cannot be written to.
        """


class Delivery:
    """Delivers to one platform until it is cancelled."""

    def __init__(self, studio: Studio, poster: Poster) -> None:
        self._studio = studio
        self._poster = poster
        self._reconciler = Reconciler(studio.store, studio.road)
        self._delivering: dict[str, asyncio.Task[bool]] = {}
        self._drafted: dict[str, float] = {}  # by work: when its last draft was shown
        self._unposted: dict[str, tuple[float, float]] = {}  # by work: when it is tried again, and the pause
        self._alarms = Alarms(studio, poster, self._patiently)
        self._lanes = Turns()
        self._arrivals = asyncio.Lock()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._posting: set[asyncio.Task[Any]] = set()  # of them, what is at the platform just now

    async def run(self) -> None:
        """Deliver what was left from before, then what comes."""
        consumer = f"{socket.gethostname()}-{os.getpid()}"
        listener = Listener(self._studio.settings, self._poster.platform, consumer)
        self._spawn(self._sweep_forever())
        self._spawn(watch(self._studio))
        try:
            async for event in listener.events():
                self._spawn(self._handle(listener, event))
        finally:
            if self._posting:  # a post that is cut off may have arrived, and cannot be repeated
                await asyncio.wait(set(self._posting), timeout=LEAVE_S)
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await listener.close()
            await asyncio.to_thread(self._reconciler.resign)

    def _spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._tasks.add(task)  # the loop itself keeps only weak references
        task.add_done_callback(self._tasks.discard)
        return task

    async def _sweep_forever(self) -> None:
        """Sweep at the start, when Redis lost things, and now and then; and mend the road.

        In this order: what is made already waits for no works that are to be sent again.
        """
        loop = asyncio.get_running_loop()
        due, down = 0.0, False
        while True:
            try:
                if await asyncio.to_thread(self._reconciler.look):
                    due = 0.0
                if down or loop.time() >= due:
                    await self.sweep()
                    due, down = loop.time() + SWEEP_S, False
                await asyncio.to_thread(self._reconciler.turn)
            except Unavailable as fault:
                if not down:
                    log.warning("sweep put off: %s", fault)
                down = True
            except Exception:
                log.exception("sweep failed")
            await asyncio.sleep(LOOK_S)

    async def sweep(self) -> None:
        """Post what no event told of, and tell the administrators likewise."""
        for work_id in await self._alarms.due():
            self._spawn(self._alarms.tell(work_id))
        for work in await asyncio.to_thread(self._studio.store.undelivered, self._poster.platform):
            if self._unposted.get(work.id, (0.0, 0.0))[0] <= time.monotonic():
                self._spawn(self._deliver(work.id))

    async def _handle(self, listener: Listener, event: Event) -> None:
        """One event, acknowledged when what it tells of is done (or can never be)."""
        if event.what == "started":
            await self._tell_started(event.work_id)
        elif event.what == "drafted":
            await self._tell_draft(event.work_id)
        elif event.what == "alarm":
            await self._alarms.tell(event.work_id)
        elif not await self._deliver(event.work_id):
            return  # not acknowledged: it comes again to the next process, and the sweep tries before
        await listener.done(event)

    async def _tell_started(self, work_id: str) -> None:
        try:
            work = await self._studio.work(work_id)
            if work is not None and work.state == "running":
                await self._poster.started(work)
        except AtelierError as fault:  # a part that is down, a chat that takes nothing now
            log.info("work %s: could not say that it is being made: %s", work_id, fault)
        except Exception:
            log.warning("work %s: could not say that it is being made", work_id, exc_info=True)

    async def _tell_draft(self, work_id: str) -> None:
        """A preview is a courtesy: whatever stands in its way, the poem itself comes."""
        now = time.monotonic()
        try:
            work = await self._studio.work(work_id)
            if work is None or work.state != "running":
                self._drafted.pop(work_id, None)
                return
            if now - self._drafted.get(work_id, float("-inf")) < self._poster.draft_pace_s(work):
                return
            self._drafted[work_id] = now
            if lines := await asyncio.to_thread(draft_of, self._studio.road.redis, work_id):
                await self._poster.drafted(work, lines)
        except (AtelierError, RedisError) as fault:
            log.info("work %s: a draft was not shown: %s", work_id, fault)
        except Exception:
            log.warning("work %s: a draft was not shown", work_id, exc_info=True)

    async def _deliver(self, work_id: str) -> bool:
        """Post one work; whoever asks while it is under way waits for the same attempt. False: not posted."""
        task = self._delivering.get(work_id)
        if task is None:
            task = self._delivering[work_id] = self._spawn(self._attempts(work_id))
            task.add_done_callback(lambda _: self._delivering.pop(work_id, None))
        return await asyncio.shield(task)

    async def _attempts(self, work_id: str) -> bool:
        """Try until the work is posted; False when nobody knows why it cannot be."""
        for number in range(1, TRIES + 1):
            try:
                async with self._arrivals:  # they are looked up one by one, or their order would be lost
                    work = await self._patiently(work_id, lambda: self._studio.work(work_id))
                    lane = self._lanes.of(self._poster.lane(work) if work else work_id)
                    turn = self._spawn(lane.acquire())
                await turn
                try:
                    await self._patiently(work_id, lambda: self._in_a_slot(work_id))
                finally:
                    lane.release()
            except Exception as fault:  # its lane is free meanwhile: what nobody understands halts nobody
                self._count(type(fault).__name__)
                log.exception("work %s: post failed (try %d of %d)", work_id, number, TRIES)
                if number < TRIES:
                    await asyncio.sleep(min(30.0, 2.0**number))
            else:
                if self._unposted.pop(work_id, None):
                    self._tell_unposted()
                return True
        await self._set_aside(work_id)
        return False

    async def _set_aside(self, work_id: str) -> None:
        """Try it again much later, and let the administrators know the first time."""
        _, pause = self._unposted.get(work_id, (0.0, 0.0))
        pause = min(2 * pause, UNPOSTED_MOST_S) if pause else UNPOSTED_S
        log.error("work %s: could not be posted; again in %.0f s", work_id, pause)
        first = work_id not in self._unposted
        self._unposted[work_id] = (time.monotonic() + pause, pause)
        self._tell_unposted()
        if first and (work := await self._patiently(work_id, lambda: self._studio.work(work_id))):
            await self._alarms.warn(work, "alarm-unposted", minutes=round(UNPOSTED_S / 60))

    def _tell_unposted(self) -> None:
        metrics.UNPOSTED.labels(self._poster.platform).set(len(self._unposted))

    async def _in_a_slot(self, work_id: str) -> None:
        async with self._slots:
            post = self._spawn(self._post(work_id))
            self._posting.add(post)
            post.add_done_callback(self._posting.discard)
            await post

    async def _patiently(self, work_id: str, step: Callable[[], Awaitable[T]]) -> T:
        """Do ``step`` as often as it takes while it is only put off."""
        while True:
            try:
                return await step()
            except PostLater as later:
                pause = later.seconds
                self._count("later")
                log.info("work %s: put off for %.1f s: %s", work_id, pause, later)
            except Unavailable as fault:
                pause = AGAIN_S
                self._count(fault.key)
                log.warning("work %s: put off: %s", work_id, fault)
            await asyncio.sleep(pause)

    def _count(self, reason: str) -> None:
        metrics.POST_FAULTS.labels(self._poster.platform, reason).inc()

    async def _post(self, work_id: str) -> None:
        """One attempt."""
        work = await self._studio.work(work_id)
        if work is None or work.posted_at is not None or work.state not in ("made", "failed", "cancelled"):
            return
        if work.state == "cancelled" and work.failure is None:
            return  # what is left of an erased person's: told to nobody

        note: Note = partial(asyncio.to_thread, self._studio.store.note_post, work_id)
        began = time.monotonic()
        try:
            if work.state != "made":
                failure = work.failure or Failure("error-unexpected", {})
                why = PersonError(failure.key, **failure.params)
                await self._poster.regret(work, sentence(why, work.lang, self._poster.quote))
            else:
                try:
                    files = await self._studio.files(work)
                except Gone as gone:
                    log.error("work %s: made, but its files are gone", work_id)
                    if await self._studio.make_again(work_id):
                        return
                    await self._poster.regret(work, sentence(gone, work.lang, self._poster.quote))
                else:
                    await self._show(work, files, note)
        except PostNever as never:
            log.warning("work %s: set aside, nowhere to post it: %s", work_id, never)
            self._count("nowhere")
            await note(nowhere=str(never)[:200])
        else:
            metrics.POST_S.labels(work.person.platform).observe(time.monotonic() - began)
            waited = (datetime.now(UTC) - work.asked_at).total_seconds()
            metrics.REPLY_S.labels(work.person.platform, work.kind).observe(max(0.0, waited))
        await asyncio.to_thread(self._studio.store.posted, work_id)
        self._drafted.pop(work_id, None)
        log.info("work %s: %s on %s", work_id, work.state, work.person.platform)

    async def _show(self, work: Work, files: list[Artefact], note: Note) -> None:
        """Post it; where that cannot be, tell its person so, and where the work is."""
        try:
            await self._poster.post(work, files, note)
        except PostNever as never:
            if never.key is not None:
                try:
                    await self._poster.regret(work, say(never.key, work.lang))
                except PostNever as deaf:
                    log.warning("work %s: its person could not be told either: %s", work.id, deaf)
            raise
