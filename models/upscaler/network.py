"""The upscaler's network, top to bottom: a picture in, the same picture two or four times larger out.

::

    picture [B, 3, H, W] ── enter, residual blocks, leave ──► features [B, 48, H, W]
        └── bicubic ──► base   +   a head for each factor, PixelShuffle ──► [B, 3, fH, fW]

All convolutions run at the small size (Shi et al. 2016, "Real-time single image and video
super-resolution using an efficient sub-pixel convolutional neural network"); blocks without
normalisation (Lim et al. 2017, EDSR, section 3.1). What is learnt is what bicubic lacks.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self

import torch
import torch.nn.functional as F
from torch import nn

FACTORS = (2, 4)


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes. The default is the version that ships: 0.42 M parameters, 14 GFLOP a picture of 128 px."""

    width: int = 48
    blocks: int = 9

    def as_dict(self) -> dict[str, Any]:
        """For the card."""
        return asdict(self)

    @classmethod
    def from_dict(cls, said: dict[str, Any]) -> Self:
        """From a card. Raises ``KeyError``, ``TypeError`` or ``ValueError`` for what is none."""
        return cls(int(said["width"]), int(said["blocks"]))


class Block(nn.Module):
    """Two 3x3 convolutions around a residual."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.conv2.weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """``x`` [B, C, H, W]."""
        changed: torch.Tensor = x + self.conv2(F.relu(self.conv1(x)))
        return changed


class Enlarger(nn.Module):
    """[B, 3, H, W] in -1..1 and a factor of 2 or 4 → [B, 3, factor * H, factor * W]."""

    def __init__(self, shape: Shape | None = None) -> None:
        super().__init__()
        width, blocks = asdict(shape or Shape()).values()
        self.enter = nn.Conv2d(3, width, 3, padding=1)
        self.blocks = nn.Sequential(*(Block(width) for _ in range(blocks)))
        self.leave = nn.Conv2d(width, width, 3, padding=1)
        self.heads = nn.ModuleDict({str(f): nn.Conv2d(width, 3 * f * f, 3, padding=1) for f in FACTORS})
        for head in self.heads.values():
            nn.init.zeros_(head.weight)  # type: ignore[arg-type]
            nn.init.zeros_(head.bias)  # type: ignore[arg-type]

    def forward(self, picture: torch.Tensor, factor: int) -> torch.Tensor:
        """The larger picture, float32, not clamped."""
        first = self.enter(picture)
        features = first + self.leave(self.blocks(first))
        lacking = F.pixel_shuffle(self.heads[str(factor)](features), factor)
        base = F.interpolate(picture.float(), scale_factor=factor, mode="bicubic", align_corners=False)
        return base + lacking.float()
