"""The jobs: from works' ids to their files, their rows and their events. Safe to run twice.

RQ calls :func:`make` by its dotted name, our own worker :func:`make_many` for all that wait. Faults
that concern the person (weights, shelf, a request that no model can serve) end as a failed row with
a sentence; everything else is raised, and the worker decides whether the work is tried again.
"""

from __future__ import annotations

import logging
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from redis.client import Pipeline
from rq.job import Job, JobStatus

from atelier import disk, metrics, pace
from atelier.errors import PersonError, Unavailable, WeightsError
from atelier.requests import Kind, PaintRequest
from atelier.results import What, publish
from atelier.store import Platform, Work
from atelier.store.trials import Pointers
from atelier.versions import MODEL_OF
from atelier.works import Made
from models.loading import Generator
from workers.batches import together
from workers.ledger import Done
from workers.previews import previewing
from workers.workshop import Workshop, current

log = logging.getLogger(__name__)

CHATS: tuple[Platform, ...] = ("discord", "telegram")  # where somebody can be written to unasked


def make_many(arguments: Sequence[Sequence[Any]]) -> list[Done]:
    """Make several works (their ids), those that agree in one call of their model; how each ended.

    Works that are finished are only told of again; unknown and cancelled ones are left alone.
    An end's ``also`` publishes the event. Raises ``Unavailable("store-down")``, redis-py's errors
    and what a model raises: then run them again.
    """
    workshop = current()
    ids = [str(one[0]) for one in arguments]
    by = workshop.models.versions()
    begun = workshop.store.begin(ids, by)
    rows = begun.works
    ends: dict[str, Done] = {}
    waiting: dict[tuple[object, bool], list[Work]] = defaultdict(list)
    for work_id in ids:
        work = rows.get(work_id)
        if work is None:
            log.warning("work %s: no such row; nothing to make", work_id)
            ends[work_id] = Done("unknown")
        elif work.state in ("made", "posted"):
            ends[work_id] = _end(work, "made")
        elif work.state == "failed":
            ends[work_id] = _end(work, "failed")
        elif work.state == "cancelled":
            log.info("work %s: cancelled before it was begun", work_id)
            ends[work_id] = Done("cancelled")
        else:
            waiting[_agreeing(work), work_id in begun.tried].append(work)
    for (_, tried), works in waiting.items():
        to = begun.pointers[works[0].kind]
        ends |= _make_kind(workshop, to, by, works, tried=tried)
    return [ends[work_id] for work_id in ids]


@together(make_many)
def make(work_id: str) -> str:
    """Make one work: ``made``, ``failed``, ``cancelled`` or ``unknown``. For a plain ``rq worker``."""
    done = make_many([(work_id,)])[0]
    if done.also is not None:
        with current().redis.pipeline() as pipe:
            done.also(pipe)
            pipe.execute()
    return str(done.value)


def give_up(work_id: str, key: str, **params: str | int | float) -> None:
    """Set a work aside for good: a failed row, its person is told why, and the admins that it happened.

    That they are to know stands in the row: an event that is lost, or never sent, is found there.
    """
    workshop = current()
    work = workshop.store.get(work_id)
    if work is None:
        return
    told = [platform for platform in CHATS if workshop.settings.admins_on(platform)]
    done = _fail(workshop, work, PersonError(key, **params), alarm=told)
    if done.also is not None:
        with workshop.redis.pipeline() as pipe:
            done.also(pipe)
            for platform in told:
                publish(pipe, platform, work_id, "alarm")
            pipe.execute()


def unwanted(work_id: str) -> bool:
    """Somebody stopped or cancelled the job in RQ: so is the work, and its person is told.

    False: too late, it has ended. Raises ``Unavailable`` and redis-py's errors.
    """
    workshop = current()
    if workshop.store.cancelled(work_id, "work-cancelled-admin"):
        log.info("work %s: its job was stopped in the queue", work_id)
        if (work := workshop.store.get(work_id)) is not None:
            publish(workshop.redis, work.person.platform, work_id, "cancelled")
        return True
    work = workshop.store.get(work_id)
    return work is None or work.state == "cancelled"


def _agreeing(work: Work) -> object:
    """Works that agree in this go through a model in one call: of one kind and one size."""
    request = work.request
    size = request.steer.upscale if isinstance(request, PaintRequest) and request.steer else None
    return work.kind, size


def _make_kind(
    workshop: Workshop, to: Pointers, by: Mapping[tuple[Kind, str | None], str], works: list[Work], *,
    tried: bool,
) -> dict[str, Done]:  # fmt: skip
    """``to``: where the versions lie; ``by``: the versions that the rows name by now; ``tried``: by which."""
    kind = works[0].kind
    try:
        model = (workshop.tried(kind, to) if tried else None) or workshop.serving(kind, to)
    except PersonError as fault:
        # The log names the file and the mending command; a chat is told no path of this machine.
        log.error("%s: %s", kind, fault)
        told = fault
        if isinstance(fault, WeightsError):
            told = PersonError("work-no-model", model=fault.params.get("model", MODEL_OF[kind]))
        return {work.id: _fail(workshop, work, told) for work in works}
    if model.version != by.get((kind, to.candidate if tried else to.current)):
        workshop.store.started_many([work.id for work in works], model.version)
    with workshop.redis.pipeline(transaction=False) as pipe:
        for work in works:
            publish(pipe, work.person.platform, work.id, "started")
        pipe.execute()
    start = time.monotonic()
    outcomes = _generate(workshop, kind, model, works)
    spent = time.monotonic() - start
    ends = _finish(workshop, list(zip(works, outcomes, strict=True)), spent)
    metrics.BATCH.labels(kind).observe(len(works))
    metrics.MODEL_S.labels(kind, model.version).observe(spent)
    first = works[0].id  # with the end of any one of them: a call that is put back is no measure
    ends[first] = _and(ends[first], partial(pace.note, kind=kind, works=len(works), seconds=spent))
    return ends


def _generate(
    workshop: Workshop, kind: Kind, model: Generator, works: Sequence[Work]
) -> list[Made | PersonError]:
    """One call of the model; where memory runs out, two calls of half as many, and so on."""
    try:
        more = previewing(model, workshop.redis, works)
        made = model.generate([work.request for work in works], stopped=workshop.halt.is_set, **more)
    except PersonError as fault:  # one that concerns them all
        return [fault] * len(works)
    except Exception as fault:
        if len(works) == 1 or "torch" not in sys.modules:
            raise
        from models import device

        if not device.out_of_memory(fault):
            raise
        half = len(works) // 2
        log.warning("%s: out of memory with %d works in one pass; %d now", kind, len(works), half)
    else:
        workshop.room.fitted(kind, len(works))
        return made
    metrics.NO_MEMORY.labels(kind).inc()
    workshop.room.less(kind, half)
    device.free()  # here the failed call's frames are gone, and what they held
    return [
        *_generate(workshop, kind, model, works[:half]),
        *_generate(workshop, kind, model, works[half:]),
    ]


def _finish(
    workshop: Workshop, made: Sequence[tuple[Work, Made | PersonError]], spent: float
) -> dict[str, Done]:
    """Files first, then the rows, then the events: each can be repeated until the next is done.

    Raises ``Unavailable`` where the shelf takes none; nobody accepts new requests for a while then.
    """
    ends: dict[str, Done] = {}
    well: list[tuple[Work, Made]] = []
    canceled = _canceled(workshop, [work.id for work, _ in made])
    for work, outcome in made:
        if work.id in canceled and unwanted(work.id):
            ends[work.id] = Done("cancelled", canceled=True)
        elif isinstance(outcome, PersonError):
            ends[work.id] = _fail(workshop, work, outcome)
        else:
            well.append((work, outcome))
    try:
        files = [(work.id, file) for work, one in well for file in one.artefacts]
        kept = iter(workshop.shelf.keep_many(files))
    except Unavailable as fault:  # no fault of the works: they are made again when there is room
        disk.tell(workshop.redis, fault.key)
        raise
    shelved = [(work, one, [next(kept) for _ in one.artefacts]) for work, one in well]
    written = workshop.store.made_many([(work.id, one.result, refs) for work, one, refs in shelved])
    for work, one, refs in shelved:
        if work.id not in written:
            now = workshop.store.get(work.id)
            if now is None or now.state not in ("made", "posted"):
                log.info("work %s: nobody wants it any more", work.id)
                for ref in refs:
                    workshop.shelf.drop(ref)
                ends[work.id] = Done("cancelled")
                continue
        version = one.result.version
        log.info("work %s: %s made by %s in %.3f s (%d)", work.id, work.kind, version, spent, len(made))
        metrics.MADE.labels(work.kind, version).inc()
        ends[work.id] = _end(work, "made")
    return ends


def _canceled(workshop: Workshop, ids: Sequence[str]) -> set[str]:
    """Which of these jobs somebody cancelled in RQ (rq-dashboard, say) while they ran."""
    with workshop.redis.pipeline(transaction=False) as pipe:
        for work_id in ids:
            pipe.hget(Job.key_for(work_id), "status")
        statuses = pipe.execute()
    return {one for one, status in zip(ids, statuses, strict=True) if status == JobStatus.CANCELED.encode()}


def _fail(workshop: Workshop, work: Work, fault: PersonError, alarm: Sequence[Platform] = ()) -> Done:
    log.warning("work %s: failed: %s", work.id, fault)
    if not workshop.store.set_aside(work.id, fault.key, fault.params, alarm):
        return Done("failed")
    metrics.FAILURES.labels(work.kind, fault.key).inc()
    return _end(work, "failed")


def _end(work: Work, what: What) -> Done:
    tell: Callable[[Pipeline], None] = partial(
        publish, platform=work.person.platform, work_id=work.id, what=what
    )
    return Done(what, tell)


def _and(end: Done, also: Callable[[Pipeline], None]) -> Done:
    """The same end, with something more that is written down with it."""

    def both(pipe: Pipeline) -> None:
        if end.also is not None:
            end.also(pipe)
        also(pipe)

    return replace(end, also=both)
