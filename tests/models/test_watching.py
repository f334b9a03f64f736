"""What every training from votes can be watched by: TensorBoard, Weights & Biases, a picture of the loss."""

from __future__ import annotations

import io
import sys
import types
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch import nn

from atelier.errors import BadInput, Cancelled, Unavailable
from atelier.learning import curve
from atelier.learning.snapshot import Snapshot
from atelier.versions import Version, open_version, write_card
from models.tuning import Pace, Progress, down, improve, name_of, tuned

PACE = Pace(steps=6, validate_every=2, patience=9, rate=0.1)


def scalars(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """By tag, the steps and values of the event files in ``folder``."""
    held = EventAccumulator(str(folder))
    held.Reload()
    return {tag: [(one.step, one.value) for one in held.Scalars(tag)] for tag in held.Tags()["scalars"]}


def learn(work: Path, pace: Pace = PACE, stop_after: int = 99) -> Progress | None:
    """A line that learns to say 1; asked to stop after so many steps."""
    torch.manual_seed(0)
    network, taken = nn.Linear(1, 1), iter(range(99))

    def loss() -> torch.Tensor:
        return (network(torch.ones(1, 1)) - 1).square().mean()

    return improve(
        network, pace, work / "line.pt", lambda optimiser, _: down(loss(), network, optimiser),
        lambda: float(loss()), "line", stopped=lambda: next(taken) >= stop_after,
    )  # fmt: skip


def test_tensorboard_and_a_picture_have_the_curves(tmp_path: Path) -> None:
    state = learn(tmp_path / "v1+new.work")
    assert state is not None
    logs = tmp_path / "v1+new.logs" / "line"
    told = scalars(logs)
    assert [step for step, _ in told["loss/train"]] == [1, 2, 3, 4, 5, 6]
    assert [step for step, _ in told["loss/val"]] == [step for step, _ in state.curve] == [0, 2, 4, 6]
    assert [loss for _, loss in told["loss/val"]] == pytest.approx([loss for _, loss in state.curve])
    assert told["loss/train"][0][1] == pytest.approx(state.curve[0][1])  # the loss before the first step
    drawn = (logs / "loss.png").read_bytes()
    assert drawn == curve.png({"line": state.curve})
    assert Image.open(io.BytesIO(drawn)).size == (curve.WIDTH, curve.HEIGHT)


def test_who_goes_on_says_nothing_twice(tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        learn(tmp_path / "a.work", stop_after=3)
    state = learn(tmp_path / "a.work")
    assert state is not None
    told = scalars(tmp_path / "a.logs" / "line")
    assert [step for step, _ in told["loss/val"]] == [0, 2, 4, 6]
    assert sorted(step for step, _ in told["loss/train"]) == [1, 2, 3, 4, 5, 6]


@pytest.fixture
def parent(tmp_path: Path) -> Version:
    folder = tmp_path / "parent"
    folder.mkdir()
    (folder / "poet.safetensors").write_text("weights")
    return write_card(folder, {
        "model": "poet", "version": "v1", "data": [], "command": "", "parameters": 1, "figures": [],
    })  # fmt: skip


VOTES = Snapshot("poet", "0" * 64, Path("votes"), {}, ())


def test_who_watches_is_no_part_of_the_version(parent: Version, tmp_path: Path) -> None:
    made = tuned("poet", parent.folder, VOTES, tmp_path / "out", PACE, "by hand", lambda *_: {"en": 1})
    assert made is not None
    watched = replace(PACE, tracker="wandb")
    assert name_of(parent, VOTES, watched) == made.name
    assert "tracker" not in made.card["trained"]["tuning"]
    assert name_of(parent, VOTES, replace(PACE, rate=0.2)) != made.name
    # It is there already, so nobody is asked to watch: Weights & Biases is not installed here.
    assert tuned("poet", parent.folder, VOTES, tmp_path / "out", watched, "by hand", lambda *_: {}) == made


def test_weights_and_biases_follows_by_setting(
    parent: Version, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []
    wandb = types.ModuleType("wandb")
    wandb.init = lambda **how: told.append(how)  # type: ignore[attr-defined]
    wandb.finish = lambda: told.append("finished")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "wandb", wandb)
    pace, out = replace(PACE, tracker="wandb"), tmp_path / "out"

    def learnt(_before: Version, _new: Path, work: Path) -> dict[str, float]:
        assert told[0]["sync_tensorboard"] is True  # type: ignore[index]
        state = learn(work, pace)
        return {} if state is None else state.on_card()

    made = tuned("poet", parent.folder, VOTES, out, pace, "by hand", learnt)
    assert made is not None
    assert open_version(made.folder, model="poet").name == made.name
    (how, end) = told
    assert (how["project"], how["dir"]) == ("atelier-poet", str(out / f"{made.name}.logs"))  # type: ignore[index]
    assert how["config"]["steps"] == 6  # type: ignore[index]
    assert end == "finished"
    assert (out / f"{made.name}.logs" / "line" / "loss.png").is_file()  # the checkpoints are gone
    assert not (out / f"{made.name}.work").exists()


def test_a_tracker_that_is_not_there_is_said_at_once(parent: Version, tmp_path: Path) -> None:
    for tracker, fault in (("abacus", BadInput), ("wandb", Unavailable)):
        with pytest.raises(fault, match=tracker):
            tuned(
                "poet", parent.folder, VOTES, tmp_path / "out", replace(PACE, tracker=tracker), "by hand",
                lambda *_: pytest.fail("it was trained"),
            )  # fmt: skip
