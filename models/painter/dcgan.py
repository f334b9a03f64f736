"""A baseline: the plain text-conditional DCGAN, trained on the pictures that the painter was trained on.

Strided convolutions with batch norm at 64 px (Radford et al. 2016, section 3), conditioned on the
sentence at both ends, with captions of other pictures as wrong answers (Reed et al. 2016, sections
4.1-4.2). Its results are kept beside a version; its weights are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import nn

from models.device import mixed
from models.painter.data import SIZE, Pictures, draw_caption, flippable, rng_of
from models.painter.exam import Sampler
from models.painter.latents import read
from models.painter.stage import Budget, Journal, laid, placed, run_stage
from models.ranks import share_gradients
from models.text.network import SENTENCE, PromptEncoder

NOISE, WORDS, SIDE = 100, 128, 64
BATCH = 64


class Drawer(nn.Module):
    """Noise [B, 100] and sentence [B, 384] → picture [B, 3, 64, 64] in -1..1."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.words = nn.Linear(SENTENCE, WORDS)
        parts: list[nn.Module] = [nn.ConvTranspose2d(NOISE + WORDS, 8 * width, 4, bias=False)]
        for many in (8, 4, 2):
            inner, outer = many * width, many * width // 2
            parts += [nn.BatchNorm2d(inner), nn.ReLU(), nn.ConvTranspose2d(inner, outer, 4, 2, 1, bias=False)]
        parts += [nn.BatchNorm2d(width), nn.ReLU(), nn.ConvTranspose2d(width, 3, 4, 2, 1), nn.Tanh()]
        self.stack = nn.Sequential(*parts)
        self.apply(_start)

    def forward(self, noise: torch.Tensor, sentence: torch.Tensor) -> torch.Tensor:
        """A picture each."""
        said = F.leaky_relu(self.words(sentence * SENTENCE**0.5), 0.2)
        picture: torch.Tensor = self.stack(torch.cat((noise, said), 1)[:, :, None, None])
        return picture


class Critic(nn.Module):
    """Picture [B, 3, 64, 64] and sentence [B, 384] → one logit each, [B]."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.words = nn.Linear(SENTENCE, WORDS)
        parts: list[nn.Module] = [nn.Conv2d(3, width, 4, 2, 1), nn.LeakyReLU(0.2)]
        for many in (1, 2, 4):
            inner, outer = many * width, 2 * many * width
            parts += [nn.Conv2d(inner, outer, 4, 2, 1, bias=False), nn.BatchNorm2d(outer), nn.LeakyReLU(0.2)]
        self.stack = nn.Sequential(*parts)
        self.judge = nn.Sequential(
            nn.Conv2d(8 * width + WORDS, 8 * width, 1), nn.LeakyReLU(0.2), nn.Conv2d(8 * width, 1, 4)
        )
        self.apply(_start)

    def forward(self, seen: torch.Tensor, sentence: torch.Tensor) -> torch.Tensor:
        """``seen`` is :meth:`look`'s, so that a picture is looked at once for several captions."""
        said = F.leaky_relu(self.words(sentence * SENTENCE**0.5), 0.2)[:, :, None, None]
        logits: torch.Tensor = self.judge(torch.cat((seen, said.expand(-1, -1, 4, 4)), 1))
        return logits.flatten().float()

    def look(self, picture: torch.Tensor) -> torch.Tensor:
        """[B, 3, 64, 64] → [B, 256, 4, 4]."""
        seen: torch.Tensor = self.stack(picture)
        return seen


def _start(module: nn.Module) -> None:
    """Weights from N(0, 0.02), as in the paper."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)


def train_dcgan(
    text: PromptEncoder, train: Pictures, work: Path, budget: Budget, *, device: str = "cpu", seed: int = 0,
    resume: bool = True,
) -> tuple[Drawer, Journal]:  # fmt: skip
    """Adam(0.5, 0.999) at 2e-4 and the saturating-free loss, 64 pictures a step; the last weights."""
    torch.manual_seed(seed)
    drawer, critic = placed(Drawer(), device), placed(Critic(), device)
    draws, judges = (torch.optim.Adam(n.parameters(), 2e-4, betas=(0.5, 0.999)) for n in (drawer, critic))

    def step(number: int, share: float) -> dict[str, float]:  # noqa: ARG001 - the rate is constant
        chance, draw = rng_of(seed, "dcgan", number)
        chosen = chance.choices(range(len(train)), k=min(BATCH, len(train)))
        real = F.avg_pool2d(train.batch(chosen), SIZE // SIDE)
        for at, i in enumerate(chosen):
            if flippable(train.rows[i]) and chance.random() < 0.5:
                real[at] = real[at].flip(2)
        captions = [draw_caption(train.rows[i], train.palettes[i], chance, 0.0) for i in chosen]
        said = read(text, captions, device).sentence
        noise = torch.randn(len(chosen), NOISE, generator=draw).to(device)
        with mixed(device):
            made = drawer(noise, said).float()
            seen = critic.look(laid(real, device))
            right, other = critic(seen, said), critic(seen, said.roll(1, 0))
            false = critic(critic.look(made.detach()), said)
        loss = F.softplus(-right).mean() + 0.5 * (F.softplus(other).mean() + F.softplus(false).mean())
        judges.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        share_gradients(critic.parameters())
        judges.step()
        with mixed(device):
            fooled = F.softplus(-critic(critic.look(made), said)).mean()
        draws.zero_grad(set_to_none=True)
        fooled.backward()  # type: ignore[no-untyped-call]
        share_gradients(drawer.parameters())
        draws.step()
        return {"critic": loss.item(), "drawer": fooled.item()}

    parts = {"drawer": drawer, "critic": critic, "draws": draws, "judges": judges}
    journal = run_stage("dcgan", work, budget, parts, step, resume=resume)
    return drawer.eval(), journal


def sampler(drawer: Drawer, text: PromptEncoder, device: str = "cpu") -> Sampler:
    """Its pictures, enlarged to 128 px (bilinear)."""

    @torch.inference_mode()
    def draw(captions: Sequence[str], seeds: Sequence[int]) -> NDArray[np.uint8]:
        noise = torch.stack([torch.randn(NOISE, generator=torch.Generator().manual_seed(s)) for s in seeds])
        made = drawer(noise.to(device), read(text, captions, device).sentence)
        large = F.interpolate(made.float(), scale_factor=SIZE / SIDE, mode="bilinear", antialias=False)
        levels = ((large.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
        pixels: NDArray[np.uint8] = levels.permute(0, 2, 3, 1).cpu().numpy()
        return pixels

    return draw
