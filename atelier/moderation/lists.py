"""The lists that prompts are compared with: ``words/LANGUAGE.txt``, whose heads say how a line is read."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal, cast

from atelier.moderation.index import HAN, Index, Pattern, fold, pattern

WORDS = Path(__file__).parents[1] / "words"

Kind = Literal["sexual", "gore", "minors", "rape", "hate", "harm", "server"]

AGE = "@age"  # in a group: an age under eighteen that the prompt tells (atelier/moderation/ages.py)
EXEMPT = ("innocent", "plain", "glue", "left", "right", "cover")  # the lists of what only looks like a word
_JOINT = re.compile(r"\s+([+-])\s+")
# Who may be a child where a line says @person.
_PERSON, _YOUNG = "@person", ("@minor", "@young")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list: every part must be in the prompt, and none of ``unless``."""

    kind: Kind
    parts: tuple[str, ...]
    text: str
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lists:
    """All entries, and the groups that they name (``@minor``)."""

    entries: tuple[Entry, ...]
    groups: dict[str, frozenset[str]]
    adult: frozenset[str]  # kinds that an age-restricted mode allows
    index: Index  # of every word in them
    innocent: frozenset[str]  # two English words that only together look like a listed one
    glue: frozenset[str]  # what listed words are glued to
    borders: re.Pattern[
        str
    ]  # Chinese words side by side (groups 1 and 2), or one, that only look like a find
    covers: re.Pattern[str]  # English phrases in which nothing is looked for (pussy willow)

    def has(self, found: set[str], part: str) -> bool:
        """Whether ``part`` of an entry, a word or a group, is among what was found."""
        return bool(found & self.groups.get(part, frozenset({part})))


@cache
def lists() -> Lists:
    """The lists of every language."""
    entries: list[Entry] = []
    groups: dict[str, list[str]] = {}
    adult: set[str] = set()
    exempt: dict[str, list[str]] = {name: [] for name in EXEMPT}
    for file in sorted(WORDS.glob("*.txt")):
        kind: Kind = "sexual"
        for line in file.read_text("utf-8").splitlines():
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            if line.startswith("["):
                severity, name = line.strip("[]").split()
                kind = cast("Kind", name)
                if severity == "adult":
                    adult.add(kind)
            elif line.startswith("~"):
                exempt[line[1:].partition(":")[0].strip()] += _commas(line.partition(":")[2])
            elif line.startswith("@") and "=" in line:
                name, _, members = line.partition("=")
                known = groups.setdefault(name.strip(), [])
                singles, *phrases = members.split(",")
                known += [*singles.split(), *(phrase.strip() for phrase in phrases)]
            else:
                entries.append(_entry(kind, line))
    for name in adult:
        alone = [entry for entry in entries if entry.kind == name and len(entry.parts) == 1]
        groups[f"@adult-{name}"] = [e.parts[0] for e in alone if not e.unless and e.parts[0][0] not in "=@"]
    entries += _of_children(entries)
    entries.sort(key=lambda entry: entry.kind in adult)  # the gravest kinds are found first
    words = {part for entry in entries for part in (*entry.parts, *entry.unless)}
    words |= {word for members in groups.values() for word in members}
    index = Index((word for word in words if word[0] != "@"), exempt["plain"], alike=True)
    sets = {name: frozenset(members) for name, members in groups.items()}
    innocent = frozenset(" ".join(_folded(piece) for piece in pair.split()) for pair in exempt["innocent"])
    glue = frozenset(map(_folded, exempt["glue"]))
    return Lists(
        tuple(entries), sets, frozenset(adult), index, innocent, glue, _borders(exempt), _covers(exempt)
    )


def _entry(kind: Kind, line: str) -> Entry:
    first, *rest = _JOINT.split(line)
    signs, parts = rest[::2], [part.strip() for part in rest[1::2]]
    needed = [part for sign, part in zip(signs, parts, strict=True) if sign == "+"]
    unless = [part for sign, part in zip(signs, parts, strict=True) if sign == "-"]
    return Entry(kind, (first.strip(), *needed), line, tuple(unless))


def _of_children(entries: list[Entry]) -> list[Entry]:
    """Whatever is sexual of a person is never made of a child."""
    return [
        replace(entry, kind="minors", parts=tuple(who if p == _PERSON else p for p in entry.parts))
        for entry in entries
        if entry.kind == "sexual" and _PERSON in entry.parts
        for who in _YOUNG
    ]


def _commas(line: str) -> list[str]:
    return [word.strip() for word in line.split(",") if word.strip()]


def _folded(word: str) -> str:
    return fold(word, alike=True)


def _borders(exempt: dict[str, list[str]]) -> re.Pattern[str]:
    left, right = "|".join(exempt["left"]), "|".join(exempt["right"])
    cover = "|".join(word for word in exempt["cover"] if HAN.search(word))
    return re.compile(f"({left})({right})|(?:{cover})")


def _covers(exempt: dict[str, list[str]]) -> re.Pattern[str]:
    phrases = [word for word in exempt["cover"] if not HAN.search(word)]
    written = (r"[\W_]+".join(map(re.escape, phrase.split())).replace(r"\*", r"\w*") for phrase in phrases)
    return re.compile(rf"(?<!\w)(?:{'|'.join(written)})(?!\w)")


__all__ = ["AGE", "Entry", "Kind", "Lists", "Pattern", "lists", "pattern"]
