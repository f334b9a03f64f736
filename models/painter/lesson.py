"""One short training on cached latents, the same for each small network that reads them.

Cosine learning rate, averaged weights, early stopping: what :mod:`rank` and :mod:`reader` share.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import torch
from torch import nn

from models.painter.settings import Settings
from models.painter.stage import Average, Journal, cosine, placed, run_stage, set_rate
from models.ranks import share_gradients

RATE, DECAY = 2e-3, 0.05

Part = TypeVar("Part", bound=nn.Module)


def learn(
    name: str, network: Part, loss_of: Callable[[Part, int, bool], torch.Tensor], settings: Settings,
    work: Path, *, checks: int,
) -> tuple[Part, Journal]:  # fmt: skip
    """The averaged weights, frozen, of a stage ``name`` (``work/<name>.pt``) that lowers ``loss_of``.

    ``loss_of(network, number, still)`` is the loss of batch ``number``: of training pictures, or
    ``still`` the same held-out ones each time, of which there are ``checks``.
    """
    network = placed(network, settings.device)
    average = Average(network, 0.998)
    mean: Part = average.module  # type: ignore[assignment]
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)

    def step(number: int, share: float) -> dict[str, float]:
        set_rate(optimiser, cosine(share, RATE, hold=0.3))
        loss = loss_of(network, number, False)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        share_gradients(network.parameters())
        optimiser.step()
        average.update(network, number)
        return {name: loss.item()}

    @torch.no_grad()
    def validate() -> float:
        return float(torch.stack([loss_of(mean, number, True) for number in range(checks)]).mean())

    journal = run_stage(
        name, work, settings.budget(name), {"network": network, "average": average, "optimiser": optimiser},
        step, validate=validate, checks=8, patience=3, resume=settings.resume,
    )  # fmt: skip
    return mean.eval().requires_grad_(False), journal


def rivals_only(match: torch.Tensor, captions: Sequence[str]) -> torch.Tensor:
    """``match`` [B, B] without the pairs of two pictures with the very same caption: those are no rivals."""
    same = torch.tensor([[a == b for b in captions] for a in captions], device=match.device)
    return match.masked_fill(same & ~torch.eye(len(captions), dtype=torch.bool).to(same), -torch.inf)
