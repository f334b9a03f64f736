"""Trainings that nobody has to ask for, every so many days. Off by default.

Only a moment that passes while the trainer runs counts: whatever was missed is not made up for, so that
no start, however late, begins a training. The moments are counted from when the schedule was first seen.
A model that has a candidate on trial is passed over: people are still deciding.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from atelier.errors import Unavailable
from atelier.learning.mending import mend
from atelier.learning.rules import lessons
from atelier.queue import Road
from atelier.settings import Settings
from atelier.store import Store
from atelier.store.records import OPEN
from atelier.store.rows import now
from atelier.versions import MODEL_OF, Model

log = logging.getLogger("workers.training")

FACT = "retrain-since"


class Schedule:
    """Of one trainer's process; :meth:`look` at least every few minutes. ``clock`` gives aware UTC."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = now) -> None:
        self._settings = settings
        self._clock = clock
        self._every = timedelta(days=settings.retrain_days)
        self._next: datetime | None = None
        self._waiting: list[Model] = []

    def look(self) -> str | None:
        """Ask for the next training that is due, if none is on its way; its id."""
        try:
            store = Store.open(self._settings.database)
            try:
                return self._look(store)
            finally:
                store.close()
        except Unavailable as fault:
            log.warning("schedule: put off: %s", fault)
            return None

    def _look(self, store: Store) -> str | None:
        moment = self._clock()
        if self._next is None:
            since = datetime.fromisoformat(store.fact(FACT, moment.isoformat()))
            self._next = since + (int((moment - since) / self._every) + 1) * self._every
        if moment >= self._next:
            self._next += (int((moment - self._next) / self._every) + 1) * self._every
            self._waiting = list(MODEL_OF.values())
        while self._waiting and not self._taken(store):
            model = self._waiting.pop(0)
            if any(trial.model == model for trial in store.running_trials()):
                log.info("schedule: the %s has a candidate on trial, which a new one would end", model)
                continue
            if not _new_votes(store, model):
                log.info("schedule: too little that is new for the %s", model)
                continue
            place: dict[str, Any] = {"schedule": True}
            training = store.ask_training(model, person=None, platform="cli", place=place, lang="en")
            road = Road.open(self._settings)
            try:
                road.send_retrain(training.id)
            except Unavailable:
                store.training_ended(training.id, "cancelled")
                raise
            finally:
                road.close()
            log.info("schedule: training %s of the %s", training.id, model)
            return training.id
        return None

    def _taken(self, store: Store) -> bool:
        """Whether somebody trains; what was killed is looked after first, for no front end may be running."""
        if store.open_training() is None:
            return False
        road = Road.open(self._settings)
        try:
            found = mend(store, road)
        finally:
            road.close()
        return found is not None and found.state in OPEN


def _new_votes(store: Store, model: Model) -> bool:
    """Whether there are votes enough, and any that the last training cannot have had."""
    kind = next(kind for kind, name in MODEL_OF.items() if name == model)
    found = lessons(store.heard(kind))
    last = next((one.asked_at for one in store.latest_trainings(model) if one.outcome and not one.dry), None)
    return not found.missing and (last is None or any(one.heard.at > last for one in found.lessons))
