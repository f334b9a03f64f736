"""Words to numbers without a vocabulary: hashed pieces of words, the same for English and Chinese.

A Latin word is its whole self and its character 3- to 5-grams (Bojanowski et al. 2017,
"Enriching Word Vectors with Subword Information", section 3.2); a Chinese character is itself
and the words it may be part of (the 2- and 3-grams around it). So a word never seen lands near
those it shares pieces with, and nothing has to be shipped but the table of pieces. How many rows
that table has is the network's matter: pieces are numbered by their full hash.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray

MAX_WORDS = 32  # the start token included; later words of a long prompt are not read
MAX_PIECES = 16
NONE, START = 0, 1  # piece numbers: padding; the token every text begins with
# Where a Chinese word surely ends: a gap (punctuation, a space), or the particle between "red" and "cat".
# Pieces that reach over one are marked: later encoders leave them out, so that 红色的猫 has the pieces of 猫.
BORDER, OVER = "的", 1 << 32

_WORD = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]|[^\W_\u3400-\u4dbf\u4e00-\u9fff]+(?:'[a-z]+)?")


def words(text: str) -> list[str]:
    """Lower-case words; every Chinese character is a word of its own; punctuation is dropped."""
    return _WORD.findall(_plain(text))


def clauses(text: str) -> frozenset[int]:
    """Which of :func:`words` begin a clause: punctuation stands before them (not a space, not a hyphen)."""
    plain = _plain(text)
    found = list(_WORD.finditer(plain))
    return frozenset(
        at + 1
        for at, (one, other) in enumerate(pairwise(found))
        if plain[one.end() : other.start()].strip(" -_'’\n\t")
    )


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in plain if not unicodedata.combining(c))


def is_ideograph(word: str) -> bool:
    """Whether a word of :func:`words` is a Chinese character."""
    return "\u3400" <= word[0] <= "\u9fff"


def piece(text: str) -> int:
    """The number of a piece (CRC-32: the same on every machine and in every process), at least 2."""
    return max(zlib.crc32(text.encode("utf-8")), START + 1)


def _pieces(sentence: Sequence[str], gaps: Sequence[bool], at: int) -> list[int]:
    """``gaps``: whether something stands between a word and the one before it."""
    word = sentence[at]
    if is_ideograph(word):
        spans: dict[str, bool] = {}  # whether a piece reaches over a border, wherever it stands
        for n in (1, 2, 3):
            for a in range(max(0, at - n + 1), min(at, len(sentence) - n) + 1):
                span = sentence[a : a + n]
                if all(map(is_ideograph, span)):
                    over = n > 1 and (BORDER in span or any(gaps[a + 1 : a + n]))
                    spans["".join(span)] = over and spans.get("".join(span), True)
        return [piece(span) | (OVER if over else 0) for span, over in spans.items()]
    marked = f"<{word}>"
    grams = [marked[a : a + n] for n in (3, 4, 5) for a in range(len(marked) - n + 1)]
    return [piece(p) for p in [f"={word}", *grams][:MAX_PIECES]]


@lru_cache(maxsize=8192)  # some 12 MiB
def _row(text: str) -> NDArray[np.int64]:
    matches = list(_WORD.finditer(_plain(text)))[: MAX_WORDS - 1]
    sentence = [match.group() for match in matches]
    gaps = [at > 0 and match.start() > matches[at - 1].end() for at, match in enumerate(matches)]
    row = np.full((len(sentence) + 1, MAX_PIECES), NONE, np.int64)
    row[0, 0] = START
    for at in range(len(sentence)):
        found = _pieces(sentence, gaps, at)
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
