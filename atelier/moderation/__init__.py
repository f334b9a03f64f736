"""The prompt filter: which kind of thing a prompt asks for that is refused, however it is spelled.

Disguises are undone first (:mod:`.text`). Look-alike letters, accents and invisible characters go by
Unicode's own tables (TR39, through the library disarm); then digits and signs that stand for letters,
letters that are drawn with several signs (``n|_|de``), that are drawn out, and that are set apart
(``n u d e``, ``n.u.d.e``). What is compared (:mod:`.index`) are whole words, so that Essex, a cocktail
and a peacock pass; a word that is parted (``nu de``) or glued to digits or to a common word
(``nude123``, ``nudegirl``) counts, unless a list names it as innocent (``pen is``). Chinese has no borders
between words, so the lists also name the words that a find may not cut through: 白色 + 情人节 is no 色情.
The lists are ``words/LANGUAGE.txt`` (:mod:`.lists`); how old somebody is, no list can say (:mod:`.ages`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from atelier.moderation.ages import tells_a_minor
from atelier.moderation.index import Index, pattern
from atelier.moderation.lists import AGE, Kind, lists
from atelier.moderation.text import Text, readings

__all__ = ["Finding", "comparable", "find", "lists"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found: its kind, and the entry as its list has it."""

    kind: Kind
    text: str


def find(prompt: str, *, extra: Sequence[str] = (), adults: bool = False) -> Finding | None:
    """What ``prompt`` is refused for; None: nothing. The gravest kinds first.

    ``extra`` are a server's own words; ``adults`` allows what an age-restricted mode allows.
    """
    read = readings(prompt)
    known = lists()
    found: set[str] = set().union(*(known.index.found(Text(one, known)) for one in read))
    if found:
        if any(map(tells_a_minor, read)):
            found.add(AGE)
        for entry in known.entries:
            if adults and entry.kind in known.adult:
                continue
            if any(known.has(found, part) for part in entry.unless):
                continue
            if all(known.has(found, part) for part in entry.parts):
                return Finding(entry.kind, entry.text)
    if extra:
        own = _own(tuple(extra))
        if hits := own.index.found(Text(read[0])):
            return Finding("server", next(word for word in extra if own.forms[word] & hits))
    return None


def comparable(word: str) -> bool:
    """Whether a server's own word can be looked for: ``$$$`` or ``C++`` has no letters that tell it."""
    made = pattern(word)
    return bool(made.han) or len(made.folded) > 1


@dataclass(frozen=True, slots=True)
class _Own:
    """A server's own words: each with the forms that it is looked for in, and all of these at once."""

    forms: dict[str, set[str]]
    index: Index


@lru_cache(maxsize=256)  # lists of servers that ask now
def _own(words: tuple[str, ...]) -> _Own:
    forms = {word: _forms(word) for word in words}
    return _Own(forms, Index(form for word in words for form in sorted(forms[word])))


def _forms(word: str) -> set[str]:
    """The word and its English plural; nothing of what cannot be compared."""
    word = word.strip().lstrip("=")  # a sign of the house's own lists
    bare = word.rstrip("*")
    several = {f"{bare}s", f"{bare}es"} if bare.isascii() and bare[-1:].isalpha() else set()
    return {word, *several} if comparable(word) else set()
