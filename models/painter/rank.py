"""Which of several candidates fits its words best: a small scorer of latents against sentences.

A contrast of pictures and captions (Radford et al. 2021, section 2.3), on the latents that the
generator makes, so that only the candidate that is posted has to be decoded. It learns from real
training pictures alone, and shares nothing with the evaluation encoder (:mod:`judge`): what
chooses a picture must not be what measures it.
"""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from models.device import mixed
from models.painter.data import rng_of
from models.painter.latents import Latents, read
from models.painter.lesson import learn, rivals_only
from models.painter.network import LATENT, Residual, norm
from models.painter.settings import Settings
from models.painter.stage import Journal, laid
from models.text.network import SENTENCE, PromptEncoder

PART = "ranker."  # the beginning of its tensors' names in painter.safetensors
SPACE = 64
FEATURES = 2 * 64  # what is seen in a picture, before it meets words
SCALE = 20.0  # of cosines in the contrast
BATCH = 256  # the rivals of a caption: more than other stages need, and cheap on latents


class Ranker(nn.Module):
    """0.14 M parameters: unit latents [B, 16, 16, 16] and sentences [B, 384] → cosines."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = nn.Sequential(
            nn.Conv2d(LATENT, 32, 3, padding=1), norm(32), nn.SiLU(),
            nn.Conv2d(32, 64, 3, stride=2, padding=1), Residual(64), norm(64), nn.SiLU(),
        )  # fmt: skip
        self.picture = nn.Linear(FEATURES, SPACE)
        self.words = nn.Linear(SENTENCE, SPACE)

    def pooled(self, latent: torch.Tensor) -> torch.Tensor:
        """The mean and the strongest answer of each channel, [B, 128]."""
        found = self.stack(latent)
        return torch.cat((found.mean((2, 3)), found.amax((2, 3))), 1)

    def seen(self, latent: torch.Tensor) -> torch.Tensor:
        """Unit vectors of pictures, [B, 64]."""
        return F.normalize(self.picture(self.pooled(latent)).float(), dim=1)

    def said(self, sentence: torch.Tensor) -> torch.Tensor:
        """Unit vectors of sentences, [B, 64]."""
        return F.normalize(self.words(sentence).float(), dim=1)

    def forward(self, latent: torch.Tensor, sentence: torch.Tensor) -> torch.Tensor:
        """How well each picture fits its own sentence, cosines [B]."""
        return self.cosine(self.pooled(latent), sentence)

    def cosine(self, pooled: torch.Tensor, sentence: torch.Tensor) -> torch.Tensor:
        """The same of what is seen in them already, [B, 128]."""
        return (F.normalize(self.picture(pooled).float(), dim=1) * self.said(sentence)).sum(1)


def train_ranker(
    settings: Settings, text: PromptEncoder, train: Latents, val: Latents, work: Path
) -> tuple[Ranker, Journal]:
    """The averaged weights, frozen; a stage like the others (``work/ranker.pt``), on cached latents."""
    torch.manual_seed(settings.seed)

    def loss_of(model: Ranker, number: int, still: bool) -> torch.Tensor:
        source = val if still else train
        chance, draw = rng_of(settings.seed, "ranker-val" if still else "ranker", number)
        latent, captions, _, _ = source.draw(chance, min(BATCH, 4 * settings.batch), 0.0)
        if not still:
            # What the generator makes is never quite like an encoded picture: some noise on those
            # keeps the scorer from leaning on details that only they have.
            strength = torch.rand(len(latent), 1, 1, 1, generator=draw) * 0.5
            latent = latent + strength * torch.randn(latent.shape, generator=draw)
        words = read(text, captions, settings.device)
        with mixed(settings.device):
            seen, said = model.seen(laid(latent, settings.device)), model.said(words.sentence)
        match = rivals_only(seen.float() @ said.float().T * SCALE, captions)
        own = torch.arange(len(captions), device=match.device)
        return F.cross_entropy(match, own) + F.cross_entropy(match.T, own)

    return learn("ranker", Ranker(), loss_of, settings, work, checks=4)
