"""The people of ``atelier bench learning``: they vote by their taste, and the brigade is one voice."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from atelier.cli import main
from atelier.figures import Figure
from atelier.learning.rules import Bounds, lessons
from atelier.requests import MelodyRequest, Request
from atelier.settings import Settings
from atelier.store import PersonRef, Store
from atelier.works import MelodyResult
from bench import crowd as crowds
from bench import gains, learning
from bench.crowd import EACH, NOISE, VOICES, Crowd, Made
from bench.learning import _difference
from bench.tastes import TASTES, Taste, shown

COMPOSER = TASTES["composer"]
VOTES = 160


def tune(mode: str, pitches: list[int]) -> dict[str, Any]:
    notes = [[2 * at, 2, pitch] for at, pitch in enumerate(pitches)]
    return MelodyResult(
        seed=1, version="v1", title="", files={}, key="D", mode=mode, meter="4/4", tempo=100, bars=4,
        rhythm="song", notes=notes,
    ).model_dump(mode="json")  # fmt: skip


STEPS, LEAPS = [62, 64, 65, 67, 65, 64, 62, 62], [62, 72, 62, 74, 60, 69, 62, 62]


def works(store: Store, count: int) -> list[Made]:
    dice = random.Random(1)
    made = []
    for number in range(count):
        work, _ = store.accept(
            person=PersonRef("discord", f"person {number % 9}"), kind="melody", lang="en", place={},
            request=MelodyRequest(description="rain", seed=number), source=str(number),
        )  # fmt: skip
        result = tune(dice.choice(("minor", "major")), dice.choice((STEPS, LEAPS)))
        store.queued(work.id)
        store.started(work.id, "v1")
        store.made(work.id, MelodyResult.model_validate(result), [])
        made.append((work.id, result))
    return made


def test_tastes_tell_apart_what_they_should() -> None:
    assert COMPOSER.likes(tune("minor", STEPS))
    assert not COMPOSER.likes(tune("major", STEPS))
    assert not COMPOSER.likes(tune("minor", LEAPS))
    poet = TASTES["poet"].likes
    assert poet({"lines": ["The Winter came", "and went"]})
    assert not poet({"lines": ["wintering in the hall", "a springboard"]})
    for colour, warm in (((200, 120, 60), True), ((60, 120, 200), False)):
        file = io.BytesIO()
        Image.new("RGB", (8, 8), colour).save(file, "PNG")
        seen = shown({"width": 8, "seed": 1}, [file.getvalue()])
        assert TASTES["painter"].likes(seen) == warm
    assert shown({"lines": []}, []) == {"lines": []}
    for taste in TASTES.values():
        assert not set(taste.asked) & set(taste.fresh)
        assert len({taste.ask(words, 3).words for words in taste.asked}) == len(taste.asked)


def test_people_vote_by_their_taste_with_noise_and_a_brigade_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowds, "ACCOUNTS", 16)
    store = Store.open(f"sqlite:///{tmp_path / 'atelier.db'}")
    crowd = Crowd(COMPOSER, store, VOTES, seed=1)
    made = works(store, -(-VOTES // VOICES))
    good = {work: COMPOSER.likes(result) for work, result in made}
    share = crowd.vote(made)
    assert share == pytest.approx(sum(good.values()) / len(good), abs=0.02)
    heard = list(store.heard("melody"))
    assert len(heard) == VOTES
    agree = sum(vote.liked == good[vote.work] for vote in heard) / VOTES
    assert agree == pytest.approx(1 - NOISE / 2, abs=0.08)
    calm = lessons(heard, Bounds())
    assert (calm.left_out, calm.in_step) == ({}, ())
    assert calm.counts["voters"] == -(-VOTES // EACH)
    crowd.attack(made)
    attacked = lessons(store.heard("melody"), Bounds())
    assert attacked.in_step == (16,)
    assert attacked.lessons == calm.lessons


def test_a_difference_has_its_interval() -> None:
    ours, theirs = [1.0] * 60 + [0.0] * 40, [1.0] * 40 + [0.0] * 60
    low, mean, high = _difference(ours, theirs, 100)
    assert mean == pytest.approx(20)
    assert low == pytest.approx(20 - 1.96 * 4, abs=1)  # the normal theory's, of 100 pairs
    assert high == pytest.approx(20 + 1.96 * 4, abs=1)
    assert _difference(ours, theirs, 10) == pytest.approx((20, 20, 20))  # each prompt brings the same
    one = [float(at % 5 == 0) for at in range(100)]
    low, mean, high = _difference(one, [0.0] * 100, 5)  # one prompt's: of others little is known
    assert (low, mean) == pytest.approx((0, 20))
    assert high > 50


def test_what_was_begun_goes_on_where_it_was_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Sequence[Request]] = []

    def maker(_taste: Taste, folder: str | None, best_of: int) -> learning.Make:
        assert (folder, best_of) == ("v2", 4)

        def make(requests: Sequence[Request]) -> list[dict[str, Any] | None]:
            if len(asked) == 2:
                asked.append(())
                raise KeyboardInterrupt
            asked.append(requests)
            return [tune("minor", STEPS) if one.seed and one.seed % 2 else None for one in requests]

        return make

    monkeypatch.setattr(learning, "maker", maker)
    trial = learning.Trial(COMPOSER, tmp_path, votes=300, fresh=20, seed=1)
    with pytest.raises(KeyboardInterrupt):
        trial._liked(tmp_path / "best.json", "v2", 4)
    assert len(asked) == 3
    liked, seconds = trial._liked(tmp_path / "best.json", "v2", 4)
    assert [len(some) for some in asked] == [8, 8, 0, 4]  # what was known was not asked again
    assert liked == [float((500_001 + at) % 2) for at in range(20)]
    assert seconds > 0
    assert trial._liked(tmp_path / "best.json", "v2", 4) == (liked, seconds)
    assert len(asked) == 4


def test_one_models_figures_take_their_place_beside_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(learning, "RESULTS", tmp_path)
    monkeypatch.setattr(learning.spoilt, "seen", lambda: learning.spoilt.Seen(4.0, 1.0))
    moved = {"composer": 0.5, "poet": 1.5, "painter": 0.0}

    def figures(trial: Any) -> list[Figure]:
        name = trial.taste.model
        return [Figure(f"gain_{name}", trial.votes / 100, "points", 10),
                Figure(f"brigade_points_{name}", moved[name], "points", 2, "at most")]  # fmt: skip

    monkeypatch.setattr(learning.Trial, "figures", figures)
    card = {"trained": {"method": "KTO", "tuning": {}}}
    (tmp_path / "card.json").write_text(json.dumps(card), "utf-8")
    told = {"folder": str(tmp_path), "gate": {"passed": True}}
    monkeypatch.setattr(learning.Trial, "_trained", lambda _: [told, told])
    learning.run(settings, kind="poet").save(tmp_path)
    moved["composer"], moved["poet"] = 2.5, 0.0
    monkeypatch.setattr(learning.spoilt, "seen", lambda: learning.spoilt.Seen(3.0, 1.0))
    both = learning.run(settings, kind="composer")
    by_name = {figure.name: figure for figure in both.figures}
    assert both.name == "learning"
    assert by_name["gain_poet"] == Figure("gain_poet", 10, "points", 10)
    assert (by_name["brigade_points"].value, by_name["brigade_points"].holds) == (2.5, False)
    assert (by_name["bad_refused"].value, by_name["good_passed"].value) == (3, 1)  # of today's gate
    assert learning.run(settings, votes=300).name == "learning-300"
    verdicts = json.loads((tmp_path / learning.VERDICTS).read_text("utf-8"))
    assert {"composer-1000", "poet-1000", "painter-300"} <= set(verdicts)
    assert verdicts["poet-1000"] == {
        "code": learning._code(),
        "trained": {"method": "KTO"},
        "gate": told["gate"],
    }


def test_the_picture_shows_what_was_measured_and_no_more() -> None:
    drawn = gains.svg({"poet": [(300, 1.0, 4.0, 8.0), (1000, 9.0, 14.0, 19.0)]})
    assert drawn.count("<circle") == 2
    assert "composer" not in drawn
    assert gains.svg({"poet": [(300, 1.0, 4.0, 8.0)]}).count("<circle") == 1


def test_who_learns_is_said_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATELIER_HOME", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    for wrong in ("kind=", "kind=sculptor", "votes=many", "people=3"):
        with pytest.raises(SystemExit) as ended:
            main(["bench", "learning", "--set", wrong])
        told = capsys.readouterr()
        assert (ended.value.code, told.out) == (2, "")
        assert told.err.count("\n") == 1
