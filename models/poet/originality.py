"""A Bloom filter (Bloom 1970) of the lines of the training poems: no such line is put out.

A line is its words without marks (English, lower case) or its characters (Chinese). The filter
never misses a training line; it also turns away some others (:attr:`LineFilter.false_alarms`): of what ships
3.2 % in English, and 5.4 % in Chinese, whose lines are too many for the bytes that it may have.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Container, Iterable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from atelier.languages import Lang

HASHES = 5
PHRASE = {"en": 2, "zh": 2}  # words or characters: a line this short is a phrase, and nobody's
LEAST = 4  # words or characters: a shorter run is anybody's
# What is more in a line that holds one of theirs: a word, or the two characters that make five seven.
MORE = {"en": 1, "zh": 2}


def line_key(words: Iterable[str], lang: Lang) -> str:
    """What two lines share when they are the same line."""
    return (" " if lang == "en" else "").join(word for word in words if word[0].isalpha())


def owned(words: Sequence[str], lang: Lang, lines: Container[object]) -> bool:
    """Whether a line is one of ``lines`` (of keys) and long enough to be somebody's own."""
    key = line_key(words, lang)
    return len(key.split() if lang == "en" else key) > PHRASE[lang] and key in lines


def holds(words: Sequence[str], lang: Lang, lines: Container[object]) -> bool:
    """Whether a line is one of ``lines`` but for what is ``MORE`` before it or after it."""
    size = len(words) - MORE[lang]
    return size >= LEAST and any(owned(part, lang, lines) for part in (words[:size], words[-size:]))


class LineFilter:
    """``bits`` is a uint8 tensor, eight places a byte."""

    def __init__(self, bits: Tensor) -> None:
        if bits.dtype != torch.uint8 or bits.ndim != 1 or not len(bits):
            raise ValueError("bits")
        self.bits = bits
        self._held = bits.numpy()

    @classmethod
    def of(cls, keys: Collection[str], *, most_bytes: int) -> LineFilter:
        """A filter of ``keys``: 7.2 bits a key (3 % false alarms), or ``most_bytes`` in all."""
        size = min(most_bytes, max(64, math.ceil(len(keys) * 7.2 / 8)))
        made = cls(torch.zeros(size, dtype=torch.uint8))
        for key in keys:
            for place in made._places(key):
                made._held[place >> 3] |= np.uint8(1 << (place & 7))
        return made

    @property
    def false_alarms(self) -> float:
        """The share of lines that are nobody's and are turned away all the same."""
        return float(np.unpackbits(self._held).mean()) ** HASHES

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and all(
            self._held[place >> 3] >> (place & 7) & 1 for place in self._places(key)
        )

    def _places(self, key: str) -> Iterator[int]:
        digest = hashlib.blake2b(key.encode(), digest_size=16).digest()
        first, second = int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:], "big") | 1
        size = len(self._held) * 8
        return ((first + i * second) % size for i in range(HASHES))
