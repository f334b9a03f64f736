"""A small search: the flow trained for a few minutes with every combination of some settings.

A plain grid. What a short run prefers is not always what a long one would (a learning rate is, as a
rule, found a little too high), so the table is kept to be read, beside the run's checkpoints.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

from atelier.errors import BadInput
from models.painter.coupling import Coupling
from models.painter.flow import train_flow
from models.painter.latents import Latents
from models.painter.settings import Settings
from models.ranks import rank
from models.text.network import PromptEncoder

FILE = "search.json"
NAMES = ("learning_rate", "weight_decay", "dropout", "caption_dropout")


def search(
    settings: Settings, text: PromptEncoder, coupling: Coupling | None, train: Latents, val: Latents,
    work: Path,
) -> Settings:  # fmt: skip
    """The settings with the best combination of ``grid`` put in; all are kept in ``work/search.json``.

    A combination that the file has already is not trained again. Raises :class:`BadInput` for a
    grid that names another setting, or no number.
    """
    path = work / FILE
    tried: list[dict[str, Any]] = json.loads(path.read_text("utf-8")) if path.exists() else []
    choices = combinations(settings.grid)
    for choice in choices:
        if any(choice.items() <= told.items() for told in tried):
            continue
        short = replace(settings, stages="flow", flow_minutes=settings.search_minutes, minutes=None)
        trial = chosen(short, choice)
        name = "-".join(f"{key}-{value:g}" for key, value in choice.items())
        _, journal = train_flow(trial, trial.shape(), text, coupling, train, val, work / "search" / name)
        tried.append({**choice, "val": round(journal.best, 5), "steps": journal.step, "batch": trial.batch})
        if rank() == 0:
            path.write_text(json.dumps(tried, indent=1) + "\n", "utf-8")
    own = [told for told in tried if any(choice.items() <= told.items() for choice in choices)]
    best = min(own, key=lambda told: float(told["val"]))
    return chosen(settings, {name: best[name] for name in choices[0]})


def chosen(settings: Settings, choice: Mapping[str, Any]) -> Settings:
    """The settings with some of them put in."""
    return replace(settings, **choice)


def combinations(grid: str) -> list[dict[str, float]]:
    """``learning_rate=1e-3|3e-3,dropout=0|0.1`` → four settings of two names. Raises :class:`BadInput`."""
    values: dict[str, list[float]] = {}
    try:
        for part in filter(None, grid.split(",")):
            name, said = part.split("=")
            values[name] = [float(value) for value in said.split("|")]
    except ValueError:
        raise BadInput("painter-bad-setting", name="grid", value=grid) from None
    if not values or set(values) - set(NAMES):
        raise BadInput("painter-bad-setting", name="grid", value=grid)
    return [dict(zip(values, some, strict=True)) for some in product(*values.values())]
