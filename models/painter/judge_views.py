"""Shaken views of pictures, and what a frozen trunk sees in them, made once and kept on disk.

The trunk is the most expensive part of the evaluation encoder and comes trained: with its maps of a
few views of every picture at hand, the rest of the encoder trains ten times faster.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from models.device import mixed
from models.painter.data import Pictures, flippable
from models.painter.judge import STAGES, Judge, Maps, Unit
from models.painter.stage import laid

VIEWS = 2  # of a picture; the first one is the picture as it is
_FINE, _DEEP = (STAGES[2][3], 16, 16), (STAGES[4][3], 8, 8)
_CUT, _WIDE = int(np.prod(_FINE)), int(np.prod(_FINE) + np.prod(_DEEP))


def shaken(pictures: Pictures, chosen: Sequence[int], draw: torch.Generator) -> torch.Tensor:
    """Pictures in -1..1 that were cropped, shifted, mirrored, lit and blurred a little, each its own way.

    Hues stay, for captions name them; a scene is cropped less, for its boats are counted.
    """
    x = pictures.batch(chosen)
    count = len(x)

    def uniform(low: float, high: float) -> torch.Tensor:
        return low + (high - low) * torch.rand(count, generator=draw)

    rows = [pictures.rows[i] for i in chosen]
    scene = torch.tensor([bool(row.labels.get("scene")) for row in rows])
    zoom = torch.where(scene, uniform(0.94, 1.0), uniform(0.72, 1.05))
    stretch = torch.where(scene, torch.ones(count), uniform(0.92, 1.08))
    mirrors = torch.tensor([flippable(row) for row in rows]) & (torch.rand(count, generator=draw) < 0.5)
    free = (1 - zoom).abs() + 0.02
    affine = torch.zeros(count, 2, 3)
    affine[:, 0, 0] = zoom * stretch * torch.where(mirrors, -1.0, 1.0)
    affine[:, 1, 1] = zoom / stretch
    affine[:, 0, 2], affine[:, 1, 2] = uniform(-1, 1) * free, uniform(-1, 1) * free
    grid = F.affine_grid(affine, list(x.shape), align_corners=False)
    x = F.grid_sample(x, grid, padding_mode="border", align_corners=False)
    soft = torch.where(torch.rand(count, generator=draw) < 0.3, uniform(0, 1), 0.0)[:, None, None, None]
    x = x.lerp(F.avg_pool2d(x, 3, 1, 1, count_include_pad=False), soft)
    light, shift = (uniform(*span)[:, None, None, None] for span in ((0.85, 1.1), (-0.08, 0.08)))
    return (x * light + shift).clamp(-1, 1)


def fused(network: Judge) -> Judge:
    """A copy that computes the same with batch norm folded into the trunk's convolutions."""
    network = copy.deepcopy(network).eval()
    for unit in [module for module in network.trunk.modules() if isinstance(module, Unit)]:
        for at, module in enumerate(unit):
            if isinstance(module, nn.BatchNorm2d):
                conv = unit[at - 1]
                assert isinstance(conv, nn.Conv2d)
                unit[at - 1], unit[at] = fuse_conv_bn_eval(conv, module), nn.Identity()
    return network


@torch.no_grad()
def make_views(
    network: Judge, pictures: Pictures, cache: Path, device: str, views: int = VIEWS
) -> NDArray[np.float16]:
    """The trunk's maps of ``views`` views of each picture, flat: float16 ``[N, views, 17408]``.

    Kept in the file ``cache``; a run that was stopped goes on after the last whole thousand.
    """
    shape = (len(pictures), views, _WIDE)
    mark = cache.with_suffix(".done")
    whole = cache.exists() and np.load(cache, mmap_mode="r").shape == shape
    made = np.lib.format.open_memmap(cache, "r+" if whole else "w+", np.float16, shape)
    start = int(mark.read_text()) if whole and mark.exists() else 0
    network = fused(network)
    for at in range(start, len(pictures), 50):
        chosen = range(at, min(at + 50, len(pictures)))
        draw = torch.Generator().manual_seed(at)
        for view in range(views):
            x = shaken(pictures, chosen, draw) if view else pictures.batch(chosen)
            with mixed(device):
                fine, deep = network.maps(laid(x, device))
            flat = torch.cat((fine.float().flatten(1), deep.float().flatten(1)), 1)
            made[at : at + len(chosen), view] = flat.half().cpu().numpy()
        if chosen.stop % 1000 == 0 or chosen.stop == len(pictures):
            made.flush()
            mark.write_text(str(chosen.stop))
            print(f"judge: views of {chosen.stop} of {len(pictures)} pictures", flush=True)  # noqa: T201
    return np.load(cache, mmap_mode="r")  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Views:
    """Parts as :func:`make_views` makes them, one after the other."""

    parts: tuple[NDArray[np.float16], ...]

    def maps(self, chosen: Sequence[int], which: Sequence[int], device: str) -> Maps:
        """View ``which`` of each picture ``chosen``: float32 [B, 40, 16, 16], [B, 112, 8, 8]."""
        flat = torch.empty(len(chosen), _WIDE)
        numbers, first = np.asarray(chosen), 0
        wanted = np.asarray(which)
        for part in self.parts:
            here = np.flatnonzero((numbers >= first) & (numbers < first + len(part)))
            found = part[numbers[here] - first, wanted[here] % part.shape[1]].astype(np.float32)
            flat[torch.from_numpy(here)] = torch.from_numpy(found)
            first += len(part)
        fine, deep = flat[:, :_CUT].view(-1, *_FINE), flat[:, _CUT:].view(-1, *_DEEP)
        return laid(fine.contiguous(), device), laid(deep.contiguous(), device)
