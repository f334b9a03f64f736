"""The copy check: whether a picture is too near to one that the painter learnt from.

A training picture is twenty signed bytes: its means in 8x8 fields of lightness and 4x4 of each
colour, in their first principal components. Distances are compared with the 1st percentile of
what validation pictures, which are nobody's copies, have to their nearest training picture: one
threshold a pack, since emoji on plain grounds are near one another by nature, and paintings are
not. It sees layout and colour, so a copy moved by several pixels escapes it. Scenes, which the
project renders itself without end, are not kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from atelier.errors import WeightsError
from models.painter.data import Pictures

FILE = "copies-filter.safetensors"
COMPONENTS = 20
PERCENTILE = 0.01
OWN = "scenes"  # the pack that the project renders itself
# ITU-R BT.601: lightness and two colour differences of red, green, blue.
_YCC = torch.tensor([[0.299, 0.587, 0.114], [-0.169, -0.331, 0.5], [0.5, -0.419, -0.081]]) / 255


def fields(pictures: torch.Tensor) -> torch.Tensor:
    """Square pictures uint8 ``[B, 3, H, W]`` → field means float32 ``[B, 96]``.

    Each field counts by the area that it stands for, lightness and colour alike.
    """
    seen = torch.einsum("ij,bjhw->bihw", _YCC, F.adaptive_avg_pool2d(pictures.float(), 8))
    light, colour = seen[:, :1].flatten(1) / 8, F.avg_pool2d(seen[:, 1:], 2).flatten(1) / 4
    return torch.cat((light, colour), 1)


@dataclass(frozen=True, slots=True)
class Copies:
    """A version's filter: ``codes`` int8 [N, 20] and the ``pack`` uint8 [N] of each, axes, thresholds."""

    codes: torch.Tensor
    pack: torch.Tensor
    mean: torch.Tensor  # float32 [96]
    axes: torch.Tensor  # float32 [96, 20]: a code is (fields - mean) @ axes, rounded
    thresholds: torch.Tensor  # float32 [packs], in units of a code

    @classmethod
    def load(cls, folder: Path) -> Self | None:
        """From a checked version's folder; None where it has no filter. Raises :class:`WeightsError`."""
        if not (folder / FILE).exists():
            return None
        try:
            return cls(**load_file(folder / FILE))
        except (TypeError, SafetensorError, OSError):
            raise WeightsError("weights-damaged", model="painter", path=str(folder / FILE)) from None

    def save(self, folder: Path) -> None:
        """Into a version's folder: about 21 bytes a picture."""
        save_file({name: getattr(self, name).contiguous() for name in self.__slots__}, folder / FILE)

    def distances(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """uint8 ``[B, 3, H, W]`` → float32 [B], to the nearest in shares of its threshold; and which one."""
        both = torch.cat((fields(pictures), fields(pictures.flip(3))))  # training mirrors some
        apart = torch.cdist((both - self.mean) @ self.axes, self.codes.float())
        shares = apart / self.thresholds[self.pack.long()]
        found, which = shares.view(2, -1, len(self.codes)).amin(0).min(1)
        return found, which

    def near(self, pixels: NDArray[np.uint8]) -> bool:
        """Whether one picture, uint8 ``[H, W, 3]``, is too near to a training picture."""
        return self.nearness(pixels) < 1

    def nearness(self, pixels: NDArray[np.uint8]) -> float:
        """The distance to the nearest training picture, in shares of the threshold."""
        return float(self.distances(torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None])[0])


def build(train: Pictures, val: Pictures) -> Copies | None:
    """The filter of training pictures, its thresholds from validation pictures; None for scenes alone."""
    kept = [i for i, row in enumerate(train.rows) if row.pack != OWN]
    if not kept:
        return None
    others = [i for i, row in enumerate(val.rows) if row.pack != OWN]
    names = sorted({train.rows[i].pack for i in kept})
    pack = torch.tensor([names.index(train.rows[i].pack) for i in kept], dtype=torch.uint8)
    known = torch.cat([fields(part) for part in _parts(train, kept)])
    mean = known.mean(0)
    _, axes = torch.linalg.eigh((known - mean).T @ (known - mean))
    axes = axes.flip(1)[:, :COMPONENTS]
    # One step of the bytes for all components: distances stay distances.
    axes = axes * (127 / ((known - mean) @ axes).abs().max().clamp(min=1e-6))
    codes = ((known - mean) @ axes).round().to(torch.int8)
    plain = Copies(codes, pack, mean, axes, torch.ones(len(names)))
    found = [plain.distances(part) for part in _parts(val, others)]
    if not found:
        return Copies(codes, pack, mean, axes, torch.ones(len(names)))
    apart, which = (torch.cat(parts) for parts in zip(*found, strict=True))
    nearest = pack[which]
    thresholds = [
        torch.quantile(apart[nearest == k] if (nearest == k).any() else apart, PERCENTILE)
        for k in range(len(names))
    ]
    return Copies(codes, pack, mean, axes, torch.stack(thresholds).clamp(min=1.0))


def _parts(pictures: Pictures, chosen: list[int], size: int = 512) -> Iterator[torch.Tensor]:
    for start in range(0, len(chosen), size):
        yield torch.from_numpy(
            np.ascontiguousarray(pictures.pixels[np.asarray(chosen[start : start + size])])
        )
