"""Stage (c): the parent becomes a GAN that draws in one pass.

The generator starts as the flow network at t = 1, or as that of the version that is gone on from.
Half of a batch is noise that belongs to training pictures (:mod:`models.painter.coupling`), which the
generator is to repeat; the other half is plain noise, which it is to answer as the parent does in
several guided steps (:mod:`models.painter.bank`). All of it is held against real latents by a
matching-aware discriminator (:mod:`models.painter.critic`) and read by :mod:`models.painter.reader`.
Hinge loss; captions of other pictures are wrong answers too.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from models.device import mixed
from models.painter.bank import Bank
from models.painter.coupling import Coupling
from models.painter.critic import Asked, Critic
from models.painter.data import rng_of
from models.painter.flow import freeze
from models.painter.going_on import part_of
from models.painter.latents import Latents, read
from models.painter.network import Decoder, Generator, Shape
from models.painter.reader import Labels, Reader, wrong
from models.painter.settings import Settings
from models.painter.stage import Average, Journal, cosine, laid, placed, run_stage, set_rate
from models.ranks import share_gradients
from models.text.network import Encoded, PromptEncoder

CRITIC_RATE = 4e-4
PAIRS = 8  # captions of a batch that are drawn twice, where pictures of the same words are held apart


def train_gan(
    settings: Settings, shape: Shape, parent: Generator, decoder: Decoder, coupling: Coupling | None,
    bank: Bank | None, lesson: tuple[Reader, Labels] | None, text: PromptEncoder, train: Latents,
    val: Latents, work: Path,
    show: Callable[[Generator, int], None] | None = None,
) -> tuple[Generator, Journal]:  # fmt: skip
    """The one-pass generator's averaged weights; ``show`` is given them with the step at every check."""
    torch.manual_seed(settings.seed)
    parent = parent.eval().requires_grad_(False)
    decoder = placed(decoder, settings.device).eval().requires_grad_(False)
    network = copy.deepcopy(parent)
    if settings.gan_start == "version" and settings.start:
        network.load_state_dict(part_of(settings.start, "generator"), strict=False)
    network = network.requires_grad_(True).train()
    freeze(network, settings.freeze)
    labels = lesson[1] if lesson else Labels.of(train.pictures.rows)
    many = labels.many if settings.labelled else 0
    critic = placed(Critic(settings, shape, parent, decoder, train.scale, many), settings.device)
    average = Average(network, settings.gan_average)
    learning = [weight for weight in network.parameters() if weight.requires_grad]
    optimiser = torch.optim.AdamW(learning, betas=(0.0, 0.99), weight_decay=settings.weight_decay)
    judge = torch.optim.Adam(critic.parameters_learnt(), lr=CRITIC_RATE, betas=(0.0, 0.99))
    half = settings.batch // 4  # of a batch: noise that belongs to pictures; the other half is plain

    def step(number: int, share: float) -> dict[str, float]:
        chance, draw = rng_of(settings.seed, "gan", number)
        latent, captions, chances, rows = train.draw(chance, half if bank else 2 * half, 0.0)
        noise = torch.randn(latent.shape, generator=draw)
        if bank:
            answers = bank.draw(number)
            latent, noise = torch.cat((latent, answers.latent)), torch.cat((noise, answers.noise))
            captions, rows = captions + answers.captions, rows + answers.rows
        words = read(text, captions, settings.device)
        if coupling:
            own = coupling.couple(noise[:half], latent[:half], words.sentence[:half].cpu(), chances[:half])
            noise = torch.cat((own, noise[half:]))
        real = laid(latent, settings.device)
        set_rate(optimiser, cosine(share, settings.gan_rate, hold=0.6))
        with mixed(settings.device):
            made = network.paint(laid(noise, settings.device), words)
        made = made.float()
        view = critic.view(draw, len(made))
        wanted = labels.wanted(rows, captions).to(settings.device)
        asked = Asked(words, labels.told(wanted)[:, :many])
        with mixed(settings.device):
            loss = critic.loss(real, made.detach(), asked, view)
        judge.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        share_gradients(critic.parameters_learnt())
        judge.step()
        told = {"judge": loss.item()}
        with mixed(settings.device):
            fooled = critic(made, asked, view)
        total = settings.adversarial * min(1.0, 20 * share) * fooled
        if coupling:
            repeated = (made[:half] - real[:half]).square().mean()
            total, told["copy"] = total + settings.repeat * repeated, repeated.item()
        if bank:
            missed = (made[half:] - laid(answers.answer, settings.device)).square().mean()
            total, told["missed"] = total + settings.following * missed, missed.item()
        if lesson:
            blurred = made + settings.reading_noise * torch.randn(made.shape, generator=draw).to(made)
            with mixed(settings.device):
                misread = wrong(lesson[0], blurred, words.sentence, captions, wanted)
            total, told["misread"] = total + settings.reading * misread, misread.item()
        if settings.apart:
            few = slice(0, PAIRS)
            again = torch.randn(noise[few].shape, generator=draw)
            with mixed(settings.device):
                other = network.paint(laid(again, settings.device), Encoded(*(part[few] for part in words)))
            alike = likeness(made[few], other.float(), real)
            total, told["alike"] = total + settings.apart * alike, alike.item()
        optimiser.zero_grad(set_to_none=True)
        total.backward()
        share_gradients(network.parameters())
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        average.update(network, number)
        return told

    mean: Generator = average.module  # type: ignore[assignment]
    learnt = {"network": network, "critic": critic.learnt, "average": average}
    journal = run_stage(
        "gan", work, settings.budget("gan"), {**learnt, "optimiser": optimiser, "judge": judge}, step,
        validate=lambda: distance(mean, text, val, settings.val_pictures, settings.device),
        checks=6, patience=3, resume=settings.resume,
        on_check=None if show is None else partial(show, mean),
    )  # fmt: skip
    return mean, journal


def likeness(made: torch.Tensor, other: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
    """How alike two latents of the same words are: 1 for equal ones, 0 for those as far apart as strangers.

    ``real``: latents of other words each. Mode seeking (Mao et al. 2019, equation 2), of which pictures of
    different words set the scale; in fine and in coarse, so that grain does not pass for another picture.
    """

    def apart(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        fine, coarse = a - b, F.avg_pool2d(a - b, 4)
        return torch.stack((fine.abs().flatten(1).mean(1), coarse.abs().flatten(1).mean(1)))

    usual = apart(real, real.roll(1, 0)).mean(1, keepdim=True)
    return F.relu(1 - apart(made, other) / usual).mean()


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
    real, captions, _, _ = held.draw(chance, max(2, count), 0.0)
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
