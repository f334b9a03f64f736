"""One resumable loop in two stages: the VAE on windows of four bars, then the prior on its latents.

A stage's steps depend on (seed, stage, step) alone, so a run that was stopped and resumed takes
the very steps of one that was not. With ``minutes`` the learning rate follows the clock instead of
the step count, which no two machines repeat exactly: the card's command says the steps that were run.
"""

from __future__ import annotations

import math
import os
import time
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import torch
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from safetensors.torch import save_file
from torch import nn

from atelier.errors import BadInput
from atelier.learning import curve
from atelier.versions import Version, write_card
from models import tracking
from models.composer import facts
from models.composer.data import read_tunes, sources
from models.composer.generate import WEIGHTS, Composer
from models.composer.network import MelodyVAE
from models.composer.prior import LatentPrior
from models.composer.settings import Settings
from models.composer.stages import PriorStage, Stage, VAEStage

# Of a run's settings: what is this machine's, or told elsewhere on the card.
UNTOLD = ("data", "out", "minutes", "prior_share", "vae_steps", "prior_steps", "shape", "version",
          "hardware", "resume", "start", "tracker")  # fmt: skip
NOTES = (
    "Of a prompt it understands the words of the tables in docs/composer.md; the mood of words that they "
    "lack is told by the prompt encoder, and by nothing else of it.",
    "Waltz, march and lullaby are the air's and the dance tune's style with their own meter, tempo and "
    "accompaniment: the data has too few of them to learn from.",
    "The other mode's third is never drawn, of ten drawn phrases rules keep one, and a rule moves a last "
    "note that is not the tonic: tonic_end and mode_heard owe something to these rules "
    "(tonic_end_by_model says how much of the first). Chords are by rule.",
    "Which of the ten is kept depends on how its patterns of onsets move, too, beside those of the training "
    "tunes of each rhythm (gait.json): rhythm_heard owes much to that choice. Marches and waltzes are chosen "
    "by their accents (taste.out_of_step): march_heard and waltz_heard hear the same accents.",
    "Trained on notes alone. Two of the packs are public-domain prints whose encodings name no licence.",
)


class Trainer:
    """The state of a run: both networks, the optimiser of the running stage, and where it is."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        if settings.threads:
            torch.set_num_threads(settings.threads)
        torch.manual_seed(settings.seed)
        self.vae = MelodyVAE(settings.shape, settings.dropout).to(settings.device)
        self.prior = LatentPrior(settings.shape, settings.dropout).to(settings.device)
        tunes = read_tunes(settings.data)
        self.train_tunes = [tune for tune in tunes if tune.split == "train"]
        self.val_tunes = [tune for tune in tunes if tune.split == "val"]
        if not self.train_tunes or not self.val_tunes:
            raise BadInput("composer-no-tunes", path=str(settings.data))
        self.stages: tuple[Stage, ...] = (
            VAEStage(settings, self.train_tunes, self.val_tunes, self.vae),
            PriorStage(settings, self.train_tunes, self.val_tunes, self.vae, self.prior),
        )
        self.progress = {stage.name: self.fresh() for stage in self.stages}
        self.curves: dict[str, list[list[float]]] = {stage.name: [] for stage in self.stages}
        self.parent: dict[str, Any] | None = None
        if settings.start is not None:
            parent = Composer.load(settings.start, settings.device)
            # With its own parent, if it had one: whoever repeats this version begins at the first.
            told = ("version", "command", "trained", "parent")
            self.parent = {name: parent.card[name] for name in told if name in parent.card}
            self.vae.load_state_dict(parent.vae.float().state_dict())
            self.prior.load_state_dict(parent.prior.float().state_dict())
        for part, module in (
            ("encoder", self.vae.encoder),
            ("decoder", self.vae.decoder),
            ("prior", self.prior),
        ):
            if part in settings.freeze:
                module.requires_grad_(False)

    @staticmethod
    def fresh() -> dict[str, float]:
        """A stage that has not begun. ``best`` is the validation loss to beat."""
        return {"step": 0, "seconds": 0.0, "best": math.inf, "waited": 0, "done": 0}

    def run(self) -> None:
        """Both stages, from the checkpoint if there is one."""
        self.settings.work.mkdir(parents=True, exist_ok=True)
        minutes = self.settings.minutes
        shares = {"vae": 1 - self.settings.prior_share, "prior": self.settings.prior_share}
        for stage in self.stages:
            name, module = stage.name, stage.module
            trainable = [p for p in module.parameters() if p.requires_grad]
            if self.restore(stage, None) and self.progress[name]["done"]:
                continue
            if not trainable:
                continue
            rate = self.settings.rate if name == "vae" else self.settings.prior_rate
            optimiser = torch.optim.AdamW(
                trainable, rate, betas=(0.9, 0.98), weight_decay=self.settings.weight_decay
            )
            resumed = self.restore(stage, optimiser)
            stage.prepare(fresh=not resumed)
            self.loop(stage, optimiser, None if minutes is None else 60 * minutes * shares[name])

    def loop(self, stage: Stage, optimiser: torch.optim.Optimizer, seconds: float | None) -> None:
        """One stage: warm-up of 100 steps, cosine to a fiftieth, early stopping on ``val``."""
        settings, at, module = self.settings, self.progress[stage.name], stage.module
        steps, base = (
            (settings.vae_steps, settings.rate)
            if stage.name == "vae"
            else (settings.prior_steps, settings.prior_rate)
        )
        log = tracking.Log(settings.work / "tensorboard" / stage.name)
        began, kept = time.monotonic() - at["seconds"], time.monotonic()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        if settings.start is not None and not at["step"]:
            self.judge(stage, log)  # what is kept must be better than what it began with
        with Progress(*columns) as bar:
            total = steps if seconds is None else int(seconds)
            task = bar.add_task(f"composer: {stage.name}", total=total)
            while True:
                step = int(at["step"])
                at["seconds"] = time.monotonic() - began
                if seconds is None:
                    done = step / steps if steps else 1.0
                else:
                    done = at["seconds"] / seconds if seconds else 1.0
                if done >= 1 or at["waited"] >= settings.patience:
                    break
                rate = base * min(1.0, (step + 1) / 100) * (0.02 + 0.98 * (1 + math.cos(math.pi * done)) / 2)
                for group in optimiser.param_groups:
                    group["lr"] = rate
                module.train()
                losses = stage.step(step)
                optimiser.zero_grad(set_to_none=True)
                losses["loss"].backward()  # type: ignore[no-untyped-call]
                nn.utils.clip_grad_norm_(module.parameters(), 1.0)
                optimiser.step()
                at["step"] = step + 1
                if step % 20 == 0:
                    log.add(step, {"rate": rate, **{name: value.item() for name, value in losses.items()}})
                if (step + 1) % settings.validate_every == 0:
                    self.judge(stage, log)
                if time.monotonic() - kept > settings.keep_every:
                    self.keep(stage, optimiser)
                    kept = time.monotonic()
                shown = f"composer: {stage.name} loss {losses['loss'].item():.3f}"
                bar.update(
                    task, completed=step + 1 if seconds is None else int(at["seconds"]), description=shown
                )
        self.judge(stage, log)
        log.close()
        best = settings.work / f"{stage.name}-best.pt"
        module.load_state_dict(torch.load(best, weights_only=True, map_location=settings.device))
        at["done"] = 1
        self.keep(stage, optimiser)

    def judge(self, stage: Stage, log: tracking.Log) -> None:
        """Measure on ``val``; the best weights so far are kept."""
        at, module = self.progress[stage.name], stage.module
        module.eval()
        figures = stage.validate()
        log.add(int(at["step"]), {f"val_{name}": value for name, value in figures.items()})
        print_line = ", ".join(f"{name} {value:.4f}" for name, value in figures.items())
        with (self.settings.work / "val.log").open("a", encoding="utf-8") as file:
            file.write(f"{stage.name} step {int(at['step'])} after {at['seconds']:.0f} s: {print_line}\n")
        self.curves[stage.name].append([at["step"], figures["loss"]])
        curve.draw(self.settings.work / "tensorboard" / stage.name, {stage.name: self.curves[stage.name]})
        if figures["loss"] < at["best"] - 1e-5:
            at["best"], at["waited"] = figures["loss"], 0
            torch.save(module.state_dict(), self.settings.work / f"{stage.name}-best.pt")
        else:
            at["waited"] += 1

    # Checkpoints

    def keep(self, stage: Stage, optimiser: torch.optim.Optimizer) -> None:
        """Write the stage's checkpoint; the old one stays until the new one is whole."""
        path = self.settings.work / f"{stage.name}.pt"
        state = {
            "module": stage.module.state_dict(),
            "optimiser": optimiser.state_dict(),
            "at": self.progress[stage.name],
            "curve": self.curves[stage.name],
        }
        torch.save(state, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    def restore(self, stage: Stage, optimiser: torch.optim.Optimizer | None) -> bool:
        """Read the stage's checkpoint if there is one and resuming is wished."""
        path = self.settings.work / f"{stage.name}.pt"
        if not (self.settings.resume and path.exists()):
            return False
        state = torch.load(path, weights_only=True, map_location=self.settings.device)
        stage.module.load_state_dict(state["module"])
        self.progress[stage.name] = dict(state["at"])
        self.curves[stage.name] = list(state.get("curve", []))
        if optimiser is not None:
            optimiser.load_state_dict(state["optimiser"])
        return True


def train(settings: Settings) -> Version:
    """Train on the pack(s) in ``settings.data`` and write a version folder to ``settings.out``.

    Raises :class:`BadInput` where the data has no training or no validation tunes, and what
    :func:`models.tracking.start` raises.
    """
    tracking.start(settings.tracker, "composer", settings.work, asdict(settings))
    trainer = Trainer(settings)
    trainer.run()
    return export(trainer)


def export(trainer: Trainer, figures: list[dict[str, Any]] | None = None) -> Version:
    """Write float16 safetensors and the card."""
    settings = trainer.settings
    settings.out.mkdir(parents=True, exist_ok=True)
    tensors = {f"vae.{name}": t for name, t in trainer.vae.state_dict().items()}
    tensors |= {f"prior.{name}": t for name, t in trainer.prior.state_dict().items()}
    facts.write(trainer.train_tunes, settings.out)
    halves = {name: tensor.detach().cpu().to(torch.float16).contiguous() for name, tensor in tensors.items()}
    save_file(halves, settings.out / WEIGHTS)
    said = {
        f.name: getattr(settings, f.name) for f in fields(settings) if f.default != getattr(settings, f.name)
    }
    options = [
        f"--set {name}={','.join(value) if isinstance(value, tuple) else value}"
        for name, value in said.items()
        if name not in UNTOLD
    ]
    # By the clock: what came of it. By steps: what was asked for, which stops as early again.
    asked = {"vae": settings.vae_steps, "prior": settings.prior_steps}
    run = {stage: int(at["step"]) for stage, at in trainer.progress.items()}
    steps = asked if settings.minutes is None else run
    options[:0] = [f"--set {stage}_steps={count}" for stage, count in steps.items()]
    if settings.start is not None:
        options.append("--set start=PARENT")  # what the card's ``parent`` tells how to make
    minutes = sum(at["seconds"] for at in trainer.progress.values()) / 60
    card = {
        "model": "composer",
        "version": settings.version,
        "parameters": sum(tensor.numel() for tensor in halves.values()),
        "shape": settings.shape.as_dict(),
        "data": sources(trainer.train_tunes),
        "command": " ".join(["atelier train composer --data DIR --out DIR", *options]),
        "settings": {
            k: str(v) if isinstance(v, Path) else v
            for k, v in asdict(settings).items()
            if k not in ("data", "out", "start")
        },
        "trained": {
            "minutes": round(minutes, 1),
            "vae_steps": run["vae"],
            "prior_steps": run["prior"],
            "windows_seen": run["vae"] * settings.batch,
            "hardware": settings.hardware or f"{os.cpu_count()} CPU cores",
            "val": {stage: at["best"] for stage, at in trainer.progress.items() if math.isfinite(at["best"])},
        },
        "figures": figures or [],
        "notes": list(NOTES),
    }
    if trainer.parent is not None:
        card["parent"] = trainer.parent
    return write_card(settings.out, card)
