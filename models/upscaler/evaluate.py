"""Whether the upscaler is better than a plain resize: ``atelier eval upscaler``.

Test pictures of the packs (128 px) are made two and four times smaller and enlarged again; scenes of
seeds of their own, rendered at 256 and at 512 px, are enlarged from 128 px, the size at which it
serves. The yardstick is Lanczos, from the same small picture.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from atelier.figures import Figure, Figures
from atelier.languages import say, terminal_language
from models.painter.copies import OWN
from models.painter.data import Pictures, joined, load_pictures
from models.painter.scenes import load_scenes
from models.painter.stage import laid
from models.upscaler.data import FULL, SHOWN, Pairs, rounded, shrunk
from models.upscaler.generate import Upscaler, pixels_of, tensor_of
from models.upscaler.network import FACTORS

FIRST = 30_000_000  # the seed of the first scene that it is asked for
SCENES, PICTURES = 40, 1000
EDGES = 0.1  # the share of a picture's pixels that are its edges
# Rec. 601 luma of red, green, blue.
_LUMA = torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)
Way = Callable[[torch.Tensor, int], torch.Tensor]  # pictures in -1..1 and a factor → larger ones
Marks = dict[str, float]


@dataclass(frozen=True, slots=True)
class Truth:
    """A small picture [1, 3, h, w] in -1..1, and the large one that it was made of."""

    small: torch.Tensor
    large: torch.Tensor
    pack: str

    @property
    def factor(self) -> int:
        """How many times larger."""
        return self.large.shape[2] // self.small.shape[2]


Truths = Sequence[Truth]


def evaluate(
    upscaler: Upscaler,
    data: Path | None,
    *,
    limit: int | None = None,
    train_data: Path | None = None,  # noqa: ARG001 (there is nothing to be copied)
    split: str = "test",
) -> Figures:
    """Means over at most ``limit`` pictures (1,000) and 40 scenes, each beside Lanczos.

    Without ``data`` only the scenes. ``split`` is ``val`` to choose a version. Raises
    :class:`BadInput` for a pack that cannot be read.
    """
    limit = limit or PICTURES
    with tempfile.TemporaryDirectory() as cache:
        packs = joined([]) if data is None else load_pictures(data, [split], Path(cache))
        scenes = load_scenes(FIRST, min(SCENES, limit), Path(cache), FULL)
        truths = truths_of(Pairs(packs, scenes), limit)
    ours, theirs = ([_marks(way, truth) for truth in truths] for way in (upscaler.network, lanczos))
    figures: list[Figure] = []
    for factor in FACTORS:
        for prefix, own in (("", False), ("scene_", True)):
            chosen = [i for i, one in enumerate(truths) if one.factor == factor and (one.pack == OWN) == own]
            figures += _compared(f"{prefix}%s_{SHOWN * factor}", chosen, ours, theirs) if chosen else []
        for pack in sorted({one.pack for one in truths} - {OWN}):
            chosen = [i for i, one in enumerate(truths) if one.factor == factor and one.pack == pack]
            gain = _mean(ours, chosen, "psnr") - _mean(theirs, chosen, "psnr")
            figures.append(Figure(f"gain_{SHOWN * factor}_{pack}", round(gain, 3), "dB"))
    figures += [
        Figure(f"enlarge_{SHOWN * factor}_ms", round(1000 * _seconds(upscaler, factor), 1), "ms")
        for factor in FACTORS
    ]
    notes = () if data else (say("upscaler-eval-no-data", terminal_language()),)
    return Figures("upscaler", upscaler.version, tuple(figures), notes)


def _compared(
    name: str, chosen: Sequence[int], ours: Sequence[Marks], theirs: Sequence[Marks]
) -> list[Figure]:
    """Both figures with Lanczos's own as the bar."""
    told = []
    for what, unit, ceiling in (("psnr", "dB", None), ("sharpness", "", 1.0)):
        bar = round(_mean(theirs, chosen, what), 3)
        value = round(_mean(ours, chosen, what), 3)
        told.append(Figure(name % what, value, unit, bar, "at least", ceiling, {"lanczos": bar}))
    return told


def _mean(marks: Sequence[Marks], chosen: Sequence[int], name: str) -> float:
    return float(np.mean([marks[i][name] for i in chosen]))


def _seconds(upscaler: Upscaler, factor: int) -> float:
    """What one picture of 128 px takes, p50 of nine."""
    picture = np.random.default_rng(0).integers(0, 255, (SHOWN, SHOWN, 3), np.uint8)
    took = []
    for _ in range(10):
        begun = time.perf_counter()
        upscaler.enlarge(picture, factor)
        took.append(time.perf_counter() - begun)
    return sorted(took[1:])[4]


def truths_of(pairs: Pairs, limit: int) -> list[Truth]:
    """For both factors: at most ``limit`` pictures of the packs, spread over them, and all scenes."""
    every = range(0, len(pairs.packs), max(1, -(-len(pairs.packs) // max(1, limit))))
    some = [*((pairs.packs, i) for i in every), *((pairs.scenes, i) for i in range(len(pairs.scenes)))]
    return [_truth(pictures, i, factor) for factor in FACTORS for pictures, i in some]


def _truth(pictures: Pictures, number: int, factor: int) -> Truth:
    """The small side by Pillow's bicubic kernel, which is what most programs use."""
    large = pictures.batch([number])
    if large.shape[2] == FULL:  # a scene: so large that the small side is what the painter draws
        large = rounded(F.avg_pool2d(large, FULL // (SHOWN * factor)))
    small = rounded(shrunk(large, factor, Image.Resampling.BICUBIC))
    return Truth(small, large, pictures.rows[number].pack)


def lanczos(picture: torch.Tensor, factor: int) -> torch.Tensor:
    """The plain resize, by Pillow."""
    large = (picture.shape[3] * factor, picture.shape[2] * factor)
    resized = [Image.fromarray(one).resize(large, Image.Resampling.LANCZOS) for one in pixels_of(picture)]
    return tensor_of(np.stack([np.asarray(one) for one in resized]))


def psnr(made: torch.Tensor, real: torch.Tensor) -> float:
    """Peak signal-to-noise ratio of pictures in -1..1, dB; 60 at most (a flat picture has no error)."""
    error = float(((made.clamp(-1, 1) - real) / 2).square().mean())
    return -10 * float(np.log10(max(error, 1e-6)))


def sharpness(made: torch.Tensor, real: torch.Tensor) -> float:
    """The slope of lightness at the real picture's edges, over the real one: 1 is as sharp.

    Its edges are the tenth of its pixels with the steepest slope.
    """
    true, mine = (_slope((picture.clamp(-1, 1) * _LUMA).sum(1)) for picture in (real, made))
    edge = true >= torch.quantile(true, 1 - EDGES)
    return float(mine[edge].mean() / true[edge].mean().clamp(min=1e-6))


def _slope(light: torch.Tensor) -> torch.Tensor:
    """[B, H, W] → the length of the gradient between neighbours, [B * (H - 1) * (W - 1)]."""
    across, down = light.diff(dim=2)[:, 1:], light.diff(dim=1)[:, :, 1:]
    return (across.square() + down.square()).sqrt().flatten()


@torch.no_grad()
def measured(way: Way, truths: Truths) -> Marks:
    """Means over ``truths``: ``psnr`` and ``sharpness``, all together."""
    marks = [_marks(way, truth) for truth in truths]
    return {name: round(float(np.mean([one[name] for one in marks])), 4) for name in ("psnr", "sharpness")}


def _marks(way: Way, truth: Truth) -> Marks:
    device = next(way.parameters()).device if isinstance(way, torch.nn.Module) else "cpu"
    made = rounded(way(laid(truth.small, str(device)), truth.factor).cpu())
    return {"psnr": psnr(made, truth.large), "sharpness": sharpness(made, truth.large)}
