"""300 synonyms and paraphrases of things in the packs, kept out of all training texts.

``synonyms.json`` holds ``{"text", "concept", "lang"}``. Written by hand for this measure; no text
holds its concept's own name, in either language.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from models.text.data import Pair
from models.text.tokens import words


@dataclass(frozen=True, slots=True)
class Synonym:
    """``text`` means ``concept``, a label in English."""

    text: str
    concept: str
    lang: Literal["en", "zh"]


@lru_cache
def synonyms() -> tuple[Synonym, ...]:
    """The list, in the file's order."""
    said = json.loads(files("models.text").joinpath("synonyms.json").read_text("utf-8"))
    return tuple(Synonym(**one) for one in said)


def without_synonyms(pairs: Iterable[Pair]) -> list[Pair]:
    """``pairs`` but those whose text holds a text of the list, word by word (articles aside)."""
    held = {_plain(one.text) for one in synonyms()}
    lengths = sorted({len(plain) for plain in held})

    def free(text: str) -> bool:
        plain = _plain(text)
        return not any(
            plain[at : at + length] in held for length in lengths for at in range(len(plain) - length + 1)
        )

    return [pair for pair in pairs if free(pair.text)]


def _plain(text: str) -> tuple[str, ...]:
    return tuple(word for word in words(text) if word not in {"a", "an", "the"})
