"""What the evaluation sets the poet's bits a character against: a Kneser-Ney 5-gram on characters.

Interpolated, with one discount an order (Kneser & Ney 1995; Chen & Goodman 1999, section 2.7). A gram is
one whole number, so that counting is sorting.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ORDER = 5
BREAK = "\n"  # between lines; told like a line's length, so that it costs nothing
LOST = "\0"  # a word outside the vocabulary; costs nothing either

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Level:
    """Grams of one order: sorted ``keys`` and ``counts``; per context their sum and their kinds."""

    keys: Numbers
    counts: Numbers
    contexts: Numbers
    sums: Numbers
    kinds: Numbers
    discount: float


class KneserNey:
    """Counted on texts; ``bits`` of others. Characters that it never saw are one kind, as likely as any."""

    def __init__(self, texts: Iterable[str], order: int = ORDER) -> None:
        self.order = order
        whole = (BREAK * (order - 1)).join(["", *texts, ""])
        self.known = {character: number for number, character in enumerate(sorted(set(whole)), 1)}
        self.base = len(self.known) + 1
        if self.base**order > 2**63 - 1:
            raise ValueError(f"{self.base} characters are too many for order {order}")
        numbers = self._read(whole)
        grams, counts = np.unique(self._grams(numbers, order), return_counts=True)
        self.levels = [self._level(grams, counts)]
        for shorter in range(order - 1, 0, -1):  # of how many longer grams it is the end
            ends = grams % self.base**shorter
            grams, counts = np.unique(ends, return_counts=True)
            self.levels.insert(0, self._level(grams, counts))

    def _read(self, text: str) -> Numbers:
        return np.fromiter((self.known.get(character, 0) for character in text), np.int64, len(text))

    def _grams(self, numbers: Numbers, order: int) -> Numbers:
        """The grams that end at each place from ``order - 1`` on."""
        made = np.zeros(len(numbers) - order + 1, dtype=np.int64)
        for at in range(order):
            made = made * self.base + numbers[at : at + len(made)]
        return made

    def _level(self, grams: Numbers, counts: Numbers) -> Level:
        contexts, starts = np.unique(grams // self.base, return_index=True)
        sums = np.add.reduceat(counts, starts)
        kinds = np.diff(np.append(starts, len(grams)))
        once, twice = int((counts == 1).sum()), int((counts == 2).sum())
        discount = once / (once + 2 * twice) if once and twice else 0.5
        return Level(grams, counts.astype(np.int64), contexts, sums, kinds, discount)

    def likelihoods(self, text: str) -> NDArray[np.float64]:
        """The probability of each character of ``text`` after those before it (breaks before the first)."""
        numbers = self._read(BREAK * (self.order - 1) + text)
        likely = np.full(len(text), 1 / self.base)
        for order, level in enumerate(self.levels, 1):
            grams = self._grams(numbers[self.order - order :], order)
            seen = _found(level.keys, level.counts, grams)
            contexts = grams // self.base
            sums = _found(level.contexts, level.sums, contexts)
            kinds = _found(level.contexts, level.kinds, contexts)
            total = np.maximum(sums, 1)
            mixed = np.maximum(seen - level.discount, 0) / total + level.discount * kinds / total * likely
            likely = np.where(sums > 0, mixed, likely)
        return likely

    def bits(self, texts: Sequence[str]) -> tuple[float, int]:
        """The bits of all characters of ``texts`` but breaks and lost words, and how many they are."""
        bits, many = 0.0, 0
        for text in texts:
            told = np.fromiter((character not in (BREAK, LOST) for character in text), np.bool_, len(text))
            bits -= float(np.log2(self.likelihoods(text)[told]).sum())
            many += int(told.sum())
        return bits, many


def _found(keys: Numbers, values: Numbers, wanted: Numbers) -> Numbers:
    """The value of each of ``wanted``; 0 where it is no key."""
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, values[at], 0)
