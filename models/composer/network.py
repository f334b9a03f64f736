"""The melody VAE: four bars of sixteenths to four bar latents and back.

Four sixteenths are one transformer token, so a 4/4 window is 16 tokens; a bar's tokens together
are its latent. The decoder spreads each bar's latent over its slots, lets the bars
attend to each other, and a GRU writes each bar's sixteenths from left to right, with no
autoregression across bars. Conditions reach every decoder layer as a scale and a shift (FiLM).

After MusicVAE (Roberts et al. 2018) for the task, free bits (Kingma et al. 2016, section C.8) and
bar attributes in every layer (MuseMorphose, Wu & Yang 2021, section 3.3).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.composer.attributes import ATTRIBUTES, ENDS, ROLES
from models.composer.data import MODES, STYLES, Conditions
from models.composer.grid import METER_NAMES, SLOT, START, VOCABULARY, WINDOW

MAX_SLOTS = 4


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a version's network; part of its card."""

    width: int = 160
    latent: int = 48
    encoder_layers: int = 2
    decoder_layers: int = 3
    prior_width: int = 136
    prior_layers: int = 3
    wishes: int = 64

    def as_dict(self) -> dict[str, int]:
        """For the card."""
        return asdict(self)


class Wishes(nn.Module):
    """Conditions → one vector. Input: :class:`Conditions` of B rows; output: [B, wishes]."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.mode = nn.Embedding(len(MODES), size)
        self.meter = nn.Embedding(len(METER_NAMES), size)
        self.style = nn.Embedding(len(STYLES), size)
        self.end = nn.Embedding(len(ENDS), size)
        self.role = nn.Embedding(len(ROLES), size)
        self.figures = nn.Linear(2 * len(ATTRIBUTES), size)
        self.mix = nn.Linear(size, size)

    def forward(self, known: Conditions) -> Tensor:
        """See the class."""
        figures = self.figures(torch.cat([known.figures * known.said, known.said], dim=-1))
        named = (
            self.mode(known.mode) + self.meter(known.meter) + self.style(known.style) + self.end(known.end)
            + self.role(known.role)
        )  # fmt: skip
        return F.silu(self.mix(F.silu(named + figures)))


class Block(nn.Module):
    """A pre-norm transformer layer [B, T, width] → the same, with FiLM where conditions are given."""

    def __init__(self, width: int, wishes: int | None, dropout: float = 0.0, heads: int = 4) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
        self.film = None if wishes is None else nn.Linear(wishes, 4 * width)
        if self.film is not None:
            nn.init.zeros_(self.film.weight)
            nn.init.zeros_(self.film.bias)

    def forward(self, x: Tensor, wishes: Tensor | None = None) -> Tensor:
        """See the class."""
        b, t, w = x.shape
        first, second = self.norm1(x), self.norm2
        scale2 = shift2 = None
        if self.film is not None and wishes is not None:
            scale1, shift1, scale2, shift2 = self.film(wishes)[:, None].chunk(4, dim=-1)
            first = first * (1 + scale1) + shift1
        q, k, v = self.qkv(first).view(b, t, 3, self.heads, w // self.heads).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, t, w)
        x = x + F.dropout(self.out(mixed), self.dropout, self.training)
        inner = second(x)
        if scale2 is not None and shift2 is not None:
            inner = inner * (1 + scale2) + shift2
        return x + F.dropout(self.down(F.gelu(self.up(inner))), self.dropout, self.training)


class Encoder(nn.Module):
    """Steps [B, 4 * size] → mean and log-variance of the bar latents, each [B, 4, latent]."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.tokens = nn.Embedding(VOCABULARY, 32)
        self.join = nn.Linear(32 * SLOT, shape.width)
        self.slots = nn.Parameter(torch.randn(1, 1, MAX_SLOTS, shape.width) * 0.05)
        self.bars = nn.Parameter(torch.randn(1, WINDOW, 1, shape.width) * 0.05)
        self.meter = nn.Embedding(len(METER_NAMES), shape.width)
        self.blocks = nn.ModuleList(Block(shape.width, None, dropout) for _ in range(shape.encoder_layers))
        self.norm = nn.LayerNorm(shape.width)
        self.heads = nn.Linear(MAX_SLOTS * shape.width, 2 * shape.latent)
        # Nearly certain latents at first: with wide ones the decoder learns to do without them.
        nn.init.constant_(self.heads.bias[shape.latent :], -3.0)

    def forward(self, steps: Tensor, meter: Tensor) -> tuple[Tensor, Tensor]:
        """See the class."""
        b, slots = len(steps), steps.shape[1] // (WINDOW * SLOT)
        x = self.join(self.tokens(steps).view(b, WINDOW, slots, -1)) + self.slots[:, :, :slots] + self.bars
        x = x.flatten(1, 2) + self.meter(meter)[:, None]
        for block in self.blocks:
            x = block(x)
        bars = self.norm(x).view(b, WINDOW, -1)
        out = self.heads(F.pad(bars, (0, (MAX_SLOTS - slots) * self.norm.normalized_shape[0])))
        mean, logvar = (out.float() if out.dtype == torch.bfloat16 else out).chunk(2, dim=-1)
        return mean, logvar.clamp(-8, 4)


class Decoder(nn.Module):
    """Bar latents [B, 4, latent] and conditions → steps, in parallel over bars."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        width = shape.width
        self.spread = nn.Linear(shape.latent, MAX_SLOTS * width)
        self.slots = nn.Parameter(torch.randn(1, 1, MAX_SLOTS, width) * 0.05)
        self.bars = nn.Parameter(torch.randn(1, WINDOW, 1, width) * 0.05)
        self.wishes = Wishes(shape.wishes)
        self.blocks = nn.ModuleList(Block(width, shape.wishes, dropout) for _ in range(shape.decoder_layers))
        self.norm = nn.LayerNorm(width)
        self.places = nn.Parameter(torch.randn(1, 1, SLOT, width) * 0.05)
        self.before = nn.Embedding(VOCABULARY + 1, width)
        self.begin = nn.Linear(shape.latent, width)
        self.gru = nn.GRU(width, width, batch_first=True)
        self.head = nn.Linear(2 * width, VOCABULARY)

    def context(self, z: Tensor, known: Conditions, slots: int) -> tuple[Tensor, Tensor]:
        """What each sixteenth is told: [B * 4, slots * 4, width], and the GRU's start [1, B * 4, width]."""
        b, width = len(z), self.norm.normalized_shape[0]
        x = self.spread(z).view(b, WINDOW, MAX_SLOTS, width)[:, :, :slots]
        x = (x + self.slots[:, :, :slots] + self.bars).flatten(1, 2)
        wishes = self.wishes(known)
        for block in self.blocks:
            x = block(x, wishes)
        told = self.norm(x).view(b * WINDOW, slots, 1, width) + self.places
        return told.flatten(1, 2), torch.tanh(self.begin(z)).view(1, b * WINDOW, width)

    def forward(self, z: Tensor, known: Conditions, before: Tensor) -> Tensor:
        """Logits [B, steps, VOCABULARY]; each step is told the (true or dropped) steps ``before`` it."""
        size = before.shape[1] // WINDOW
        told, start = self.context(z, known, size // SLOT)
        out, _ = self.gru(told + self.before(before.view(-1, size)), start.contiguous())
        logits: Tensor = self.head(torch.cat([out, told], dim=-1))
        return logits.view(len(z), -1, VOCABULARY)

    def sample(
        self,
        z: Tensor,
        known: Conditions,
        size: int,
        chance: Tensor,
        temperature: float,
        barred: Tensor | None = None,
    ) -> Tensor:
        """Steps [B, 4 * size] drawn one after another.

        ``chance``: [B, 4 * size] uniform numbers in 0..1, one a step, so that a row's draw depends
        on nothing but the row; ``barred``: [B, VOCABULARY] bool, tokens that may not be drawn.
        """
        told, hidden = self.context(z, known, size // SLOT)
        hidden = hidden.contiguous()
        lots = chance.view(-1, size)
        mask = None if barred is None else barred.repeat_interleave(WINDOW, dim=0)
        token = torch.full((len(told),), START, dtype=torch.int64, device=z.device)
        drawn = []
        for at in range(size):
            out, hidden = self.gru(told[:, at : at + 1] + self.before(token)[:, None], hidden)
            logits = self.head(torch.cat([out, told[:, at : at + 1]], dim=-1))[:, 0]
            if mask is not None:
                logits = logits.masked_fill(mask, -torch.inf)
            sums = (logits / temperature).softmax(dim=-1).cumsum(dim=-1)
            token = (sums < lots[:, at : at + 1] * sums[:, -1:]).sum(dim=-1).clamp(max=VOCABULARY - 1)
            drawn.append(token)
        return torch.stack(drawn, dim=1).view(len(z), -1)


class MelodyVAE(nn.Module):
    """Encoder and decoder together."""

    def __init__(self, shape: Shape, dropout: float = 0.0) -> None:
        super().__init__()
        self.encoder, self.decoder = Encoder(shape, dropout), Decoder(shape, dropout)

    def forward(
        self, steps: Tensor, known: Conditions, told: Conditions, before: Tensor, noise: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Logits [B, steps, VOCABULARY] and the KL divergence of each latent number, [B, 4, latent], nats."""
        mean, logvar = self.encoder(steps, known.meter)
        z = mean + noise * (0.5 * logvar).exp()
        kl = 0.5 * (mean.square() + logvar.exp() - 1 - logvar)
        return self.decoder(z, told, before), kl


def shifted(steps: Tensor, size: int) -> Tensor:
    """The step before each step of its bar; :data:`START` before a bar's first."""
    bars = steps.view(-1, size)
    first = torch.full_like(bars[:, :1], START)
    return torch.cat([first, bars[:, :-1]], dim=1).view(steps.shape)
