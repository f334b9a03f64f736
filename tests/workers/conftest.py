"""What several tests of the workers ask for.

redis, queue   the batching worker's, on the Redis of the test; what its jobs note is empty at the start
run            does a training from votes in this process
poet, place    a model that counts its calls, and the workshop of this process that has it
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from atelier.errors import PersonError
from atelier.settings import Settings
from atelier.store import Store
from atelier.works import Artefact, Made
from tests.ballots import enough
from tests.conftest import environment_of
from tests.workers.votes import Run
from workers import reporter, retrain, samples, workshop
from workers.workshop import Workshop

sys.path.insert(0, str(Path(__file__).parent))
import batch_jobs
from demo_worker import DemoPoet


@contextmanager
def kept_handlers() -> Iterator[None]:
    """A worker that runs in the test's own process minds signals; afterwards who minded them before does."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def redis(settings: Settings) -> Iterator[Redis]:
    batch_jobs.calls.clear()
    with kept_handlers(), Redis.from_url(settings.redis) as client:
        yield client


@pytest.fixture
def queue(redis: Redis) -> Queue:
    return Queue("words", connection=redis, serializer=JSONSerializer)


class CountingPoet(DemoPoet):
    """Remembers how many requests came in each call."""

    def __init__(self) -> None:
        self.calls: list[int] = []

    def generate(
        self, requests: Sequence[Any], *, stopped: Callable[[], bool] = lambda: False
    ) -> list[Made | PersonError]:
        self.calls.append(len(requests))
        return super().generate(requests, stopped=stopped)


@pytest.fixture
def poet() -> CountingPoet:
    return CountingPoet()


@pytest.fixture
def place(
    settings: Settings, poet: CountingPoet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Workshop]:
    monkeypatch.chdir(tmp_path)
    opened = Workshop.open(settings, lambda _kind: poet)
    monkeypatch.setattr(workshop, "_current", opened)
    with kept_handlers():
        yield opened
    opened.store.close()
    opened.redis.close()


@pytest.fixture
def run(store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Does the job in this process, which stays as polite as it was."""
    monkeypatch.setattr(os, "nice", lambda _: 0)
    monkeypatch.setattr(reporter, "BEAT_S", 0.02)
    monkeypatch.setattr(Store, "heard", lambda *_: enough())
    monkeypatch.setattr(samples, "beside", lambda *_: samples.Beside(
        [samples.Pair("the sea", "old", "new")], [Artefact("before-after.png", "image/png", b"png")]
    ))  # fmt: skip
    for name, value in environment_of(settings).items():
        if name.startswith("ATELIER_"):
            monkeypatch.setenv(name, value)
    return lambda training: retrain.retrain(training.id)
