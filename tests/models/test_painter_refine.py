"""Fine-tuning a painter on thumbs: what is learnt, what stays, and that a kill changes nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from atelier.errors import BadInput, Cancelled
from atelier.learning.rules import Bounds
from atelier.learning.snapshot import Snapshot, take
from atelier.versions import Version, open_version, sha256
from models import gate, tuning
from models.painter import refine as refining
from models.painter import strength, trial
from models.painter.generate import FILE, Painter
from models.painter.refine import Tuning, loss_of, refine, replay_of
from models.painter.reward import Work, features, latents_of, learn_from, sight_of, works_of
from models.painter.sight import Taste
from models.painter.tune import heads, judged, tune
from tests.models.painter_votes import no_taste, tiny_painter, votes, warmer_half
from tests.models.plug import pulled

FEW = Tuning(steps=4, batch=6, replay=18, least_each=1, validate_every=2, rate=1e-3, dropout=0.1)
SLOW = replace(FEW, steps=24, replay=48, batch=12, validate_every=8, anchor=0.5, alike=0.0)
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(autouse=True)
def few_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refining, "ASKED", 8)
    monkeypatch.setattr(trial, "ROUNDS", (8,))
    monkeypatch.setattr(strength, "SCENES", range(-12, 0))
    monkeypatch.setattr(trial, "USUAL", 12)
    monkeypatch.setattr(gate, "SETS", 10)


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Version:
    return tiny_painter(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def painter(parent: Version) -> Painter:
    return Painter.load(parent.folder)


@pytest.fixture(scope="module")
def taken(painter: Painter, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    heard = votes(painter, warmer_half(painter), 60)
    return take("painter", heard, tmp_path_factory.mktemp("votes"), Bounds())


class Lesson:
    """What a fine-tuning begins with."""

    def __init__(self, painter: Painter, snapshot: Snapshot) -> None:
        self.painter, self.snapshot, sight = painter, snapshot, sight_of(painter)
        self.works: dict[str, Work] = works_of(painter, snapshot)
        self.seen = features(sight, self.works, latents_of(painter, self.works))
        found = learn_from(snapshot, sight, self.seen)
        assert found is not None
        self.taste: Taste = found[0]

    def refine(self, settings: Tuning, work: Path, **more: object):  # type: ignore[no-untyped-def]
        return refine(
            self.painter, self.taste, self.works, self.seen, self.snapshot, settings, work, **more  # type: ignore[arg-type]
        )  # fmt: skip


@pytest.fixture(scope="module")
def lesson(painter: Painter, taken: Snapshot) -> Lesson:
    return Lesson(painter, taken)


def test_a_taste_is_learnt_and_what_is_frozen_stays(lesson: Lesson, tmp_path: Path) -> None:
    told: list[tuple[str, int, float]] = []
    slow = replace(
        FEW, steps=24, replay=48, batch=12, validate_every=8, anchor=0.5, alike=0.0, freeze=("time", "text")
    )
    found = lesson.refine(slow, tmp_path, told=lambda *one: told.append(one))
    assert found is not None
    generator, state = found
    assert [(part, step) for part, step, _ in told] == [("picture", step) for step in (0, 8, 16, 24)]
    assert state.best < state.curve[0][1] - 1e-4  # of held-out people's votes
    before, after = dict(lesson.painter.generator.named_parameters()), dict(generator.named_parameters())
    kept = [name for name in before if "time" in name or "text" in name]
    assert kept
    assert all(torch.equal(before[name], after[name]) for name in kept)
    assert any(not torch.equal(before[name], after[name]) for name in before)
    with pytest.raises(BadInput) as fault:
        lesson.refine(replace(FEW, freeze=("",)), tmp_path / "none")
    assert fault.value.key == "tune-all-frozen"


def test_the_replay_is_its_own_and_whose_colours_are_named_is_left_alone(lesson: Lesson) -> None:
    works = [
        replace(work, request=work.request.model_copy(update={"palette": "cool" if n % 2 else None}))
        for n, work in enumerate(lesson.works.values())
    ]
    own = replay_of(lesson.painter, lesson.taste, works, 40, seed=1)
    again = replay_of(lesson.painter, lesson.taste, works, 40, seed=1)
    assert torch.equal(own.painted, again.painted)
    assert own.open.tolist() == [0.0] * 20 + [1.0, 0.0] * 10  # scenes; then what people asked
    chance = torch.Generator().manual_seed(1)
    network = lesson.painter.generator
    with torch.no_grad():
        for rows, moves in ((range(20), False), (range(21, 40, 2), False), (range(20, 40, 2), True)):
            loss = float(loss_of(network, lesson.taste, own, rows, FEW, chance))
            assert (loss > 0.01) == moves
            assert loss == pytest.approx(0, abs=1e-4) or moves


@pytest.fixture(scope="module")
def undisturbed(lesson: Lesson, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What is left of a run that nobody killed."""
    work = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refining, "ASKED", 8)
        lesson.refine(FEW, work)
    left: dict[str, Any] = torch.load(work / "generator.pt", weights_only=True)
    return left


@pytest.mark.parametrize("moment", ["down 1", "down 4", "save 2"])
def test_a_run_that_is_killed_ends_like_an_undisturbed_one(
    moment: str, lesson: Lesson, undisturbed: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    what, _, when = moment.partition(" ")
    owner, name = (tuning.nn.utils, "clip_grad_norm_") if what == "down" else (torch, "save")
    with pulled(monkeypatch, owner, name, int(when)):
        lesson.refine(FEW, tmp_path / "broken")
    torch.rand(7)
    lesson.refine(FEW, tmp_path / "broken")
    one, two = undisturbed, torch.load(tmp_path / "broken" / "generator.pt", weights_only=True)
    assert one["state"] == two["state"]
    for part in ("network", "best"):
        assert all(torch.equal(one[part][key], two[part][key]) for key in one[part])


def test_a_run_can_be_stopped_and_gone_on_with(lesson: Lesson, tmp_path: Path) -> None:
    calls = iter([False, False, True])
    with pytest.raises(Cancelled):
        lesson.refine(FEW, tmp_path, stopped=lambda: next(calls))
    assert torch.load(tmp_path / "generator.pt", weights_only=True)["state"]["step"] == 2


def test_a_version_comes_of_it_with_a_verdict(
    parent: Version, painter: Painter, taken: Snapshot, tmp_path: Path
) -> None:
    version = tune(parent.folder, taken, tmp_path / "out", SLOW)
    assert version is not None
    card = version.card
    assert card["parent"]["version"] == painter.version == "v9"
    assert card["data"][-1]["snapshot"] == taken.sha256
    assert card["trained"]["generator"]["loss"] < card["trained"]["generator"]["loss_before"]
    assert {"reward.safetensors", "colours.safetensors"} <= set(card["files"])
    for name in ("judge.safetensors", "concepts.json"):
        assert card["files"][name] == sha256(parent.folder / name)
    assert card["files"][FILE] != sha256(parent.folder / FILE)
    again = Painter.load(version.folder, candidates=2)
    assert (again.version, again.brush.candidates) == (version.name, 2)
    assert again.brush.taste is not None
    for one, two in zip(painter.decoder.parameters(), again.decoder.parameters(), strict=True):
        assert torch.equal(one, two)
    assert tune(parent.folder, taken, tmp_path / "out", SLOW) == version
    final = judged(version, parent.folder, taken)
    assert {"reward", "scene_attributes", "seconds"} <= set(final.card["gate"]["measured"])
    assert judged(final, parent.folder, taken) == final  # once is enough
    # What its own version made is drawn again by that version, which lies beside it.
    theirs = Painter.load(version.folder)
    heard = votes(theirs, no_taste, 3, voices=1)
    few = take("painter", heard, tmp_path / "few", Bounds())
    sibling = replace(painter, folder=version.folder.parent / "other")
    assert len(latents_of(sibling, works_of(painter, few))) == 3
    assert heads(parent.folder, few) == []
    assert tune(parent.folder, few, tmp_path / "none", SLOW) is None


TOGETHER = """
import sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from atelier.learning.snapshot import Snapshot
from models import ranks
from models.painter import refine, strength
from models.painter.refine import Tuning
from models.painter.tune import tune
refine.ASKED, strength.SCENES = 8, range(-80, 0)  # few looks, as in the other tests
ranks.join("cpu")
parent, snapshot, out = (Path(one) for one in sys.argv[1:])
made = tune(parent, Snapshot.open(snapshot), out, Tuning(
    steps=4, batch=6, replay=18, least_each=1, validate_every=4, rate=1e-3, anchor=0.5, alike=0.0
))
(out / f"rank-{ranks.rank()}").write_text(made.name if made else "none")
"""


def test_two_processes_train_one_version(parent: Version, taken: Snapshot, tmp_path: Path) -> None:
    script = tmp_path / "together.py"
    script.write_text(TOGETHER, "utf-8")
    out = tmp_path / "out"
    out.mkdir()
    command = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--nproc-per-node=2",
        "--standalone",
        str(script),
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    subprocess.run(
        [*command, str(parent.folder), str(taken.folder), str(out)], check=True, env=environment, timeout=300
    )
    names = {(out / f"rank-{rank}").read_text() for rank in range(2)}
    assert len(names) == 1
    (name,) = names
    assert open_version(out / name, model="painter").name == name
    assert not [left for left in out.iterdir() if ".part" in left.name]
    assert json.loads((out / name / "card.json").read_text("utf-8"))["trained"]["tuning"]["steps"] == 4
