"""How far a model goes with its people: the largest share of what votes teach that it can bear otherwise.

Between the weights before and after a fine-tuning lie some that keep what the first could do and have most of
what the second can (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models", section 3). The shares
are tried from the top, on seeds that the gate, which looks at the same things, has not.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import TypeVar

import torch
from torch import nn

from atelier.errors import Cancelled
from models import ranks
from models.tuning import Stopped, never

SHARES = (1.0, 0.7, 0.5, 0.4, 0.3, 0.2, 0.1)

Part = TypeVar("Part")
Network = TypeVar("Network", bound=nn.Module)


def farthest(
    part: Callable[[float], Part],
    bearable: Callable[[Part], bool],
    stopped: Stopped = never,
    shares: Sequence[float] = SHARES,
) -> tuple[Part, float] | None:
    """The part of the largest of ``shares`` that can be borne, and that share; None where none can.

    Raises ``Cancelled`` between two of them, once ``stopped`` says so. Processes that train together go by
    the first one's word.
    """
    for share in shares:
        if ranks.agree(float(stopped())):
            raise Cancelled
        some = part(share)
        if ranks.agree(float(bearable(some))):
            return some, share
    return None


def between(one: nn.Module, other: Network, share: float) -> Network:
    """A copy with the weights ``share`` of the way from ``one`` to ``other``, which are built alike."""
    made, there = copy.deepcopy(other).eval(), one.state_dict()
    made.load_state_dict({
        name: torch.lerp(there[name].to(value), value, share) if value.is_floating_point() else value
        for name, value in made.state_dict().items()
    })  # fmt: skip
    return made
