"""What breaks no form, and nobody would print: masked while a poem is written, read where one is given.

Lines are written from their end, so the word that comes after an article is known before the article is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import torch
from torch import Tensor

from atelier.languages import Lang
from models.poet.row import Row
from models.poet.words import FRAGMENTS_EN, VARIANTS_ZH

# First sounds that their letters do not tell. The lexicon has a word's rhyme, and not its beginning.
_CONSONANT = re.compile(r"eu|ewe|one$|ones|one's|once|u$|ubiq|uni(?!n|m)|us[aeu]|ut[eio]|ura|uri")
_VOWEL = re.compile(r"hour|honest|honou?r|heir")


def vowel_first(word: str) -> bool:
    """Whether a word begins with the sound of a vowel, so that it is *an* that goes before it."""
    if word[0] in "aeiou":
        return not _CONSONANT.match(word)
    return bool(_VOWEL.match(word))


class Usage:
    """Of one language's ``words`` (of which ``is_word`` says which are none of its marks)."""

    def __init__(self, words: Sequence[str], lang: Lang) -> None:
        index = {word: number for number, word in enumerate(words)}
        self.unwritten = torch.tensor([unwritten(word, lang, index) for word in words])
        self.vowel = torch.tensor([lang == "en" and vowel_first(word) for word in words])
        self._a, self._an = index.get("a", -1), index.get("an", -1)
        self._articles = [number for number in (self._a, self._an) if number >= 0] if lang == "en" else []
        self._wrong = [[number for number in (self._a if is_vowel else self._an,) if number >= 0]
                       for is_vowel in self.vowel.tolist()] if lang == "en" else []  # fmt: skip
        self._index = index

    def written(self, masks: Tensor) -> Tensor:
        """``masks`` [N, W] without what is not written; one that would be empty (of a head) stays."""
        kept = masks & ~self.unwritten
        return torch.where(kept.any(-1, keepdim=True), kept, masks)

    def before(self, row: Row) -> list[int]:
        """What is not written before ``row``'s words: the other article, or its line's head again."""
        if self._wrong:
            return self._wrong[row.words[-1]] if row.words and row.mark is None else self._articles
        head = row.line.head
        return [self._index[head]] if head and 1 < row.left < row.line.length else []

    def after(self, word: int) -> Tensor | None:
        """The words [W] that may follow an article; None for any other word."""
        if word not in self._articles:
            return None
        return self.vowel if word == self._an else ~self.vowel


def unwritten(word: str, lang: Lang, known: dict[str, int]) -> bool:
    """Whether a word is a fragment, or an old shape of a character whose modern one is ``known`` too."""
    return word in FRAGMENTS_EN if lang == "en" else VARIANTS_ZH.get(word, "") in known
