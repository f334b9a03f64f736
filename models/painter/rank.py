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

from models.painter.data import rng_of
from models.painter.latents import Latents, read
from models.painter.network import LATENT, Residual, norm
from models.painter.settings import Settings
from models.painter.stage import Average, Budget, Journal, cosine, laid, mixed, run_stage, set_rate
from models.ranks import share_gradients
from models.text.network import SENTENCE, PromptEncoder

PART = "ranker."  # the beginning of its tensors' names in painter.safetensors
SPACE = 64
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
        self.picture = nn.Linear(2 * 64, SPACE)
        self.words = nn.Linear(SENTENCE, SPACE)

    def seen(self, latent: torch.Tensor) -> torch.Tensor:
        """Unit vectors of pictures, [B, 64]: the mean and the strongest answer of each channel."""
        found = self.stack(latent)
        both = torch.cat((found.mean((2, 3)), found.amax((2, 3))), 1)
        return F.normalize(self.picture(both).float(), dim=1)

    def said(self, sentence: torch.Tensor) -> torch.Tensor:
        """Unit vectors of sentences, [B, 64]."""
        return F.normalize(self.words(sentence).float(), dim=1)

    def forward(self, latent: torch.Tensor, sentence: torch.Tensor) -> torch.Tensor:
        """How well each picture fits its own sentence, cosines [B]."""
        return (self.seen(latent) * self.said(sentence)).sum(1)


def train_ranker(
    settings: Settings, text: PromptEncoder, train: Latents, val: Latents, work: Path,
    budget: Budget,
) -> tuple[Ranker, Journal]:  # fmt: skip
    """The averaged weights; a stage like the others (``work/ranker.pt``), on cached latents."""
    torch.manual_seed(settings.seed)
    network = Ranker().to(settings.device)
    average = Average(network, 0.998)
    mean: Ranker = average.module  # type: ignore[assignment]
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=0.05)

    def loss_of(model: Ranker, source: Latents, number: int, still: bool) -> torch.Tensor:
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
        match = seen.float() @ said.float().T * SCALE
        # Two pictures with the very same caption are no rivals.
        same = torch.tensor([[a == b for b in captions] for a in captions], device=match.device)
        match = match.masked_fill(same & ~torch.eye(len(captions), dtype=torch.bool).to(same), -torch.inf)
        own = torch.arange(len(captions), device=match.device)
        return F.cross_entropy(match, own) + F.cross_entropy(match.T, own)

    def step(number: int, share: float) -> dict[str, float]:
        set_rate(optimiser, cosine(share, 2e-3, hold=0.3))
        loss = loss_of(network, train, number, still=False)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        share_gradients(network.parameters())
        optimiser.step()
        average.update(network, number)
        return {"ranker": loss.item()}

    @torch.no_grad()
    def validate() -> float:
        return float(torch.stack([loss_of(mean, val, n, still=True) for n in range(4)]).mean())

    journal = run_stage(
        "ranker", work, budget, {"network": network, "average": average, "optimiser": optimiser}, step,
        validate=validate, checks=8, patience=3, resume=settings.resume,
    )  # fmt: skip
    return mean.eval().requires_grad_(False), journal
