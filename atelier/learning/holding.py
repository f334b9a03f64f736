"""A training from votes on the command line holds the one place that there is, like one from a chat."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from atelier.errors import Cancelled
from atelier.languages import Lang
from atelier.learning.mending import mended
from atelier.store import Store, Training
from atelier.store.records import Failure
from atelier.up.lock import Lock
from atelier.versions import Model


@contextmanager
def holding(
    store: Store, lessons: Path, model: Model, lang: Lang, settings: Sequence[str] = ()
) -> Iterator[Training]:
    """Hold it until the end of ``with``; ``lessons`` is the folder that trainings of this machine share.

    Raises ``Unavailable``: ``retrain-already`` (somebody trains on this machine) or ``retrain-held``.
    """
    host = socket.gethostname()
    with Lock(lessons, "retrain"):
        left = store.open_training()
        if left is not None and left.place.get("host") == host:  # whoever had this lock was killed
            store.training_ended(left.id, "failed", failure=Failure("training-killed", {}))
        elif left is not None:
            mended(store, None, left)
        place = {"host": host, "process": os.getpid()}
        training = store.ask_training(
            model, person=None, platform="cli", place=place, lang=lang, settings=settings
        )
        store.training_moved(training.id)
        try:
            yield training
        except (Cancelled, KeyboardInterrupt):
            store.training_ended(training.id, "cancelled")
            raise
        except BaseException:
            store.training_ended(training.id, "failed")
            raise
        store.training_ended(training.id, "done")
