"""What a worker's process has at hand: the store, the shelf, Redis, and its warm models."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from redis import Redis

from atelier import metrics
from atelier.artefacts import Shelf
from atelier.errors import PersonError, Unavailable
from atelier.queue import connect
from atelier.requests import REQUESTS, Kind
from atelier.settings import Settings
from atelier.store import Store
from atelier.versions import MODEL_OF
from models.loading import Generator, load_model

log = logging.getLogger(__name__)

Loader = Callable[[Kind], Generator]
VersionLoader = Callable[[Kind, Path | None], Generator]

REDIS_TIMEOUT_S = 15.0  # longer than a worker's blocking wait for a job
_FIRST_WORDS = "a slow walk in the first snow"
WAIT_S = 30.0  # for the store at start: on one machine all parts start together


def version_loader(settings: Settings) -> VersionLoader:
    """Loads a version (None: what ships) onto the device of the settings."""

    def load(kind: Kind, folder: Path | None) -> Generator:
        from models.device import resolve

        device = resolve(settings.device, settings.threads)
        return load_model(
            kind, folder, device, soundfont=settings.soundfont, candidates=settings.candidates,
            poem_model=settings.poem_model,
        )  # fmt: skip

    return load


class ModelShelf:
    """Models by kind, each loaded once and kept warm, until another version is chosen to serve."""

    def __init__(self, loader: VersionLoader) -> None:
        self._loader = loader
        self._warm: dict[Kind, Generator] = {}
        self._folder: dict[Kind, Path | None] = {}  # what was chosen when it was loaded, or refused

    def versions(self) -> dict[Kind, str]:
        """The versions that are loaded."""
        return {kind: model.version for kind, model in self._warm.items()}

    def get(self, kind: Kind, serving: str | None) -> Generator:
        """The model for ``kind``. One that could not be loaded is tried again at every call.

        ``serving`` says where the chosen version lies (:meth:`Store.serving`). A newly chosen one takes
        over between two jobs; one that cannot be loaded is refused, and the one before goes on, or what
        ships. Raises :class:`PersonError` (``WeightsError``, a missing device) with what would mend it.
        """
        folder = None if serving in (None, "shipped") else Path(serving)
        if kind in self._warm and folder == self._folder[kind]:
            return self._warm[kind]
        start = time.monotonic()
        try:
            self._warm[kind] = self._loader(kind, folder)
        except PersonError as fault:
            if folder is None:
                raise
            log.error("%s: the version chosen is refused: %s", kind, fault)
            if kind not in self._warm:
                self._warm[kind] = self._loader(kind, None)  # what ships
        self._folder[kind] = folder
        metrics.serves(kind, self._warm[kind].version)
        log.info("%s: %s serves after %.2f s", kind, self._warm[kind].version, time.monotonic() - start)
        return self._warm[kind]

    def warm(self, kind: Kind, serving: str | None) -> bool:
        """Load, and make one work for nobody, so that the first person does not wait for lazy imports.

        A worker whose weights are missing stays up and says so.
        """
        start = time.monotonic()
        try:
            request = REQUESTS[kind].model_validate({REQUESTS[kind].prompt_field: _FIRST_WORDS, "seed": 0})
            self.get(kind, serving).generate([request])
        except PersonError as fault:
            log.error("%s: not warm: %s", kind, fault)
            return False
        except Exception:
            log.exception("%s: the first work failed", kind)
            return False
        log.info("%s: warm after %.2f s", kind, time.monotonic() - start)
        return True


class Room:
    """How many works of a kind go through a model in one pass.

    Where memory runs out the bound is halved; each full pass that fits gives one back, up to ``most``.
    """

    def __init__(self, most: int = 1) -> None:
        self.most = most
        self._less: dict[Kind, int] = {}

    def of(self, kind: Kind) -> int:
        """The bound now."""
        return self._less.get(kind, self.most)

    def less(self, kind: Kind, fits: int) -> None:
        """So many may fit; more did not."""
        self._less[kind] = max(1, min(fits, self.of(kind)))

    def fitted(self, kind: Kind, works: int) -> None:
        """So many went through."""
        if kind in self._less and works >= self._less[kind]:
            self._less[kind] += 1
            if self._less[kind] >= self.most:
                del self._less[kind]


@dataclass(frozen=True, slots=True)
class Workshop:
    """One worker process's parts. ``halt`` is what a running model polls."""

    settings: Settings
    store: Store
    shelf: Shelf
    redis: Redis
    models: ModelShelf
    halt: threading.Event = field(default_factory=threading.Event)
    room: Room = field(default_factory=Room)

    def warm(self, kind: Kind) -> bool:
        """Load the model that serves ``kind``, ready for its first person; whether it is."""
        return self.models.warm(kind, self.store.serving(MODEL_OF[kind]))

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
        models = ModelShelf((lambda kind, _: loader(kind)) if loader else version_loader(settings))
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
