"""The two stages of training: what one step of each learns from, and how each is judged on ``val``."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.composer.data import Conditions, Tune, Windows, conditions
from models.composer.grid import METERS, START, WINDOW
from models.composer.network import MelodyVAE, shifted
from models.composer.prior import FREE, LatentPrior, masks
from models.composer.settings import Settings
from models.device import mixed


class Stage(ABC):
    """A part of the training with a module, steps and a judgement of its own."""

    name: str
    number: int
    module: nn.Module

    def __init__(self, settings: Settings, train: Sequence[Tune], val: Sequence[Tune]) -> None:
        self.settings = settings
        self.tunes = {"train": train, "val": val}

    @abstractmethod
    def prepare(self, fresh: bool) -> None:
        """Read the data in; ``fresh``: the stage begins, it is not resumed."""

    @abstractmethod
    def step(self, step: int) -> dict[str, Tensor]:
        """The ``loss`` of one training batch, and what else is worth a curve."""

    @abstractmethod
    def validate(self) -> dict[str, float]:
        """The ``loss`` on the validation tunes, the same chance each time."""

    def rolls(self, step: int) -> tuple[np.random.Generator, torch.Generator]:
        """The step's own chance, the same however often the run was resumed."""
        rng = np.random.default_rng([self.settings.seed, self.number, step])
        torch.manual_seed(int(rng.integers(2**31)))  # dropout's
        return rng, torch.Generator().manual_seed(int(rng.integers(2**31)))


class VAEStage(Stage):
    """Stage one: windows of four bars from anywhere in a tune, to latents and back."""

    name, number = "vae", 0

    def __init__(
        self, settings: Settings, train: Sequence[Tune], val: Sequence[Tune], vae: MelodyVAE
    ) -> None:
        super().__init__(settings, train, val)
        self.vae = self.module = vae

    def prepare(self, fresh: bool) -> None:  # noqa: ARG002
        """Cut all windows."""
        self.windows, self.val_windows = Windows(self.tunes["train"]), Windows(self.tunes["val"])

    def loss(
        self, steps: Tensor, known: Conditions, told: Conditions, before: Tensor, noise: Tensor
    ) -> dict[str, Tensor]:
        """Reconstruction in nats a window, the KL divergence with free bits, and their sum."""
        device = self.settings.device
        steps = steps.to(device)
        with mixed(device, self.settings.bf16):
            logits, kl = self.vae(
                steps, known.to(device), told.to(device), before.to(device), noise.to(device)
            )
        logits = logits.float()
        said = F.cross_entropy(logits.flatten(0, 1), steps.flatten(), reduction="sum") / len(steps)
        # Free bits a latent number, judged over the batch's mean (Kingma et al. 2016, eq. 15).
        cost = kl.mean(0).clamp(min=self.settings.free_bits).sum()
        right = (logits.argmax(-1) == steps).float().mean()
        loss = said + self.settings.beta * cost
        return {
            "loss": loss,
            "nats": said.detach(),
            "kl": kl.sum((1, 2)).mean().detach(),
            "right": right.detach(),
        }

    def step(self, step: int) -> dict[str, Tensor]:
        """The loss of one training batch."""
        rng, generator = self.rolls(step)
        steps, known = self.windows.batch(self.settings.batch, rng)
        before = shifted(steps, steps.shape[1] // WINDOW)
        lost = torch.rand(before.shape, generator=generator) < self.settings.token_drop
        told = known.forget(self.settings.forget, generator)
        noise = torch.randn(len(steps), WINDOW, self.settings.shape.latent, generator=generator)
        before = before.masked_fill(lost, START)
        share = self.settings.scheduled * min(1.0, step / max(1, self.settings.scheduled_steps))
        if share:
            drawn = shifted(
                self.drawn(steps, known, told, before, noise, generator), steps.shape[1] // WINDOW
            )
            own = torch.rand(before.shape, generator=generator) < share
            before = torch.where(own & ~lost, drawn, before)
        return self.loss(steps, known, told, before, noise)

    @torch.no_grad()
    def drawn(
        self,
        steps: Tensor,
        known: Conditions,
        told: Conditions,
        before: Tensor,
        noise: Tensor,
        generator: torch.Generator,
    ) -> Tensor:
        """What the decoder draws at each step where it is told the true ones ``before``; [B, steps], int64.

        Scheduled sampling (Bengio et al. 2015) with one more parallel pass instead of a pass a step
        (Mihaylova & Martins 2019, section 3; Duckworth et al. 2019): a decoder that meets its own slips
        while it learns does not go astray on them when it writes alone.
        """
        device = self.settings.device
        with mixed(device, self.settings.bf16):
            logits, _ = self.vae(
                steps.to(device), known.to(device), told.to(device), before.to(device), noise.to(device)
            )
        chances = logits.float().softmax(-1).flatten(0, 1).cpu()
        return torch.multinomial(chances, 1, generator=generator).view(steps.shape)

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Loss with sampled latents, and the share of steps right when decoded with no teacher."""
        sums: dict[str, float] = {}
        seen = right = counted = 0.0
        generator = torch.Generator().manual_seed(1)
        rng = np.random.default_rng(1)
        while seen < self.settings.validate_windows:
            steps, known = self.val_windows.batch(256, rng)
            size = steps.shape[1] // WINDOW
            noise = torch.randn(len(steps), WINDOW, self.settings.shape.latent, generator=generator)
            for name, value in self.loss(steps, known, known, shifted(steps, size), noise).items():
                sums[name] = sums.get(name, 0.0) + value.item() * len(steps)
            device = self.settings.device
            mean, _ = self.vae.encoder(steps.to(device), known.meter.to(device))
            chance = torch.rand(steps.shape, generator=generator).to(device)
            drawn = self.vae.decoder.sample(mean, known.to(device), size, chance, 1.0)
            right += float((drawn.cpu() == steps).sum())
            counted += steps.numel()
            seen += len(steps)
        return {**{name: value / seen for name, value in sums.items()}, "sampled": right / counted}


class PriorStage(Stage):
    """Stage two: the flow learns the latents of phrases, given wishes and what went before."""

    name, number = "prior", 1

    def __init__(
        self,
        settings: Settings,
        train: Sequence[Tune],
        val: Sequence[Tune],
        vae: MelodyVAE,
        prior: LatentPrior,
    ) -> None:
        super().__init__(settings, train, val)
        self.vae, self.prior = vae, prior
        self.module = prior

    @torch.no_grad()
    def prepare(self, fresh: bool) -> None:
        """Encode every phrase once, of training and validation tunes; ``fresh``: also their scale."""
        self.vae.eval()
        self.sets = {"train": self.encode(self.tunes["train"]), "val": self.encode(self.tunes["val"])}
        coming = self.sets["train"][0][:, WINDOW:].reshape(-1, self.settings.shape.latent)
        if fresh:
            self.prior.mean.copy_(coming.mean(0))
            # The posterior's own width belongs to the scale: what the decoder was trained on.
            self.prior.scale.copy_(
                (coming.var(0) + self.sets["train"][1].exp().mean((0, 1))).sqrt().clamp(min=1e-3)
            )

    def encode(self, tunes: Sequence[Tune]) -> tuple[Tensor, Tensor, Tensor, Conditions]:
        """Means [N, 8, latent] (before, coming), log-variances [N, 4, latent] of the coming, opening [N]."""
        places = [
            (tune, bar)
            for tune in tunes
            for bar in range(tune.first, tune.bars - WINDOW + 1, 2)
            if np.count_nonzero(tune.window(bar) > 1) >= 4
        ]
        known = conditions(places)
        means = torch.zeros(len(places), 2, WINDOW, self.settings.shape.latent)
        logvars = torch.zeros(len(places), WINDOW, self.settings.shape.latent)
        opening = torch.tensor([bar - WINDOW < tune.first for tune, bar in places])
        for size in set(METERS.values()):
            mine = [index for index, (tune, _) in enumerate(places) if METERS[tune.meter] == size]
            for at in range(0, len(mine), 512):
                index = torch.tensor(mine[at : at + 512])
                meter = known.meter[index].to(self.settings.device)
                for which in (0, 1):
                    rows = [
                        places[i][0].window(max(places[i][1] - (WINDOW if which == 0 else 0), 0))
                        for i in index
                    ]
                    steps = torch.from_numpy(np.stack(rows)).to(self.settings.device)
                    mean, logvar = self.vae.encoder(steps, meter)
                    means[index, which] = mean.cpu()
                    if which == 1:
                        logvars[index] = logvar.cpu()
        return means.flatten(1, 2), logvars, opening, known

    def loss(self, which: str, index: Tensor, generator: torch.Generator, forget: float) -> dict[str, Tensor]:
        """The squared error of the velocity at a random time, over the bars that are to be drawn."""
        means, logvars, opening, known = self.sets[which]
        rows = len(index)
        z = means[index].clone()
        z[:, WINDOW:] += torch.randn(logvars[index].shape, generator=generator) * (0.5 * logvars[index]).exp()
        state = masks(rows, opening[index], generator)
        t = torch.sigmoid(torch.randn(rows, generator=generator))  # logit-normal: the middle is hardest
        noise = torch.randn(z.shape, generator=generator)
        told = known.rows(index)
        if forget:
            told = told.forget(forget, generator)
        device = self.settings.device
        clean = self.prior.normal(z.to(device))
        state, t, noise = state.to(device), t.to(device), noise.to(device)
        free = (state == FREE)[..., None]
        met = torch.where(free, t[:, None, None] * clean + (1 - t[:, None, None]) * noise, clean)
        with mixed(device, self.settings.bf16):
            velocity = self.prior(met, state, t, told.to(device)).float()
        missed = ((velocity - (clean - noise)).square() * free).sum()
        return {"loss": missed / (free.sum() * clean.shape[-1])}

    def step(self, step: int) -> dict[str, Tensor]:
        """The loss of one training batch."""
        rng, generator = self.rolls(step)
        index = torch.from_numpy(rng.integers(0, len(self.sets["train"][0]), self.settings.prior_batch))
        return self.loss("train", index, generator, self.settings.forget)

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """The loss over all validation phrases, with the same noise each time."""
        generator = torch.Generator().manual_seed(2)
        index = torch.arange(len(self.sets["val"][0]))
        total = 0.0
        for part in torch.split(index, 512):
            total += self.loss("val", part, generator, 0.0)["loss"].item() * len(part)
        return {"loss": total / len(index)}
