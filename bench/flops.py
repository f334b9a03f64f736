"""``atelier bench flops``: what a training picture costs the painter, in the flow's stage and in the GAN's.

Each stage is run twice from the same beginning, once for about twice as many steps: what both do besides
(latents, checks against ``val``) falls out of the difference. On made scenes alone; the sizes are those that
ship. A multiplication and an addition are two.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import torch
from torch.utils.flop_counter import FlopCounterMode

from atelier.figures import Figure, Figures
from atelier.settings import Settings as Studio
from models.painter.settings import Settings
from models.painter.train import OF_A_BATCH, train

STEPS = 16  # no fewer than a stage has checks: either run has them all, unless it is stopped early
BEGUN = "autoencoder,flow,reader"  # what the stages go on from, a step each
GIGA = 1e9


def run(studio: Studio) -> Figures:  # noqa: ARG001 (nothing of it is asked)
    """Some minutes on two cores."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        plain = Settings(None, home / "v", work=home / "begun", scenes=128, val_pictures=2, apart=0.05)
        train(replace(plain, stages=BEGUN, steps=1))
        each = {stage: _each(plain, stage) for stage in ("flow", "gan")}
    figures = tuple(
        Figure(f"{stage}_gflop", round(spent / (plain.batch * OF_A_BATCH[stage]), 2), "GFLOP a picture")
        for stage, spent in each.items()
    )
    return Figures("flops", "-", figures)


def _each(settings: Settings, stage: str) -> float:
    """GFLOP of a step of ``stage``."""
    few, many = (_spent(settings, stage, steps) for steps in (STEPS, 2 * STEPS))
    return (many[0] - few[0]) / (many[1] - few[1])


def _spent(settings: Settings, stage: str, steps: int) -> tuple[float, int]:
    """GFLOP of a run of ``stage`` with all that is done besides, and the steps that it took."""
    assert settings.work is not None
    work = settings.work.with_name(f"{stage}-{steps}")
    shutil.copytree(settings.work, work)
    (work / f"{stage}.pt").unlink(missing_ok=True)
    with FlopCounterMode(display=False) as counter:
        train(replace(settings, stages=stage, steps=steps, work=work))
    taken: int = torch.load(work / f"{stage}.pt", weights_only=True)["journal"]["step"]
    return counter.get_total_flops() / GIGA, taken
