"""Measured figures with their bars, printed as a table or JSON and kept in a checkout's ``bench/results``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. ``bar`` is what it must reach, ``sense`` whether at most or at least."""

    name: str
    value: float
    unit: str = ""
    bar: float | None = None
    sense: Literal["at least", "at most"] = "at least"
    ceiling: float | None = None
    baselines: dict[str, float] = field(default_factory=dict)

    @property
    def holds(self) -> bool | None:
        """Whether the bar is reached; None where there is none."""
        if self.bar is None:
            return None
        return self.value >= self.bar if self.sense == "at least" else self.value <= self.bar

    def as_dict(self) -> dict[str, Any]:
        """The contract's shape, plus ``sense``."""
        return {**asdict(self), "holds": self.holds}


@dataclass(frozen=True, slots=True)
class Figures:
    """What one ``atelier eval`` or ``atelier bench`` measured, of which version.

    ``notes`` are sentences for a person: figures that were left out, and why; what a figure was counted on.
    """

    name: str
    version: str
    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """``{"name", "version", "figures": [...]}``."""
        return {
            "name": self.name,
            "version": self.version,
            "figures": [figure.as_dict() for figure in self.figures],
        }

    def save(self, folder: Path) -> Path:
        """Write ``<folder>/<name>.json``; returns its path."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.name}.json"
        path.write_text(json.dumps(self.as_dict(), ensure_ascii=False, indent=1) + "\n", "utf-8")
        return path

    def print(self, console: Console) -> None:
        """The same as a table for a person."""
        table = Table("figure", "value", "bar", "holds", "ceiling", title=f"{self.name} {self.version}")
        for figure in self.figures:
            bar = "" if figure.bar is None else f"{figure.sense} {figure.bar:g}"
            holds = {None: "", True: "yes", False: "NO"}[figure.holds]
            ceiling = "" if figure.ceiling is None else f"{figure.ceiling:.4g}"
            table.add_row(figure.name, f"{figure.value:.4g} {figure.unit}", bar, holds, ceiling)
        console.print(table)


def of_languages(
    name: str,
    values: Mapping[str, float],
    bar: float,
    sense: Literal["at least", "at most"] = "at least",
    beside: Mapping[str, dict[str, float]] | None = None,
) -> Iterator[Figure]:
    """``name`` is what the worse language has, and it carries the bar; then each language's own, without one.

    ``beside``: a language's baselines. Nothing where there are no ``values``.
    """
    if values:
        worse = min(values.values()) if sense == "at least" else max(values.values())
        yield Figure(name, worse, "", bar, sense)
    for lang, value in values.items():
        yield Figure(f"{name}_{lang}", value, sense=sense, baselines=(beside or {}).get(lang, {}))
