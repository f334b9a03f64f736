"""Tunes made by rule, for the composer's tests: scales and broken chords in every meter and mode."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import Any

SIZES = {"4/4": 16, "3/4": 12, "6/8": 12, "2/4": 8}
SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}
TONICS = {"C": 60, "D": 62, "G": 67, "A": 69}
RHYTHMS = {"4/4": "reel", "3/4": "air", "6/8": "jig", "2/4": "polka"}


def tune(index: int, split: str) -> dict[str, Any]:
    """A tune of eight bars as a pack's row; the same for the same index."""
    rng = random.Random(index)
    meter = list(SIZES)[index % 4]
    mode = ("major", "minor")[index // 4 % 2]
    key = rng.choice(list(TONICS))
    size, scale = SIZES[meter], SCALES[mode]
    notes: list[list[int]] = []
    at, degree = 0, rng.choice((0, 2, 4))
    while at < 8 * size - 8:
        duration = rng.choice((2, 2, 4))
        notes.append([at, duration, TONICS[key] + scale[degree % 7] + 12 * (degree // 7)])
        degree = min(9, max(0, degree + rng.choice((-2, -1, 1, 2))))
        at += duration
    notes.append([at, 8 * size - at, TONICS[key]])
    return {
        "title": f"Rule {index}", "key": key, "mode": mode, "meter": meter, "rhythm": RHYTHMS[meter],
        "bars": 8, "pickup": 0, "offgrid": 0.0, "tempo": 100, "notes": notes, "source": "made by rule",
        "license": "CC0-1.0", "split": split,
    }  # fmt: skip


def pack(folder: Path, train: int = 32, val: int = 8, test: int = 16) -> Path:
    """A pack of such tunes in ``folder``; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    splits = ["train"] * train + ["val"] * val + ["test"] * test
    lines = [json.dumps(tune(index, split)) for index, split in enumerate(splits)]
    with gzip.open(folder / "rule.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return folder
