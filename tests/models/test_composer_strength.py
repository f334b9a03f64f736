"""How far a composer goes with its people: as far as the gate can tell that nothing is lost."""

from __future__ import annotations

import copy

import pytest
import torch

from models.composer import strength as composed
from models.composer import trial
from models.composer.generate import Composer
from models.composer.prior import LatentPrior
from models.composer.strength import bearable


@pytest.fixture(scope="module")
def composer() -> Composer:
    return Composer.load()


@pytest.fixture(autouse=True)
def few(few_tunes: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "OPEN", trial.OPEN[:2])
    monkeypatch.setattr(composed, "SEEDS", range(-1, 0))
    monkeypatch.setattr(composed, "SHARES", (0.3, 0.1))


def noisy(prior: LatentPrior, much: float) -> LatentPrior:
    made, chance = copy.deepcopy(prior), torch.Generator().manual_seed(1)
    with torch.no_grad():
        for value in made.parameters():
            value += much * value.std() * torch.randn(value.shape, generator=chance, dtype=value.dtype)
    return made


def test_what_costs_nothing_is_taken_whole(composer: Composer) -> None:
    plain = composer.prior
    found = bearable(composer, copy.deepcopy(plain).float())
    assert found is not None
    assert found[1] == 0.3
    assert composer.prior is plain


def test_weights_that_draw_noise_are_not_taken(composer: Composer) -> None:
    assert bearable(composer, noisy(composer.prior, 1.0)) is None
    assert not any(value.isnan().any() for value in composer.prior.parameters())
