"""What tests of workers share."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from atelier.settings import Settings
from atelier.store import Store
from atelier.works import Artefact
from tests.ballots import enough
from tests.conftest import environment_of
from tests.workers.votes import Run
from workers import reporter, retrain, samples


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
