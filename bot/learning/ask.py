"""What administrators ask of trainings from votes: start one, stop it, see how it stands."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from atelier.errors import BadInput, Unavailable
from atelier.languages import Lang
from atelier.learning.mending import mend
from atelier.learning.rules import Lessons, lessons
from atelier.store import PersonRef, Training
from atelier.versions import MODEL_OF, Model
from bot.studio import Studio

log = logging.getLogger(__name__)


async def counted(studio: Studio, model: Model) -> Lessons:
    """The votes that a training of ``model`` would have now, and what is missing."""
    kind = next(kind for kind, name in MODEL_OF.items() if name == model)
    return await asyncio.to_thread(lambda: lessons(studio.store.heard(kind)))


async def start(
    studio: Studio, model: Model, *, person: PersonRef, lang: Lang, place: dict[str, Any], dry: bool
) -> Training:
    """Write a training down and send it to the trainer.

    Raises ``Unavailable``: ``retrain-held`` with who has the one place that there is, or what is down.
    """

    def ask() -> Training:
        studio.road.check()  # before the row: a queue that is down leaves nothing half-recorded
        mend(studio.store, studio.road)
        training = studio.store.ask_training(
            model, person=person, platform=person.platform, place=place, lang=lang, dry=dry
        )
        try:
            studio.road.send_retrain(training.id)
        except Unavailable:
            studio.store.training_ended(training.id, "cancelled")
            raise
        log.info("training %s: %s asked on %s", training.id, model, person.platform)
        return training

    return await asyncio.to_thread(ask)


async def stop(studio: Studio) -> Training:
    """Stop the one that is not over. The row decides; its trainer is told. Raises ``BadInput``."""

    def cancel() -> Training:
        training = studio.store.open_training()
        if training is None:
            raise BadInput("learn-none")
        if not studio.store.training_ended(training.id, "cancelled"):
            raise BadInput("learn-over")
        log.info("training %s: stopped", training.id)
        try:
            studio.road.cancel(training.id)
        except Unavailable as fault:  # the row is marked: its trainer sees that itself
            log.warning("training %s: stopped in the records only: %s", training.id, fault)
        return training

    return await asyncio.to_thread(cancel)


async def latest(studio: Studio) -> Training | None:
    """The one that is not over, else the last one."""
    try:
        await asyncio.to_thread(mend, studio.store, studio.road)
    except Unavailable as fault:
        log.info("trainings are not looked after: %s", fault)
    found = await asyncio.to_thread(studio.store.latest_trainings, None, 1)
    return found[0] if found else None


async def trainers(studio: Studio) -> int:
    """How many trainers there are; one, where that cannot be told."""
    try:
        return await asyncio.to_thread(studio.road.trainers)
    except Unavailable:
        return 1
