"""Words, arranged so that a prompt is compared with all of them at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from disarm import strip_obfuscation

if TYPE_CHECKING:
    from atelier.moderation.text import Text

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002ffff]")
NOT_HAN = re.compile(r"[^\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002ffff]+")
PIECE = re.compile(r"[^\W_]+")
# Digits and signs that stand for letters, in prompts and in lists (rule34).
SIGNS = str.maketrans("013456789@$|+€£¢^§°ø", "oieasgtbgasiteicasoo")
_RUN, _RUNS = re.compile(r"(.)\1+"), re.compile(r"(.)\1*")
_LATIN = re.compile(r"[a-z0-9]")


def fold(word: str, *, alike: bool = False) -> str:
    """Letters that are drawn alike are one: l, 1 and ! are i (in the lists too).

    ``alike``: v and u too, as the house's own lists are compared. A server's words are not, or
    whoever refuses "value" would refuse "valve".
    """
    folded = word.replace("l", "i")
    return folded.replace("v", "u") if alike else folded


@dataclass(frozen=True, slots=True)
class Pattern:
    """A word of a list, ready to be compared."""

    han: str  # ideographs, found anywhere; with Latin letters among them (A片) where ``mixed``; else:
    folded: str  # letters, as :func:`fold` leaves them, without spaces
    words: tuple[str, ...]
    begins: bool
    mixed: bool = False


@cache
def pattern(word: str, *, alike: bool = False) -> Pattern:
    """``word`` as a list has it: ``nude``, ``porn*``, ``dick pic``, ``裸体``, ``A片``."""
    begins = word.endswith("*")
    plain = strip_obfuscation(word.rstrip("*")).casefold()
    if HAN.search(plain):
        compact = "".join(PIECE.findall(plain))
        if _LATIN.search(compact):
            return Pattern(compact, "", (), begins=False, mixed=True)
        return Pattern(NOT_HAN.sub("", plain), "", (), begins=False)
    words = tuple(fold(piece.translate(SIGNS), alike=alike) for piece in PIECE.findall(plain))
    return Pattern("", "".join(words), words, begins)


class Index:
    """The words of some lists. ``alike``: v and u are one letter (:func:`fold`)."""

    def __init__(self, words: Iterable[str], plain: Iterable[str] = (), *, alike: bool = False) -> None:
        """``plain``: words that only look like a drawn-out one (rapping)."""
        self._plain = frozenset(fold(word, alike=alike) for word in plain)
        self._han: dict[str, str] = {}
        self._mixed: list[tuple[re.Pattern[str], str]] = []
        self._alone: dict[str, str] = {}  # =word: the whole prompt is it
        self._exact: dict[str, str] = {}
        self._begins: dict[str, str] = {}
        self._drawn: dict[str, list[tuple[str, str]]] = {}  # without doubled letters → (letters, word)
        self._drawn_begins: dict[str, list[tuple[str, str]]] = {}
        self._phrases: dict[
            str, list[tuple[Pattern, str]]
        ] = {}  # by their first word without doubled letters
        for word in words:
            self._take(word, pattern(word.lstrip("="), alike=alike))
        self._longest = max(map(len, self._begins), default=0)

    def _take(self, word: str, made: Pattern) -> None:
        if made.mixed:
            # Letters that are glued to others are another word: an NBA片.
            edges = rf"(?<![a-z0-9]){re.escape(made.han)}(?![a-z0-9])"
            self._mixed.append((re.compile(edges), word))
        elif made.han:
            self._han[made.han] = word
        elif made.folded and word.startswith("="):
            self._alone[made.folded] = word
        elif made.folded:
            if len(made.words) > 1:
                self._phrases.setdefault(_RUN.sub(r"\1", made.words[0]), []).append((made, word))
            if made.begins:
                self._begins[made.folded] = word
            drawn = self._drawn_begins if made.begins else self._drawn
            drawn.setdefault(_RUN.sub(r"\1", made.folded), []).append((made.folded, word))
            self._exact[made.folded] = word

    def holds(self, word: str) -> bool:
        """Whether this is one of the words, as it is."""
        return word in self._exact

    def found(self, text: Text) -> set[str]:
        """The words that are in the prompt."""
        hits = {self._exact[parted] for parted in text.parted if parted in self._exact}
        hits |= {word for han, word in self._han.items() if han in text.han}
        hits |= {word for mixed, word in self._mixed if mixed.search(text.compact)}
        hits |= {word for folded, word in self._alone.items() if _same(folded, text.alone)}
        for candidate in {*text.stream, *text.joined}:
            hits |= self._like(candidate)
        for mask in text.masked:
            hits |= {word for folded, word in self._exact.items() if mask.fullmatch(folded)}
        for stream in {text.stream, text.chunks}:
            for start, piece in enumerate(stream):
                begun = self._phrases.get(_RUN.sub(r"\1", piece), ())
                hits |= {word for phrase, word in begun if _follow(phrase, stream[start:])}
        return hits

    def _like(self, candidate: str) -> set[str]:
        """Words that this is, its letters perhaps drawn out (never drawn in: as is not ass)."""
        hits = {self._exact[candidate]} if candidate in self._exact else set()
        for size in range(3, min(len(candidate), self._longest) + 1):
            if candidate[:size] in self._begins:
                hits.add(self._begins[candidate[:size]])
        if not hits and candidate not in self._plain:
            plain = _RUN.sub(r"\1", candidate)
            for folded, word in self._drawn.get(plain, ()):
                if len(candidate) > len(folded) and _drawn_out(folded).fullmatch(candidate):
                    hits.add(word)
            for size in range(3, min(len(plain), self._longest) + 1):
                for folded, word in self._drawn_begins.get(plain[:size], ()):
                    found = _drawn_out(folded).match(candidate)
                    if found and found.end() > len(folded):
                        hits.add(word)
        return hits


@cache
def _drawn_out(folded: str) -> re.Pattern[str]:
    """Every run of a letter as long as in ``folded``, or longer."""
    runs = (found[0] for found in _RUNS.finditer(folded))
    return re.compile("".join(f"{run[0]}{{{len(run)},}}" for run in runs))


def _follow(phrase: Pattern, stream: tuple[str, ...]) -> bool:
    """Whether ``stream`` begins with the phrase's words, their letters perhaps drawn out."""
    found = stream[: len(phrase.words)]
    *first, last = phrase.words
    if len(found) < len(phrase.words) or not all(map(_same, first, found)):
        return False
    return _same(last, found[-1]) or (phrase.begins and found[-1].startswith(last))


def _same(word: str, found: str) -> bool:
    if len(found) < len(word) + (1 if len(word) > 2 else 2):  # in, inn, innn
        return found == word
    return _drawn_out(word).fullmatch(found) is not None
