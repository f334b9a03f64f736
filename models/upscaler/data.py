"""Pairs for the upscaler: a large patch, and the small one that it would be remembered by.

Packs hold 128 px pictures: those are the large side of a pair. Made scenes are rendered at 512 px,
so that from 128 to 512 the network learns at the very size at which it serves. What it is given
there is no photograph but what the painter's decoder makes, a little soft and uneven: half of the
small patches are blurred and given noise.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from atelier.errors import BadInput
from models.painter.data import SCENES, Pictures, joined, load_pictures, rng_of
from models.painter.scenes import load_scenes

SIDE = 32  # of a small patch
SHOWN = 128  # px, as the painter draws
FULL = 512  # px, of a rendered scene
SHELF = 32  # scenes rendered into one file: what is stopped loses no more
BLUR, NOISE = 1.0, 0.03  # at most: a share of a binomial blur; deviation, of -1..1
# However a picture was made smaller: those that people and programs use.
KERNELS = (
    Image.Resampling.BOX, Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pictures of packs (128 px; may be none) and made scenes (512 px; may be none)."""

    packs: Pictures
    scenes: Pictures

    def draw(self, seed: int, stage: str, step: int, batch: int) -> tuple[torch.Tensor, torch.Tensor, int]:
        """Small patches [B, 3, 32, 32], their large ones, and the factor: 4 more often than 2."""
        chance, noise = rng_of(seed, stage, step)
        factor = 4 if chance.random() < 0.6 else 2
        made = batch // 2 if len(self.packs) and len(self.scenes) else batch * (not len(self.packs))
        large = torch.stack([
            *(_patch(self.scenes, chance, factor, FULL // (SHOWN * factor)) for _ in range(made)),
            *(_patch(self.packs, chance, factor, 1) for _ in range(batch - made)),
        ])  # fmt: skip
        small = shrunk(large, factor, chance.choice(KERNELS))
        worn = degraded(small, noise)
        worn[::2] = small[::2]
        return rounded(worn), large, factor


def load_pairs(data: Path | None, split: str, scenes: int, work: Path) -> Pairs:
    """The pictures of ``split`` at ``data``, and ``scenes`` made ones, decoded and rendered once.

    Raises :class:`BadInput` as :func:`load_pictures` does, and where there is neither.
    """
    packs = joined([]) if data is None else load_pictures(data, [split], work / "cache")
    first = SCENES[split]
    shelves = [
        load_scenes(start, min(SHELF, first + scenes - start), work / "cache", FULL)
        for start in range(first, first + scenes, SHELF)
    ]
    pairs = Pairs(packs, joined(shelves))
    if not len(pairs.packs) and not len(pairs.scenes):
        raise BadInput("painter-no-data")
    return pairs


def _patch(pictures: Pictures, chance: random.Random, factor: int, over: int) -> torch.Tensor:
    """A large patch [3, 32 * factor, 32 * factor] in -1..1, from one ``over`` times larger; turned anyhow."""
    whole = pictures.pixels[chance.randrange(len(pictures))]
    side = SIDE * factor * over
    top, left = (chance.randrange(0, whole.shape[1] - side + 1, over) for _ in range(2))
    patch = torch.from_numpy(whole[:, top : top + side, left : left + side].copy()).float() / 127.5 - 1
    patch = F.avg_pool2d(patch, over) if over > 1 else patch
    patch = patch.rot90(chance.randrange(4), (1, 2))
    return patch.flip(2) if chance.random() < 0.5 else patch


def shrunk(large: torch.Tensor, factor: int, kernel: Image.Resampling) -> torch.Tensor:
    """[B, 3, S, S] → [B, 3, S / factor, S / factor], as Pillow does it."""
    rows = _weights(large.shape[2], factor, kernel)
    small: torch.Tensor = rows @ large @ rows.T
    return small


@cache
def _weights(side: int, factor: int, kernel: Image.Resampling) -> torch.Tensor:
    """What each of the ``side / factor`` pixels takes of the ``side``: Pillow's resize of a unit matrix."""
    unit = Image.fromarray(np.eye(side, dtype=np.float32))
    return torch.from_numpy(np.asarray(unit.resize((side, side // factor), kernel)).copy())


def degraded(small: torch.Tensor, draw: torch.Generator) -> torch.Tensor:
    """Each picture a little blurred and noisy, by strengths of its own."""
    blur, noise = torch.rand(2, len(small), 1, 1, 1, generator=draw)
    line = torch.tensor([1.0, 2.0, 1.0]) / 4
    kernel = (line[:, None] * line).expand(3, 1, 3, 3)
    soft = F.conv2d(F.pad(small, (1, 1, 1, 1), "replicate"), kernel, groups=3)
    grain = torch.randn(small.shape, generator=draw)
    return small.lerp(soft, BLUR * blur).addcmul(noise.expand_as(grain), grain, value=NOISE)


def rounded(pictures: torch.Tensor) -> torch.Tensor:
    """In -1..1 and in whole levels, as a file holds them."""
    levels = ((pictures.clamp(-1, 1) + 1) * 127.5).round()
    return levels.div(127.5).sub(1)
