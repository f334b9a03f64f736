"""What a command does, whatever the platform: accept, enqueue, vote, look up.

A front end translates its platform's events into these calls and the answers back. Nothing
here waits for a work to be made: the result arrives through :mod:`bot.delivery`.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any, Self

from atelier.artefacts import Shelf
from atelier.errors import BadInput, PersonError, Unavailable
from atelier.languages import Lang
from atelier.queue import Road
from atelier.requests import Kind, Request, parse_request
from atelier.settings import Settings
from atelier.store import PersonRef, Platform, Store, Tally, Vote, Work
from atelier.works import Artefact
from bot.command import Command
from bot.tastes import Tastes

log = logging.getLogger(__name__)

LIKED = frozenset("❤👍🔥")
DISLIKED = frozenset("👎")
_SELECTOR = "\ufe0f"  # Discord sends ❤️ with it, Telegram ❤ without


@dataclass(frozen=True, slots=True)
class Ticket:
    """An accepted request. ``place`` 1 is the next to be made; not ``fresh``: asked before (redelivered)."""

    work: Work
    place: int
    fresh: bool


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
        return cls(settings, store, Road.open(settings), Shelf.open(settings), Tastes(store))

    @staticmethod
    def read(command: Command, options: dict[str, Any]) -> Request:
        """The checked request of ``options`` (chat names). Instant. Raises :class:`BadInput`."""
        if command.kind is None:
            raise ValueError(f"/{command.name} makes nothing")
        return parse_request(command.kind, command.fields(options))

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
        records are down; then nothing is left behind.
        """
        request = self.read(command, self.tastes.filled(command, options, person))
        return await self._accept(request.kind, request, person=person, lang=lang, place=place, source=source)

    async def again(
        self, work_id: str, *, person: PersonRef, lang: Lang, place: dict[str, Any], source: str
    ) -> Ticket:
        """Ask for the same once more, with another seed. Raises :class:`BadInput` for an unknown work."""
        work = await self.work(work_id)
        if work is None:
            raise BadInput("work-unknown")
        request = work.request.model_copy(update={"seed": None})
        return await self._accept(work.kind, request, person=person, lang=lang, place=place, source=source)

    async def _accept(
        self,
        kind: Kind,
        request: Request,
        *,
        person: PersonRef,
        lang: Lang,
        place: dict[str, Any],
        source: str,
    ) -> Ticket:
        def accept() -> Ticket:
            self.road.check()  # before the row: a queue that is down leaves nothing half-recorded
            work, fresh = self.store.accept(
                person=person, kind=kind, request=request.seeded(), lang=lang, place=place, source=source
            )
            if not fresh and work.state != "accepted":
                return Ticket(work, self.road.place(work) or 1, fresh=False)
            try:
                ahead = self.road.send(work)
            except Unavailable:
                if fresh:  # the first delivery of an update may own the row already
                    self.store.discard(work.id)
                raise
            self.store.queued(work.id)
            log.info("work %s: %s asked on %s, place %d", work.id, kind, person.platform, ahead)
            return Ticket(work, ahead, fresh)

        return await asyncio.to_thread(accept)

    async def resend(self, older_than_s: float, lost_after_s: float = 60.0) -> int:
        """Put works on the queue that should be there and are not; how many.

        Either their front end died between the row and the job, or Redis lost them (flushed, or
        killed within the last second of its append-only file).
        """

        def send() -> int:
            unsent = self.store.unsent(older_than_s)
            for work in unsent:
                self.road.send(work)
                self.store.queued(work.id)
                log.warning("work %s: was recorded but not queued; queued now", work.id)
            lost = self.road.send_lost(self.store.unfinished(lost_after_s))
            for work in lost:
                log.warning("work %s: the queue had lost it; queued again", work.id)
            return len(unsent) + len(lost)

        return await asyncio.to_thread(send)

    async def queue_place(self, work: Work) -> int | None:
        """The work's place now; None once it is being made."""
        return await asyncio.to_thread(self.road.place, work)

    async def note_place(self, work_id: str, place: dict[str, Any]) -> None:
        """Add what was learnt of where to answer (the acknowledgement's message id, say)."""
        await asyncio.to_thread(self.store.set_place, work_id, place)

    async def remember_message(self, work_id: str, platform: Platform, message: str) -> None:
        """Tie a chat's message (``<channel>:<message>``) to its work, for reactions of any age."""
        await asyncio.to_thread(self.store.put_message, work_id, platform, message)

    async def vote(
        self, work_id: str, person: PersonRef, value: Vote, *, origin: str, platform: Platform
    ) -> Tally:
        """Record a vote; the counts after it. Raises :class:`BadInput` for an unknown work."""
        if await self.work(work_id) is None:
            raise BadInput("work-unknown")
        return await asyncio.to_thread(
            self.store.vote, work_id, person, value, origin=origin, platform=platform
        )

    async def withdraw(self, work_id: str, person: PersonRef, *, origin: str, platform: Platform) -> Tally:
        """Take back the vote that ``origin`` cast, and only that one."""
        return await asyncio.to_thread(self.store.withdraw, work_id, person, origin=origin, platform=platform)

    async def react(
        self, platform: Platform, message: str, person: PersonRef, emoji: str, *, added: bool
    ) -> tuple[Work, Tally] | None:
        """An emoji put on a message, or taken off. None: no work there, or no voting emoji."""
        plain = emoji.replace(_SELECTOR, "")
        if plain not in LIKED | DISLIKED:
            return None
        work = await asyncio.to_thread(self.store.work_of_message, platform, message)
        if work is None:
            return None
        origin = f"reaction:{plain}"
        if not added:
            return work, await self.withdraw(work.id, person, origin=origin, platform=platform)
        value: Vote = "liked" if plain in LIKED else "disliked"
        return work, await self.vote(work.id, person, value, origin=origin, platform=platform)

    async def work(self, work_id: str) -> Work | None:
        """The work's row as it is now."""
        return await asyncio.to_thread(self.store.get, work_id)

    async def files(self, work: Work) -> list[Artefact]:
        """The work's artefacts with their bytes. Raises :class:`Unavailable` when the shelf is down."""

        def read() -> list[Artefact]:
            return [Artefact(ref.name, ref.media_type, self.shelf.read(ref)) for ref in work.artefacts]

        return await asyncio.to_thread(read)

    async def recent(self, person: PersonRef, limit: int = 20) -> list[Work]:
        """The person's latest works, newest first."""
        return await asyncio.to_thread(self.store.recent, person, limit)

    async def tally(self, work_id: str) -> Tally:
        """The votes that stand."""
        return await asyncio.to_thread(self.store.tally, work_id)


def sentence(error: BaseException, lang: Lang) -> str:
    """What a person reads of an error: its own sentence, or the one for faults (which it logs)."""
    if isinstance(error, PersonError):
        return error.text(lang)
    log.error("unexpected fault", exc_info=error)
    return PersonError("error-unexpected").text(lang)
