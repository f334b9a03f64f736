"""What the soak came to: the rows say what was accepted, the chats say what people saw."""

from __future__ import annotations

import re
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from atelier.store import Store, Work
from atelier.store.tables import works
from bench.soak.people import People
from bench.soak.studio import Studio

TRACE = re.compile(r"Traceback|\w+Error\b|Exception|File \"")


@dataclass(frozen=True)
class Count:
    """``lost``: accepted, and no message shows it. ``twice``: more messages show it than one.

    ``unknowable``: beside those, messages of the same work that Telegram took without ever answering.
    ``failed``: accepted, and the person was told that there is no work. ``refused``: told why not.
    ``untold``: not accepted, and nothing to read, though the bot had shown life. ``unheard``: the bot was
    killed or away, and the person's own client says so. ``stale``: messages that still wait, or think.
    """

    accepted: int
    refused: int
    untold: int
    unheard: int
    failed: int
    lost: int
    twice: int
    unknowable: int
    stale: int
    tracebacks_shown: int
    tracebacks_logged: int
    kills: int


def _times(work: Work) -> tuple[datetime | None, ...]:
    return work.asked_at, work.started_at, work.made_at, work.posted_at


def _seconds(work: Work) -> float:
    return ((work.posted_at or datetime.now(UTC)) - work.asked_at).total_seconds()


def count(studio: Studio, people: People) -> Count:
    """Count, once everything is quiet. The lost are named on stderr."""
    with closing(Store.open(studio.settings.database)) as store:
        with store._db.reading() as connection:
            rows = {row.source: row.id for row in connection.execute(select(works.c.source, works.c.id))}
        accepted = store.get_many(list(rows.values()))
    shows, unanswered = people.shows(), people.unanswered()
    lost, twice, unknowable, failed = [], 0, 0, []
    for work in accepted.values():
        shown = shows.get(work.id, 0)
        if work.state in ("failed", "cancelled"):
            failed.append(work)
        elif shown == 0:
            lost.append(work)
        extra = max(0, shown - 1)
        unknown = min(extra, unanswered.get(work.id, 0))
        twice, unknowable = twice + extra - unknown, unknowable + unknown
    for what, found in (("lost", lost), ("failed", failed)):
        for work in found[:20]:
            sys.stderr.write(f"{what}: {work.id} {work.kind} {work.state} {work.failure} {work.post}\n")
    for work in sorted(accepted.values(), key=_seconds)[-5:]:
        at = [f"{when:%H:%M:%S}" if when else "-" for when in _times(work)]
        sys.stderr.write(f"slow: {work.id} {work.kind} asked, begun, made, posted at {', '.join(at)}\n")
    traces = studio.traces()
    for trace in traces[:3]:
        sys.stderr.write(f"logged by {trace}\n")
    out = [one for one in people.asked if one.source not in rows]
    heard = [one for one in out if one.acknowledged]
    for one in [one for one in heard if not one.told][:20]:
        sys.stderr.write(f"untold: {one.source} {one.words}, asked at {one.clock}\n")
    return Count(
        accepted=len(accepted),
        refused=sum(1 for one in heard if one.told),
        untold=sum(1 for one in heard if not one.told),
        unheard=len(out) - len(heard),
        failed=len(failed),
        lost=len(lost),
        twice=twice,
        unknowable=unknowable,
        stale=people.stale(),
        tracebacks_shown=sum(1 for text in people.read() if TRACE.search(text)),
        tracebacks_logged=len(traces),
        kills=sum(part.deaths for part in studio.parts.values()),
    )
