"""The conditional prior: from wishes (and what went before) to the latents of four bars.

Flow matching (Lipman et al. 2023, the straight path of section 4.1) on the normalised latents of
a window, over eight tokens: the four bars before, and the four bars to come. Any of the
coming bars may be given, so the same network continues a tune, answers a phrase and closes it.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from models.composer.data import Conditions
from models.composer.grid import WINDOW
from models.composer.network import Block, Shape, Wishes

FREE, KNOWN, ABSENT = 0, 1, 2  # the state of a bar: to be drawn, given, not there
CONTEXT = 2 * WINDOW


class LatentPrior(nn.Module):
    """Velocity of the flow at time t in 0..1 (0 is noise), for bars of normalised latents."""

    def __init__(self, shape: Shape, dropout: float = 0.0) -> None:
        super().__init__()
        width = shape.prior_width
        self.latent = shape.latent
        self.enter = nn.Linear(shape.latent, width)
        self.state = nn.Embedding(3, width)
        self.places = nn.Parameter(torch.randn(1, CONTEXT, width) * 0.05)
        self.wishes = Wishes(shape.wishes)
        self.time = nn.Linear(32, shape.wishes)
        self.blocks = nn.ModuleList(Block(width, shape.wishes, dropout) for _ in range(shape.prior_layers))
        self.norm = nn.LayerNorm(width)
        self.leave = nn.Linear(width, shape.latent)
        self.register_buffer("mean", torch.zeros(shape.latent))
        self.register_buffer("scale", torch.ones(shape.latent))

    mean: Tensor
    scale: Tensor

    def forward(self, x: Tensor, state: Tensor, t: Tensor, known: Conditions) -> Tensor:
        """``x`` [B, 8, latent], noisy where ``state`` [B, 8] is FREE; t [B]. Velocity [B, 8, latent]."""
        waves = (
            t[:, None] * torch.exp(torch.arange(16, device=t.device, dtype=t.dtype) * (math.log(64) / 15)) * 3
        )
        told = self.wishes(known) + self.time(torch.cat([waves.sin(), waves.cos()], dim=-1))
        present = (state != ABSENT)[..., None].to(x.dtype)
        h = self.enter(x) * present + self.state(state) + self.places
        for block in self.blocks:
            h = block(h, told)
        velocity: Tensor = self.leave(self.norm(h))
        return velocity

    def normal(self, z: Tensor) -> Tensor:
        """Latents as the flow sees them: mean 0, scale 1 over the training windows."""
        return (z - self.mean) / self.scale

    def draw(
        self,
        noise: Tensor,
        given: Tensor,
        state: Tensor,
        known: Conditions,
        *,
        steps: int = 6,
        guidance: float = 2.0,
        origin: Tensor | None = None,
        begin: float = 0.0,
    ) -> Tensor:
        """Latents [B, 8, latent] from ``noise``; bars that are given stay as they are.

        The steps are Adams and Bashforth's of second order (Hairer, Nørsett and Wanner 1993, "Solving
        Ordinary Differential Equations I", section III.1; the first is Euler's): the velocity before is at
        hand, and six of them end nearer to where very many would than sixteen of Euler's (a test).

        ``given`` holds latents where ``state`` is KNOWN. ``guidance`` over 1 leans towards the
        wishes (classifier-free guidance, Ho & Salimans 2022); 1 goes by them alone, in half the time.
        With ``origin`` (latents [B, 8, latent]) the flow starts from it, ``begin`` (0..1) of the way from
        noise: what comes is like it, the more the later it begins (SDEdit, Meng et al. 2022, section 3).
        """
        free = (state == FREE)[..., None]
        fixed = self.normal(given)
        begin = 0.0 if origin is None else begin
        started = noise if origin is None else begin * self.normal(origin) + (1 - begin) * noise
        count = max(1, round((1 - begin) * steps))
        span = (1 - begin) / count
        x = torch.where(free, started, fixed)
        led = guidance != 1.0
        told, sides = (_beside(known, known.unsaid()), 2) if led else (known, 1)
        before: Tensor | None = None
        for index in range(count):
            t = torch.full((sides * len(x),), begin + index * span, device=x.device, dtype=x.dtype)
            velocity = self(x.repeat(sides, 1, 1), state.repeat(sides, 1), t, told)
            if led:
                wished, plain = velocity.chunk(2)
                velocity = plain + guidance * (wished - plain)
            ahead = velocity if before is None else 1.5 * velocity - 0.5 * before
            x, before = torch.where(free, x + ahead * span, fixed), velocity
        return x * self.scale + self.mean


def _beside(known: Conditions, unsaid: Conditions) -> Conditions:
    names = ("mode", "meter", "style", "end", "role", "figures", "said")
    return Conditions(*(torch.cat([getattr(known, name), getattr(unsaid, name)]) for name in names))


def masks(rows: int, opening: Tensor, generator: torch.Generator) -> Tensor:
    """Random bar states for training, [rows, 8]: half the windows wholly free, others partly given.

    ``opening`` [rows] bool: nothing went before. One in ten others forgets what went before.
    """
    kind = torch.rand(rows, generator=generator)
    count = torch.randint(1, WINDOW, (rows,), generator=generator)
    place = torch.arange(WINDOW)
    head = place[None] < count[:, None]
    tail = place[None] >= WINDOW - count[:, None]
    given = torch.where((kind < 0.3)[:, None], head, torch.where((kind < 0.45)[:, None], tail, head & False))
    before = torch.where(opening | (torch.rand(rows, generator=generator) < 0.1), ABSENT, KNOWN)
    return torch.cat([before[:, None].expand(-1, WINDOW), torch.where(given, KNOWN, FREE)], dim=1)
