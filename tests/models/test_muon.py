"""Muon in float32 takes the steps of torch's own, and goes on from its state."""

import copy

import pytest
import torch

from models import muon
from models.muon import Muon, orthogonal


def test_singular_values_are_about_one() -> None:
    torch.manual_seed(0)
    for shape in ((24, 40), (40, 24)):
        values = torch.linalg.svdvals(orthogonal(torch.randn(shape) * 7, (3.4445, -4.7750, 2.0315), 5))
        assert values.min() > 0.5
        assert values.max() < 1.3


def test_both_ways_take_the_same_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    given, grads = torch.randn(12, 20), [torch.randn(12, 20) for _ in range(6)]

    def steps(fast: list[bool]) -> torch.Tensor:
        weight = torch.nn.Parameter(given.clone())
        optimiser = Muon([weight], lr=0.02, weight_decay=0.1)
        for grad, here in zip(grads, fast, strict=True):
            monkeypatch.setattr(muon, "has_bfloat16", lambda _device, here=here: here)
            weight.grad = grad.clone()
            optimiser.step()
        return weight.detach()

    theirs, ours, turns = steps([True] * 6), steps([False] * 6), steps([True, False] * 3)
    moved = (theirs - given).norm()
    assert (ours - theirs).norm() < 0.03 * moved  # bfloat16 has three digits
    assert (turns - theirs).norm() < 0.03 * moved


def test_a_checkpoint_goes_on() -> None:
    torch.manual_seed(0)
    weight = torch.nn.Parameter(torch.randn(6, 6))
    optimiser = Muon([weight], lr=0.02, weight_decay=0.1)
    weight.grad = torch.randn(6, 6)
    optimiser.step()
    kept, where = copy.deepcopy(optimiser.state_dict()), weight.detach().clone()
    weight.grad = torch.randn(6, 6)
    grad = weight.grad.clone()
    optimiser.step()
    other = torch.nn.Parameter(where)
    again = Muon([other], lr=0.02, weight_decay=0.1)
    again.load_state_dict(kept)
    other.grad = grad
    again.step()
    assert torch.equal(other, weight)
