"""The way from one phrase to another through the latent space, at an even pace to the ear.

On the straight line itself most of the notes change within a few places: the likeliest step turns
over all at once. So the line is decoded at many places, and a share of the way is a share of
all the sixteenths that change along it.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from models.composer.data import Conditions
from models.composer.grid import WINDOW
from models.composer.network import MelodyVAE

PLACES = 61
LIKELIEST = 1e-4  # the temperature at which a draw is the likeliest step


@torch.no_grad()
def between(
    vae: MelodyVAE,
    one: Tensor,
    two: Tensor,
    told: Conditions,
    other: Conditions,
    size: int,
    shares: Sequence[float],
    barred: Tensor | None = None,
) -> Tensor:
    """The likeliest steps [len(shares), 4 * size] at ``shares`` (0..1) of the way from ``one`` to ``two``.

    ``one``, ``two``: latents [1, 4, latent]; ``told``, ``other``: their conditions, one row each.
    Names (mode, style, role) are the first's up to the middle and then the second's; ``barred``
    [VOCABULARY]: tokens that may not be drawn.
    """
    line = torch.linspace(0, 1, PLACES, dtype=torch.float64)
    mode, meter, style, end, role = (
        torch.where(line < 0.5, getattr(told, name), getattr(other, name))
        for name in ("mode", "meter", "style", "end", "role")
    )
    figures = told.figures + line[:, None] * (other.figures - told.figures)
    known = Conditions(mode, meter, style, end, role, figures, told.said.expand(PLACES, -1))
    middling = torch.full((PLACES, WINDOW * size), 0.5, dtype=torch.float64)
    mask = None if barred is None else barred.expand(PLACES, -1)
    z = one + line[:, None, None] * (two - one)
    steps = vae.decoder.sample(z, known, size, middling, LIKELIEST, mask)
    moved = torch.cat([torch.zeros(1), (steps[1:] != steps[:-1]).sum(dim=1)]).cumsum(0)
    wanted = torch.as_tensor(shares)[:, None] * moved[-1]
    return steps[(moved[None] - wanted).abs().argmin(dim=1)]
