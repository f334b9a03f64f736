"""How alike two sets of tunes are: muspy's measures of a tune, and the overlap of their distributions.

The measures are those of muspy (Dong et al. 2020, ``muspy.metrics``) for one track on a grid of
sixteenths; the overlapping area of two densities is that of Yang & Lerch 2020 (section 3.2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.composer.grid import METERS

Heard = tuple[Sequence[Sequence[int]], str]  # notes [start, duration, midi] from 0, and their meter
Floats = NDArray[np.float64]

SCALE = (0, 2, 4, 5, 7, 9, 11)  # the twelve major scales are the twelve natural minor ones too
QUARTER = 4
WIDEST, LONGEST = 12, 16  # intervals in semitones and durations in sixteenths beyond are counted as these
POINTS = 400
NARROWEST = 0.02  # of a density's kernel: a measure that hardly varies is no row of needles


def pitch_class_entropy(notes: Sequence[Sequence[int]]) -> float:
    """Of the pitch classes of the notes, in bits."""
    shares = np.bincount([pitch % 12 for _, _, pitch in notes], minlength=12) / len(notes)
    shares = shares[shares > 0]
    return float(-(shares * np.log2(shares)).sum())


def scale_consistency(notes: Sequence[Sequence[int]]) -> float:
    """The largest share of notes that one scale holds."""
    counts = np.bincount([pitch % 12 for _, _, pitch in notes], minlength=12)
    inside = [counts[[(root + degree) % 12 for degree in SCALE]].sum() for root in range(12)]
    return float(max(inside) / len(notes))


def groove_consistency(notes: Sequence[Sequence[int]], size: int) -> float:
    """How alike neighbouring bars of ``size`` steps are in where notes begin."""
    # muspy counts the bar in which the last note's end lies, even where nothing begins in it.
    bars = max(2, max(start + duration for start, duration, _ in notes) // size + 1)
    grooves = np.zeros((bars, size), dtype=np.bool_)
    for start, _, _ in notes:
        grooves[start // size, start % size] = True
    return float(1 - np.count_nonzero(grooves[:-1] != grooves[1:]) / (size * (bars - 1)))


def empty_beat_rate(notes: Sequence[Sequence[int]]) -> float:
    """Share of quarters in which nothing sounds."""
    empty = np.ones(max(start + duration for start, duration, _ in notes) // QUARTER + 1, dtype=np.bool_)
    for start, duration, _ in notes:
        empty[start // QUARTER : (start + duration) // QUARTER + 1] = False
    return float(empty.mean())


MEASURES: Mapping[str, Callable[[Heard], float]] = {
    "pitch_class_entropy": lambda heard: pitch_class_entropy(heard[0]),
    "scale_consistency": lambda heard: scale_consistency(heard[0]),
    "groove_consistency": lambda heard: groove_consistency(heard[0], METERS[heard[1]]),
    "empty_beats": lambda heard: empty_beat_rate(heard[0]),
}


def overlaps(made: Sequence[Heard], real: Sequence[Heard]) -> dict[str, float]:
    """0..1 for each measure: the area that the two sets' densities share; 1 is the same distribution."""
    found = {
        name: shared_area(
            np.asarray([measure(heard) for heard in made]), np.asarray([measure(heard) for heard in real])
        )
        for name, measure in MEASURES.items()
    }
    found["intervals"] = float(np.minimum(intervals(made), intervals(real)).sum())
    found["durations"] = float(np.minimum(durations(made), durations(real)).sum())
    return found


def intervals(tunes: Sequence[Heard]) -> Floats:
    """[25] shares of the intervals between neighbouring notes, an octave down to an octave up."""
    moves = [b[2] - a[2] for notes, _ in tunes for a, b in pairwise(notes)]
    counts = np.bincount(np.clip(moves, -WIDEST, WIDEST) + WIDEST, minlength=2 * WIDEST + 1)
    return np.asarray(counts / counts.sum())


def durations(tunes: Sequence[Heard]) -> Floats:
    """[16] shares of the notes' durations."""
    held = [duration for notes, _ in tunes for _, duration, _ in notes]
    counts = np.bincount(np.clip(held, 1, LONGEST) - 1, minlength=LONGEST)
    return np.asarray(counts / counts.sum())


def shared_area(one: Floats, other: Floats) -> float:
    """The area under both of two Gaussian kernel densities, one width for both (Scott's of all values)."""
    both = np.concatenate([one, other])
    width = max(NARROWEST, float(both.std()) * len(both) ** -0.2)
    at = np.linspace(both.min() - 4 * width, both.max() + 4 * width, POINTS)

    def density(values: Floats) -> Floats:
        raised = np.exp(-0.5 * ((at[:, None] - values[None]) / width) ** 2).mean(axis=1)
        return np.asarray(raised / raised.sum())

    return float(np.minimum(density(one), density(other)).sum())
