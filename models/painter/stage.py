"""One training stage: a loop with a budget, checkpoints, a validation figure and early stopping.

Every stage (autoencoder, sharpening, flow, distillation, prompt encoder) is a step function run by
:func:`run_stage`. A stage that was stopped goes on from its checkpoint with the very weights,
optimiser state and step number; batches depend on the step number alone.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import torch
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from torch import nn

from atelier.errors import BadInput
from atelier.learning import curve
from models.ranks import agree, count, rank

if TYPE_CHECKING:
    from torch.utils.tensorboard.writer import SummaryWriter

SAVE_EVERY = 120.0  # seconds


@dataclass(frozen=True, slots=True)
class Budget:
    """How long a stage runs: ``steps`` if given, else ``minutes`` of training time."""

    minutes: float = 0.0
    steps: int | None = None

    def share(self, step: int, seconds: float) -> float:
        """How much of it is used, 0..1."""
        if self.steps is not None:
            return min(1.0, step / self.steps) if self.steps else 1.0
        return min(1.0, seconds / max(1e-9, self.minutes * 60))


@dataclass(slots=True)
class Journal:
    """What a stage has done so far; kept in its checkpoint."""

    step: int = 0
    seconds: float = 0.0
    checks: int = 0
    best: float = math.inf
    worse: int = 0
    done: bool = False
    curve: list[tuple[int, float]] = field(default_factory=list)  # the value of each validation


class Average:
    """Exponential moving average of a module's weights (EMA), warmed up over the first steps."""

    def __init__(self, module: nn.Module, decay: float = 0.999) -> None:
        self.module = copy.deepcopy(module).eval().requires_grad_(False)
        self.decay = decay

    @torch.no_grad()
    def update(self, module: nn.Module, step: int) -> None:
        """Move towards ``module``'s weights."""
        keep = min(self.decay, (1 + step) / (10 + step))
        for mean, now in zip(self.module.parameters(), module.parameters(), strict=True):
            mean.lerp_(now, 1 - keep)

    def state_dict(self) -> dict[str, torch.Tensor]:
        """The averaged weights."""
        return self.module.state_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take averaged weights back."""
        self.module.load_state_dict(state)


def run_stage(
    name: str,
    work: Path,
    budget: Budget,
    parts: Mapping[str, Any],
    step: Callable[[int, float], dict[str, float]],
    *,
    validate: Callable[[], float] | None = None,
    checks: int = 8,
    patience: int = 4,
    resume: bool = True,
    on_check: Callable[[int], None] | None = None,
) -> Journal:
    """Call ``step(number, share of the budget used)`` until the budget is used or ``validate`` stops falling.

    ``parts`` (modules, optimisers, averages) are saved to ``work/<name>.pt`` and restored from it.
    Under ``torchrun`` all processes take the same steps, and the first one writes.
    ``validate`` is called ``checks`` times; ``patience`` checks without a better value end the stage.
    Raises :class:`BadInput` for a checkpoint that does not fit the settings.
    """
    work.mkdir(parents=True, exist_ok=True)
    path, journal = work / f"{name}.pt", Journal()
    if resume and path.exists():
        journal = _restore(path, parts)
        if budget.share(journal.step, journal.seconds) < 1 and journal.worse < patience:
            journal.done = False  # a larger budget than the one that was used up
            journal.checks = int(budget.share(journal.step, journal.seconds) * checks)
    begun_at = journal.step
    # Here: this module's small helpers serve too, and TensorBoard is 36 MB of memory there for nothing.
    from torch.utils.tensorboard.writer import SummaryWriter

    writer = SummaryWriter(str(work / "tensorboard" / name)) if rank() == 0 else None
    saved = time.monotonic()
    with _bar(name) as show:
        while not journal.done:
            begun = time.monotonic()
            share = budget.share(journal.step, journal.seconds)
            if share >= 1:
                journal.done = True
                break
            # Each process draws batches of its own; by the first one's clock they end together.
            told = step(journal.step * count() + rank(), share)
            journal.step += 1
            journal.seconds = agree(journal.seconds + time.monotonic() - begun)
            if journal.step % 20 == 0 or budget.steps:
                if writer:
                    for key, value in told.items():
                        writer.add_scalar(key, value, journal.step)
                show(share, "  ".join(f"{k} {v:.4f}" for k, v in told.items()))
            if validate and budget.share(journal.step, journal.seconds) * checks >= journal.checks + 1:
                _check(journal, agree(validate()), patience, writer, name)
                if rank() == 0:
                    curve.draw(work / "tensorboard" / name, {name: journal.curve})
                if on_check and rank() == 0:
                    on_check(journal.step)
            if time.monotonic() - saved > SAVE_EVERY and rank() == 0:
                _save(path, journal, parts)
                saved = time.monotonic()
        else:
            show(1.0, "")
    if journal.step > begun_at:
        if rank() == 0:
            _save(path, journal, parts)
        agree(0.0)
        if rank() > 0:  # averages, statistics of batch norm: what gradients do not keep alike
            _restore(path, parts)
    if writer:
        writer.close()
    return journal


def _check(journal: Journal, value: float, patience: int, writer: SummaryWriter | None, name: str) -> None:
    journal.checks += 1
    journal.curve.append((journal.step, value))
    if writer:
        writer.add_scalar("val", value, journal.step)
        print(f"{name}: step {journal.step}, {journal.seconds / 60:.1f} minutes, val {value:.5f}", flush=True)  # noqa: T201
    if value < journal.best:
        journal.best, journal.worse = value, 0
    else:
        journal.worse += 1
        journal.done = journal.worse >= patience


def _save(path: Path, journal: Journal, parts: Mapping[str, Any]) -> None:
    told = {key: getattr(journal, key) for key in Journal.__slots__}
    part = path.with_suffix(".part")
    torch.save({"journal": told, **{key: value.state_dict() for key, value in parts.items()}}, part)
    part.replace(path)


def _restore(path: Path, parts: Mapping[str, Any]) -> Journal:
    try:
        state = torch.load(path, weights_only=True)
        for key, value in parts.items():
            value.load_state_dict(state[key])
        return Journal(**state["journal"])
    except (RuntimeError, KeyError, TypeError, ValueError, EOFError):
        raise BadInput("painter-bad-checkpoint", path=str(path)) from None


@contextmanager
def _bar(name: str) -> Iterator[Callable[[float, str], None]]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[told]}"),
    )
    with Progress(*columns, disable=rank() > 0) as progress:
        task = progress.add_task(name, total=1.0, told="")
        yield lambda share, told: progress.update(task, completed=share, told=told)


def cosine(share: float, peak: float, *, hold: float = 0.5, warm: float = 0.02) -> float:
    """A learning rate: warmed up, held, then a cosine down to nothing (shares of the budget)."""
    if share < warm:
        return peak * (share + 1e-3) / warm
    return peak * 0.5 * (1 + math.cos(math.pi * max(0.0, (share - hold) / max(1e-9, 1 - hold))))


class Grouped(Protocol):
    """An optimiser, or several that step as one."""

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        """Each with its learning rate ``lr``."""


def set_rate(optimiser: Grouped, rate: float) -> None:
    """Set the learning rate of every group, times its ``scale`` if it has one."""
    for group in optimiser.param_groups:
        group["lr"] = rate * group.get("scale", 1.0)


Part = TypeVar("Part", bound=nn.Module)


def placed(part: Part, device: str) -> Part:
    """A module on its device, its convolutions channels-last (the faster layout in bfloat16)."""
    return part.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def laid(batch: torch.Tensor, device: str) -> torch.Tensor:
    """A batch of pictures or latents likewise."""
    return batch.to(device=device, memory_format=torch.channels_last)
