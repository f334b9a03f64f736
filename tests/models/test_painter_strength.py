"""How far a painter goes with its people: as far as two pictures of the same words stay unlike."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from models.painter import strength as painted
from models.painter.generate import Painter
from models.painter.network import Generator
from models.painter.strength import bearable


@pytest.fixture(scope="module")
def painter() -> Painter:
    return Painter.load()


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(painted, "SCENES", range(-12, 0))
    monkeypatch.setattr(painted, "SHARES", (1.0, 0.25))


def deaf(generator: Generator) -> Generator:
    """One that goes by its noise alone a tenth as far, so that its pictures are alike."""
    made = copy.deepcopy(generator)
    first = next(weight for weight in made.parameters() if weight.ndim == 4)
    with torch.no_grad():
        first.mul_(0.1)
    return made


def test_what_costs_nothing_is_taken_whole(painter: Painter) -> None:
    plain = painter.generator
    found = bearable(painter, copy.deepcopy(plain).float())
    assert found is not None
    assert found[1] == 1.0
    assert painter.generator is plain


def test_what_makes_pictures_alike_is_not_taken_whole(
    painter: Painter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(painted, "LOST", 1.0)  # whatever else it costs
    found = bearable(painter, deaf(painter.generator))
    assert found is None or found[1] < 1.0


def test_without_a_judge_the_gate_has_the_word(painter: Painter, tmp_path: Path) -> None:
    learnt = copy.deepcopy(painter.generator)
    assert bearable(replace(painter, folder=tmp_path), learnt) == (learnt, 1.0)
