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

from models.text.tokens import BUCKETS, MAX_WORDS, NONE

WIDTH = 160
SENTENCE = 384  # all-MiniLM-L6-v2's width, whose space the sentence vector lives in
PIECE = 64


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


class PromptEncoder(nn.Module):
    """About two million parameters, 4 MiB in float16."""

    def __init__(self, width: int = WIDTH, layers: int = 3, heads: int = 4, buckets: int = BUCKETS) -> None:
        super().__init__()
        self.table = nn.EmbeddingBag(buckets, PIECE, mode="sum", padding_idx=NONE)
        self.widen = nn.Linear(PIECE, width)
        self.place = nn.Parameter(torch.zeros(MAX_WORDS, width))
        self.layers = nn.ModuleList(Layer(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.sentence = nn.Linear(width, SENTENCE)
        nn.init.normal_(self.table.weight, std=0.3)
        with torch.no_grad():
            self.table.weight[NONE] = 0

    def forward(self, pieces: torch.Tensor) -> Encoded:
        """``pieces`` int64 [B, T, P] of :func:`models.text.tokens.tokens`."""
        known = pieces != NONE
        mask = known.any(2)
        # Divided by the root of the number of pieces: long words are not louder than short ones.
        count = known.sum(2, keepdim=True).clamp(min=1).to(self.table.weight.dtype)
        sums = self.table(pieces.flatten(0, 1)).unflatten(0, pieces.shape[:2])
        x = self.widen(sums * count.rsqrt()) + self.place[: pieces.shape[1]]
        for layer in self.layers:
            x = layer(x, mask)
        states = self.norm(x)
        weight = mask.unsqueeze(2).to(states.dtype)
        pooled = (states * weight).sum(1) / weight.sum(1)
        return Encoded(F.normalize(self.sentence(pooled).float(), dim=1), states, mask)
