"""The table of pieces, which training can meet as it will be kept: in four bits.

Rounded after training, sums of rows lose enough to take captions for others (docs/painter.md). So in
the last part of the training words are read from rounded rows, and what that costs is learnt
away; gradients pass the rounding as if it were not there (straight-through; Bengio et al. 2013,
"Estimating or Propagating Gradients Through Stochastic Neurons", section 3.1).
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from models.text.packing import four_bits, opened


class Table(nn.EmbeddingBag):
    """Sums of rows; where ``rounded``, in training, of rows as :mod:`models.text.packing` would keep them."""

    rounded = False

    def forward(self, rows: torch.Tensor, *others: Any) -> torch.Tensor:
        """``rows`` int64 [N, P] → [N, width]."""
        if not (self.rounded and self.training):
            summed: torch.Tensor = super().forward(rows, *others)
            return summed
        used, places = rows.unique(return_inverse=True)  # type: ignore[no-untyped-call]
        plain = F.embedding(used, self.weight, sparse=self.sparse)
        kept = opened(*four_bits(plain.detach()))
        nothing = (used == self.padding_idx).nonzero()
        return F.embedding_bag(
            places, plain + (kept - plain).detach(), mode="sum",
            padding_idx=int(nothing[0, 0]) if len(nothing) else None,
        )  # fmt: skip
