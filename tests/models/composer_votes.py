"""Tunes by rule in both modes, smooth or full of leaps, with votes of people who have a taste."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from atelier.learning.rules import Bounds, Heard
from atelier.learning.snapshot import Snapshot, take

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}
Result = dict[str, Any]
Taste = Callable[[Result, random.Random], bool]


def tune(rng: random.Random, number: int) -> Result:
    """Eight bars of 4/4 in D; half of the tunes move by step, the others leap."""
    mode, smooth = rng.choice(("major", "minor")), rng.random() < 0.5
    notes, at, degree = [], 0, 2
    while at < 128:
        duration = rng.choice((2, 2, 4))
        pitch = 62 + SCALES[mode][degree % 7] + 12 * (degree // 7)
        notes.append([at, min(duration, 128 - at), pitch])
        moves = (-1, 1, 1, -1, 2) if smooth else (-4, 4, 3, -3, 1)
        degree = min(11, max(0, degree + rng.choice(moves)))
        at += duration
    return {
        "seed": number, "version": "v1", "title": "", "files": {}, "key": "D", "mode": mode, "meter": "4/4",
        "tempo": 108, "bars": 8, "rhythm": rng.choice(("song", "air", "hornpipe")), "notes": notes,
    }  # fmt: skip


def smooth(result: Result) -> bool:
    pitches = [pitch for _, _, pitch in result["notes"]]
    return sum(abs(b - a) > 4 for a, b in pairwise(pitches)) < 0.2 * len(pitches)


def minor_and_smooth(result: Result, rng: random.Random) -> bool:
    return (result["mode"] == "minor" and smooth(result)) != (rng.random() < 0.2)


def no_taste(result: Result, rng: random.Random) -> bool:
    return rng.random() < 0.5


def votes(taste: Taste, works: int = 450, seed: int = 5, people: int = 45) -> Iterable[Heard]:
    rng = random.Random(seed)
    for n in range(works):
        result = tune(rng, n)
        yield Heard(
            f"w{n:04}", "melody", "en", {"description": "the road", "seed": n}, result, (), "v1",
            f"p{n % people}", "", taste(result, rng), NOON + timedelta(minutes=n),
        )  # fmt: skip


def snapshot(taste: Taste, home: Path, works: int = 450) -> Snapshot:
    return take("composer", votes(taste, works), home, Bounds())
