"""What a worker's process has at hand: the store, the shelf, Redis, and its warm models."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Self

from redis import Redis

from atelier import depot, metrics
from atelier.artefacts import Shelf
from atelier.errors import PASSING, PersonError, Unavailable
from atelier.queue import connect
from atelier.requests import REQUESTS, Kind
from atelier.settings import Settings
from atelier.store import Store
from atelier.store.trials import Pointers
from atelier.versions import MODEL_OF
from models.loading import Generator, load_model
from workers.fetching import Fetching, Find

log = logging.getLogger(__name__)

Loader = Callable[[Kind], Generator]
VersionLoader = Callable[[Kind, Path | None], Generator]
Refused = Callable[[PersonError, str], None]  # why a version is, and which serves instead
Key = tuple[Kind, Path | None]  # of a loaded model; None: what ships

REDIS_TIMEOUT_S = 15.0  # longer than a worker's blocking wait for a job
_FIRST_WORDS = "a slow walk in the first snow"
WAIT_S = 30.0  # for the store at start: on one machine all parts start together


def finder(settings: Settings, store: Store, shelf: Shelf) -> Find:
    """Says where a version of the records lies on this machine, fetched if it must be."""
    return lambda kind, folder: depot.at_hand(store, shelf, settings.versions, MODEL_OF[kind], str(folder))


def version_loader(settings: Settings, find: Find = lambda _, folder: folder) -> VersionLoader:
    """Loads a version (None: what ships) onto the device of the settings."""

    def load(kind: Kind, folder: Path | None) -> Generator:
        from models.device import resolve

        device = resolve(settings.device, settings.threads)
        if folder is not None:
            folder = find(kind, folder)
        return load_model(
            kind, folder, device, soundfont=settings.soundfont, harmony=settings.harmony,
            candidates=settings.candidates, poem_model=settings.poem_model,
        )  # fmt: skip

    return load


class ModelShelf:
    """Models, each loaded once and kept warm: of a kind the one that serves and the one on trial."""

    def __init__(self, loader: VersionLoader, fetching: Fetching | None = None) -> None:
        self._loader = loader
        self._fetching = fetching
        self._warm: dict[Key, Generator] = {}
        self._refused: set[Key] = set()
        self._serves: dict[Kind, Generator] = {}

    def versions(self) -> dict[tuple[Kind, str | None], str]:
        """The versions that are loaded, by where they lie (None: what ships)."""
        return {
            (kind, None if folder is None else str(folder)): model.version
            for (kind, folder), model in self._warm.items()
        }

    def get(
        self, kind: Kind, serving: str | None, previous: str | None = None, told: Refused = lambda *_: None
    ) -> Generator:
        """The model for ``kind``. What ships is tried again at every call where it could not be loaded.

        ``serving`` says where the chosen version lies (:meth:`Store.serving`). A newly chosen one takes
        over between two jobs, once it is on this machine; one that cannot be loaded is refused, and the one
        before goes on; in a worker that has just started the ``previous`` one, or what ships. ``told`` hears
        why, the first time, and which serves. Raises :class:`PersonError` (``WeightsError``, a missing
        device) with what would mend it.
        """
        key = _key(kind, serving)
        if key in self._refused or (kind in self._serves and not self._ready(key)):
            return self._serves[kind]
        if key not in self._warm:
            try:
                self._load(key)
            except PersonError as fault:
                if key[1] is None:
                    raise
                log.error("%s: the version chosen is refused: %s", kind, fault)
                model = self._serves.get(kind) or self._before(kind, previous)
                self._serve(kind, model)
                if fault.key not in PASSING:
                    metrics.REFUSED.labels(kind).inc()
                    self._refused.add(key)
                    told(fault, model.version)
                return model
        self._serve(kind, self._warm[key])
        return self._warm[key]

    def _before(self, kind: Kind, previous: str | None) -> Generator:
        """What serves while the chosen version cannot: the one before it, else what ships."""
        key = _key(kind, previous)
        if key[1] is not None and key not in self._warm:
            try:
                self._load(key)
            except PersonError as fault:
                log.error("%s: neither can the version before be loaded: %s", kind, fault)
        return self._warm.get(key) or self._load((kind, None))

    def _serve(self, kind: Kind, model: Generator) -> None:
        if self._serves.get(kind) is not model:
            self._serves[kind] = model
            metrics.serves(kind, model.version)
            log.info("%s: %s serves", kind, model.version)

    def on_trial(
        self, kind: Kind, candidate: str | None, told: Callable[[PersonError], None] = lambda _: None
    ) -> Generator | None:
        """The candidate that lies there; None: it is refused, or not here yet: what serves makes its share.

        ``told`` hears why, the first time.
        """
        if candidate is None:
            return None
        key = _key(kind, candidate)
        if key not in self._warm and key not in self._refused and self._ready(key):
            try:
                self._load(key)
            except PersonError as fault:
                log.error("%s: the candidate is refused: %s", kind, fault)
                if fault.key not in PASSING:
                    metrics.REFUSED.labels(kind).inc()
                    self._refused.add(key)
                    told(fault)
        model = self._warm.get(key)
        metrics.tries(kind, model.version if model else None)
        return model

    def keep(self, kind: Kind, *wanted: str | None) -> None:
        """Let go of every model of ``kind`` but those that lie there, and the one that serves."""
        keys = {_key(kind, origin) for origin in wanted}
        for key in [key for key in self._warm if key[0] == kind and key not in keys]:
            if self._warm[key] is not self._serves.get(kind):
                del self._warm[key]
        self._refused = {key for key in self._refused if key[0] != kind or key in keys}

    def _ready(self, key: Key) -> bool:
        kind, folder = key
        known = key in self._warm or folder is None or self._fetching is None
        return known or (folder is not None and self._fetching is not None
                         and self._fetching.ready(kind, folder))  # fmt: skip

    def _load(self, key: Key) -> Generator:
        start = time.monotonic()
        kind, folder = key
        self._warm[key] = model = self._loader(kind, folder)
        log.info("%s: %s is loaded after %.2f s", kind, model.version, time.monotonic() - start)
        return model

    def warm(
        self, kind: Kind, serving: str | None, previous: str | None = None, told: Refused = lambda *_: None
    ) -> bool:
        """Load, and make one work for nobody, so that the first person does not wait for lazy imports.

        A worker whose weights are missing stays up and says so.
        """
        start = time.monotonic()
        try:
            request = REQUESTS[kind].model_validate({REQUESTS[kind].prompt_field: _FIRST_WORDS, "seed": 0})
            self.get(kind, serving, previous, told).generate([request])
        except PersonError as fault:
            log.error("%s: not warm: %s", kind, fault)
            return False
        except Exception:
            log.exception("%s: the first work failed", kind)
            return False
        log.info("%s: warm after %.2f s", kind, time.monotonic() - start)
        return True


def _key(kind: Kind, origin: str | None) -> Key:
    return kind, None if origin in (None, "shipped") else Path(str(origin))


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
        to = self.store.pointers(MODEL_OF[kind])
        warm = self.models.warm(kind, to.current, to.previous, self._refused(kind, to))
        self.follow(kind)
        return warm

    def follow(self, kind: Kind) -> None:
        """Between two jobs: load what is new of the versions that should be here, and let the others go.

        So nobody's work waits for it. What cannot be loaded is refused, and is no fault of this worker.
        """
        try:
            to = self.store.pointers(MODEL_OF[kind])
            self.serving(kind, to)
            self.tried(kind, to)
            self.models.keep(kind, to.current, *([to.candidate] if to.candidate else []))
        except PersonError as fault:
            log.info("%s: cannot follow now: %s", kind, fault)

    def serving(self, kind: Kind, to: Pointers) -> Generator:
        """What serves; administrators hear of it where that is not what was chosen. Raises PersonError."""
        return self.models.get(kind, to.current, to.previous, self._refused(kind, to))

    def _refused(self, kind: Kind, to: Pointers) -> Refused:
        def told(fault: PersonError, instead: str) -> None:
            model, version = MODEL_OF[kind], Path(str(to.current)).name
            self.store.add_news(
                f"refused current {model} {version} {date.today().isoformat()}", "version-refused",
                model=model, version=version, instead=instead, why=str(fault),
            )  # fmt: skip

        return told

    def tried(self, kind: Kind, to: Pointers) -> Generator | None:
        """The candidate, ready; None where it is refused, of which administrators hear once, or none is."""

        def told(fault: PersonError) -> None:
            name = f"refused {MODEL_OF[kind]} {to.version}"
            self.store.add_news(
                name, "canary-refused", model=MODEL_OF[kind], version=to.version, why=str(fault)
            )

        return self.models.on_trial(kind, to.candidate, told)

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
        shelf = Shelf.open(settings)
        find = finder(settings, store, shelf)
        models = (
            ModelShelf(lambda kind, _: loader(kind)) if loader
            else ModelShelf(version_loader(settings, find), Fetching(find))
        )  # fmt: skip
        return cls(settings, store, shelf, redis, models)


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
