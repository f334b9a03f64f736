"""What a worker's process has at hand: the store, the shelf, Redis, and its warm models."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from redis import Redis

from atelier.artefacts import Shelf
from atelier.errors import PersonError, Unavailable
from atelier.queue import connect
from atelier.requests import REQUESTS, Kind
from atelier.settings import Settings
from atelier.store import Store
from models.loading import Generator, load_model

log = logging.getLogger(__name__)

Loader = Callable[[Kind], Generator]

REDIS_TIMEOUT_S = 15.0  # longer than a worker's blocking wait for a job
_FIRST_WORDS = "a slow walk in the first snow"
WAIT_S = 30.0  # for the store at start: on one machine all parts start together


def default_loader(settings: Settings) -> Loader:
    """Loads what ships, onto the device of the settings."""

    def load(kind: Kind) -> Generator:
        from models.device import resolve

        return load_model(
            kind, device=resolve(settings.device, settings.threads), soundfont=settings.soundfont
        )

    return load


class ModelShelf:
    """Models by kind, each loaded once and kept warm."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader
        self._warm: dict[Kind, Generator] = {}

    def get(self, kind: Kind) -> Generator:
        """The model for ``kind``. One that could not be loaded is tried again at every call.

        Raises :class:`PersonError` (``WeightsError``, a missing device) with what would mend it.
        """
        if kind not in self._warm:
            start = time.monotonic()
            model = self._loader(kind)
            log.info("%s: loaded %s in %.2f s", kind, model.version, time.monotonic() - start)
            self._warm[kind] = model
        return self._warm[kind]

    def warm(self, kind: Kind) -> bool:
        """Load, and make one work for nobody, so that the first person does not wait for lazy imports.

        A worker whose weights are missing stays up and says so.
        """
        start = time.monotonic()
        try:
            request = REQUESTS[kind].model_validate({REQUESTS[kind].prompt_field: _FIRST_WORDS, "seed": 0})
            self.get(kind).generate([request])
        except PersonError as fault:
            log.error("%s: not warm: %s", kind, fault)
            return False
        except Exception:
            log.exception("%s: the first work failed", kind)
            return False
        log.info("%s: warm after %.2f s", kind, time.monotonic() - start)
        return True


@dataclass(frozen=True, slots=True)
class Workshop:
    """One worker process's parts. ``halt`` is what a running model polls."""

    settings: Settings
    store: Store
    shelf: Shelf
    redis: Redis
    models: ModelShelf
    halt: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def open(cls, settings: Settings, loader: Loader | None = None) -> Self:
        """Open everything, waiting up to :data:`WAIT_S` for a store that is still starting."""
        deadline = time.monotonic() + WAIT_S
        while True:
            try:
                store = Store.open(settings.database)
                break
            except Unavailable:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
        redis = connect(settings, timeout=REDIS_TIMEOUT_S)
        models = ModelShelf(loader or default_loader(settings))
        return cls(settings, store, Shelf.open(settings), redis, models)


_current: Workshop | None = None


def use(workshop: Workshop) -> None:
    """Make ``workshop`` the one that this process's jobs work in."""
    global _current
    _current = workshop


def current() -> Workshop:
    """The process's workshop; opened from the environment under a plain ``rq worker``."""
    global _current
    if _current is None:
        _current = Workshop.open(Settings.load())
    return _current
