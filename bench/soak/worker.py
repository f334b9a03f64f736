"""A worker whose model takes five milliseconds a work and needs no weights; the rest of it is the real one.

``python -m bench.soak.worker [--hurry] [--work-s SECONDS] [--copies N] KIND``: ``--hurry`` counts the same
rules on a shorter clock, ``--copies`` are so many processes with one import.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from PIL import Image

from atelier.errors import Cancelled, PersonError
from atelier.logs import configure
from atelier.requests import Kind, PaintRequest
from atelier.settings import Settings
from atelier.works import Artefact, Made, PictureResult, PoemResult
from workers import batches, heartbeat, worker

WORK_S = 0.005
SIDE = 16  # pixels of a picture


class Echo:
    """Writes a poem of one line, the topic, or paints squares of one colour. Takes ``work_s`` seconds."""

    version = "echo"

    def __init__(self, work_s: float) -> None:
        self._work_s = work_s

    def generate(
        self, requests: Sequence[Any], *, stopped: Callable[[], bool] = lambda: False
    ) -> list[Made | PersonError]:
        """One work a request."""
        made: list[Made | PersonError] = []
        for request in requests:
            time.sleep(self._work_s)
            if stopped():
                raise Cancelled
            made.append(self._paint(request) if isinstance(request, PaintRequest) else self._write(request))
        return made

    def _write(self, request: Any) -> Made:
        text = request.topic
        result = PoemResult(
            seed=request.seed or 0, version=self.version, form="free", lang="en", title="",
            lines=[text], stanzas=[1],
        )  # fmt: skip
        return Made(result, (Artefact("poem.txt", "text/plain", text.encode()),))

    def _paint(self, request: PaintRequest) -> Made:
        names = [f"picture-{number}.png" for number in range(1, request.count + 1)]
        result = PictureResult(
            seed=request.seed or 0, version=self.version, file=names[0], files=names, width=SIDE, height=SIDE,
            understood="",
        )  # fmt: skip
        return Made(result, tuple(Artefact(name, "image/png", _square(n)) for n, name in enumerate(names)))


def _square(number: int) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (SIDE, SIDE), (200, 40 * number, 90)).save(data, "PNG")
    return data.getvalue()


def hurry() -> None:
    """A worker is missed after two seconds, where it is eight in life."""
    heartbeat.BEAT_S = 0.3
    heartbeat.LEASE_S = batches.LEASE_S = worker.LEASE_S = 2
    worker.TIDY_S, worker.TTL_S, worker.STUCK_S, worker.ALIVE_S = 1, 16, 2.0, 4


def copy(number: int) -> None:
    """Go on as ``number`` processes; the first passes SIGTERM on, waits for the others and ends."""
    if number == 1:
        return
    children = []
    for _ in range(number):
        child = os.fork()
        if child == 0:
            return
        children.append(child)

    def stop(*_: object) -> None:
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    for child in children:
        os.waitpid(child, 0)
    sys.exit(0)


def main() -> None:
    """Serve one kind until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=["poem", "paint"])
    parser.add_argument("--hurry", action="store_true")
    parser.add_argument("--work-s", type=float, default=WORK_S)
    parser.add_argument("--copies", type=int, default=1)
    options = parser.parse_args()
    if options.hurry:
        hurry()
    settings = Settings.load()
    configure(settings)
    copy(options.copies)

    def load(_kind: Kind) -> Echo:
        return Echo(options.work_s)

    worker.serve(settings, [options.kind], loader=load)


if __name__ == "__main__":
    main()
