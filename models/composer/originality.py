"""Whether a tune says over again what a training tune said: a small filter of their runs of notes.

A run is a series of (interval, duration) moves, so that it is the same in every key. Of three
neighbouring runs of :data:`RUN` moves one is kept, the least by its hash (winnowing, Schleimer et al.
2003): two tunes that share twelve moves share a kept one. Kept runs go into a Bloom filter (1970), so
that a tune is sometimes taken for a copy that is none, and never the other way.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FILE = "runs-filter.npy"
LONGEST = 12  # notes that two tunes may share in a row, which is eleven moves between them
WINDOW = 3  # of so many neighbouring runs one is kept
RUN = LONGEST - WINDOW + 1  # moves of a kept run; any twelve moves have three of them
BITS = 16  # of the filter, for each kept run
HASHES = 8

Notes = Sequence[Sequence[int]]


def kept_runs(notes: Notes, since: int = 0) -> set[bytes]:
    """The hashes of the kept runs of [start, duration, pitch] notes, of those that end after ``since``."""
    moves = [(b[2] - a[2], a[1], b[0]) for a, b in pairwise(notes)]
    hashed = [(_hash([move[:2] for move in moves[at : at + RUN]]), at) for at in range(len(moves) - RUN + 1)]
    least = (min(hashed[at : at + WINDOW]) for at in range(len(hashed) - WINDOW + 1))
    return {digest for digest, at in least if moves[at + RUN - 1][2] >= since}


def _hash(moves: Sequence[tuple[int, int]]) -> bytes:
    return hashlib.blake2b(repr(moves).encode(), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Known:
    """The filter: ``bits`` [bytes] of a Bloom filter. An empty one knows nothing."""

    bits: NDArray[np.uint8]

    def copied(self, notes: Notes, since: int = 0) -> int:
        """How many kept runs of a tune are known; what was over before step ``since`` does not count."""
        if not len(self.bits):
            return 0
        return sum(
            all(self._has(place) for place in _places(run, len(self.bits))) for run in kept_runs(notes, since)
        )

    def _has(self, place: int) -> bool:
        return bool(self.bits[place >> 3] >> (place & 7) & 1)

    def save(self, folder: Path) -> None:
        """Write ``runs-filter.npy``."""
        out = io.BytesIO()
        np.save(out, self.bits, allow_pickle=False)
        (folder / FILE).write_bytes(out.getvalue())

    @classmethod
    def load(cls, folder: Path) -> Known:
        """Read ``runs-filter.npy``; of a version that has none, a filter that knows nothing."""
        path = folder / FILE
        if not path.is_file():
            return cls(np.zeros(0, dtype=np.uint8))
        return cls(np.load(path, allow_pickle=False))


def known(tunes: Sequence[Notes]) -> Known:
    """The filter of ``tunes``."""
    runs = {run for notes in tunes for run in kept_runs(notes)}
    size = max(1, BITS * len(runs) // 8)
    bits = np.zeros(size, dtype=np.uint8)
    for run in runs:
        for place in _places(run, size):
            bits[place >> 3] |= 1 << (place & 7)
    return Known(bits)


def _places(run: bytes, size: int) -> Iterator[int]:
    """Where a run's bits lie: two hashes make as many as are needed (Kirsch & Mitzenmacher 2006)."""
    one, two = int.from_bytes(run[:8], "big"), int.from_bytes(run[8:], "big") | 1
    for index in range(HASHES):
        yield (one + index * two) % (8 * size)
