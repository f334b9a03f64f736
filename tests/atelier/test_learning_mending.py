"""Whoever trained and was killed holds the one place no longer than it takes somebody to look."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from atelier.errors import Unavailable
from atelier.languages import say
from atelier.learning import mending
from atelier.learning.holding import holding
from atelier.learning.mending import mend
from atelier.queue import Road
from atelier.settings import Settings
from atelier.store import PersonRef, Store, Training
from atelier.store.rows import now
from atelier.store.tables import trainings
from bot.learning import ask
from bot.studio import Studio

ADA = PersonRef("web", "1")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mending, "AGAIN_S", 0.0)


def typed(store: Store, silent: timedelta = timedelta(0)) -> Training:
    """What ``atelier retrain`` on another machine left, that long after its last sign of life."""
    place = {"host": "far", "process": 4711}
    made = store.ask_training("poet", person=None, platform="cli", place=place, lang="en")
    store.training_moved(made.id)
    with store._db.writing() as connection:
        this = update(trainings).where(trainings.c.id == made.id)
        connection.execute(this.values(heard_at=now() - silent))
    return now_of(store, made)


def now_of(store: Store, training: Training) -> Training:
    found = store.training(training.id)
    assert found is not None
    return found


def test_a_command_that_says_nothing_any_more_has_failed(store: Store, road: Road) -> None:
    alive = typed(store, timedelta(seconds=50))
    assert mend(store, road) == alive
    store.training_ended(alive.id, "done")
    gone = typed(store, timedelta(seconds=70))
    mended = mend(store, road)
    assert mended == now_of(store, gone)
    assert mended is not None
    assert (mended.state, mended.failure and mended.failure.key) == ("failed", "training-silent")
    assert mended.failure is not None
    assert mended.failure.params == {"host": "far", "process": "4711"}
    assert mend(store, road) is None


def test_one_whose_clock_is_wrong_is_heard_all_the_same(
    store: Store, road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one that could not speak while the records were down."""
    training = typed(store, timedelta(hours=2))

    def speaks(_: float) -> None:
        store.training_moved(training.id, {"stage": "gate"})

    monkeypatch.setattr(mending.time, "sleep", speaks)
    mended = mend(store, road)
    assert mended is not None
    assert (mended.state, mended.progress) == ("running", {"stage": "gate"})


def test_a_job_that_is_lost_is_sent_again_wherever_it_was_asked_for(store: Store, road: Road) -> None:
    for place, platform in (({"schedule": True}, "cli"), ({}, "web")):
        training = store.ask_training("poet", person=None, platform=platform, place=place, lang="en")  # type: ignore[arg-type]
        assert road.retrain_status(training.id) == "lost"
        mend(store, road)
        assert road.retrain_status(training.id) == "on its way"
        road.cancel(training.id)
        mended = mend(store, road)
        assert mended is not None
        assert (mended.state, mended.failure and mended.failure.key) == ("failed", "training-killed")


def test_administrators_hear_when_the_schedules_training_fails(store: Store, road: Road) -> None:
    asked = {"person": None, "platform": "cli", "lang": "en"}
    for place in ({}, {"schedule": True}):
        training = store.ask_training("poet", place=place, **asked)  # type: ignore[arg-type]
        road.send_retrain(training.id)
        road.cancel(training.id)
        mend(store, road)
    [news] = store.news_for("discord", timedelta(days=1))  # nobody waits for it in a chat
    assert (news.key, news.params["model"]) == ("learn-news-failed", "poet")
    assert news.params["why"] == say("training-killed", "en")


async def test_who_asks_is_not_held_up_by_the_dead(make_settings: Callable[..., Settings]) -> None:
    studio = Studio.open(make_settings())
    typed(studio.store, timedelta(hours=1))
    how: dict[str, Any] = {"person": ADA, "lang": "en", "place": {}, "dry": False}
    asked = await ask.start(studio, "poet", **how)
    assert studio.store.open_training() == asked
    with pytest.raises(Unavailable):
        await ask.start(studio, "poet", **how)


def test_the_command_line_is_not_held_up_either(store: Store, tmp_path: Path) -> None:
    gone = typed(store, timedelta(hours=1))
    with holding(store, tmp_path, "poet", "en") as mine:
        assert store.open_training() == now_of(store, mine)
        assert now_of(store, gone).failure is not None
    alive = typed(store)
    with pytest.raises(Unavailable) as held, holding(store, tmp_path, "poet", "en"):
        pass
    assert held.value.key == "retrain-held"
    assert now_of(store, alive).state == "running"
