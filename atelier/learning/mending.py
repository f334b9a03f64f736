"""A training whose process is gone left its row open, and the one place taken: whoever looks mends that.

A training of a chat or of the schedule is a job on the trainer's queue, which knows what became of it. One of
the command line is a process that nobody watches but its own signs of life.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from atelier.errors import PersonError
from atelier.queue import Road
from atelier.store import Store, Training
from atelier.store.records import OPEN, Failure
from atelier.store.rows import now

log = logging.getLogger(__name__)

SILENT = timedelta(minutes=1)
AGAIN_S = 5.0  # two signs of life: records that were down let nobody speak, and clocks of machines differ


def mend(store: Store, road: Road | None) -> Training | None:
    """Mend the one that is not over; what it is then, or None. Without a ``road`` only the command line's.

    Raises ``Unavailable``: ``redis-down``, ``store-down``.
    """
    training = store.open_training()
    return None if training is None else mended(store, road, training)


def mended(store: Store, road: Road | None, training: Training) -> Training:
    """The same row, after it was looked after. Raises what :func:`mend` does."""
    if training.state not in OPEN:
        return training
    if training.place.get("process"):
        return _heard(store, training)
    if road is None:
        return training
    where = road.retrain_status(training.id)
    if where == "on its way":
        return training
    fresh = store.training(training.id)
    if fresh is None or fresh.state not in OPEN:
        return fresh or training
    if where == "lost":
        log.warning("training %s: the queue had lost it; queued again", training.id)
        road.send_retrain(training.id)
        return fresh
    return _failed(store, training, Failure("training-killed", {}))


def _heard(store: Store, training: Training) -> Training:
    """Whoever says nothing for :data:`SILENT`, and again nothing while one waits, is gone."""
    if now() - training.heard_at < SILENT:
        return training
    time.sleep(AGAIN_S)
    fresh = store.training(training.id)
    if fresh is None or fresh.state not in OPEN or fresh.heard_at != training.heard_at:
        return fresh or training
    gone = {"host": str(training.place.get("host", "?")), "process": str(training.place["process"])}
    return _failed(store, training, Failure("training-silent", dict(gone)))


def _failed(store: Store, training: Training, why: Failure) -> Training:
    if failed(store, training, why):
        log.warning("training %s: its process is gone: %s", training.id, why.key)
    return store.training(training.id) or training


def failed(store: Store, training: Training, why: Failure) -> bool:
    """It is over, without success; of the schedule's, which nobody waits for, administrators are told.

    False: it was over already.
    """
    if not store.training_ended(training.id, "failed", failure=why):
        return False
    if training.place.get("schedule"):
        told = PersonError(why.key, **why.params).text()
        store.add_news(f"training {training.id}", "learn-news-failed", model=training.model, why=told)
    return True
