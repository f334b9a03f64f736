"""Trainings from votes in the store: one at a time, told of, forgotten; and what administrators are told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from atelier.errors import Cancelled, Unavailable
from atelier.learning.holding import holding
from atelier.store import PersonRef, Store, Training
from atelier.store.records import Failure

ADA = PersonRef("discord", "1")


def asked(store: Store, model: str = "poet", person: PersonRef | None = ADA) -> Training:
    return store.ask_training(
        model, person=person, platform="discord", place={"channel": 7}, lang="zh", settings=("steps=4",)
    )


def test_there_is_one_at_a_time_and_it_is_said_who_has_it(any_database_url: str) -> None:
    store, other = Store.open(any_database_url), Store.open(any_database_url)
    first = asked(store)
    with pytest.raises(Unavailable) as held:
        asked(other, "painter")
    assert held.value.key == "retrain-held"
    assert (held.value.params["model"], held.value.params["who"]) == ("poet", "discord:1")
    assert "discord:1" in held.value.text("en")
    assert store.training_moved(first.id, {"stage": "learning"})
    assert store.training_ended(first.id, "done", outcome={"version": "v2"})
    assert not store.training_ended(first.id, "failed")  # it was over
    assert not store.training_moved(first.id, {"stage": "again"})
    second = asked(other, "painter")
    assert store.open_training() == second
    assert [one.model for one in store.latest_trainings()] == ["painter", "poet"]
    now = store.training(first.id)
    assert now is not None
    assert (now.state, now.outcome, now.progress) == ("done", {"version": "v2"}, {"stage": "learning"})
    assert now.settings == ("steps=4",)


def test_what_is_to_be_told(store: Store) -> None:
    one = asked(store)
    assert [t.id for t in store.trainings_to_tell("discord", timedelta(0))] == [one.id]
    assert store.trainings_to_tell("telegram", timedelta(days=1)) == []
    store.training_ended(one.id, "failed", failure=Failure("training-killed", {}))
    [ended] = store.trainings_to_tell("discord", timedelta(days=1))
    assert ended.failure == Failure("training-killed", {})
    assert store.trainings_to_tell("discord", timedelta(0)) == []
    assert store.note_training_post(one.id, message=5) == {"message": 5}
    assert store.note_training_post(one.id, ended=True) == {"message": 5, "ended": True}


def test_who_asked_for_it_can_be_forgotten(store: Store) -> None:
    one = asked(store)
    store.erase(ADA)
    now = store.training(one.id)
    assert now is not None
    assert (now.person, now.place) == (None, {})


def test_the_command_line_holds_the_same_place(store: Store, tmp_path: Path) -> None:
    with holding(store, tmp_path, "poet", "en", ["steps=1"]) as mine:
        assert store.open_training() is not None
        with pytest.raises(Unavailable) as held:
            asked(store)
        assert "atelier retrain" in str(held.value)
        with pytest.raises(Unavailable) as twice, holding(store, tmp_path, "painter", "en"):
            pass
        assert twice.value.key == "retrain-already"
    assert store.training(mine.id).state == "done"
    with pytest.raises(Cancelled), holding(store, tmp_path, "poet", "en") as stopped:
        raise Cancelled
    assert store.training(stopped.id).state == "cancelled"
    with pytest.raises(RuntimeError), holding(store, tmp_path, "poet", "en") as broken:
        raise RuntimeError
    assert store.training(broken.id).state == "failed"
    # One that was killed lets go of the file, not of the row: the next on its machine sees that.
    killed = store.ask_training("poet", person=None, platform="cli", place=dict(mine.place), lang="en")
    with holding(store, tmp_path, "poet", "en"):
        assert store.training(killed.id).state == "failed"


def test_news_are_told_once_on_each_platform(any_database_url: str) -> None:
    store, week = Store.open(any_database_url), timedelta(days=7)
    assert store.add_news("one", "learn-news-nothing", model="poet")
    assert not store.add_news("one", "learn-news-nothing", model="painter")
    [news] = store.news_for("discord", week)
    assert (news.key, news.params) == ("learn-news-nothing", {"model": "poet"})
    store.news_told(news.id, "discord")
    assert store.news_for("discord", week) == []
    assert len(store.news_for("telegram", week)) == 1
    assert store.news_for("telegram", timedelta(0)) == []


def test_a_fact_keeps_its_first_value(store: Store) -> None:
    assert store.fact("first", "a") == "a"
    assert store.fact("first", "b") == "a"
