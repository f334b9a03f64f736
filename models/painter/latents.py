"""Pictures as the generator sees them: latents, encoded once, each with a channel's mean and deviation."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.painter.data import Pictures, draw_caption, flippable
from models.painter.network import LATENT, SIDE, Encoder
from models.painter.stage import laid, mixed, placed
from models.text.network import Encoded, PromptEncoder
from models.text.tokens import tokens


@dataclass(frozen=True, slots=True)
class Scale:
    """What makes latents zero-mean and unit-variance; float32 ``[1, 16, 1, 1]`` each."""

    mean: torch.Tensor
    deviation: torch.Tensor

    def to_unit(self, latent: torch.Tensor) -> torch.Tensor:
        """The encoder's latents → the generator's."""
        return (latent - self.mean) / self.deviation

    def from_unit(self, latent: torch.Tensor) -> torch.Tensor:
        """The generator's latents → the decoder's."""
        return latent * self.deviation + self.mean


@dataclass(frozen=True, slots=True)
class Latents:
    """float16 ``[N, 2, 16, 16, 16]`` (as it is, mirrored), not yet scaled, and where they come from."""

    pictures: Pictures
    values: NDArray[np.float16]
    scale: Scale
    weights: list[float]  # cumulative chances of being drawn

    def draw(self, chance: random.Random, count: int, dropout: float = 0.1) -> tuple[torch.Tensor, list[str]]:
        """``count`` scaled latents float32 ``[B, 16, 16, 16]`` with a caption each."""
        chosen = chance.choices(range(len(self.pictures)), cum_weights=self.weights, k=count)
        rows, palettes = self.pictures.rows, self.pictures.palettes
        sides = [int(flippable(rows[i]) and chance.random() < 0.5) for i in chosen]
        found = torch.from_numpy(self.values[chosen, sides].astype(np.float32))
        captions = [draw_caption(rows[i], palettes[i], chance, dropout) for i in chosen]
        return self.scale.to_unit(found), captions


def encode(
    encoder: Encoder, pictures: Pictures, weights: dict[str, float], scale: Scale | None, device: str,
    cache: Path,
) -> Latents:  # fmt: skip
    """Latents of all pictures and their mirror images; the scale is measured here unless given.

    Kept in the file ``cache`` with a mark of the encoder, and read from there while that is the same.
    """
    mark = np.array([sum(p.double().abs().sum().item() for p in encoder.parameters()), len(pictures)])
    made = _cached(cache, mark)
    if made is None:
        made = _encoded(encoder, pictures, device)
        cache.parent.mkdir(parents=True, exist_ok=True)
        np.savez(cache, mark=mark, made=made)
    if scale is None:
        some = torch.from_numpy(made[:: max(1, len(made) // 2000), 0].astype(np.float32))
        flat, shape = some.transpose(0, 1).flatten(1), (1, LATENT, 1, 1)
        scale = Scale(flat.mean(1).view(shape), flat.std(1).clamp(min=1e-3).view(shape))
    chances = list(accumulate(weights.get(row.pack, 1.0) for row in pictures.rows))
    return Latents(pictures, made, scale, chances)


def _cached(cache: Path, mark: NDArray[np.float64]) -> NDArray[np.float16] | None:
    if not cache.exists():
        return None
    with np.load(cache) as kept:
        return kept["made"] if np.array_equal(kept["mark"], mark) else None


@torch.no_grad()
def _encoded(encoder: Encoder, pictures: Pictures, device: str) -> NDArray[np.float16]:
    encoder = placed(encoder, device).eval()
    made = np.empty((len(pictures), 2, LATENT, SIDE, SIDE), np.float16)
    for start in range(0, len(pictures), 64):
        chosen = range(start, min(start + 64, len(pictures)))
        x = laid(pictures.batch(chosen), device)
        with mixed(device):
            both = [encoder(side).float().cpu().numpy() for side in (x, x.flip(3))]
        made[chosen.start : chosen.stop] = np.stack(both, 1)
    return made


@torch.no_grad()
def read(network: PromptEncoder, captions: Sequence[str], device: str = "cpu") -> Encoded:
    """Captions through the prompt encoder, which is frozen here."""
    with mixed(device):
        words = network(tokens(captions).to(device))
    return Encoded(words.sentence.float(), words.states.float(), words.mask)


def noise_like(seeds: Sequence[int]) -> torch.Tensor:
    """One latent of noise a seed, float32 ``[B, 16, 16, 16]``: the same alone and in a batch."""
    return torch.stack(
        [torch.randn(LATENT, SIDE, SIDE, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
    )
