"""Any model's learning from votes by name: for the command line, and for a trainer on a queue.

Each model that can learn has ``models/<model>/tune.py`` with the same four: ``Tuning`` (its settings),
``heads`` (what the votes would teach), ``tune`` (the training) and ``judged`` (the gate's verdict).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

from atelier.errors import Unavailable
from atelier.learning.snapshot import Snapshot
from atelier.versions import GATE, LEARNERS, Model, Version
from models.training import from_pairs
from models.tuning import Stopped, Told, never, silent


def dry_run(model: Model, parent: Path, snapshot: Snapshot, device: str = "cpu") -> list[dict[str, Any]]:
    """How well a head on the features of the version in ``parent`` foretells the votes, part by part.

    Of a model that cannot learn from votes, nothing.
    """
    if model not in LEARNERS:
        return []
    return [asdict(worth) for worth in _module(model).heads(parent, snapshot, device)]


def most_steps(model: Model, pairs: Sequence[str] = ()) -> int:
    """How many steps a part of the model takes at most. Raises what :func:`retrain` does."""
    return int(from_pairs(_module(model).Tuning, pairs).steps)


def retrain(
    model: Model, parent: Path, snapshot: Snapshot, out: Path, pairs: Sequence[str] = (), *,
    device: str = "cpu", told: Told = silent, stopped: Stopped = never,
    stage: Callable[[str], None] = lambda _: None,
) -> Version | None:  # fmt: skip
    """Fine-tune the version in ``parent``, with the gate's verdict on the new one's card.

    ``pairs`` are ``NAME=VALUE`` settings of the model's ``Tuning``; ``stage`` hears that the gate begins.
    The same call goes on where it was stopped. None: held-out people like nothing of it better. Raises
    ``Cancelled`` once ``stopped`` says so, :class:`BadInput` for a wrong pair,
    ``Unavailable("retrain-not-built")`` for one that cannot learn.
    """
    module = _module(model)
    tuning = from_pairs(module.Tuning, pairs)
    made: Version | None = module.tune(
        parent, snapshot, out, tuning, device=device, told=told, stopped=stopped
    )
    if made is None:
        return None
    stage("gate")
    final: Version = module.judged(made, parent, snapshot, device=device)
    return final


def passed(version: Version) -> bool:
    """Whether the gate let it through."""
    return bool(version.card.get(GATE, {}).get("passed"))


def _module(model: Model) -> Any:
    if model not in LEARNERS:
        raise Unavailable("retrain-not-built")
    return import_module(f"models.{model}.tune")
