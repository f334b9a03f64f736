"""How a training stands, for everybody who watches its row; and whether it is still wanted."""

from __future__ import annotations

import copy
import logging
import threading
import time
from types import TracebackType
from typing import Any, Self

from atelier.errors import Cancelled, Unavailable
from atelier.store import Store, Training

log = logging.getLogger("workers.training")

BEAT_S = 2.0  # between two signs of life, each with the progress


class Reporter:
    """Writes a training's progress into its row from a thread of its own, from ``with`` to its end.

    ``progress``: ``stage``, the seconds ``spent`` in each, ``votes``, ``part``, ``step``, at most ``steps``
    of a part, ``curves`` (by part: [step, held-out loss]) and ``left_s``, the seconds that are left, once
    there is something to tell it by.
    """

    def __init__(self, store: Store, training: Training) -> None:
        self._store = store
        self._id = training.id
        self._told: dict[str, Any] = {"stage": "snapshot", "spent": {}, "curves": {}, **training.progress}
        self._usual = _usual(store, training)
        self._since = self._part_since = time.monotonic()
        self._first_step = 0
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._unwanted = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="reporter", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    @property
    def curves(self) -> dict[str, list[list[float]]]:
        """The held-out losses so far."""
        with self._lock:
            return dict(copy.deepcopy(self._told["curves"]))

    def stage(self, name: str) -> None:
        """It goes on with this."""
        with self._lock:
            self._close()
            self._told |= {"stage": name, "part": None, "step": None}
            self._part_since = time.monotonic()

    def expect(self, steps: int) -> None:
        """A part takes at most so many steps."""
        with self._lock:
            self._told["steps"] = steps

    def votes(self, number: int) -> None:
        """It learns from so many votes."""
        with self._lock:
            self._told["votes"] = number

    def step(self, part: str, step: int, loss: float) -> None:
        """A part of the model is at that step, with that held-out loss."""
        with self._lock:
            curve = self._told["curves"].setdefault(part, [])
            if part != self._told.get("part"):  # begun, or taken up where it was stopped
                self._part_since, self._first_step = time.monotonic(), step
            curve[:] = [point for point in curve if point[0] < step]
            curve.append([step, round(loss, 5)])
            self._told |= {"part": part, "step": step}

    def stopped(self) -> bool:
        """Whether nobody wants it any more, as far as the last sign of life told."""
        return self._unwanted.is_set()

    def check(self) -> None:
        """Raise ``Cancelled`` if nobody wants it any more now: before what somebody would notice."""
        if self.stopped() or not self._store.training_moved(self._id):
            self._unwanted.set()
            raise Cancelled

    def ended_within(self, seconds: float) -> bool:
        """Wait so long; whether the training ended."""
        return self._over.wait(seconds)

    def unwanted(self) -> None:
        """Hears, in the reporter's own thread, that nobody wants it any more."""

    def _close(self) -> None:
        """Count the seconds of the stage that ends, or goes on."""
        now = time.monotonic()
        spent = self._told["spent"]
        spent[self._told["stage"]] = round(spent.get(self._told["stage"], 0.0) + now - self._since, 1)
        self._since = now

    def _left(self) -> float | None:
        """Seconds until the end: by this part's own pace, and for the later stages by the last training."""
        told = self._told
        later = {"learning": ("gate", "samples"), "gate": ("samples",), "samples": ()}.get(told["stage"])
        if later is None:
            return None
        rest = sum(self._usual.get(name, 0.0) for name in later)
        if told["stage"] != "learning":
            usual = self._usual.get(told["stage"])
            return None if usual is None else max(1.0, usual - told["spent"].get(told["stage"], 0.0)) + rest
        done = int(told.get("step") or 0) - self._first_step
        if done <= 0 or not told.get("steps"):
            return None
        pace = (time.monotonic() - self._part_since) / done
        return pace * max(0, int(told["steps"]) - int(told["step"])) + rest

    def _beat(self) -> None:
        while not self._over.is_set() and not self._unwanted.is_set():
            self._tell()
            self._over.wait(BEAT_S)
        if self._unwanted.is_set():
            self.unwanted()
        else:
            self._tell()  # what came since: the last stage, the last of the curve

    def _tell(self) -> None:
        with self._lock:
            self._close()
            self._told["left_s"] = None if (left := self._left()) is None else round(left)
            told = copy.deepcopy(self._told)
        try:
            if not self._store.training_moved(self._id, told):
                self._unwanted.set()
        except Unavailable as fault:  # the row catches up when the records are back
            log.warning("training %s: not told how it stands: %s", self._id, fault)


def _usual(store: Store, training: Training) -> dict[str, float]:
    """The seconds that each stage took the last time."""
    done = (
        one for one in store.latest_trainings(training.model) if one.outcome and one.outcome.get("version")
    )
    last = next(done, None)
    return {} if last is None else dict(last.progress.get("spent", {}))
