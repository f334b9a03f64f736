"""What the soak came to: the rows say what was accepted, the chats say what people saw."""

from __future__ import annotations

import re
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from atelier.languages import LANGS, say
from atelier.store import Store, Work
from atelier.store.tables import works
from atelier.works import MelodyResult, PictureResult
from bench.soak.people import People
from bench.soak.studio import Studio

# What somebody may read who was not accepted while things broke; of those with a number in it, its name
REFUSALS = {
    "redis-down": "", "store-down": "", "artefacts-down": "", "disk-full": "", "person-waiting": "most",
    "server-waiting": "most", "studio-full": "wait", "too-late-here": "wait",
}  # fmt: skip
TRACE = re.compile(r"Traceback|\w+Error\b|Exception|File \"")


@dataclass(frozen=True)
class Count:
    """``lost``: accepted, and no message shows it (all of it). ``twice``: more messages show it than one.

    ``doubted``: its album or score was sent once and may not have arrived; its card says so, and its
    button sends it again.

    ``unknowable``: beside those, messages of the same work that Telegram took without ever answering.
    ``failed``: accepted, and the person was told that there is no work. ``refused``: told why not;
    ``unclear``: of those, in no sentence that says what is wrong.
    ``untold``: not accepted, and nothing to read, though the bot had shown life. ``unheard``: the bot was
    killed or away, and the person's own client says so. ``stale``: messages that still wait, or think.
    """

    accepted: int
    refused: int
    unclear: int
    untold: int
    unheard: int
    failed: int
    lost: int
    doubted: int
    twice: int
    unknowable: int
    stale: int
    tracebacks_shown: int
    tracebacks_logged: int
    kills: int


def _sentences() -> re.Pattern[str]:
    """All refusals in all languages."""
    gap = "\x00"
    said = [
        say(key, lang, **({name: gap} if name else {})) for key, name in REFUSALS.items() for lang in LANGS
    ]
    return re.compile("|".join(re.escape(text).replace(re.escape(gap), ".+?") for text in said))


def _times(work: Work) -> tuple[datetime | None, ...]:
    return work.asked_at, work.started_at, work.made_at, work.posted_at


def _seconds(work: Work) -> float:
    return ((work.posted_at or datetime.now(UTC)) - work.asked_at).total_seconds()


def _files(work: Work) -> int:
    """How many files a message on Discord shows with it."""
    if isinstance(work.result, PictureResult):
        return len(work.result.files)
    return 1 if isinstance(work.result, MelodyResult) else 0


def _following(work: Work) -> int:
    """How many messages follow its card on Telegram: an album's pictures, a melody's score."""
    if isinstance(work.result, PictureResult) and len(work.result.files) > 1:
        return len(work.result.files)
    return 1 if isinstance(work.result, MelodyResult) and "png" in work.result.files else 0


def count(studio: Studio, people: People) -> Count:
    """Count, once everything is quiet. The lost are named on stderr."""
    with closing(Store.open(studio.settings.database)) as store:
        with store._db.reading() as connection:
            rows = {row.source: row.id for row in connection.execute(select(works.c.source, works.c.id))}
        accepted = store.get_many(list(rows.values()))
    shows, unanswered = people.shows(), people.unanswered()
    pictures, follows = people.pictures(), people.follows()
    lost, twice, unknowable, doubted, failed = [], 0, 0, 0, []
    for work in accepted.values():
        shown = shows.get(work.id, 0)
        if work.state in ("failed", "cancelled"):
            failed.append(work)
        elif shown == 0 or any(files < _files(work) for files in pictures[work.id]):
            lost.append(work)
        elif work.id in follows and (wanted := _following(work)):
            text, sizes = follows[work.id]
            if not sizes and say("telegram-doubt", work.lang) in text:
                doubted += 1
            elif not sizes or max(sizes) < wanted:
                lost.append(work)
            twice += max(0, len(sizes) - 1)
        extra = max(0, shown - 1)
        unknown = min(extra, unanswered.get(work.id, 0))
        twice, unknowable = twice + extra - unknown, unknowable + unknown
    for what, found in (("lost", lost), ("failed", failed)):
        for work in found[:20]:
            sys.stderr.write(f"{what}: {work.id} {work.kind} {work.state} {work.failure} {work.post}\n")
    for work in sorted(accepted.values(), key=_seconds)[-5:]:
        at = [f"{when:%H:%M:%S}" if when else "-" for when in _times(work)]
        on = f"{work.kind} on {work.person.platform}"
        sys.stderr.write(f"slow: {work.id} {on} asked, begun, made, posted at {', '.join(at)}\n")
    traces = studio.traces()
    for trace in traces[:3]:
        sys.stderr.write(f"logged by {trace}\n")
    out = [one for one in people.asked if one.source not in rows]
    heard = [one for one in out if one.acknowledged]
    for one in [one for one in heard if not one.told][:20]:
        sys.stderr.write(f"untold: {one.source} {one.words}, asked at {one.clock}\n")
    clear = _sentences()
    unclear = [one for one in heard if one.told and not any(clear.search(text) for text in one.texts)]
    for one in unclear[:20]:
        sys.stderr.write(f"unclear: {one.source} {one.words}, asked at {one.clock}: {one.texts}\n")
    return Count(
        accepted=len(accepted),
        refused=sum(1 for one in heard if one.told),
        unclear=len(unclear),
        untold=sum(1 for one in heard if not one.told),
        unheard=len(out) - len(heard),
        failed=len(failed),
        lost=len(lost),
        doubted=doubted,
        twice=twice,
        unknowable=unknowable,
        stale=people.stale(),
        tracebacks_shown=sum(1 for text in people.read() if TRACE.search(text)),
        tracebacks_logged=len(traces),
        kills=sum(part.deaths for part in studio.parts.values()),
    )
