"""Stage (b): the parent. Flow matching in latents, conditioned on words.

Straight paths from latent to noise (Liu et al. 2023), times drawn logit-normally (Esser et al.
2024, section 3.1), captions dropped so that it can be guided (Ho and Salimans 2022).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

import torch
from torch import nn

from models.device import mixed
from models.painter.coupling import Coupling
from models.painter.data import rng_of
from models.painter.going_on import part_of
from models.painter.latents import Latents, read
from models.painter.network import Generator, Shape
from models.painter.optimise import MuonWithAdamW
from models.painter.settings import Settings
from models.painter.stage import Average, Journal, cosine, laid, placed, run_stage, set_rate
from models.ranks import share_gradients
from models.text.network import Encoded, PromptEncoder

Material = tuple[torch.Tensor, Encoded, torch.Tensor, torch.Tensor]  # latents, words, noise, times
GUIDANCE = 2.5
OUTER = ("time", "text", "code", "enter", "leave")  # of the generator: not hidden, so not Muon's


def train_flow(
    settings: Settings, shape: Shape, text: PromptEncoder, coupling: Coupling | None, train: Latents,
    val: Latents, work: Path,
    show: Callable[[Generator, int], None] | None = None,
) -> tuple[Generator, Journal]:  # fmt: skip
    """The parent's averaged weights; ``show`` is given them with the step at every check."""
    torch.manual_seed(settings.seed)
    network = Generator(shape)
    if settings.start:
        network.load_state_dict(part_of(settings.start, "generator"), strict=False)
    network = placed(network, settings.device)
    freeze(network, settings.freeze)
    average = Average(network, 0.9995)
    outer = OUTER if settings.optimiser == "muon" else ("",)
    optimiser = MuonWithAdamW(network, settings.learning_rate, settings.weight_decay, outer)
    mean: Generator = average.module  # type: ignore[assignment]
    held = _material(val, text, coupling, "flow-val", settings, 0, settings.val_pictures, 0.0)

    def loss_of(model: nn.Module, given: Material) -> torch.Tensor:
        latent, words, noise, t = given
        mix = t[:, None, None, None]
        with mixed(settings.device):
            guess: torch.Tensor = model((1 - mix) * latent + mix * noise, t, words)
        return (guess.float() - (noise - latent)).square().mean()

    def step(number: int, share: float) -> dict[str, float]:
        set_rate(optimiser, cosine(share, settings.learning_rate, hold=settings.hold))
        given = _material(
            train, text, coupling, "flow", settings, number, settings.batch, settings.caption_dropout
        )
        loss = loss_of(network, given)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        share_gradients(network.parameters())
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        average.update(network, number)
        return {"flow": loss.item()}

    @torch.no_grad()
    def validate() -> float:
        return float(loss_of(mean, held))

    journal = run_stage(
        "flow", work, settings.budget("flow"),
        {"network": network, "average": average, "optimiser": optimiser}, step,
        validate=validate, checks=12, resume=settings.resume,
        on_check=None if show is None else partial(show, mean),
    )  # fmt: skip
    return mean, journal


def _material(
    source: Latents, text: PromptEncoder, coupling: Coupling | None, stage: str, settings: Settings,
    number: int, batch: int, dropout: float,
) -> Material:  # fmt: skip
    """One step's; a share ``pure`` of the times is 1: the pass that the generator will be asked for."""
    chance, draw = rng_of(settings.seed, stage, number)
    latent, captions, chances, _ = source.draw(chance, batch, dropout)
    words = read(text, captions, settings.device)
    noise = torch.randn(latent.shape, generator=draw)
    if coupling:
        noise = coupling.couple(noise, latent, words.sentence.cpu(), chances)
    t = torch.sigmoid(torch.randn(batch, generator=draw))
    t[: round(batch * settings.pure)] = 1
    return laid(latent, settings.device), words, laid(noise, settings.device), t.to(settings.device)


@torch.no_grad()
def sample(
    network: Generator, noise: torch.Tensor, words: Encoded, nothing: Encoded, steps: int = 24,
    guidance: float = GUIDANCE,
) -> torch.Tensor:  # fmt: skip
    """The parent's picture by Euler's method: noise ``[B, 16, 16, 16]`` → latents, guided.

    ``nothing`` is the empty prompt, away from which it is guided.
    """
    network.eval()
    times = torch.linspace(1, 0, steps + 1).tolist()
    both = Encoded(*(torch.cat(pair) for pair in zip(words, _like(nothing, words), strict=True)))
    x = noise
    for now, then in pairwise(times):
        t = torch.full((2 * len(x),), now, device=x.device)
        with mixed(str(x.device)):
            told, plain = network(torch.cat((x, x)), t, both).float().chunk(2)
        x = x + (then - now) * (plain + guidance * (told - plain))
    return x


def _like(nothing: Encoded, words: Encoded) -> Encoded:
    """The empty prompt, repeated and padded to the batch's shape."""
    b, t = words.mask.shape
    states = words.states.new_zeros(b, t, words.states.shape[2])
    states[:, :1] = nothing.states[:, :1]
    mask = torch.zeros_like(words.mask)
    mask[:, 0] = True
    return Encoded(nothing.sentence.expand(b, -1), states, mask)


def freeze(network: nn.Module, names: str) -> None:
    """Keep what begins with one of the comma-separated ``names`` as it is."""
    for prefix in filter(None, names.split(",")):
        for name, parameter in network.named_parameters():
            if name.startswith(prefix):
                parameter.requires_grad_(False)
