"""From a pack of melodies to batches: tunes on the grid, windows of four bars, their attributes.

The pack's format is its README's: one JSON object a line, gzip, with at least ``key``, ``mode``,
``meter``, ``rhythm``, ``bars``, ``pickup``, ``notes``, ``license``, ``source`` and ``split``.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.composer.attributes import ATTRIBUTES, ROLES, ending, measure, scaled
from models.composer.grid import (
    METER_NAMES,
    METERS,
    WINDOW,
    Notes,
    Steps,
    pitch_class,
    reference,
    to_steps,
)  # fmt: skip

MODES = ("unsaid", "major", "minor")
STYLES = ("unsaid", "reel", "jig", "hornpipe", "air", "song", "hymn", "lied", "dance")
# Modes by their third; rhythms with too few tunes join the style they move like.
MODE_OF = {"major": 1, "lydian": 1, "mixolydian": 1, "minor": 2, "dorian": 2, "phrygian": 2, "aeolian": 2}
STYLE_OF = {**{name: index for index, name in enumerate(STYLES) if index}, "waltz": STYLES.index("air")}
METER_OF = {"2/2": "4/4"}
MAX_OFFGRID = 0.25


@dataclass(frozen=True, slots=True)
class Tune:
    """One tune of a pack on the grid. ``first`` is the bar where its phrases begin (after a pickup)."""

    title: str
    pack: str
    licence: str
    credit: str
    split: str
    meter: str
    mode: int
    style: int
    key: str
    home: int
    first: int
    notes: Notes
    steps: Steps
    rhythm: str = ""
    tempo: float = 0.0  # quarters a minute; often a usual one for the rhythm

    @property
    def bars(self) -> int:
        """Whole bars on the grid."""
        return len(self.steps) // METERS[self.meter]

    def window(self, bar: int, bars: int = WINDOW) -> Steps:
        """The steps of ``bars`` bars from ``bar``."""
        size = METERS[self.meter]
        return self.steps[bar * size : (bar + bars) * size]


def read_tunes(folder: Path) -> list[Tune]:
    """Every usable tune of a pack, or of a folder of packs: 4/4, 2/2, 3/4, 6/8, 2/4, near the grid."""
    files = sorted(folder.rglob("*.jsonl.gz")) + sorted(folder.rglob("*.jsonl"))
    return [tune for file in files for row in _rows(file) if (tune := _tune(row, file)) is not None]


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    data = file.read_bytes()
    for line in (gzip.decompress(data) if file.suffix == ".gz" else data).decode("utf-8").splitlines():
        row = json.loads(line)
        if isinstance(row, dict) and "notes" in row and "meter" in row:
            yield row


def _tune(row: dict[str, Any], file: Path) -> Tune | None:
    meter = METER_OF.get(row["meter"], row["meter"])
    mode = MODE_OF.get(row["mode"])
    if meter not in METERS or mode is None or row.get("offgrid", 0) > MAX_OFFGRID or len(row["notes"]) < 8:
        return None
    size = METERS[meter]
    bars = max(int(row["bars"]), 1 + row["notes"][-1][0] // size)
    tonic = pitch_class(row["key"])
    home = reference([note[2] for note in row["notes"]], tonic)
    return Tune(
        title=str(row.get("title", "")), pack=file.name.split(".")[0], licence=str(row.get("license", "")),
        credit=str(row.get("source", "")), split=str(row.get("split", "test")), meter=meter, mode=mode,
        style=STYLE_OF.get(row.get("rhythm", ""), STYLES.index("dance")), key=str(row["key"]), home=home,
        first=1 if row.get("pickup", 0) * 2 >= size else 0, notes=row["notes"],
        steps=to_steps(row["notes"], bars * size, home), rhythm=str(row.get("rhythm", "")),
        tempo=float(row.get("tempo") or 0),
    )  # fmt: skip


@dataclass(slots=True)
class Conditions:
    """What is known or wished of a batch of windows. Index 0 of each name list means: not said.

    ``mode``, ``meter``, ``style``, ``end``, ``role``: [B] int64; ``figures``: [B, 5] scaled
    attributes; ``said``: [B, 5], 1 where the attribute counts.
    """

    mode: Tensor
    meter: Tensor
    style: Tensor
    end: Tensor
    role: Tensor
    figures: Tensor
    said: Tensor

    def to(self, device: torch.device | str, dtype: torch.dtype = torch.float32) -> Conditions:
        """The same on ``device``, figures in ``dtype``."""
        return Conditions(
            self.mode.to(device), self.meter.to(device), self.style.to(device), self.end.to(device),
            self.role.to(device), self.figures.to(device, dtype), self.said.to(device, dtype),
        )  # fmt: skip

    def rows(self, index: Tensor | NDArray[np.int64] | Sequence[int]) -> Conditions:
        """Chosen rows."""
        at = torch.as_tensor(index, dtype=torch.int64)
        return Conditions(
            self.mode[at], self.meter[at], self.style[at], self.end[at], self.role[at], self.figures[at],
            self.said[at],
        )  # fmt: skip

    def unsaid(self) -> Conditions:
        """Nothing but the meter."""
        zero = torch.zeros_like(self.mode)
        return Conditions(zero, self.meter, zero, zero, zero, self.figures, torch.zeros_like(self.said))

    def forget(self, rate: float, generator: torch.Generator) -> Conditions:
        """Each wish left unsaid with probability ``rate``, and a tenth of the rows wholly unsaid."""
        rows = len(self.mode)
        wholly = torch.rand(rows, generator=generator) < 0.1

        def drop(tensor: Tensor) -> Tensor:
            gone = (torch.rand(rows, generator=generator) < rate) | wholly
            return tensor.masked_fill(gone, 0)

        kept = torch.rand(self.said.shape, generator=generator) >= 0.5
        return Conditions(
            drop(self.mode), self.meter, drop(self.style), drop(self.end), drop(self.role), self.figures,
            self.said * kept * ~wholly[:, None],
        )  # fmt: skip


def conditions(tunes: Sequence[tuple[Tune, int]]) -> Conditions:
    """The conditions of windows given as (tune, bar), everything said."""
    rows = []
    figures = np.zeros((len(tunes), len(ATTRIBUTES)), dtype=np.float32)
    for index, (tune, bar) in enumerate(tunes):
        steps = tune.window(bar)
        last = bar + WINDOW > tune.bars - WINDOW
        role = ROLES.index("opening") if bar <= tune.first else ROLES.index("closing" if last else "middle")
        rows.append((tune.mode, METER_NAMES.index(tune.meter), tune.style, ending(steps, tune.meter), role))
        figures[index] = scaled(measure(steps, tune.meter))
    mode, meter, style, end, role = torch.tensor(rows, dtype=torch.int64).reshape(-1, 5).T
    said = torch.ones(len(tunes), len(ATTRIBUTES))
    return Conditions(mode, meter, style, end, role, torch.from_numpy(figures), said)


class Windows:
    """Windows of four bars, in memory, one bucket for each bar length so that no step is padding.

    ``stride`` in bars: 1 for every window (training the VAE), 4 for phrases from the tune's first.
    """

    def __init__(self, tunes: Sequence[Tune], stride: int = 1) -> None:
        self.places: dict[int, list[tuple[Tune, int]]] = {}
        for tune in tunes:
            begin = tune.first if stride > 1 else 0
            for bar in range(begin, tune.bars - WINDOW + 1, stride):
                if np.count_nonzero(tune.window(bar) > 1) >= 4:
                    self.places.setdefault(METERS[tune.meter], []).append((tune, bar))
        self.steps = {
            size: torch.from_numpy(np.stack([tune.window(bar) for tune, bar in places]))
            for size, places in self.places.items()
        }
        self.known = {size: conditions(places) for size, places in self.places.items()}
        self.sizes = sorted(self.places)
        weights = np.asarray([len(self.places[size]) for size in self.sizes], dtype=np.float64)
        self.shares = weights / weights.sum() if len(weights) else weights

    def __len__(self) -> int:
        return sum(len(places) for places in self.places.values())

    def batch(self, rows: int, rng: np.random.Generator) -> tuple[Tensor, Conditions]:
        """``rows`` random windows of one bar length: steps [rows, 4 * size] and their conditions."""
        size = self.sizes[int(rng.choice(len(self.sizes), p=self.shares))]
        chosen = torch.from_numpy(rng.integers(0, len(self.places[size]), rows))
        return self.steps[size][chosen], self.known[size].rows(chosen)

    def batches(self, rows: int) -> Iterator[tuple[int, Tensor, Conditions]]:
        """Every window once, in order: (bar length, steps, conditions)."""
        for size in self.sizes:
            for at in range(0, len(self.places[size]), rows):
                index = list(range(at, min(at + rows, len(self.places[size]))))
                yield size, self.steps[size][index], self.known[size].rows(index)


def sources(tunes: Sequence[Tune]) -> list[dict[str, Any]]:
    """Packs, licences, credits (all that a pack's tunes name) and rows for the card."""
    named: dict[tuple[str, str], list[str]] = {}
    for tune in tunes:
        named.setdefault((tune.pack, tune.licence), []).append(tune.credit)
    return [
        {"pack": pack, "licence": licence, "credit": "; ".join(sorted(set(names))), "rows": len(names)}
        for (pack, licence), names in sorted(named.items())
    ]
