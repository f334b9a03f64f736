"""Words to numbers without a vocabulary: hashed pieces of words, the same for English and Chinese.

A Latin word is its whole self and its character 3- to 5-grams (Bojanowski et al. 2017,
"Enriching Word Vectors with Subword Information", section 3.2); a Chinese character is itself
and the words it may be part of (the 2- and 3-grams around it). So a word never seen lands near
those it shares pieces with, and nothing has to be shipped but the table of pieces.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray

BUCKETS = 20480
MAX_WORDS = 32  # the start token included; later words of a long prompt are not read
MAX_PIECES = 16
NONE, START = 0, 1  # piece numbers: padding; the token every text begins with

_WORD = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]|[^\W_\u3400-\u4dbf\u4e00-\u9fff]+(?:'[a-z]+)?")


def words(text: str) -> list[str]:
    """Lower-case words; every Chinese character is a word of its own; punctuation is dropped."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return _WORD.findall("".join(c for c in plain if not unicodedata.combining(c)))


def is_ideograph(word: str) -> bool:
    """Whether a word of :func:`words` is a Chinese character."""
    return "\u3400" <= word[0] <= "\u9fff"


def piece(text: str) -> int:
    """The table row of a piece (CRC-32: the same on every machine and in every process)."""
    return zlib.crc32(text.encode("utf-8")) % (BUCKETS - 2) + 2


def _pieces(sentence: Sequence[str], at: int) -> list[int]:
    word = sentence[at]
    if is_ideograph(word):
        around = "".join(w if is_ideograph(w) else " " for w in sentence[max(0, at - 2) : at + 3])
        here = min(at, 2)
        spans = {around[a : a + n] for n in (1, 2, 3) for a in range(here - n + 1, here + 1) if a >= 0}
        found = sorted(s for s in spans if " " not in s and word in s)
    else:
        marked = f"<{word}>"
        grams = [marked[a : a + n] for n in (3, 4, 5) for a in range(len(marked) - n + 1)]
        found = [f"={word}", *grams]
    return [piece(p) for p in found[:MAX_PIECES]]


@lru_cache(maxsize=20000)
def _row(text: str) -> NDArray[np.int16]:
    sentence = words(text)[: MAX_WORDS - 1]
    row = np.full((len(sentence) + 1, MAX_PIECES), NONE, np.int16)
    row[0, 0] = START
    for at in range(len(sentence)):
        found = _pieces(sentence, at)
        row[at + 1, : len(found)] = found
    return row


def tokens(texts: Sequence[str], length: int | None = None) -> torch.Tensor:
    """Piece numbers, int64 ``[texts, words, MAX_PIECES]``; rows of zeros are padding.

    ``length`` words, or as many as the longest text has (at most ``MAX_WORDS``, with the start token).
    """
    rows = [_row(text) for text in texts]
    longest = length or max(map(len, rows), default=1)
    made = np.full((len(rows), longest, MAX_PIECES), NONE, np.int64)
    for i, row in enumerate(rows):
        made[i, : len(row)] = row
    return torch.from_numpy(made)
