"""The schedule of trainings: off by default, never at a start, one after another, only for new votes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from atelier import registry
from atelier.learning import mending
from atelier.queue import Road
from atelier.settings import Settings
from atelier.store import Store
from tests.atelier.test_registry import version
from tests.ballots import enough
from workers.schedule import Schedule

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def later(self, **how: float) -> None:
        self.now += timedelta(**how)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def weekly(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings(retrain_days=7)


def test_it_is_off_by_default(settings: Settings) -> None:
    assert settings.retrain_days == 0


def test_no_start_begins_a_training_however_late(
    weekly: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store, "heard", lambda *_: enough())
    store, road = Store.open(weekly.database), Road.open(weekly)
    assert Schedule(weekly, clock).look() is None  # the first ever: its weeks are counted from here
    clock.later(days=20)  # the trainer was off when two moments passed
    late = Schedule(weekly, clock)
    assert late.look() is None
    clock.later(hours=23)
    assert late.look() is None
    clock.later(hours=1)  # day 21, while it runs
    asked = late.look()
    assert asked is not None
    training = store.training(asked)
    assert training is not None
    assert (training.model, training.person, training.place) == ("painter", None, {"schedule": True})
    assert road.retrain_status(asked) == "on its way"
    assert late.look() is None  # one at a time
    store.training_ended(asked, "done", outcome={"version": None})
    other = late.look()
    assert other is not None
    assert store.training(other).model == "poet"


def test_a_candidate_on_trial_is_left_in_peace(
    weekly: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Store, "heard", lambda *_: enough())
    store, schedule = Store.open(weekly.database), Schedule(weekly, clock)
    registry.adopt(store, "poet", version(tmp_path / "new", "new"), weekly.versions)
    store.begin_trial("poet", "new", "v1", 0.5)
    assert schedule.look() is None
    clock.later(days=7)
    trained = []
    while (asked := schedule.look()) is not None:
        trained.append(store.training(asked).model)
        store.training_ended(asked, "done", outcome={"version": None})
    assert trained == ["painter", "composer"]


def test_without_new_votes_nothing_is_trained(
    weekly: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(weekly.database)
    schedule = Schedule(weekly, clock)
    assert schedule.look() is None
    monkeypatch.setattr(Store, "heard", lambda *_: enough(voters=2))
    clock.later(days=7)
    assert schedule.look() is None  # too few
    monkeypatch.setattr(Store, "heard", lambda *_: enough())
    for model in ("painter", "poet", "composer"):  # they have learnt from these
        before = store.ask_training(model, person=None, platform="cli", place={}, lang="en")
        store.training_ended(before.id, "done", outcome={"version": None})
    clock.later(days=7)
    assert schedule.look() is None
    monkeypatch.setattr(Store, "heard", lambda *_: enough(at=datetime.now(UTC) + timedelta(days=1)))
    clock.later(days=7)
    assert schedule.look() is not None


def test_one_that_was_killed_holds_nobody_up(
    weekly: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store, "heard", lambda *_: enough())
    monkeypatch.setattr(mending, "AGAIN_S", 0.0)
    monkeypatch.setattr(mending, "SILENT", timedelta(0))
    store = Store.open(weekly.database)
    schedule = Schedule(weekly, clock)
    schedule.look()
    killed = store.ask_training("poet", person=None, platform="cli", place={"process": 1}, lang="en")
    clock.later(days=7)
    assert schedule.look() is not None
    assert store.training(killed.id).state == "failed"
