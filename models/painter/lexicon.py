"""Known names found in a prompt as they stand, the longest first, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from models.text.tokens import is_ideograph, words

Key = tuple[str, ...]
# What may stand beside a Chinese character that is a word of its own (一只猫, 海上的月).
_COUNTING = set("只条棵座艘叶有无")
_BEFORE, _AFTER = set("的只条朵个头匹棵座张艘辆位轮叶和与"), set("和与在的上边里中下")


@dataclass(frozen=True, slots=True)
class Hit:
    """A name of a prompt: words ``start`` to ``end`` (exclusive) of :func:`key`."""

    kind: str
    value: str  # its name in English
    zh: str  # and in Chinese; empty where it has none
    start: int
    end: int

    def told(self, lang: str) -> str:
        """Its name in a language."""
        return self.zh if lang == "zh" and self.zh else self.value


class Lexicon:
    """Names with their kind; a name that is there already stays unless ``over`` is set."""

    def __init__(self) -> None:
        self.names: dict[Key, tuple[str, str, str]] = {}
        self.longest = 1

    def add(self, word: str, kind: str, value: str, zh: str, *, over: bool = False) -> None:
        """One word or phrase for ``value``."""
        found = key(word)
        if found and (over or found not in self.names):
            self.names[found] = (kind, value, zh)
            self.longest = max(self.longest, len(found))

    def find(self, said: Key, apart: Iterable[str] = ()) -> list[Hit]:
        """Hits in order; of the kinds ``apart`` one Chinese character counts only where it stands alone."""
        hits, at, strict = [], 0, set(apart)
        while at < len(said):
            for size in range(min(self.longest, len(said) - at), 0, -1):
                found = self.names.get(said[at : at + size])
                if found and (size > 1 or found[0] not in strict or _alone(said, at)):
                    hits.append(Hit(*found, at, at + size))
                    at += size
                    break
            else:
                at += 1
        return hits


def key(text: str) -> Key:
    """Words as names are compared: lower case, Chinese by character, simple plurals and possessives cut."""
    return tuple(_singular(word) for word in words(text))


def legible(text: str) -> bool:
    """Whether there is a word in letters that the prompt encoder has learnt: Latin or Chinese."""
    return any(is_ideograph(word) or re.search("[a-z]", word) for word in words(text))


def _alone(said: Key, at: int) -> bool:
    """Whether one Chinese character is a word here (一只猫), and not part of another (人 in 商人)."""
    if not is_ideograph(said[at]):
        return True
    before = said[at - 1] if at else ""
    if before in _COUNTING:  # 三艘船，夜晚: what stands behind is of another clause
        return True
    after = said[at + 1] if at + 1 < len(said) else ""
    return (not before or before in _BEFORE) and (not after or after in _AFTER)


def _singular(word: str) -> str:
    word = re.sub(r"'s?$", "", word)
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
