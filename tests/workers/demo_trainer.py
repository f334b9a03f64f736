"""A trainer whose model needs no torch: its training does what the last setting says.

``quick``: a version that passes; ``long``: until it is stopped; ``die``: its process is killed; ``crash``.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import types
from pathlib import Path
from typing import Any

import models
from atelier.errors import Cancelled
from atelier.store import Store
from atelier.versions import Version
from tests.ballots import enough
from workers import retrain, training


def learnt(_model: str, _parent: Path, _snapshot: Any, out: Path, pairs: Any, **also: Any) -> Version | None:
    from tests.workers.votes import version

    also["told"]("en", 0, 0.5)
    if pairs[-1] == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if pairs[-1] == "crash":
        raise RuntimeError("asked to crash")
    while pairs[-1] == "long" and not Path("finish").exists():
        if also["stopped"]():
            raise Cancelled
        time.sleep(0.02)
    return version(out / "v1+new", passed=True)


def main() -> int:
    found: Any = types.ModuleType("models.learning")
    found.retrain, found.most_steps, found.passed = learnt, lambda *_: 40, lambda _: True
    sys.modules["models.learning"] = models.learning = found
    Store.heard = lambda *_: iter(enough())  # type: ignore[method-assign]
    retrain.training_device = lambda _: "cpu"
    retrain.sampled = lambda *_: None
    training.TIDY_S = 1
    return training.main()


if __name__ == "__main__":
    sys.exit(main())
