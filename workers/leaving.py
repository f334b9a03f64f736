"""The clock of a stop that was asked for: what must have happened when, and the last resort."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable


def after(*steps: tuple[float, Callable[[], None]]) -> None:
    """Do each step so many seconds from now, each in a thread of its own, unless the process ends before."""
    for seconds, step in steps:
        timer = threading.Timer(seconds, step)
        timer.daemon = True
        timer.start()


def orphaned(parent: int | None) -> bool:
    """Whether the process that this one must not outlive is gone."""
    return parent is not None and os.getppid() != parent


def at_once() -> None:
    """End this process, whatever it waits for. What it holds is missed when its lease runs out."""
    logging.shutdown()
    os._exit(0)
