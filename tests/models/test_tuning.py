"""A training from votes ends with a whole version, whatever an earlier one left behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from atelier.errors import WeightsError
from atelier.learning.snapshot import Snapshot
from atelier.versions import CARD, Version, open_version, write_card
from models.tuning import Pace, tuned


@pytest.fixture
def parent(tmp_path: Path) -> Path:
    folder = tmp_path / "v1"
    folder.mkdir()
    (folder / "poet.safetensors").write_text("weights")
    card = {"model": "poet", "version": "v1", "data": [], "command": "", "parameters": 1, "figures": []}
    return write_card(folder, card).folder


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    return Snapshot("poet", "ab" * 32, tmp_path, {}, ())


class School:
    """Teaches by writing the weights anew; counts how often."""

    def __init__(self, parent: Path, snapshot: Snapshot, out: Path) -> None:
        self.taught = 0
        self._args = parent, snapshot, out

    def __call__(self) -> Version:
        made = tuned("poet", *self._args, Pace(), "by heart", self._learn)
        assert made is not None
        return made

    def _learn(self, before: Version, new: Path, work: Path) -> dict[str, Any]:
        self.taught += 1
        work.mkdir(parents=True, exist_ok=True)
        (new / "poet.safetensors").write_text(before.file("poet.safetensors").read_text() + ", better")
        return {"steps": 1}


def damage_card(folder: Path) -> None:
    card = folder / CARD
    card.write_bytes(card.read_bytes()[:50])


def damage_weights(folder: Path) -> None:
    (folder / "poet.safetensors").write_text("")


def lose_weights(folder: Path) -> None:
    (folder / "poet.safetensors").unlink()


@pytest.mark.parametrize("damage", [damage_card, damage_weights, lose_weights])
def test_what_is_damaged_is_made_anew(parent: Path, snapshot: Snapshot, tmp_path: Path, damage: Any) -> None:
    school = School(parent, snapshot, tmp_path / "out")
    made = school()
    assert school() == made
    assert school.taught == 1  # it was there
    damage(made.folder)
    with pytest.raises(WeightsError):
        open_version(made.folder, model="poet")
    assert school() == made
    assert school.taught == 2
    assert [path.name for path in (tmp_path / "out").iterdir()] == [made.name]
