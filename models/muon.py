"""torch's Muon, whose iteration runs in float32 where bfloat16 would be emulated.

Muon (Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks") takes steps
whose singular values are all about one. torch's own iterates in bfloat16 whatever it runs on; on a CPU
that only emulates it, the painter's step took 4 s of the iteration beside 2.4 s of everything else.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch

from models.device import has_bfloat16


class Muon(torch.optim.Muon):
    """For matrices. Steps are scaled to AdamW's size (Liu et al. 2025, "Muon is scalable", section 2.2)."""

    def __init__(self, params: Any, lr: float, weight_decay: float) -> None:
        super().__init__(params, lr=lr, weight_decay=weight_decay, adjust_lr_fn="match_rms_adamw")

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> Any:
        """As torch's own, whose state it keeps: a checkpoint goes on in either."""
        if all(has_bfloat16(str(p.device)) for group in self.param_groups for p in group["params"]):
            return super().step(closure)  # type: ignore[no-untyped-call]
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if not state:
                    state["momentum_buffer"] = torch.zeros_like(p.grad)
                buffer = state["momentum_buffer"].lerp_(p.grad, 1 - group["momentum"])
                update = p.grad.lerp(buffer, group["momentum"]) if group["nesterov"] else buffer
                p.mul_(1 - group["lr"] * group["weight_decay"])
                size = 0.2 * math.sqrt(max(p.shape))
                p.add_(
                    orthogonal(update, group["ns_coefficients"], group["ns_steps"]), alpha=-group["lr"] * size
                )
        return None


def orthogonal(matrix: torch.Tensor, coefficients: tuple[float, float, float], steps: int) -> torch.Tensor:
    """A matrix with the same singular vectors, its singular values about one (Newton-Schulz, as torch's)."""
    a, b, c = coefficients
    x = matrix.T if matrix.size(0) > matrix.size(1) else matrix
    x = x / x.norm().clamp(min=1e-7)
    for _ in range(steps):
        gram = x @ x.T
        x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.T if matrix.size(0) > matrix.size(1) else x
