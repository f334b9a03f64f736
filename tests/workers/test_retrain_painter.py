"""The painter learns from votes, from the store to the registry: by the trainer's job, and by the command."""

from __future__ import annotations

import io
import json
import os
import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import update

from atelier import registry
from atelier.artefacts import Shelf
from atelier.cli import main
from atelier.requests import PaintRequest
from atelier.settings import Settings
from atelier.store import PersonRef, Store
from atelier.store.tables import facts
from atelier.versions import Version, open_version
from atelier.works import Made, PictureResult
from models import gate
from models.painter import strength, trial
from models.painter.generate import Painter
from tests.conftest import environment_of
from tests.models.painter_votes import ASKED, tiny_painter, warmer_half
from workers import retrain

SET = ("steps=16", "replay=48", "batch=12", "validate_every=8", "anchor=0.5", "alike=0", "rate=0.001")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Version:
    return tiny_painter(tmp_path_factory.mktemp("tiny"))


Votes = list[tuple[PaintRequest, PictureResult, list[tuple[int, str]]]]


@pytest.fixture(scope="module")
def votes(tiny: Version) -> Votes:
    """What was asked, what the tiny painter made of it, and what some people say of that."""
    painter, dice = Painter.load(tiny.folder), random.Random(4)
    likes = warmer_half(painter)
    requests = [PaintRequest(prompt=ASKED[n % len(ASKED)], seed=n) for n in range(60)]
    found: Votes = []
    for request, made in zip(requests, painter.generate(requests), strict=True):
        assert isinstance(made, Made)
        assert isinstance(made.result, PictureResult)
        pixels = np.asarray(Image.open(io.BytesIO(made.artefacts[0].data)))
        people = dice.sample(range(20), 4)  # not the same few together: a brigade
        said = [(person, "liked" if likes(pixels, dice) else "disliked") for person in people]
        found.append((request, made.result, said))
    return found


@pytest.fixture
def studio(
    store: Store, settings: Settings, tiny: Version, votes: Votes, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Store:  # fmt: skip
    """The tiny painter serves, and its pictures have votes enough."""
    monkeypatch.setattr(os, "nice", lambda _: 0)
    monkeypatch.setattr(trial, "ROUNDS", (8,))
    monkeypatch.setattr(strength, "SCENES", range(-12, 0))
    monkeypatch.setattr(trial, "USUAL", 12)
    monkeypatch.setattr(gate, "SETS", 10)
    for name, value in environment_of(settings).items():
        if name.startswith("ATELIER_"):
            monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    with store._db.writing() as connection:  # it decides who is held out: not any few are pleased
        connection.execute(update(facts).where(facts.c.name == "salt").values(value="of each run"))
    row = registry.adopt(store, "painter", tiny.folder, settings.versions)
    registry.promote(store, "painter", row.version)
    for number, (request, result, said) in enumerate(votes):
        work, _ = store.accept(
            person=PersonRef("discord", f"person {number % 9}"), kind="paint", lang="en", place={},
            request=request, source=str(number),
        )  # fmt: skip
        store.queued(work.id)
        store.started(work.id, tiny.name)
        store.made(work.id, result, [])
        for person, vote in said:
            who = PersonRef("discord", f"person {person}")
            store.vote(work.id, who, vote, origin="button", platform="discord")
    return store


def test_the_trainer_makes_a_version_with_samples(studio: Store, settings: Settings) -> None:
    boss = PersonRef("discord", "1")
    training = studio.ask_training(
        "painter", person=boss, platform="discord", place={}, lang="en", settings=list(SET), dry=False
    )
    assert retrain.retrain(training.id) == "done"
    now = studio.training(training.id)
    assert now is not None
    outcome = now.outcome or {}
    assert outcome.get("parent") == "v9", outcome
    assert outcome["version"].startswith("v9+")
    assert outcome["status"] in ("candidate", "rejected")
    assert {"reward", "variety", "scene_attributes"} <= set(outcome["gate"]["measured"])
    assert [step for step, _ in outcome["curves"]["picture"]] == [0, 8, 16]
    (sheet,) = now.outcome["files"]
    assert sheet["name"] == "before-after.png"
    row = {row.version: row for row in studio.versions("painter")}[outcome["version"]]
    assert open_version(Path(row.origin)).card["gate"] == outcome["gate"]
    assert studio.serving("painter") != row.origin  # nobody's order to serve
    assert Painter.load(Path(row.origin), candidates=2).brush.taste is not None
    assert Shelf.open(settings)


def test_the_command_says_what_there_is_to_learn(studio: Store, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["retrain", "painter", "--dry-run", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (ended.value.code, told["version"]) == (0, None)
    (head,) = told["heads"]
    assert head["part"] == "picture"
    assert head["auc"] > 0.6
