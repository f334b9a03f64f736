"""A worker whose machine lacks the version that is to serve goes on with the old one until it is there."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from atelier import registry
from atelier.artefacts import Shelf
from atelier.errors import Unavailable, WeightsError
from atelier.requests import Kind
from atelier.settings import Settings
from atelier.store import Store
from atelier.versions import open_version
from tests.atelier.test_depot import version
from workers import fetching
from workers.fetching import Fetching
from workers.workshop import ModelShelf, finder


class Model:
    def __init__(self, folder: Path | None) -> None:
        self.version = open_version(folder).name if folder else "v1"


def until(met: Callable[[], bool]) -> None:
    for _ in range(2000):
        if met():
            return
        time.sleep(0.005)
    pytest.fail("it never came")


class Machine:
    """Another machine than the one that trained: its own folder of versions, the same records and shelf."""

    def __init__(self, settings: Settings, store: Store, shelf: Shelf) -> None:
        self.loaded: list[str] = []
        self.gate = threading.Event()  # whether the shelf answers
        self.fault: Exception | None = None
        plain = finder(settings, store, shelf)

        def find(kind: Kind, folder: Path) -> Path:
            assert self.gate.wait(20)
            if self.fault is not None:
                raise self.fault
            return plain(kind, folder)

        def load(kind: Kind, folder: Path | None) -> Any:
            model = Model(find(kind, folder) if folder else None)
            self.loaded.append(model.version)
            return model

        self.models = ModelShelf(load, Fetching(find))

    def serves(self, origin: str) -> str:
        return self.models.get("poem", origin).version


@pytest.fixture
def machine(settings: Settings, store: Store, shelf: Shelf) -> Machine:
    return Machine(settings, store, shelf)


@pytest.fixture
def origin(store: Store, shelf: Shelf, tmp_path: Path) -> str:
    made = version(tmp_path / "trained", "v1+new")
    row = registry.adopt(store, "poet", made, tmp_path / "there", shelf=shelf)
    (tmp_path / "there").rename(tmp_path / "another machine")
    return row.origin


def test_the_old_one_serves_until_the_new_one_is_here(machine: Machine, origin: str) -> None:
    assert machine.serves("shipped") == "v1"
    assert machine.serves(origin) == "v1"  # on its way: nobody waits for it
    assert machine.models.on_trial("poem", origin) is None
    machine.gate.set()
    until(lambda: machine.serves(origin) == "v1+new")
    assert machine.loaded == ["v1", "v1+new"]


def test_a_worker_that_starts_waits_for_its_version(machine: Machine, origin: str) -> None:
    machine.gate.set()
    assert machine.serves(origin) == "v1+new"


def test_a_shelf_that_is_down_is_asked_again(
    machine: Machine, origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "AGAIN_S", 0.05)
    machine.gate.set()
    machine.fault = Unavailable("artefacts-down")
    assert machine.serves(origin) == "v1"  # at the start, and what ships serves meanwhile
    for _ in range(20):
        assert machine.serves(origin) == "v1"
        time.sleep(0.01)
    machine.fault = None
    until(lambda: machine.serves(origin) == "v1+new")


def test_what_is_damaged_is_refused_once(machine: Machine, origin: str) -> None:
    machine.gate.set()
    machine.serves("shipped")
    machine.fault = WeightsError("weights-damaged", model="poet", path="x")
    told: list[str] = []
    until(
        lambda: (machine.models.on_trial("poem", origin, lambda fault: told.append(fault.key)), told)[1] != []
    )
    machine.models.on_trial("poem", origin, lambda fault: told.append(fault.key))
    assert told == ["weights-damaged"]
    assert machine.serves(origin) == "v1"
