"""How exactly the composer's flow is followed."""

from __future__ import annotations

from dataclasses import fields

import pytest
import torch
from torch import Tensor

from atelier.requests import MelodyRequest
from models.composer.compose import FLOW_STEPS, Draft, wanted
from models.composer.data import Conditions
from models.composer.generate import Composer
from models.composer.grid import WINDOW
from models.composer.prior import ABSENT, CONTEXT, FREE, LatentPrior
from models.composer.wishes import chance, wishes

ROWS, GUIDANCE = 6, 2.0


@pytest.fixture(scope="module")
def composer() -> Composer:
    return Composer.load()


def conditions(words: str) -> Conditions:
    request = MelodyRequest(description=words, length=8, seed=1)
    draft = Draft(wishes(request, chance(request)), chance(request))
    return wanted([(draft, draft.plan.phrases[0])] * ROWS)


def euler(prior: LatentPrior, x: Tensor, state: Tensor, known: Conditions, steps: int) -> Tensor:
    unsaid = known.unsaid()
    both = Conditions(
        *(torch.cat([getattr(known, one.name), getattr(unsaid, one.name)]) for one in fields(Conditions))
    )
    for index in range(steps):
        t = torch.full((2 * len(x),), index / steps, dtype=x.dtype)
        wished, plain = prior(x.repeat(2, 1, 1), state.repeat(2, 1), t, both).chunk(2)
        x = x + (plain + GUIDANCE * (wished - plain)) / steps
    return x * prior.scale + prior.mean


@pytest.mark.parametrize("words", ["a merry reel", "a slow, sad waltz"])
@torch.no_grad()
def test_its_steps_end_nearer_to_where_many_do_than_sixteen_of_eulers(composer: Composer, words: str) -> None:
    prior, known = composer.prior, conditions(words)
    state = torch.full((ROWS, CONTEXT), FREE)
    state[:, :WINDOW] = ABSENT
    noise = torch.randn(ROWS, CONTEXT, prior.latent, generator=torch.Generator().manual_seed(1)).double()
    given = torch.zeros_like(noise)

    def ours(steps: int) -> Tensor:
        return prior.draw(noise, given, state, known, steps=steps, guidance=GUIDANCE)[:, WINDOW:]

    where = ours(96)
    start = torch.where((state == FREE)[..., None], noise, prior.normal(given))
    theirs = euler(prior, start, state, known, 16)[:, WINDOW:]
    assert (ours(FLOW_STEPS) - where).norm() < (theirs - where).norm()
