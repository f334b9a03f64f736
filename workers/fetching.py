"""Versions on their way to this machine, so that no work waits for a download."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from atelier.errors import PASSING, PersonError
from atelier.requests import Kind
from atelier.versions import CARD

log = logging.getLogger(__name__)

Find = Callable[[Kind, Path], Path]  # where a version lies on this machine, fetched if it must be
AGAIN_S = 20.0  # until what was down is asked again


class Fetching:
    """One version at a time, in a thread. ``find`` may take as long as it likes there."""

    def __init__(self, find: Find) -> None:
        self.find = find
        self._hand = ThreadPoolExecutor(1, thread_name_prefix="fetching")
        self._coming: dict[tuple[Kind, Path], Future[Path]] = {}
        self._not_before: dict[tuple[Kind, Path], float] = {}

    def ready(self, kind: Kind, folder: Path) -> bool:
        """Whether it can be loaded now, or never: then loading says why. Else it comes from now on."""
        key = (kind, folder)
        if (folder / CARD).is_file():
            return True
        if self._not_before.get(key, 0.0) > time.monotonic():
            return False
        if key not in self._coming:
            log.info("%s: the version in %s is not on this machine; fetching it", kind, folder)
            self._coming[key] = self._hand.submit(self.find, kind, folder)
        if not self._coming[key].done():
            return False
        fault = self._coming.pop(key).exception()
        if isinstance(fault, PersonError) and fault.key in PASSING:
            log.warning("%s: the version in %s cannot be fetched now: %s", kind, folder, fault)
            self._not_before[key] = time.monotonic() + AGAIN_S
            return False
        return True
