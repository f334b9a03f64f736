"""The painter's networks, top to bottom: words and noise in, a 128 px picture out, in one pass.

::

    picture [B, 3, 128, 128] ── Encoder ──► latent [B, 16, 16, 16] ── Decoder ──► picture
    noise   [B, 16, 16, 16], words ── Generator ──► latent

The encoder is for training only. The generator is a U-Net that predicts the velocity of a flow
(Lipman et al. 2023; Liu et al. 2023, "Flow Straight and Fast"); at t = 1 one step of it is the
GAN's generator.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Self

import torch
import torch.nn.functional as F
from torch import nn

from models.text.network import SENTENCE, WIDTH, Encoded

LATENT, SIDE = 16, 16  # channels, and height = width, of a latent
CODES = 3 * LATENT  # numbers that noise carries beside its fields: see :func:`codes_of`


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes. The default is the version that ships: 4.2 M + 0.8 M parameters, 1.4 GFLOP a picture."""

    coder: tuple[int, int, int] = (32, 64, 128)  # widths at 64, 32 and 16 px
    unet: tuple[int, int, int] = (96, 144, 160)  # widths at 16x16, 8x8 and 4x4
    condition: int = 192
    dropout: float = 0.0
    codes: bool = False  # whether the noise's own numbers enter every block

    def as_dict(self) -> dict[str, Any]:
        """For the card."""
        return asdict(self)

    @classmethod
    def from_dict(cls, said: dict[str, Any]) -> Self:
        """From a card. Raises ``KeyError``, ``TypeError`` or ``ValueError`` for what is none."""
        (a, b, c), (d, e, f) = said["coder"], said["unet"]
        return cls((a, b, c), (d, e, f), int(said["condition"]), codes=bool(said.get("codes", False)))


def norm(channels: int) -> nn.GroupNorm:
    """GroupNorm with groups of 16 channels (8 for the narrow ones)."""
    return nn.GroupNorm(max(1, channels // (16 if channels >= 64 else 8)), channels)


class Residual(nn.Module):
    """Two 3x3 convolutions around a residual; FiLM (Perez et al. 2018) where there is a condition."""

    def __init__(self, channels: int, condition: int = 0, dropout: float = 0.0) -> None:
        super().__init__()
        self.norm1, self.norm2 = norm(channels), norm(channels)
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.film = nn.Linear(condition, 2 * channels) if condition else None
        self.dropout = dropout
        nn.init.zeros_(self.conv2.weight)
        if self.film is not None:
            nn.init.zeros_(self.film.weight)
            nn.init.zeros_(self.film.bias)

    def forward(self, x: torch.Tensor, condition: torch.Tensor | None = None) -> torch.Tensor:
        """``x`` [B, C, H, W], ``condition`` [B, D]."""
        h = self.norm2(self.conv1(F.silu(self.norm1(x))))
        if self.film is not None and condition is not None:
            scale, shift = self.film(condition)[:, :, None, None].chunk(2, 1)
            h = h * (1 + scale) + shift
        h = F.dropout(F.silu(h), self.dropout, self.training)
        changed: torch.Tensor = x + self.conv2(h)
        return changed


class Attention(nn.Module):
    """Positions look at one another and at the prompt's words, in one attention."""

    def __init__(self, channels: int, words: int = WIDTH, head: int = 16) -> None:
        super().__init__()
        self.heads = channels // head
        self.norm = norm(channels)
        self.qkv = nn.Conv2d(channels, 3 * channels, 1)
        self.words = nn.Linear(words, 2 * channels)
        self.out = nn.Conv2d(channels, channels, 1)
        nn.init.zeros_(self.out.weight)

    def forward(self, x: torch.Tensor, states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """``x`` [B, C, H, W], ``states`` [B, T, D], ``mask`` bool [B, T]."""
        b, c, h, w = x.shape

        def split(flat: torch.Tensor) -> torch.Tensor:  # [B, N, C] → [B, heads, N, C / heads]
            return flat.view(b, -1, self.heads, c // self.heads).transpose(1, 2)

        q, k, v = self.qkv(self.norm(x)).flatten(2).transpose(1, 2).chunk(3, 2)
        word_k, word_v = self.words(states).chunk(2, 2)
        keys, values = split(torch.cat((k, word_k), 1)), split(torch.cat((v, word_v), 1))
        seen = torch.cat((mask.new_ones(b, h * w), mask), 1)[:, None, None, :]
        # Written out: on a CPU the fused kernel's backward pass takes longer than all convolutions.
        match = (split(q) @ keys.transpose(2, 3)).float() * (c // self.heads) ** -0.5
        mixed = match.masked_fill(~seen, -torch.inf).softmax(3).to(values.dtype) @ values
        looked: torch.Tensor = x + self.out(mixed.transpose(2, 3).reshape(b, c, h, w))
        return looked


class Generator(nn.Module):
    """The velocity ``noise - latent`` at time ``t`` of the straight path from latent to noise."""

    def __init__(self, shape: Shape | None = None) -> None:
        super().__init__()
        shape = shape or Shape()
        wide, mid, deep = shape.unet
        d, drop = shape.condition, shape.dropout
        self.time = nn.Sequential(nn.Linear(64, d), nn.SiLU(), nn.Linear(d, d))
        self.text = nn.Linear(SENTENCE, d)
        self.code = nn.Linear(CODES, d, bias=False) if shape.codes else None
        self.enter = nn.Conv2d(LATENT, wide, 3, padding=1)
        self.down16 = nn.ModuleList(Residual(wide, d, drop) for _ in range(2))
        self.to8 = nn.Conv2d(wide, mid, 1)
        self.down8 = nn.ModuleList(Residual(mid, d, drop) for _ in range(2))
        self.look8 = Attention(mid)
        self.to4 = nn.Conv2d(mid, deep, 1)
        self.mid4 = nn.ModuleList(Residual(deep, d, drop) for _ in range(2))
        self.look4 = Attention(deep)
        self.from4 = nn.Conv2d(deep, mid, 1)
        self.up8 = nn.ModuleList(Residual(mid, d, drop) for _ in range(2))
        self.look8_up = Attention(mid)
        self.from8 = nn.Conv2d(mid, wide, 1)
        self.up16 = nn.ModuleList(Residual(wide, d, drop) for _ in range(2))
        self.leave_norm = norm(wide)
        self.leave = nn.Conv2d(wide, LATENT, 3, padding=1)
        nn.init.zeros_(self.leave.weight)
        if self.code is not None:
            nn.init.zeros_(self.code.weight)

    def features(self, z: torch.Tensor, t: torch.Tensor, words: Encoded) -> tuple[torch.Tensor, ...]:
        """What the U-Net sees in ``z``: [B, wide, 16, 16], [B, mid, 8, 8], [B, deep, 4, 4], condition.

        The first three are the discriminator's eyes in training.
        """
        given = self.time(waves(t)) + self.text(words.sentence * math.sqrt(SENTENCE))
        if self.code is not None:
            given = given + self.code(codes_of(z))
        condition = F.silu(given)
        x = self.enter(z)
        for block in self.down16:
            x = block(x, condition)
        at16 = x
        x = self.to8(F.avg_pool2d(x, 2))
        x = self.down8[0](x, condition)
        x = self.down8[1](self.look8(x, words.states, words.mask), condition)
        at8 = x
        x = self.to4(F.avg_pool2d(x, 2))
        x = self.mid4[0](x, condition)
        x = self.mid4[1](self.look4(x, words.states, words.mask), condition)
        return at16, at8, x, condition

    def forward(self, z: torch.Tensor, t: torch.Tensor, words: Encoded) -> torch.Tensor:
        """``z`` [B, 16, 16, 16], ``t`` [B] in 0..1 (1: noise) → velocity, like ``z``."""
        at16, at8, x, condition = self.features(z, t, words)
        x = at8 + F.interpolate(self.from4(x), scale_factor=2.0)
        x = self.up8[0](x, condition)
        x = self.up8[1](self.look8_up(x, words.states, words.mask), condition)
        x = at16 + F.interpolate(self.from8(x), scale_factor=2.0)
        for block in self.up16:
            x = block(x, condition)
        velocity: torch.Tensor = self.leave(F.silu(self.leave_norm(x)))
        return velocity

    def paint(self, noise: torch.Tensor, words: Encoded) -> torch.Tensor:
        """One pass: a latent from noise."""
        velocity: torch.Tensor = self(noise, torch.ones(len(noise), device=noise.device), words)
        return noise - velocity


def boards() -> torch.Tensor:
    """The three finest checkerboards of a channel, of unit length: [3, 16, 16]."""
    sign = 1.0 - 2.0 * (torch.arange(SIDE) % 2)
    across, down = sign.expand(SIDE, SIDE), sign[:, None].expand(SIDE, SIDE)
    return torch.stack((across, down, across * down)) / SIDE


def codes_of(noise: torch.Tensor) -> torch.Tensor:
    """``[B, 16, 16, 16]`` → ``[B, 48]``: how much of each checkerboard is in each channel.

    Numbers of unit variance that a picture has next to nothing of, so noise can carry in them what
    words leave open about a picture as a whole (:mod:`models.painter.coupling`).
    """
    found = torch.einsum("bchw,khw->bck", noise, boards().to(noise))
    return found.flatten(1)


def waves(t: torch.Tensor) -> torch.Tensor:
    """Sinusoids of a time in 0..1: [B] → [B, 64] (Vaswani et al. 2017, section 3.5)."""
    rate = torch.exp(torch.arange(32, device=t.device) * (-math.log(1000.0) / 31)) * 100
    angle = t[:, None].float() * rate[None]
    return torch.cat((angle.sin(), angle.cos()), 1)


class Encoder(nn.Module):
    """[B, 3, 128, 128] in -1..1 → [B, 16, 16, 16], about unit variance a channel."""

    def __init__(self, shape: Shape | None = None) -> None:
        super().__init__()
        a, b, c = (shape or Shape()).coder
        self.stack = nn.Sequential(
            nn.PixelUnshuffle(2), nn.Conv2d(12, a, 3, padding=1), Residual(a),
            nn.Conv2d(a, b, 3, stride=2, padding=1), Residual(b),
            nn.Conv2d(b, c, 3, stride=2, padding=1), Residual(c),
            norm(c), nn.SiLU(), nn.Conv2d(c, LATENT, 1),
        )  # fmt: skip

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        """Pictures to latents."""
        latent: torch.Tensor = self.stack(picture)
        return latent


class Decoder(nn.Module):
    """[B, 16, 16, 16] → [B, 3, 128, 128] in about -1..1."""

    def __init__(self, shape: Shape | None = None) -> None:
        super().__init__()
        a, b, c = (shape or Shape()).coder
        self.stack = nn.Sequential(
            nn.Conv2d(LATENT, c, 3, padding=1), Residual(c), Residual(c),
            nn.Conv2d(c, 4 * b, 1), nn.PixelShuffle(2), Residual(b), Residual(b),
            nn.Conv2d(b, 4 * a, 1), nn.PixelShuffle(2), Residual(a),
            norm(a), nn.SiLU(), nn.Conv2d(a, 12, 3, padding=1), nn.PixelShuffle(2),
        )  # fmt: skip

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        """Latents to pictures."""
        picture: torch.Tensor = self.stack(latent)
        return picture
