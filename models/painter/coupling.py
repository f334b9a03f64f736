"""Noise that belongs to a picture: what words leave open is told in the noise, which stays Gaussian.

A one-pass generator that meets noise drawn at random beside every picture can only answer with the
mean of all pictures that fit the words. Here a training picture is given noise that says which of
them it is, as minibatch couplings do (Pooladian et al. 2023, "Multisample flow matching") and a
VAE's posterior does, but with a code that needs no training and is exactly as likely as any noise:

- The picture's components along ``axes`` (the leading directions of what a linear reading of the
  words cannot tell: layout, light and dark, masses of colour), less what the words tell, over their
  spread for such words, made normal by their own distribution's quantiles.
- Of a made scene, what chance gave its things (:func:`models.painter.scenes.picture.chances`), in the
  finest checkerboards of the channels (:func:`models.painter.network.codes_of`).

All other components of the noise stay random. What is drawn from plain noise afterwards is drawn
from the same distribution.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from models.painter.data import rng_of
from models.painter.latents import Latents, read
from models.painter.network import CODES, LATENT, SIDE, boards
from models.painter.scenes.picture import SLOTS
from models.text.network import PromptEncoder

SAMPLE = 12288  # pictures that the axes are found from; of a few, so many views of each are enough:
VIEWS = 64
_A_DRAW = 256
BROAD = 192  # leading directions among which those that words do not tell are sought
_QUANTILES = 129
_RIDGE = 3.0
_LENGTH = LATENT * SIDE * SIDE


@dataclass(frozen=True, slots=True)
class Coupling:
    """How to find a picture's code. ``told`` and ``spread`` read ``[sentence, 1]``, 385 numbers."""

    axes: torch.Tensor  # [4096, K], orthonormal
    told: torch.Tensor  # [385, K]: the mean that words tell
    spread: torch.Tensor  # [385, K]: the logarithm of the deviation that they leave
    quantiles: torch.Tensor  # [129, K]: of the codes, ascending

    def code(self, latent: torch.Tensor, sentence: torch.Tensor) -> torch.Tensor:
        """Unit latents ``[B, 16, 16, 16]``, sentences ``[B, 384]`` → standard normal numbers ``[B, K]``."""
        return _normal(self._rest(latent.flatten(1), sentence), self.quantiles)

    def couple(
        self, noise: torch.Tensor, latent: torch.Tensor, sentence: torch.Tensor, chances: torch.Tensor
    ) -> torch.Tensor:
        """``noise`` [B, 16, 16, 16] with the pictures' codes in it.

        ``chances`` [B, SLOTS] in 0..1 are the made scenes'; NaN where there is no number to tell.
        """
        flat = noise.flatten(1)
        flat = flat + (self.code(latent, sentence) - flat @ self.axes) @ self.axes.T
        known = ~chances.isnan()
        wanted: torch.Tensor = torch.special.ndtri(chances.nan_to_num(0.5))
        fine = _fine()[:, :SLOTS]
        flat = flat + ((wanted - flat @ fine) * known) @ fine.T
        return flat.view_as(noise)

    def _rest(self, flat: torch.Tensor, sentence: torch.Tensor) -> torch.Tensor:
        words = _with_one(sentence)
        spread = torch.exp((words @ self.spread).clamp(-4, 4))
        rest: torch.Tensor = (flat @ self.axes - words @ self.told) / spread
        return rest


def find_coupling(
    train: Latents, text: PromptEncoder, axes: int, dropout: float, seed: int, work: Path
) -> Coupling:
    """The coupling of these training pictures, kept as ``work/coupling.safetensors``."""
    path = work / "coupling.safetensors"
    if path.exists():
        kept = load_file(path)
        if kept["axes"].shape[1] == axes:
            return Coupling(**kept)
    chance, draw = rng_of(seed, "coupling", 0)
    latents, sentences = [], []
    for _ in range(0, min(SAMPLE, VIEWS * len(train.pictures)), _A_DRAW):
        drawn = train.draw(chance, _A_DRAW, dropout)
        latents.append(drawn.latent.flatten(1))
        sentences.append(read(text, drawn.captions, str(text.place.device)).sentence.cpu())
    flat, words = torch.cat(latents), _with_one(torch.cat(sentences))
    flat = flat - (flat @ _fine()) @ _fine().T  # those directions are spoken for
    torch.manual_seed(draw.initial_seed() % 2**31)
    broad = torch.svd_lowrank(flat - flat.mean(0), BROAD, niter=3)[2]
    seen = flat @ broad
    left = seen - words @ _fit(words, seen)
    turned = torch.linalg.eigh(left.T @ left)[1].flip(1)[:, :axes]  # the widest first
    found = broad @ turned
    told = _fit(words, flat @ found)
    spread = _fit(words, ((flat @ found - words @ told).square() + 1e-3).log() / 2)
    bare = Coupling(found, told, spread, torch.empty(0))
    rest = bare._rest(flat, words[:, :-1])
    coupling = Coupling(found, told, spread, rest.quantile(torch.linspace(0, 1, _QUANTILES), 0))
    work.mkdir(parents=True, exist_ok=True)
    save_file({name: getattr(coupling, name).contiguous() for name in Coupling.__slots__}, path)
    return Coupling(**load_file(path))  # a layout of its own can round otherwise: as whoever resumes has it


def _fit(words: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    """Ridge regression: [N, 385], [N, K] → [385, K]."""
    square = words.T @ words
    fitted: torch.Tensor = torch.linalg.solve(square + _RIDGE * torch.eye(len(square)), words.T @ values)
    return fitted


def _normal(values: torch.Tensor, quantiles: torch.Tensor) -> torch.Tensor:
    """Each column by its own quantiles to a standard normal number, linear between them."""
    last = len(quantiles) - 1
    columns = values.T.contiguous()
    at = torch.searchsorted(quantiles.T.contiguous(), columns).clamp(1, last)
    low, high = (quantiles.T.gather(1, i) for i in (at - 1, at))
    share = ((columns - low) / (high - low).clamp(min=1e-9)).clamp(0, 1)
    rank = ((at - 1 + share) / last).clamp(0.5 / SAMPLE, 1 - 0.5 / SAMPLE)
    normal: torch.Tensor = torch.special.ndtri(rank).T
    return normal


def _fine() -> torch.Tensor:
    """The checkerboards of all channels as columns, [4096, 48], in the order of ``codes_of``."""
    made = torch.zeros(LATENT, len(boards()), LATENT, SIDE, SIDE)
    for channel in range(LATENT):
        made[channel, :, channel] = boards()
    return made.view(CODES, _LENGTH).T


def _with_one(sentence: torch.Tensor) -> torch.Tensor:
    return torch.cat((sentence, sentence.new_ones(len(sentence), 1)), 1)
