"""A worker whose model takes five milliseconds a work and needs no weights; the rest of it is the real one.

``python -m bench.soak.worker [--hurry] KIND``: ``--hurry`` counts the same rules on a shorter clock.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from typing import Any

from atelier.errors import Cancelled, PersonError
from atelier.logs import configure
from atelier.requests import Kind
from atelier.settings import Settings
from atelier.works import Artefact, Made, PoemResult
from workers import batches, heartbeat, worker

WORK_S = 0.005


class Echo:
    """Writes a poem of one line: the topic."""

    version = "echo"

    def generate(
        self, requests: Sequence[Any], *, stopped: Callable[[], bool] = lambda: False
    ) -> list[Made | PersonError]:
        """One poem a request."""
        made: list[Made | PersonError] = []
        for request in requests:
            time.sleep(WORK_S)
            if stopped():
                raise Cancelled
            text = request.topic
            result = PoemResult(
                seed=request.seed or 0, version=self.version, form="free", lang="en", title="",
                lines=[text], stanzas=[1],
            )  # fmt: skip
            made.append(Made(result, (Artefact("poem.txt", "text/plain", text.encode()),)))
        return made


def load(_kind: Kind) -> Echo:
    """The model of any kind of text."""
    return Echo()


def hurry() -> None:
    """A worker is missed after two seconds, where it is eight in life."""
    heartbeat.BEAT_S = 0.3
    heartbeat.LEASE_S = batches.LEASE_S = 2
    worker.TIDY_S, worker.TTL_S, worker.STUCK_S = 1, 16, 2.0


def main() -> None:
    """Serve one kind until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=["poem"])
    parser.add_argument("--hurry", action="store_true")
    options = parser.parse_args()
    if options.hurry:
        hurry()
    settings = Settings.load()
    configure(settings)
    worker.serve(settings, [options.kind], loader=load)


if __name__ == "__main__":
    main()
