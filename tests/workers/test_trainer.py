"""A real trainer process and trainings from votes: made, stopped, handed back, killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from atelier.queue import Road
from atelier.settings import Settings
from atelier.store import PersonRef, Store, Training
from tests.conftest import end_family, environment_of
from tests.nursery import Born, Nursery
from tests.workers.test_training import eventually

DEMO = Path(__file__).parent / "demo_trainer.py"
Start = Callable[[], Born]


@pytest.fixture
def trainer(settings: Settings, tmp_path: Path, torch_nursery: Nursery) -> Iterator[Start]:
    started: list[Born] = []

    def start() -> Born:
        log = tmp_path / "trainer.log"
        process = torch_nursery.start([str(DEMO)], environment_of(settings), tmp_path, log)
        started.append(process)
        return process

    yield start
    for process in started:
        end_family(process)


def send(store: Store, road: Road, how: str) -> str:
    training = store.ask_training(
        "poet", person=PersonRef("discord", "1"), platform="discord", place={}, lang="en", settings=[how]
    )
    road.send_retrain(training.id)
    road.send_retrain(training.id)  # twice is once
    return training.id


def row(store: Store, training_id: str) -> Training:
    found = store.training(training_id)
    assert found is not None
    return found


def learns(store: Store, training_id: str) -> bool:
    return row(store, training_id).progress.get("step") is not None


def test_it_is_made_and_the_trainer_is_counted(store: Store, road: Road, trainer: Start) -> None:
    assert road.trainers() == 0
    asked = send(store, road, "quick")
    assert road.retrain_status(asked) == "on its way"
    trainer()
    eventually("it is made", lambda: row(store, asked).state == "done")
    assert (row(store, asked).outcome or {})["version"] == "v1+new"
    assert road.trainers() == 1
    eventually("its job ends", lambda: road.retrain_status(asked) == "ended")
    assert road.retrain_status("nosuchtraining") == "lost"


def test_it_is_stopped(store: Store, road: Road, trainer: Start) -> None:
    process = trainer()
    asked = send(store, road, "long")
    eventually("it learns", lambda: learns(store, asked))
    assert store.training_ended(asked, "cancelled")
    assert road.cancel(asked)
    eventually("its process ends", lambda: not psutil.Process(process.pid).children())
    assert row(store, asked).state == "cancelled"
    other = send(store, road, "quick")
    eventually("the next one is made", lambda: row(store, other).state == "done")


def test_a_trainer_that_stops_hands_it_to_the_next(
    store: Store, road: Road, trainer: Start, tmp_path: Path
) -> None:
    process = trainer()
    asked = send(store, road, "long")
    eventually("it learns", lambda: learns(store, asked))
    process.terminate()
    assert process.wait(20) == 0
    assert row(store, asked).state == "running"  # still wanted
    (tmp_path / "finish").touch()
    trainer()
    eventually("it is made", lambda: row(store, asked).state == "done")


@pytest.mark.parametrize(("how", "key"), [("die", "training-killed"), ("crash", "training-crashed")])
def test_one_that_ends_without_a_word_has_failed(
    store: Store, road: Road, trainer: Start, how: str, key: str
) -> None:
    trainer()
    asked = send(store, road, how)
    eventually("its row says so", lambda: row(store, asked).state == "failed")
    failure = row(store, asked).failure
    assert failure is not None
    assert failure.key == key
    assert store.open_training() is None
