"""The optimiser of the flow: Muon for the layers' matrices, AdamW for all that is no hidden matrix.

Muon (:mod:`models.muon`) takes matrices only, so it is given views of the convolutions' kernels:
[out, in, k, k] seen as [out, k * k * in], which is how Muon's authors take them. Its steps are
scaled to AdamW's size, so both share one learning rate.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from models.muon import Muon


class MuonWithAdamW:
    """Two optimisers that step as one; looks like an optimiser to the training loop."""

    def __init__(
        self, network: nn.Module, rate: float, weight_decay: float, outer: tuple[str, ...] = ()
    ) -> None:
        """``outer``: beginnings of the names of input and output layers, which are AdamW's."""
        self._kernels: list[tuple[nn.Parameter, nn.Parameter]] = []
        rest = []
        for name, parameter in network.named_parameters():
            if not parameter.requires_grad:
                continue
            if parameter.ndim < 2 or name.startswith(outer):
                rest.append(parameter)
            else:
                self._kernels.append((parameter, nn.Parameter(_matrix(parameter.detach()))))
        views = [view for _, view in self._kernels]
        self.muon = Muon([{"params": views}], lr=rate, weight_decay=weight_decay)
        self.adamw = torch.optim.AdamW(rest, lr=rate, betas=(0.9, 0.98), weight_decay=weight_decay)

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        """Both optimisers' groups."""
        return [*self.muon.param_groups, *self.adamw.param_groups]

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients."""
        self.adamw.zero_grad(set_to_none)
        for parameter, view in self._kernels:
            parameter.grad = view.grad = None

    def step(self) -> None:
        """Step with the gradients that the network's parameters hold."""
        for parameter, view in self._kernels:
            view.grad = None if parameter.grad is None else _matrix(parameter.grad)
        self.muon.step()
        self.adamw.step()

    def state_dict(self) -> dict[str, Any]:
        """Both states."""
        return {"muon": self.muon.state_dict(), "adamw": self.adamw.state_dict()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take both states back."""
        self.muon.load_state_dict(state["muon"])
        self.adamw.load_state_dict(state["adamw"])


def _matrix(kernel: torch.Tensor) -> torch.Tensor:
    """A view [out, the rest] that shares its memory, whichever way a convolution's kernel is laid out."""
    if kernel.ndim == 4 and kernel.is_contiguous(memory_format=torch.channels_last):
        kernel = kernel.permute(0, 2, 3, 1)
    return kernel.reshape(len(kernel), -1)
