"""Training the upscaler: ``atelier train upscaler``; both stages go on where they were stopped.

::

    enlarge (L1 and gradients) → sharpen (a patch discriminator beside them) → export

The second is short and its weight small: edges come nearer to real ones, and the error stays
below that of a plain resize (measured on ``val`` after both).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

from atelier.versions import Version, write_card
from models import ranks, tracking
from models.device import mixed
from models.painter.autoencoder import Patches, likeness
from models.painter.optimise import MuonWithAdamW
from models.painter.packs import credit
from models.painter.stage import Average, Budget, Journal, cosine, laid, placed, run_stage, set_rate
from models.upscaler.data import Pairs, load_pairs
from models.upscaler.evaluate import Truths, Way, lanczos, measured, truths_of
from models.upscaler.generate import FILE
from models.upscaler.network import Enlarger, Shape


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``atelier train upscaler`` can set. Minutes are of training time, on this machine."""

    data: Path | None  # none: made scenes alone
    out: Path  # the version's folder; its name is the version's
    work: Path | None = None  # checkpoints and caches; default: ``<out>-work`` beside it
    minutes: float = 24.0  # of both stages together
    sharpen_share: float = 0.2  # of the minutes
    steps: int | None = None  # of each stage, instead of minutes
    batch: int = 16
    learning_rate: float = 2e-3
    critic_weight: float = 0.005
    width: int = 48
    blocks: int = 9
    scenes: int = 384  # rendered at 512 px; half of every batch
    val_pictures: int = 48  # of the packs, and a sixth as many scenes
    tracker: str = "tensorboard"  # wandb: Weights & Biases too
    seed: int = 0
    hardware: str = "one CPU core, shared"  # in words, for the card
    device: str = "cpu"
    resume: bool = True

    @property
    def work_folder(self) -> Path:
        """Where checkpoints and caches lie."""
        return self.work or self.out.with_name(f"{self.out.name}-work")

    def budget(self, stage: str) -> Budget:
        """How long ``stage`` may train."""
        share = self.sharpen_share if stage == "sharpen" else 1 - self.sharpen_share
        return Budget(self.minutes * share, self.steps)


def train(settings: Settings) -> Version | None:
    """Both stages, then the version; None on all processes of ``torchrun`` but the first.

    Raises :class:`BadInput` for a pack or checkpoint that does not fit, or nothing to learn from.
    """
    work = settings.work_folder
    ranks.join(settings.device)
    if ranks.rank() == 0:
        tracking.start(settings.tracker, "upscaler", work, asdict(settings))
    learnt, held = ranks.in_turn(
        lambda: [
            load_pairs(settings.data, split, scenes, work)
            for split, scenes in (("train", settings.scenes), ("val", max(2, settings.val_pictures // 6)))
        ]
    )
    truths = truths_of(held, settings.val_pictures)
    torch.manual_seed(settings.seed)
    network = Enlarger(Shape(settings.width, settings.blocks))
    plain, first = enlarge(settings, placed(network, settings.device), learnt, truths, work)
    sharp, second = sharpen(settings, plain, learnt, truths, work)
    if ranks.rank() > 0:
        return None
    return export(settings, plain, sharp, learnt, truths, {"enlarge": first, "sharpen": second})


def enlarge(
    settings: Settings, network: Enlarger, pairs: Pairs, truths: Truths, work: Path
) -> tuple[Enlarger, Journal]:
    """By L1 of pixels and of their differences. Returns averaged weights."""
    average = Average(network)
    mean: Enlarger = average.module  # type: ignore[assignment]
    optimiser = MuonWithAdamW(network, settings.learning_rate, 0.0, ("enter", "heads"))

    def step(number: int, share: float) -> dict[str, float]:
        set_rate(optimiser, cosine(share, settings.learning_rate, hold=0.3))
        small, large, factor = pairs.draw(settings.seed, "enlarge", number, settings.batch)
        with mixed(settings.device):
            made = network(laid(small, settings.device), factor)
        loss = likeness(made, laid(large, settings.device))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        ranks.share_gradients(network.parameters())
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        average.update(network, number)
        return {"likeness": loss.item()}

    journal = run_stage(
        "enlarge", work, settings.budget("enlarge"),
        {"network": network, "average": average, "optimiser": optimiser}, step,
        validate=lambda: -measured(mean, truths)["psnr"], resume=settings.resume,
    )  # fmt: skip
    return mean, journal


def sharpen(
    settings: Settings, plain: Enlarger, pairs: Pairs, truths: Truths, work: Path
) -> tuple[Enlarger, Journal]:
    """Against a patch discriminator too (Ledig et al. 2017, "SRGAN"; Isola et al. 2017, section 3.2)."""
    torch.manual_seed(settings.seed)
    network = placed(Enlarger(Shape(settings.width, settings.blocks)), settings.device)
    network.load_state_dict(plain.state_dict())
    critic = placed(Patches(), settings.device)
    average = Average(network)
    mean: Enlarger = average.module  # type: ignore[assignment]
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-4, betas=(0.5, 0.98))
    judge = torch.optim.Adam(critic.parameters(), lr=4e-4, betas=(0.5, 0.98))

    def step(number: int, share: float) -> dict[str, float]:
        set_rate(optimiser, cosine(share, 1e-4))
        small, large, factor = pairs.draw(settings.seed, "sharpen", number, settings.batch)
        large = laid(large, settings.device)
        with mixed(settings.device):
            made = network(laid(small, settings.device), factor)
            critic_loss = F.relu(1 - critic(large)).mean() + F.relu(1 + critic(made.detach())).mean()
        judge.zero_grad(set_to_none=True)
        critic_loss.backward()  # type: ignore[no-untyped-call]
        ranks.share_gradients(critic.parameters())
        judge.step()
        with mixed(settings.device):
            fooled = -critic(made).mean()
        loss = likeness(made, large) + settings.critic_weight * min(1.0, 5 * share) * fooled.float()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        ranks.share_gradients(network.parameters())
        optimiser.step()
        average.update(network, number)
        return {"likeness": loss.item(), "critic": critic_loss.item()}

    # Sharper is further from the mean, so PSNR falls: it is watched, and never stops this stage.
    journal = run_stage(
        "sharpen", work, settings.budget("sharpen"),
        {"network": network, "critic": critic, "average": average, "optimiser": optimiser, "judge": judge},
        step, validate=lambda: -measured(mean, truths)["psnr"], checks=4, patience=10**6,
        resume=settings.resume,
    )  # fmt: skip
    return mean, journal


def export(
    settings: Settings, plain: Enlarger, sharp: Enlarger, pairs: Pairs, truths: Truths,
    journals: dict[str, Journal],
) -> Version:  # fmt: skip
    """Write float16 weights and the card, with what ``val`` says of a plain resize and of both stages."""
    settings.out.mkdir(parents=True, exist_ok=True)
    half = {key: value.half().cpu().contiguous() for key, value in sharp.state_dict().items()}
    save_file(half, settings.out / FILE)
    compared: dict[str, Way] = {"lanczos": lanczos, "enlarge": plain, "sharpen": sharp}
    return write_card(
        settings.out,
        {
            "model": "upscaler",
            "version": settings.out.name,
            "parameters": sum(p.numel() for p in sharp.parameters()),
            "shape": Shape(settings.width, settings.blocks).as_dict(),
            "data": credit([*pairs.packs.rows, *pairs.scenes.rows]),
            "command": _command(settings),
            "trained": {
                name: {
                    "steps": journal.step,
                    "patches": journal.step * settings.batch * ranks.count(),
                    "minutes": round(journal.seconds / 60, 1),
                }
                for name, journal in journals.items()
            } | {"hardware": settings.hardware},
            "val": {name: measured(way, truths) for name, way in compared.items()},
            "figures": [],
        },
    )  # fmt: skip


def _command(settings: Settings) -> str:
    """The command line that trains this version again, given the same packs."""
    default = asdict(Settings(Path(), Path()))
    skipped = {"data", "out", "work", "device", "resume", "hardware", "tracker"}
    changed = {k: v for k, v in asdict(settings).items() if k not in skipped and v != default[k]}
    said = "".join(f" --set {key}={value}" for key, value in changed.items())
    data = "" if settings.data is None else " --data DIR"
    return f"atelier train upscaler{data} --out DIR{said}"
