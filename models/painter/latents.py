"""Pictures as the generator sees them: latents, encoded once, each with a channel's mean and deviation."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from models.device import mixed
from models.painter.data import Pictures, draw_caption, flippable
from models.painter.network import LATENT, SIDE, Encoder
from models.painter.packs import Row
from models.painter.scenes.picture import LIGHT_SIDE, SLOTS, chances
from models.painter.scenes.wording import tells_side
from models.painter.scenes.world import imagine
from models.painter.stack import Stack
from models.painter.stage import laid, placed
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


class Batch(NamedTuple):
    """Scaled latents float32 ``[B, 16, 16, 16]`` with what is known of them.

    ``chances`` float32 ``[B, SLOTS]`` are a made scene's (:func:`models.painter.scenes.picture.chances`);
    NaN for other pictures, and where the caption tells it.
    """

    latent: torch.Tensor
    captions: list[str]
    chances: torch.Tensor
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Latents:
    """float16 ``[N, 2, 16, 16, 16]`` (as it is, mirrored), not yet scaled, and where they come from."""

    pictures: Pictures
    values: NDArray[np.float16] | Stack[np.float16]
    scale: Scale
    weights: list[float]  # cumulative chances of being drawn

    def draw(self, chance: random.Random, count: int, dropout: float = 0.1) -> Batch:
        """``count`` of them. Scenes are not mirrored: there are enough of them."""
        chosen = chance.choices(range(len(self.pictures)), cum_weights=self.weights, k=count)
        rows, palettes = self.pictures.rows, self.pictures.palettes
        scenes = [bool(rows[i].labels.get("scene")) for i in chosen]
        sides = [
            int(not made and flippable(rows[i]) and chance.random() < 0.5)
            for i, made in zip(chosen, scenes, strict=True)
        ]
        both = self.values[np.asarray(chosen)]
        found = torch.from_numpy(both[np.arange(count), sides].astype(np.float32))
        captions = [draw_caption(rows[i], palettes[i], chance, dropout) for i in chosen]
        told = torch.full((count, SLOTS), torch.nan)
        for place, (i, made) in enumerate(zip(chosen, scenes, strict=True)):
            if made:
                told[place] = _chances(int(rows[i].labels["seed"]))
                if tells_side(captions[place]):  # the words must win
                    told[place, LIGHT_SIDE] = torch.nan
        return Batch(self.scale.to_unit(found), captions, told, [rows[i] for i in chosen])


@cache
def _chances(seed: int) -> torch.Tensor:
    return torch.from_numpy(chances(imagine(seed)))


def encode(
    encoder: Encoder, pictures: Pictures, weights: dict[str, float], scale: Scale | None, device: str,
    cache: Path,
) -> Latents:  # fmt: skip
    """Latents of all pictures and their mirror images; the scale is measured here unless given.

    Kept in the folder ``cache``, a file for each run of rows of one pack and the encoder that made it:
    16 KiB a picture, memory-mapped. What was stopped goes on where it was.
    """
    cache.mkdir(parents=True, exist_ok=True)
    mark = _mark(parameter.detach().cpu().numpy().tobytes() for parameter in encoder.parameters())
    for stale in cache.iterdir():
        if not stale.name.startswith(mark):
            stale.unlink()
    parts: list[NDArray[np.float16]] = []
    start = 0
    for pack, rows in groupby(pictures.rows, lambda row: row.pack):
        names = [f"{row.folder}\0{row.tar}\0{row.file}\0".encode() for row in rows]
        here = range(start, start + len(names))
        parts.append(_encoded(encoder, pictures, here, device, cache / f"{mark}-{pack}-{_mark(names)}.npy"))
        start = here.stop
    made = Stack(parts)
    if scale is None:
        some = torch.from_numpy(made[:: max(1, len(made) // 2000)][:, 0].astype(np.float32))
        flat, shape = some.transpose(0, 1).flatten(1), (1, LATENT, 1, 1)
        scale = Scale(flat.mean(1).view(shape), flat.std(1).clamp(min=1e-3).view(shape))
    chances = list(accumulate(weights.get(row.pack, 1.0) for row in pictures.rows))
    return Latents(pictures, made, scale, chances)


def _mark(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()[:12]


@torch.no_grad()
def _encoded(
    encoder: Encoder, pictures: Pictures, numbers: range, device: str, path: Path
) -> NDArray[np.float16]:
    """Of the pictures ``numbers``, memory-mapped; ``<path>.part`` and ``<path>.count`` while unfinished."""
    if not path.exists():
        part, count = path.with_suffix(".part"), path.with_suffix(".count")
        done = int(count.read_text()) if count.exists() and part.exists() else 0
        shape = (len(numbers), 2, LATENT, SIDE, SIDE)
        made = np.lib.format.open_memmap(part, "r+" if done else "w+", np.float16, None if done else shape)
        encoder = placed(encoder, device).eval()
        for at in range(done, len(numbers), 64):
            chosen = numbers[at : at + 64]
            x = laid(pictures.batch(chosen), device)
            # A scene's mirror image is never drawn: it would not say what its caption says.
            sides = (x,) if pictures.rows[chosen[0]].labels.get("scene") else (x, x.flip(3))
            with mixed(device):
                both = [encoder(side).float().cpu().numpy() for side in sides]
            made[at : at + len(chosen)] = np.stack((both[0], both[-1]), 1)
            if at // 64 % 32 == 31:
                made.flush()
                count.write_text(str(at + len(chosen)))
        made.flush()
        part.rename(path)
        count.unlink(missing_ok=True)
    found: NDArray[np.float16] = np.load(path, mmap_mode="r")
    return found


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
