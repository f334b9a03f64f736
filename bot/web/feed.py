"""What happens to a person's works, pushed to their open pages as server-sent events.

One event: ``work``, the whole work as the page shows it. Nothing here is the record: a page
reads its works from the store whenever it connects, so a push that was missed is only late.
(The wire format: HTML Standard, section 9.2, Server-sent events.)
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from atelier.errors import Unavailable
from atelier.languages import Lang, say
from atelier.store import UNFINISHED, PersonRef, Platform, Work
from atelier.works import Artefact
from bot.delivery import Note
from bot.studio import Studio
from bot.web.view import show

log = logging.getLogger(__name__)

BACKLOG = 64  # events that a slow page may fall behind before it has to connect anew
PING_S = 15.0  # a comment, so that proxies keep the connection and a page that left is noticed
LOOK_S = 1.0  # how often the places in the queue of watched works are looked up


@dataclass(eq=False, slots=True)
class Connection:
    """One open page."""

    person: PersonRef
    lang: Lang
    events: asyncio.Queue[dict[str, Any] | None] = field(
        default_factory=lambda: asyncio.Queue(maxsize=BACKLOG)
    )

    async def stream(self) -> AsyncIterator[str]:
        """The events as text, until the feed closes."""
        yield "retry: 1000\n\n"
        while True:
            try:
                event = await asyncio.wait_for(self.events.get(), PING_S)
            except TimeoutError:
                yield ": here\n\n"
                continue
            if event is None:
                return
            yield f"event: work\ndata: {json.dumps(event, ensure_ascii=False)}\n\n"


class Feed:
    """Every open page of this process, by person."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._pages: dict[PersonRef, set[Connection]] = {}
        self._waiting: dict[str, tuple[PersonRef, int | None]] = {}
        self._closed = False

    def open(self, person: PersonRef, lang: Lang) -> Connection:
        """A page connects."""
        page = Connection(person, lang)
        if self._closed:
            page.events.put_nowait(None)
        self._pages.setdefault(person, set()).add(page)
        return page

    def leave(self, page: Connection) -> None:
        """A page is gone."""
        pages = self._pages.get(page.person, set())
        pages.discard(page)
        if not pages:
            self._pages.pop(page.person, None)

    def close(self) -> None:
        """End every stream: the server is stopping."""
        self._closed = True
        for pages in list(self._pages.values()):
            for page in pages:
                self._end(page)

    @staticmethod
    def _end(page: Connection) -> None:
        while page.events.full():
            page.events.get_nowait()
        page.events.put_nowait(None)

    def watch(self, work: Work, place: int | None = None) -> None:
        """Follow a work that is not made yet while its person has a page open."""
        if work.state in UNFINISHED:
            self._waiting[work.id] = (work.person, place)

    async def push(self, work: Work, place: int | None = None, draft: Sequence[str] = ()) -> None:
        """Show a work on all pages of its person. ``draft``: the lines that a poem has so far."""
        pages = list(self._pages.get(work.person, ()))
        for lang in {page.lang for page in pages}:
            shown = await show(self._studio, work, work.person, lang, place)
            if draft:
                shown["draft"] = {"title": say("draft", lang), "lines": list(draft)}
            for page in pages:
                if page.lang != lang:
                    continue
                if page.events.full():
                    self._end(page)  # the browser connects anew and reads the store
                else:
                    page.events.put_nowait(shown)

    async def look(self) -> None:
        """Push the new places of the works that wait, forever; what no event told shows here too."""
        while True:
            await asyncio.sleep(LOOK_S)
            for work_id, (person, place) in list(self._waiting.items()):
                if person not in self._pages:
                    self._waiting.pop(work_id, None)  # watched again when the page comes back
                    continue
                try:
                    await self._look_at(work_id, person, place)
                except Unavailable as fault:
                    log.warning("work %s: its place is not known: %s", work_id, fault)
                    break
                except Exception:
                    # One work that cannot be shown must not keep the others from being shown.
                    self._waiting.pop(work_id, None)
                    log.exception("work %s: cannot be shown", work_id)

    async def _look_at(self, work_id: str, person: PersonRef, place: int | None) -> None:
        work = await self._studio.work(work_id)
        if work is None or work.state not in UNFINISHED:
            self._waiting.pop(work_id, None)
            if work is not None:
                await self.push(work)
            return
        now = await self._studio.queue_place(work) if work.state != "running" else 0
        if now != place:
            self._waiting[work_id] = (person, now)
            await self.push(work, now)


class WebPoster:
    """Delivers to the page. A work's row is its post, so nothing can be posted twice or be lost."""

    platform: Platform = "web"

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    @staticmethod
    def quote(words: str, /) -> str:
        """As they are: the page writes text, never markup."""
        return words

    def lane(self, work: Work) -> str:
        """Its own: nobody limits the page."""
        return work.id

    async def started(self, work: Work) -> None:
        """The page shows that it is being made."""
        await self._feed.push(work)

    def draft_pace_s(self, work: Work) -> float:  # noqa: ARG002
        """Nobody limits the page."""
        return 0.0

    async def drafted(self, work: Work, lines: list[str]) -> None:
        """The page shows the lines so far."""
        await self._feed.push(work, draft=lines)

    async def post(self, work: Work, files: list[Artefact], note: Note) -> None:  # noqa: ARG002
        """The page shows the work; a closed one finds it in the store."""
        await self._feed.push(work)

    async def warn(self, admin: str, sentence: str) -> None:
        """A page that nobody has open reaches nobody: the log has it."""

    async def regret(self, work: Work, sentence: str) -> None:  # noqa: ARG002
        """The page shows why there is none."""
        await self._feed.push(work)
