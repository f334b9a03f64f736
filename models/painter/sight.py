"""What is seen in a latent without decoding it: its colours, and how it looks to the ranker.

::

    latent [B, 16, 16, 16] ─ one 1x1 layer ─► colours [B, 3, 16, 16] ─► warmth, light, contrast, ...  [B, 8]
                           ─ Ranker ─► how well it fits its words [B, 1], what it sees [B, 128]

Both networks stay as they are when a generator learns from votes, so a feature goes on meaning what it did;
both are differentiable, so that what pleases can be learnt through them. The evaluation encoder
(:mod:`judge`) has no part in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor

from models.painter.network import SIDE
from models.painter.rank import FEATURES, SCALE, Ranker
from models.reward import Head

FILE = "colours.safetensors"
NAMES = ("warm", "green", "light", "colour", "contrast", "busy", "above", "dark")
DARK, SOFT = 0.3, 0.1  # lightness below which a field is dark, and how sharply
LUMA = (0.30, 0.59, 0.11)
CARE = 6.0  # of what the ranker sees: there is much of it, and a colour says more than any one


@dataclass(frozen=True, slots=True)
class Sight:
    """``colour`` [3, 16] and ``ground`` [3] read a unit latent's red, green and blue, in 0..1.

    ``ranker``: the version's own; None of one without, which then sees colours alone.
    """

    colour: Tensor
    ground: Tensor
    ranker: Ranker | None = None

    @classmethod
    def of(cls, latents: Tensor, decode: Callable[[Tensor], Tensor], ranker: Ranker | None = None) -> Self:
        """Fit the reading to ``decode(latents)``, pictures [N, 3, 128, 128] in -1..1: least squares."""
        pictures = F.adaptive_avg_pool2d((decode(latents).clamp(-1, 1) + 1) / 2, SIDE)
        seen = latents.transpose(0, 1).flatten(1).T.double().cpu()
        wanted = pictures.transpose(0, 1).flatten(1).T.double().cpu()
        with_one = torch.cat([seen, torch.ones(len(seen), 1, dtype=torch.float64)], 1)
        ridge = 1e-3 * len(seen) * torch.eye(with_one.shape[1], dtype=torch.float64)
        found = torch.linalg.solve(with_one.T @ with_one + ridge, with_one.T @ wanted).float()
        return cls(found[:-1].T.contiguous().to(latents), found[-1].contiguous().to(latents), ranker)

    def colours(self, latent: Tensor) -> Tensor:
        """Unit latents → what each of their 8x8 px fields shows, [B, 3, 16, 16] in about 0..1."""
        return torch.einsum("ij,bjhw->bihw", self.colour, latent) + self.ground[:, None, None]

    def __call__(self, latent: Tensor, sentence: Tensor) -> Tensor:
        """Unit latents and sentences [B, 384] → features [B, F], double."""
        parts = [_told(self.colours(latent.float()))]
        if self.ranker is not None:
            seen = self.ranker.pooled(latent)
            parts += [self.ranker.cosine(seen, sentence)[:, None], seen]
        return torch.cat([part.double() for part in parts], 1)

    @property
    def care(self) -> Tensor:
        """How much smaller than the others' each feature's weight is expected to be, [F]."""
        told = torch.ones(len(NAMES), dtype=torch.float64)
        if self.ranker is None:
            return told
        return torch.cat([told, torch.ones(1).double(), torch.full((FEATURES,), CARE).double()])


def _told(colours: Tensor) -> Tensor:
    """[B, 3, 16, 16] → :data:`NAMES`, [B, 8]; the first four are what palettes are told by."""
    red, green, blue = colours.mean((2, 3)).T
    chroma = colours.amax(1) - colours.amin(1)
    luma = torch.einsum("i,bihw->bhw", torch.tensor(LUMA).to(colours), colours)
    half = SIDE // 2
    told = (
        red - blue,
        green - (red + blue) / 2,
        colours.amax(1).mean((1, 2)),
        chroma.mean((1, 2)),
        (luma.var((1, 2)) + 1e-4).sqrt(),
        luma.diff(dim=1).abs().mean((1, 2)) + luma.diff(dim=2).abs().mean((1, 2)),
        luma[:, :half].mean((1, 2)) - luma[:, half:].mean((1, 2)),
        torch.sigmoid((DARK - luma) / SOFT).mean((1, 2)),
    )
    return torch.stack(told, 1)


@dataclass(frozen=True, slots=True)
class Taste:
    """What votes have taught: a head on what is seen."""

    sight: Sight
    head: Head

    def __call__(self, latent: Tensor, sentence: Tensor) -> Tensor:
        """The logit of each picture's being liked, [B], double."""
        return self.head(self.sight(latent, sentence))

    def choose(self, latents: Tensor, sentence: Tensor) -> Tensor:
        """What a candidate is worth, [B]: the log-odds that its words fit, and that it is liked."""
        worth = self(latents, sentence).float()
        ranker = self.sight.ranker
        return worth if ranker is None else worth + SCALE * ranker(latents, sentence)

    def save(self, folder: Path) -> None:
        """Write ``reward.safetensors`` and ``colours.safetensors``."""
        self.head.save(folder)
        told = {"colour": self.sight.colour, "ground": self.sight.ground}
        save_file({name: value.cpu().contiguous() for name, value in told.items()}, folder / FILE)

    @classmethod
    def load(cls, folder: Path, ranker: Ranker | None, device: str = "cpu") -> Self | None:
        """From a checked version's folder; None where nobody's votes shaped it yet."""
        head = Head.load(folder)
        if head is None:
            return None
        told = {name: value.to(device) for name, value in load_file(folder / FILE).items()}
        return cls(Sight(told["colour"], told["ground"], ranker), head.to(device))
