"""A trained encoder carried over into a larger one: what it knows is where the new training starts.

Layers are copied. Each row of the new table is the mean of the old rows of the pieces that share
it, as often as they occur in the texts; columns and inputs that the old one had not begin near
nothing. So the larger encoder says at first what the smaller one said, but for shared rows.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch

from models.text.network import PromptEncoder, rows_of
from models.text.tokens import NONE, START

FRESH = 0.02  # standard deviation of the columns that the old table had not


@torch.no_grad()
def widened(old: PromptEncoder, new: PromptEncoder, parts: Iterable[torch.Tensor]) -> PromptEncoder:
    """``new``, holding what ``old`` knows; ``parts`` are int64 numbers of pieces, of the texts to learn from.

    Where both tables have one shape, rows of pieces that no text has are kept too.
    """
    if old.table.weight.shape == new.table.weight.shape:
        new.load_state_dict(old.state_dict())
        return new
    table, inner = old.table.weight, old.table.embedding_dim
    rows = new.table.num_embeddings
    sums, counts = torch.zeros(rows, inner), torch.zeros(rows)
    for part in parts:
        pieces, often = part[part != NONE].unique(return_counts=True)  # type: ignore[no-untyped-call]
        here = rows_of(pieces, rows, new.borders)
        counts.index_add_(0, here, often.float())
        there = rows_of(pieces, old.table.num_embeddings, old.borders)
        sums.index_add_(0, here, table[there] * often[:, None])
    new.load_state_dict(
        {k: v for k, v in old.state_dict().items() if not k.startswith(("table", "widen"))}, strict=False
    )
    new.table.weight[:, :inner] = sums / counts.clamp(min=1)[:, None]
    new.table.weight[START + 1 :, inner:].normal_(std=FRESH)
    new.table.weight[counts == 0] = 0
    new.widen.weight[:, :inner] = old.widen.weight
    new.widen.bias.copy_(old.widen.bias)
    return new
