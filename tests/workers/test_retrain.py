"""A training from votes in the trainer's hands: done, rejected, missing, stopped, broken, taken up again."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from atelier import registry
from atelier.artefacts import Shelf
from atelier.errors import BadInput
from atelier.learning.snapshot import Example, Snapshot
from atelier.settings import Settings
from atelier.store import Store
from atelier.versions import Version, open_version, taken_back
from atelier.works import Made, PoemResult
from models import learning
from tests.ballots import enough
from tests.workers.votes import Run, asked, teach, version
from workers import reporter, retrain, samples


@pytest.mark.parametrize("passed", [True, False])
def test_it_ends_with_a_version_the_verdict_and_samples(
    store: Store, settings: Settings, run: Run, monkeypatch: pytest.MonkeyPatch, passed: bool
) -> None:
    def how(out: Path, also: Any) -> Version:
        also["told"]("en", 0, 0.5)
        also["told"]("en", 20, 0.4)
        also["stage"]("gate")
        return version(out / "v1+new", passed)

    teach(monkeypatch, how)
    training = asked(store)
    assert run(training) == "done"
    now = store.training(training.id)
    assert now is not None
    assert now.state == "done"
    outcome = now.outcome or {}
    status = "candidate" if passed else "rejected"
    assert (outcome["version"], outcome["status"], outcome["parent"]) == ("v1+new", status, "v1")
    assert outcome["curves"] == {"en": [[0, 0.5], [20, 0.4]]}
    assert outcome["samples"] == [{"asked": "the sea", "before": "old", "after": "new"}]
    assert [kept["name"] for kept in outcome["files"]] == ["before-after.png"]
    assert outcome["gate"]["passed"] is passed
    row = {row.version: row for row in store.versions("poet")}["v1+new"]
    assert (row.status, open_version(Path(row.origin)).name) == (status, "v1+new")
    assert store.serving("poet") is None  # nobody's order to serve
    trial = store.trial("poet")  # but a share of the requests, to see how it pleases
    assert (trial and (trial.version, trial.share)) == (("v1+new", 0.1) if passed else None)
    assert outcome.get("share") == (0.1 if passed else None)
    assert run(training) == "done"  # redelivered: over is over


def test_one_that_was_taken_back_stays_so_when_it_comes_again(
    store: Store, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    teach(monkeypatch, lambda out, _: version(out / "v1+new", passed=True))
    assert run(asked(store)) == "done"
    store.rollback("poet")  # its trial ends so, or somebody ends it
    again = asked(store)
    assert run(again) == "done"
    outcome = store.training(again.id).outcome
    assert (outcome["version"], outcome["status"], outcome.get("share")) == ("v1+new", "rejected", None)
    assert taken_back(outcome["status"], outcome["gate"])
    assert not store.running_trials()
    with pytest.raises(BadInput) as refused:
        registry.promote(store, "poet", "v1+new")
    assert refused.value.key == "version-taken-back"


def test_below_the_minimum_nothing_is_done(store: Store, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Store, "heard", lambda *_: enough(voters=3))
    teach(monkeypatch, lambda *_: pytest.fail("it was trained"))
    training = asked(store)
    assert run(training) == "done"
    outcome = store.training(training.id).outcome
    assert outcome["missing"] == {"votes": 140, "voters": 2, "liked": 10, "disliked": 10}  # one is held out
    assert "version" not in outcome


def test_a_dry_run_only_looks(store: Store, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    heads = [{"part": "en", "auc": 0.7, "votes": 90}]
    monkeypatch.setattr(learning, "dry_run", lambda *_: heads)
    teach(monkeypatch, lambda *_: pytest.fail("it was trained"))
    training = asked(store, dry=True)
    assert run(training) == "done"
    assert store.training(training.id).outcome["heads"] == heads


def test_nothing_better_came_of_it(store: Store, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    teach(monkeypatch, lambda *_: None)
    training = asked(store)
    assert run(training) == "done"
    assert store.training(training.id).outcome["version"] is None


@pytest.mark.parametrize("end", ["done", "failed"])
def test_nobodys_words_stay_when_it_is_over(
    store: Store, settings: Settings, run: Run, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    home, seen = settings.lessons / "snapshots", []

    def how(*_: Any) -> None:
        seen.extend(home.glob("*/*/works.jsonl"))
        if end == "failed":
            raise BadInput("bad-set", value="x", names="steps")

    teach(monkeypatch, how)
    assert run(asked(store)) == end
    [works] = seen
    assert [file.name for file in works.parent.iterdir()] == ["snapshot.json"]


def test_the_versions_that_made_the_works_are_looked_for(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    shelf = Shelf.open(settings)
    for name, on in (("v1+here", None), ("v1+far", shelf), ("v1+lost", None)):
        made = version(tmp_path / name, passed=True, name=name)
        registry.adopt(store, "poet", made.folder, tmp_path / "there" / name, shelf=on)
    for name in ("v1+far", "v1+lost"):
        (tmp_path / "there" / name).rename(tmp_path / f"{name} on another machine")
    names = ("v1+here", "v1+far", "v1+lost", "v1+unknown")
    examples = tuple(Example(name, "en", {}, {"version": name}, (), name, ()) for name in names)
    taken = Snapshot("poet", "0", tmp_path, {}, examples)
    found = retrain.located(store, settings, taken, shelf)
    assert found.folders == {
        "v1+here": tmp_path / "there" / "v1+here" / "poet" / "v1+here",
        "v1+far": settings.versions / "poet" / "v1+far",
    }
    assert open_version(found.folders["v1+far"]).name == "v1+far"
    assert retrain.gone(found) == {}  # a poem is there to be read, whoever wrote it
    assert retrain.gone(replace(found, model="painter")) == {"gone": 2}


def test_what_older_trainings_left_is_taken_away(
    store: Store, settings: Settings, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def how(out: Path, _: Any) -> Version:
        for name in ("v1+old", "v1+old.work", "v1+new"):
            made = version(out / name, passed=True)
            for path in (made.folder, *made.folder.iterdir()):
                os.utime(path, (0, 0))
        return made

    teach(monkeypatch, how)
    assert run(asked(store)) == "done"
    assert [folder.name for folder in (settings.lessons / "trained").iterdir()] == ["v1+new"]


def test_votes_that_come_meanwhile_are_the_next_ones(
    store: Store, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A training that a restart interrupted is the same one when it is taken up again."""
    teach(monkeypatch, lambda *_: None)
    training = asked(store)
    late = enough(voters=13, at=training.asked_at + timedelta(seconds=1))[-20:]
    monkeypatch.setattr(Store, "heard", lambda *_: [*enough(), *late])
    assert run(training) == "done"
    outcome = store.training(training.id).outcome
    assert (outcome["votes"], outcome["voters"]) == (240, 12)


def test_what_a_person_can_mend_is_a_sentence(
    store: Store, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def how(*_: Any) -> None:
        raise BadInput("bad-set", value="x", names="steps")

    teach(monkeypatch, how)
    training = asked(store)
    assert run(training) == "failed"
    failure = store.training(training.id).failure
    assert (failure.key, failure.params) == ("bad-set", {"value": "x", "names": "steps"})
    assert store.news_for("discord", timedelta(days=1)) == []  # who asked for it is told
    unasked = store.ask_training(
        "poet", person=None, platform="cli", place={"schedule": True}, lang="en", settings=["steps=40"]
    )
    assert run(unasked) == "failed"
    [news] = store.news_for("discord", timedelta(days=1))
    assert news.key == "learn-news-failed"


def test_progress_is_told_and_time_left_with_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporter, "BEAT_S", 0.01)
    before = asked(store)
    store.training_moved(before.id, {"spent": {"gate": 100.0, "samples": 20.0}})
    store.training_ended(before.id, "done", outcome={"version": "v1+old"})
    training = asked(store)

    def row() -> dict[str, Any]:
        return store.training(training.id).progress

    def until(met: Callable[[], object]) -> None:
        for _ in range(3000):
            if met():
                return
            reporter.time.sleep(0.01)
        pytest.fail(f"never: {row()}")

    with reporter.Reporter(store, training) as told:
        until(lambda: row().get("stage") == "snapshot")
        told.expect(40)
        told.stage("learning")
        told.step("en", 0, 0.5)
        until(lambda: row().get("step") == 0)
        assert row()["left_s"] is None  # nothing was measured yet
        told.step("en", 20, 0.4)
        until(lambda: row().get("left_s") is not None)
        assert row()["left_s"] >= 120  # the gate and the samples took so long the last time
        told.step("en", 20, 0.3)  # taken up again: the point is there once
        told.stage("gate")
        until(lambda: row()["stage"] == "gate")
        assert 100 <= row()["left_s"] <= 120
        assert told.curves == {"en": [[0, 0.5], [20, 0.3]]}
    assert store.training(training.id).state == "running"


class Poet:
    def __init__(self, folder: Path) -> None:
        self._name = folder.name

    def generate(self, requests: Any) -> list[Any]:
        made = []
        for number, request in enumerate(requests):
            result = PoemResult(
                seed=1, version=self._name, form="free", lang="en", title="",
                lines=[f"{self._name} on {request.words}"], stanzas=[1],
            )  # fmt: skip
            made.append(BadInput("poet-stuck") if number == 1 else Made(result, ()))
        return made


def test_samples_are_the_same_requests_to_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "load_model", lambda _kind, folder, *_, **__: Poet(folder))
    found = samples.beside("poet", Path("old"), Path("new"), "cpu")
    asked_for = [request.words for request in samples.ASKED["poet"]]
    assert [pair.asked for pair in found.pairs] == asked_for
    assert found.pairs[0].before == f"old on {asked_for[0]}"
    assert found.pairs[0].after == f"new on {asked_for[0]}"
    assert (found.pairs[1].before, found.pairs[1].after) == ("", "")  # both gave up
    assert found.files == []


def test_pictures_stand_side_by_side() -> None:
    def picture(colour: str, size: tuple[int, int]) -> bytes:
        stream = io.BytesIO()
        Image.new("RGB", size, colour).save(stream, "PNG")
        return stream.getvalue()

    page = Image.open(io.BytesIO(samples.sheet([
        [picture("red", (64, 64)), picture("blue", (64, 64))], [None, picture("lime", (64, 32))]
    ])))  # fmt: skip
    left, right = samples.GAP + 5, samples.SIDE + 2 * samples.GAP + 5
    below = samples.SIDE + 2 * samples.GAP + 5
    assert page.getpixel((left, left)) == (255, 0, 0)
    assert page.getpixel((right, left)) == (0, 0, 255)
    assert page.getpixel((right, below)) == (0, 255, 0)
    assert page.getpixel((left, below)) == (255, 255, 255)
