"""The job: from a work's id to its files, its row and its event. Safe to run twice.

RQ calls :func:`make` by its dotted name. Faults that concern the person (weights, shelf, a
request that no model can serve) end as a failed row with a sentence; everything else is
raised, and the worker decides whether the work is tried again.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Sequence

from atelier.errors import PersonError, Unavailable, WeightsError
from atelier.requests import Kind
from atelier.results import What, publish
from atelier.store import Work
from atelier.versions import MODEL_OF
from atelier.works import Made
from workers.workshop import Workshop, current

log = logging.getLogger(__name__)


def make(work_id: str) -> None:
    """Make one work."""
    make_many([work_id])


def make_many(work_ids: Sequence[str]) -> None:
    """Make several works, those of one kind in one call of their model.

    Works that are finished are only told of again; unknown and cancelled ones are left alone.
    Raises ``Unavailable("store-down")`` and redis-py's errors: then run it again.
    """
    workshop = current()
    rows = workshop.store.get_many(work_ids)
    waiting: dict[Kind, list[Work]] = defaultdict(list)
    for work_id in work_ids:
        work = rows.get(work_id)
        if work is None:
            log.warning("work %s: no such row; nothing to make", work_id)
        elif work.state in ("made", "posted"):
            _tell(workshop, work, "made")
        elif work.state == "failed":
            _tell(workshop, work, "failed")
        elif work.state == "cancelled":
            log.info("work %s: cancelled before it was begun", work_id)
        else:
            waiting[work.kind].append(work)
    for kind, works in waiting.items():
        _make_kind(workshop, kind, works)


def give_up(work_id: str, key: str, **params: str | int | float) -> None:
    """Set a work aside for good: a failed row, and its person is told why."""
    workshop = current()
    work = workshop.store.get(work_id)
    if work is None:
        return
    _fail(workshop, work, PersonError(key, **params))


def _make_kind(workshop: Workshop, kind: Kind, works: list[Work]) -> None:
    try:
        model = workshop.models.get(kind)
    except PersonError as fault:
        # The log names the file and the mending command; a chat is told no path of this machine.
        log.error("%s: %s", kind, fault)
        told = fault
        if isinstance(fault, WeightsError):
            told = PersonError("work-no-model", model=fault.params.get("model", MODEL_OF[kind]))
        for work in works:
            _fail(workshop, work, told)
        return
    for work in works:
        workshop.store.started(work.id, model.version)
        _tell(workshop, work, "started")
    start = time.monotonic()
    try:
        outcomes = model.generate([work.request for work in works], stopped=workshop.halt.is_set)
    except PersonError as fault:  # one that concerns them all
        outcomes = [fault] * len(works)
    spent = time.monotonic() - start
    for work, outcome in zip(works, outcomes, strict=True):
        if isinstance(outcome, Made):
            _finish(workshop, work, outcome, spent)
        else:
            _fail(workshop, work, outcome)


def _finish(workshop: Workshop, work: Work, made: Made, spent: float) -> None:
    """Files first, then the row, then the event: each can be repeated until the next is done."""
    try:
        refs = [workshop.shelf.keep(work.id, artefact) for artefact in made.artefacts]
    except Unavailable as fault:
        _fail(workshop, work, fault)
        return
    if not workshop.store.made(work.id, made.result, refs):
        now = workshop.store.get(work.id)
        if now is None or now.state not in ("made", "posted"):
            log.info("work %s: nobody wants it any more", work.id)
            for ref in refs:
                workshop.shelf.drop(ref)
            return
    log.info("work %s: %s made by %s in %.3f s", work.id, work.kind, made.result.version, spent)
    _tell(workshop, work, "made")


def _fail(workshop: Workshop, work: Work, fault: PersonError) -> None:
    log.warning("work %s: failed: %s", work.id, fault)
    if workshop.store.failed(work.id, fault.key, fault.params):
        _tell(workshop, work, "failed")


def _tell(workshop: Workshop, work: Work, what: What) -> None:
    publish(workshop.redis, work.person.platform, work.id, what)
