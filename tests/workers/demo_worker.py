"""A worker process whose model needs no weights: it does what the prompt says, so that faults can be made.

``sleep 3``: work for three seconds, polling ``stopped``; ``deaf 60``: without polling; ``until go``: until
that file stands in the working folder; ``crash``: raise;
``die``: end the process as a segmentation fault would; ``numb 60``: hang where no signal is heard;
``seize 60``: hang in native code that holds the interpreter's lock; ``damaged``: its weights cannot be loaded
until the file ``mended`` stands in the working folder; anything else is answered at once.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from atelier.errors import BadInput, Cancelled, PersonError, WeightsError
from atelier.logs import configure
from atelier.requests import Kind, PoemRequest
from atelier.settings import Settings
from atelier.works import Artefact, Made, PoemResult
from workers import heartbeat, pool, worker


class DemoPoet:
    """Repeats the topic."""

    version = "demo"

    def generate(
        self, requests: Sequence[Any], *, stopped: Callable[[], bool] = lambda: False
    ) -> list[Made | PersonError]:
        return [self._one(request, stopped) for request in requests]

    def _one(self, request: PoemRequest, stopped: Callable[[], bool]) -> Made | PersonError:
        with Path("made.log").open("a") as log:
            log.write(f"{os.getpid()} {request.topic}\n")
        word, _, number = request.topic.partition(" ")
        if word == "crash":
            raise RuntimeError("asked to crash")
        if word == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if word in ("numb", "seize"):
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM, signal.SIGTERM})
            (time if word == "numb" else ctypes.PyDLL(None)).sleep(int(number))
        if word == "refuse":
            return BadInput("bad-acrostic-long", limit=14)
        if word in ("sleep", "deaf"):
            end = time.monotonic() + float(number)
            while time.monotonic() < end:
                if word == "sleep" and stopped():
                    raise Cancelled
                time.sleep(0.02)
        while word == "until" and not Path(number).exists():
            time.sleep(0.02)
        result = PoemResult(
            seed=request.seed or 0, version=self.version, form="free", lang="en", title="",
            lines=[request.topic], stanzas=[1],
        )  # fmt: skip
        return Made(result, (Artefact("poem.txt", "text/plain", request.topic.encode()),))


def load(_kind: Kind) -> DemoPoet:
    if os.environ.get("DEMO_DAMAGED") and not Path("mended").exists():
        raise WeightsError("weights-damaged", model="poet", path="poet.safetensors")
    return DemoPoet()


def hurry() -> None:
    """The same rules on a shorter clock, so that a test of a killed worker takes seconds."""
    heartbeat.BEAT_S, heartbeat.SETTLE_S = 0.3, 0.5
    heartbeat.OVERTIME_S, heartbeat.NUMB_S = 1.0, 3.0
    worker.LEASE_S, worker.TIDY_S, worker.TTL_S, worker.STUCK_S = 2, 1, 16, 2.0
    worker.FINISH_S, worker.LET_GO_S, worker.LEAVE_S = 0.7, 2.0, 4.0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kinds", nargs="+")
    parser.add_argument("--parent", type=int)
    options = parser.parse_args()
    hurry()
    settings = Settings.load()
    configure(settings)
    if len(options.kinds) > 1:
        pool.serve(options.kinds, program=[__file__])
    else:
        worker.serve(settings, options.kinds, loader=load, parent=options.parent)


if __name__ == "__main__":
    main()
