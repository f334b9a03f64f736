"""The workers that ``atelier bench queue`` compares, each as a process of its own.

``python -m bench.crew WORKER QUEUE``: WORKER is ``ours``, ``SimpleWorker`` or ``Worker`` (rq's own);
QUEUE a kind, made by the shipped model or (``--instant``) by one that takes no time, or ``empty``
for jobs that do nothing. ``alone`` is no worker: it prints how many works a second the model makes,
by the size of its passes (JSON).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from redis import Redis
from rq import Queue, SimpleWorker, Worker
from rq.serializers import JSONSerializer

from atelier import notify
from atelier.errors import Cancelled, PersonError
from atelier.logs import configure
from atelier.queue import queue_name
from atelier.requests import KINDS, Kind, PoemRequest, parse_request
from atelier.settings import Settings
from atelier.works import Artefact, Made, PoemResult
from models.loading import Generator
from workers import worker as ours
from workers import workshop
from workers.batches import BatchWorker, together
from workers.ledger import Done
from workers.workshop import Workshop

EMPTY = "empty"
ALONE, PASSES, TIMES = 64, (1, 4, 8, 16, 64), 2
RQS = {"SimpleWorker": SimpleWorker, "Worker": Worker}


def nothing_many(arguments: Sequence[Sequence[Any]]) -> list[Done]:
    """Nothing, many times."""
    return [Done()] * len(arguments)


@together(nothing_many)
def nothing() -> None:
    """A job that does nothing: what it takes is the queue's own."""


class Instant:
    """A poet that takes no time, and leaves a small file as a real one does."""

    version = "instant"

    def generate(
        self, requests: Sequence[PoemRequest], *, stopped: Callable[[], bool] = lambda: False
    ) -> list[Made | PersonError]:
        """The topic, as a poem of one line."""
        if stopped():
            raise Cancelled
        return [self._one(request) for request in requests]

    def _one(self, request: PoemRequest) -> Made:
        result = PoemResult(
            seed=request.seed or 0, version=self.version, form="free", lang="en", title="",
            lines=[request.topic], stanzas=[1],
        )  # fmt: skip
        return Made(result, (Artefact("poem.txt", "text/plain", request.topic.encode()),))


def empty(name: str, redis: Redis) -> None:
    """Jobs that do nothing, by one of the three."""
    queue = Queue(EMPTY, connection=redis, serializer=JSONSerializer)
    kind = BatchWorker if name == "ours" else RQS[name]
    worker = kind([queue], connection=redis, serializer=JSONSerializer, log_job_description=False)
    worker.log_result_lifespan = False
    notify.ready()
    worker.work(logging_level="WARNING")


def works(name: str, kind: Kind, settings: Settings, instant: bool, notes: bool = False) -> None:
    """Works by one of the three; rq's own get the same warm workshop, and make one at a time."""
    loader: Callable[[Kind], Generator] | None = (lambda _kind: Instant()) if instant else None
    if notes:
        from bench.notes import Notes  # here: an empty job needs no torch

        loader = lambda _kind: Notes.load()  # noqa: E731
    if name == "ours":
        ours.serve(settings, [kind], loader=loader)
        return
    place = Workshop.open(settings, loader)
    workshop.use(place)
    place.warm(kind)
    queue = Queue(queue_name(kind), connection=place.redis, serializer=JSONSerializer)
    notify.ready()
    RQS[name]([queue], connection=place.redis, serializer=JSONSerializer).work(logging_level="WARNING")


def alone(kind: Kind, settings: Settings) -> dict[int, float]:
    """Works a second by the model itself, by the size of its passes."""
    model = workshop.version_loader(settings)(kind, None)
    words = {"paint": "prompt", "poem": "topic", "melody": "description"}[kind]
    asked = [
        parse_request(kind, {words: f"a stormy sea at dusk {n}", "seed": n}) for n in range(ALONE)
    ]  # fmt: skip
    model.generate(asked[:2])
    spent = dict.fromkeys(PASSES, 0.0)
    for _ in range(TIMES):
        for size in PASSES:
            began = time.perf_counter()
            for start in range(0, ALONE, size):
                model.generate(asked[start : start + size])
            spent[size] += time.perf_counter() - began
    return {size: TIMES * ALONE / seconds for size, seconds in spent.items()}


def main() -> None:
    """See the module's own words."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("worker", choices=["ours", "alone", *RQS])
    parser.add_argument("queue", choices=[*KINDS, EMPTY])
    parser.add_argument("--instant", action="store_true")
    parser.add_argument("--notes", action="store_true", help="tunes without their sound and score")
    options = parser.parse_args()
    settings = Settings.load()
    configure(settings)
    if options.worker == "alone":
        sys.stdout.write(json.dumps(alone(options.queue, settings)))
    elif options.queue == EMPTY:
        empty(options.worker, Redis.from_url(settings.redis))
    else:
        works(options.worker, options.queue, settings, options.instant, options.notes)


if __name__ == "__main__":
    main()
