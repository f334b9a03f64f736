"""Stage (c): the parent becomes a GAN that draws in one pass.

The generator starts as the flow network at t = 1. It first repeats what the parent draws from the
same noise in several guided steps, then learns against a discriminator: small heads with a text
projection (Miyato and Koyama 2018) on the frozen parent's own features of pictures noised to a
random time, as in adversarial diffusion distillation (Sauer et al. 2024, sections 3.1-3.2).
Captions of other pictures are wrong answers too: a matching-aware discriminator (Reed et al. 2016).
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import nn

from models.painter.data import rng_of
from models.painter.flow import sample
from models.painter.latents import Latents, noise_like, read
from models.painter.network import Generator, Shape
from models.painter.settings import Settings
from models.painter.stage import Average, Journal, cosine, laid, mixed, placed, run_stage, set_rate
from models.ranks import share_gradients
from models.text.network import SENTENCE, Encoded, PromptEncoder

PARENT_STEPS = 8
COPYING = 0.2  # share of the stage that only repeats the parent
ADVERSARIAL = 0.05
LATEST = 0.6  # the discriminator sees pictures noised to times from 0 to this


@dataclass(frozen=True, slots=True)
class Pairs:
    """What the parent drew: unit latents float16 ``[N, 16, 16, 16]``, for noise and caption number ``i``."""

    latents: torch.Tensor
    captions: list[str]
    seeds: list[int]


def make_pairs(
    settings: Settings, parent: Generator, text: PromptEncoder, train: Latents, work: Path, batch: int = 64
) -> Pairs:
    """The parent's pictures of training captions; resumed from ``work/pairs.safetensors``."""
    path, count = work / "pairs.safetensors", settings.pairs
    chance, _ = rng_of(settings.seed, "pairs", 0)
    captions = train.draw(chance, count, settings.caption_dropout / 2)[1]
    seeds = [chance.getrandbits(48) & 0xFFFFFFFF for _ in range(count)]  # torch keeps 32 bits
    done = (
        load_file(path)["latents"] if settings.resume and path.exists() else torch.empty(0, 16, 16, 16).half()
    )
    nothing = read(text, [""], settings.device)
    if not settings.runs("pairs"):
        return Pairs(done, captions[: len(done)], seeds[: len(done)])
    while len(done) < count:
        here = slice(len(done), min(len(done) + batch, count))
        noise = laid(noise_like(seeds[here]), settings.device)
        words = read(text, captions[here], settings.device)
        drawn = sample(parent, noise, words, nothing, PARENT_STEPS, settings.guidance)
        done = torch.cat((done, drawn.cpu().half().contiguous()))
        if len(done) % (8 * batch) == 0 or len(done) == count:
            save_file({"latents": done}, path)
            print(f"pairs: {len(done)} of {count}", flush=True)  # noqa: T201
    return Pairs(done[:count], captions, seeds)


class Heads(nn.Module):
    """One small critic a scale of the parent's features, each with a projection of the sentence."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.enter = nn.ModuleList(nn.Conv2d(c, 128, 3, padding=1) for c in shape.unet)
        self.mix = nn.ModuleList(nn.Conv2d(128, 128, 3, padding=1) for _ in shape.unet)
        self.leave = nn.ModuleList(nn.Conv2d(128, 1, 1) for _ in shape.unet)
        self.text = nn.ModuleList(nn.Linear(SENTENCE, 128) for _ in shape.unet)

    def forward(self, features: tuple[torch.Tensor, ...], sentence: torch.Tensor) -> torch.Tensor:
        """Features of three scales, ``sentence`` [B, 384] → logits [B, 16² + 8² + 4²]."""
        found = []
        for x, enter, mix, leave, text in zip(
            features, self.enter, self.mix, self.leave, self.text, strict=False
        ):
            h = F.leaky_relu(enter(x), 0.2)
            h = F.leaky_relu(h + mix(h), 0.2)
            match = (h * text(sentence * SENTENCE**0.5)[:, :, None, None]).sum(1, keepdim=True) * 128**-0.5
            found.append((leave(h) + match).flatten(1))
        return torch.cat(found, 1)


def train_gan(
    settings: Settings, shape: Shape, parent: Generator, text: PromptEncoder, pairs: Pairs,
    train: Latents, val: Latents, work: Path, show: Callable[[Generator, int], None] | None = None,
) -> tuple[Generator, Journal]:  # fmt: skip
    """The one-pass generator's averaged weights; ``show`` is given them with the step at every check."""
    torch.manual_seed(settings.seed)
    parent = parent.eval().requires_grad_(False)
    network = copy.deepcopy(parent).requires_grad_(True).train()
    heads = placed(Heads(shape), settings.device)
    average = Average(network, 0.998)
    optimiser = torch.optim.Adam(network.parameters(), betas=(0.0, 0.99))
    judge = torch.optim.Adam(heads.parameters(), lr=5e-4, betas=(0.0, 0.99))
    half = settings.batch // 4  # of a batch: pairs; the other half is fresh noise

    def judged(latent: torch.Tensor, words: Encoded, noise: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        mix = t[:, None, None, None]
        *seen, _ = parent.features((1 - mix) * latent + mix * noise, t, words)
        logits: torch.Tensor = heads(tuple(seen), words.sentence)
        return logits.float()

    def step(number: int, share: float) -> dict[str, float]:
        chance, draw = rng_of(settings.seed, "gan", number)
        some = [chance.randrange(len(pairs.seeds)) for _ in range(half)]
        real, captions = train.draw(chance, half, 0.0)
        fresh = torch.randn(real.shape, generator=draw)
        noise = laid(torch.cat((noise_like([pairs.seeds[i] for i in some]), fresh)), settings.device)
        words = read(text, [pairs.captions[i] for i in some] + captions, settings.device)
        wanted = laid(pairs.latents[some].float(), settings.device)
        real = laid(real, settings.device)
        adversarial = share > COPYING
        set_rate(optimiser, cosine(share, 1.5e-4 if adversarial else 3e-4, hold=0.6))
        with mixed(settings.device):
            made = network.paint(noise, words)
        made = made.float()
        told = {"copy": 0.0, "judge": 0.0}
        if adversarial:
            own = Encoded(*(part[half:] for part in words))
            drawn, again, times = _noises(made, half, draw, settings.device)
            with mixed(settings.device):
                right = judged(real, own, again, times[half:])
                other = judged(real, Encoded(*(part.roll(1, 0) for part in own)), again, times[half:])
                false = judged(made.detach(), words, drawn, times)
            loss = F.relu(1 - right).mean() + F.relu(1 + false).mean() + 0.5 * F.relu(1 + other).mean()
            judge.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            share_gradients(heads.parameters())
            judge.step()
            told["judge"] = loss.item()
        copying = (made[:half] - wanted).square().mean()
        total = copying
        if adversarial:
            with mixed(settings.device):
                fooled = -judged(made, words, drawn, times).mean()
            total = 0.5 * copying + ADVERSARIAL * fooled
        optimiser.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        share_gradients(network.parameters())
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        average.update(network, number)
        return told | {"copy": copying.item()}

    mean: Generator = average.module  # type: ignore[assignment]
    journal = run_stage(
        "gan", work, settings.budget("gan"),
        {"network": network, "heads": heads, "average": average, "optimiser": optimiser, "judge": judge},
        step, validate=lambda: distance(mean, text, val, settings.val_pictures, settings.device),
        checks=6, patience=3, resume=settings.resume,
        on_check=None if show is None else partial(show, mean),
    )  # fmt: skip
    return mean, journal


def _noises(
    made: torch.Tensor, half: int, draw: torch.Generator, device: str
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Noise and times for what was made; the last ``half`` of both is what real pictures get too."""
    drawn = torch.randn(made.shape, generator=draw).to(device)
    times = (torch.rand(len(made), generator=draw) * LATEST).to(device)
    return drawn, drawn[half:], times


@torch.no_grad()
def distance(
    network: Generator, text: PromptEncoder, held: Latents, count: int, device: str, seed: int = 1
) -> float:
    """How unlike held-out pictures the drawn ones are, by plain statistics of their latents.

    A Fréchet distance (Heusel et al. 2017) with diagonal covariances, of each channel's mean and
    deviation in nine fields of the picture. Cheap and blind to objects: it stops training, and
    judges nothing else.
    """
    chance, draw = rng_of(seed, "distance", 0)
    real, captions = held.draw(chance, max(2, count), 0.0)
    noise = torch.randn(real.shape, generator=draw).to(device)
    network.eval()
    with mixed(device):
        made = network.paint(noise, read(text, captions, device)).float().cpu()
    network.train()

    def told(x: torch.Tensor) -> torch.Tensor:
        fields = F.adaptive_avg_pool2d(x, 3).flatten(1)
        spread = (F.adaptive_avg_pool2d(x.square(), 3).flatten(1) - fields.square()).clamp(min=0).sqrt()
        return torch.cat((fields, spread), 1)

    a, b = told(real), told(made)
    return float((a.mean(0) - b.mean(0)).square().sum() + (a.std(0) - b.std(0)).square().sum())
