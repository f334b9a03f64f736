"""The prompt encoder: hashed pieces of words, three small transformer layers, one sentence vector.

::

    pieces [B, T, P] ─ sum of table rows ─► words [B, T, 160] ─ 3 x (attention, MLP) ─► states [B, T, 160]
                                                                    mean over words ─► sentence [B, 384]
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

from models.text.table import Table
from models.text.tokens import MAX_WORDS, NONE, OVER, START

WIDTH = 160
SENTENCE = 384  # all-MiniLM-L6-v2's width, whose space the sentence vector lives in
BUCKETS, PIECE = 65536, 96  # rows of the table of pieces, and their width


class Encoded(NamedTuple):
    """``sentence`` float32 [B, 384] of unit length, ``states`` [B, T, 160], ``mask`` bool [B, T]."""

    sentence: torch.Tensor
    states: torch.Tensor
    mask: torch.Tensor


class Layer(nn.Module):
    """A pre-norm transformer layer (Xiong et al. 2020) with a twofold MLP."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """``x`` [B, T, C], ``mask`` bool [B, T] (False: padding)."""
        b, t, c = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(b, t, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4)
        # Written out: on a CPU the fused kernel's backward pass is slower than all the rest.
        match = (q @ k.transpose(2, 3)).float() * (c // self.heads) ** -0.5
        mixed = match.masked_fill(~mask[:, None, None, :], -torch.inf).softmax(3).to(v.dtype) @ v
        x = x + self.out(mixed.transpose(1, 2).reshape(b, t, c))
        grown: torch.Tensor = x + self.down(F.gelu(self.up(self.norm2(x))))
        return grown


def rows_of(pieces: torch.Tensor, buckets: int, borders: bool = True) -> torch.Tensor:
    """The table's rows for numbers of pieces: those of padding and start are their own, others share.

    With ``borders``, pieces that reach over one are left out; versions 1 and 2 read them like others.
    """
    rows = torch.where(pieces > START, pieces % OVER % (buckets - 2) + 2, pieces)
    return rows.masked_fill(pieces >= OVER, NONE) if borders else rows


class PromptEncoder(nn.Module):
    """Seven million parameters, of which six are the table of pieces; 4 MiB as :mod:`packing` keeps them."""

    def __init__(
        self,
        width: int = WIDTH,
        layers: int = 3,
        heads: int = 4,
        buckets: int = BUCKETS,
        piece: int = PIECE,
        borders: bool = True,
    ) -> None:
        super().__init__()
        self.borders = borders
        self.table = Table(buckets, piece, mode="sum", padding_idx=NONE)
        self.widen = nn.Linear(piece, width)
        self.place = nn.Parameter(torch.zeros(MAX_WORDS, width))
        self.layers = nn.ModuleList(Layer(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.sentence = nn.Linear(width, SENTENCE)
        # Small: a row that training never meets should say nothing.
        nn.init.normal_(self.table.weight, std=0.02)
        with torch.no_grad():
            self.table.weight[NONE] = 0

    def forward(self, pieces: torch.Tensor) -> Encoded:
        """``pieces`` int64 [B, T, P] of :func:`models.text.tokens.tokens`."""
        return self.read(rows_of(pieces, self.table.num_embeddings, self.borders))

    def read(self, rows: torch.Tensor) -> Encoded:
        """``rows`` int64 [B, T, P] of the table, as :func:`rows_of` gives them."""
        known = rows != NONE
        mask = known.any(2)
        # Divided by the root of the number of pieces: long words are not louder than short ones.
        count = known.sum(2, keepdim=True).clamp(min=1).to(self.table.weight.dtype)
        sums = self.table(rows.flatten(0, 1)).unflatten(0, rows.shape[:2])
        x = self.widen(sums * count.rsqrt()) + self.place[: rows.shape[1]]
        for layer in self.layers:
            x = layer(x, mask)
        states = self.norm(x)
        weight = mask.unsqueeze(2).to(states.dtype)
        pooled = (states * weight).sum(1) / weight.sum(1)
        return Encoded(F.normalize(self.sentence(pooled).float(), dim=1), states, mask)
