"""What a command does, whatever the platform: accept, enqueue, vote, look up.

A front end translates its platform's events into these calls and the answers back. Nothing
here waits for a work to be made: the result arrives through :mod:`bot.delivery`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from redis.exceptions import RedisError

from atelier import disk, metrics
from atelier.artefacts import Shelf
from atelier.errors import BadInput, PersonError, Unavailable
from atelier.languages import Lang, span
from atelier.limits import Reached
from atelier.queue import Road
from atelier.requests import KINDS, Kind, Request
from atelier.results import publish
from atelier.safety import clean_prompt
from atelier.settings import Settings
from atelier.store import UNFINISHED, PersonRef, Platform, Store, Tally, Vote, Work
from atelier.works import Artefact
from bot import gate
from bot.audit import note_press
from bot.command import OURS, Command
from bot.emoji import REACTION, origin_of, vote_of
from bot.tastes import Tastes

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ticket:
    """An accepted request. ``place`` 1 is the next to be made; not ``fresh``: asked before (redelivered).

    ``seconds`` is how long it will take by what was measured; None: nothing was yet.
    """

    work: Work
    place: int
    fresh: bool
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Studio:
    """The front ends' one door to the store, the queue and the shelf."""

    settings: Settings
    store: Store
    road: Road
    shelf: Shelf
    tastes: Tastes

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Connect to everything. Raises :class:`Unavailable` with what is down."""
        store = Store.open(settings.database)
        tastes = Tastes(store)
        tastes.look()  # here, before there is an event loop that it would hold up
        return cls(settings, store, Road.open(settings), Shelf.open(settings), tastes)

    @staticmethod
    def read(command: Command, options: dict[str, Any]) -> Request:
        """The checked request of ``options`` (chat names). Instant. Raises :class:`BadInput`."""
        return command.request(options)

    async def ask(
        self,
        command: Command,
        options: dict[str, Any],
        *,
        person: PersonRef,
        lang: Lang,
        place: dict[str, Any],
        source: str,
    ) -> Ticket:
        """Accept a request: one row, one job. ``source`` names the update, so that twice is once.

        Raises :class:`BadInput` for the options and :class:`Unavailable` when the queue or the
        records are down, a disk is full, or as much waits as may; then nothing is left behind.
        """
        request = self.read(command, self.tastes.filled(command, options, person))
        return await self.accept(request, person=person, lang=lang, place=place, source=source)

    async def accept(
        self,
        request: Request,
        *,
        person: PersonRef,
        lang: Lang,
        place: dict[str, Any],
        source: str,
        parent: str | None = None,
        act: str | None = None,
    ) -> Ticket:
        """Accept a checked request; of a button, also the work it was made from and what was pressed.

        A button whose work is on its way already gives that work's ticket, which is not fresh.
        Raises what :meth:`ask` does.
        """
        kind = request.kind

        def accept() -> Ticket:
            limits = gate.admit(self.settings, self.store, person, request, place)
            self.road.check()  # before the row: a queue that is down leaves nothing half-recorded
            self._check_disk()
            self._check_time(kind, place, lang)
            try:
                work, fresh = self.store.accept(
                    person=person, kind=kind, request=request.seeded(), lang=lang, place=place,
                    source=source, parent=parent, act=act, limits=limits,
                )  # fmt: skip
            except Reached as reached:
                raise self._refusal(reached, place, lang) from None
            if not fresh and work.state != "accepted":
                return self._ticket(work, self.road.place(work) or 1, fresh=False)
            try:
                ahead = self.road.send(work)
            except Unavailable:
                if fresh and self._take_back(work):  # the first delivery of an update may own the row
                    raise
                return Ticket(work, 1, fresh)
            with suppress(Unavailable):  # it is on the queue, whatever its row says
                self.store.queued(work.id)
            log.info("work %s: %s asked on %s, place %d", work.id, kind, person.platform, ahead)
            if fresh:
                metrics.REQUESTS.labels(person.platform, kind).inc()
            return self._ticket(work, ahead, fresh)

        try:
            return await asyncio.to_thread(accept)
        except PersonError as refused:
            metrics.REFUSALS.labels(person.platform, refused.key).inc()
            raise

    def _check_disk(self) -> None:
        try:
            disk.check(self.settings, self.road.redis)
        except RedisError as fault:
            raise Unavailable("redis-down") from fault

    def _check_time(self, kind: Kind, place: dict[str, Any], lang: Lang) -> None:
        """Refuse what would be made too late for an answer that can only be given for a while."""
        if (within := place.get("answer_within_s")) is not None:
            seconds = self._expected(kind, self.store.waiting_for(kind) + 1)
            if seconds is not None and seconds > within:
                raise Unavailable("too-late-here", wait=span(seconds, lang))

    def _take_back(self, work: Work) -> bool:
        """Undo a row whose job could not be sent. False: it has begun, or is sent later."""
        try:
            return self.store.discard(work.id)
        except Unavailable:
            log.warning("work %s: recorded, but neither sent nor taken back: it will be sent later", work.id)
            return False

    def _refusal(self, reached: Reached, place: dict[str, Any], lang: Lang) -> Unavailable:
        """The sentence of a limit; a full studio says when there will be room, if that was measured."""
        log.info("refused: %s", reached)
        if reached.whose != "studio":
            whose = "address" if reached.whose == "server" and place.get("address") else reached.whose
            return Unavailable(f"{whose}-waiting", most=reached.most)
        # The limit is of all kinds together: whatever was asked for, the longest queue fills it.
        waiting = [(kind, number) for kind in KINDS if (number := self.store.waiting_for(kind))]
        known = [s for one in waiting if (s := self._expected(*one)) is not None]
        return Unavailable("studio-full", wait=span(max(5.0, *known), lang) if known else "unknown")

    def _expected(self, kind: Kind, place: int) -> float | None:
        try:
            return self.road.expected(kind, place)
        except Unavailable:
            return None  # a guess that cannot be made is not missed

    def _ticket(self, work: Work, place: int, fresh: bool) -> Ticket:
        return Ticket(work, place, fresh, self._expected(work.kind, place))

    def is_admin(self, person: PersonRef) -> bool:
        """Whether this person may act on everybody's works."""
        return self.settings.admin(person.platform, person.platform_id)

    async def cancel(self, work_id: str, person: PersonRef) -> Work:
        """Cancel a work that is not finished; its front end tells its person. Twice is once.

        The row decides: a work that is being made now is dropped when it is done, and its model is told
        to stop. Raises :class:`BadInput` for an unknown work, somebody else's, or one that is finished.
        """

        def cancel() -> Work:
            work = self.store.get(work_id)
            if work is None:
                raise BadInput("work-unknown")
            own = work.person == person
            if not own and not self.is_admin(person):
                raise BadInput("cancel-not-yours")
            if not self.store.cancelled(work_id, "work-cancelled" if own else "work-cancelled-admin"):
                now = self.store.get(work_id)
                if now is None or now.state != "cancelled":
                    raise BadInput("cancel-too-late")
                return now
            log.info("work %s: cancelled by %s", work_id, "its person" if own else "an admin")
            if not own:
                note_press(self.store, person, work, "cancel")
            try:
                self.road.cancel(work_id)
                publish(self.road.redis, work.person.platform, work_id, "cancelled")
            except (Unavailable, RedisError) as fault:  # the row is marked: the sweep tells of it
                log.warning("work %s: cancelled in the records only: %s", work_id, fault)
            return self.store.get(work_id) or work

        return await asyncio.to_thread(cancel)

    async def cancel_own(self, person: PersonRef, *, everything: bool = False) -> list[Work]:
        """Cancel what the person asked for last and did not get yet, or all of it; what was cancelled."""
        waiting = await asyncio.to_thread(self.store.waiting_of, person)
        done = []
        for work in waiting if everything else waiting[:1]:
            try:
                done.append(await self.cancel(work.id, person))
            except BadInput:
                log.info("work %s: was finished before it could be cancelled", work.id)
        return done

    async def queue_place(self, work: Work) -> int | None:
        """The work's place now; None once it is being made."""
        return await asyncio.to_thread(self.road.place, work)

    async def expected(self, kind: Kind, place: int) -> float | None:
        """In how many seconds a work at ``place`` is made, by what was measured; None: not known."""
        return await asyncio.to_thread(self._expected, kind, place)

    async def note_place(self, work_id: str, place: dict[str, Any]) -> None:
        """Add what was learnt of where to answer (the acknowledgement's message id, say)."""
        await asyncio.to_thread(self.store.set_place, work_id, place)

    async def remember_message(self, work_id: str, platform: Platform, message: str) -> None:
        """Tie a chat's message (``<channel>:<message>``) to its work, for reactions of any age."""
        await asyncio.to_thread(self.store.put_message, work_id, platform, message)

    async def work_shown_in(self, platform: Platform, message: str) -> Work | None:
        """The work that a chat's message (``<channel>:<message>``) shows or announces."""
        return await asyncio.to_thread(self.store.work_of_message, platform, message)

    async def vote(
        self, work_id: str, person: PersonRef, value: Vote, *, origin: str, platform: Platform
    ) -> Tally:
        """Record a vote; the counts after it.

        Raises :class:`BadInput` for an unknown work, one that nobody saw yet, or a ban.
        """
        work = await self.work(work_id)
        if work is None:
            raise BadInput("work-unknown")
        if work.result is None:
            raise BadInput("work-unfinished" if work.state in UNFINISHED else "work-unknown")
        server = work.place.get("server")
        await asyncio.to_thread(gate.welcome, self.settings, self.store, person, server)
        return await asyncio.to_thread(
            self.store.vote, work_id, person, value, origin=origin, platform=platform
        )

    async def withdraw(self, work_id: str, person: PersonRef, *, origin: str, platform: Platform) -> Tally:
        """Take back the vote that ``origin`` cast, and only that one."""
        return await asyncio.to_thread(self.store.withdraw, work_id, person, origin=origin, platform=platform)

    async def react(
        self, platform: Platform, message: str, person: PersonRef, emoji: str, *, added: bool
    ) -> tuple[Work, Tally] | None:
        """An emoji put on a message, or taken off. None: no work there that is made, or no voting emoji."""
        value = vote_of(emoji)
        if value is None:
            return None
        work = await self.work_shown_in(platform, message)
        if work is None or work.result is None:
            return None
        origin = origin_of(emoji)
        if not added:
            return work, await self.withdraw(work.id, person, origin=origin, platform=platform)
        return work, await self.vote(work.id, person, value, origin=origin, platform=platform)

    async def reactions_cleared(
        self, platform: Platform, message: str, emoji: str | None = None
    ) -> tuple[Work, Tally] | None:
        """Everybody's emoji was taken off a message (``emoji``: one of them, in one skin tone; None: all).

        None: it concerns no vote.
        """
        if emoji is not None and vote_of(emoji) is None:
            return None
        work = await self.work_shown_in(platform, message)
        if work is None:
            return None
        return work, await asyncio.to_thread(
            self.store.withdraw_everyones, work.id, platform=platform,
            origins=REACTION if emoji is None else origin_of(emoji), exactly=emoji is not None,
        )  # fmt: skip

    async def work(self, work_id: str) -> Work | None:
        """The work's row as it is now."""
        return await asyncio.to_thread(self.store.get, work_id)

    async def files(self, work: Work) -> list[Artefact]:
        """The work's artefacts with their bytes. Raises :class:`Unavailable` when the shelf is down."""

        def read() -> list[Artefact]:
            return [Artefact(ref.name, ref.media_type, self.shelf.read(ref)) for ref in work.artefacts]

        return await asyncio.to_thread(read)

    async def make_again(self, work_id: str) -> bool:
        """Have a work made anew whose files were lost before anybody saw it. False: it was already."""
        if not await asyncio.to_thread(self.store.unmake, work_id):
            return False
        if (work := await self.work(work_id)) is not None:
            with suppress(Unavailable):  # the reconciler sends what is on no queue
                await asyncio.to_thread(self.road.send_again, [work])
        return True

    async def recent(self, person: PersonRef, limit: int = 20) -> list[Work]:
        """The person's latest works, newest first."""
        return await asyncio.to_thread(self.store.recent, person, limit)

    async def tally(self, work_id: str) -> Tally:
        """The votes that stand."""
        return await asyncio.to_thread(self.store.tally, work_id)


def sentence(error: BaseException, lang: Lang, quote: Callable[[str], str] = str) -> str:
    """What a person reads of an error: its own sentence, or the one for faults (which it logs).

    What it repeats of their words is cleaned like a prompt, and then shown as ``quote`` makes it.
    """
    if isinstance(error, PersonError):
        said = {
            name: quote(str(clean_prompt(v))) if isinstance(v, str) and name not in OURS else v
            for name, v in error.params.items()
        }
        # What is called otherwise in each language is ours, and needs no quoting.
        return PersonError(error.key, **{**said, **error.named}).text(lang)
    log.error("unexpected fault", exc_info=error)
    return PersonError("error-unexpected").text(lang)
