"""Whether a poem is in its form, judged by somebody else than its maker.

Written from the definition of each form, with its own reading of CMUdict and of the Pingshui data;
it shares no code, no table and no array with what writes the poems. A poem is its lines as text.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SCHEMES = {
    "couplet": {"aa"}, "quatrain": {"aabb", "abab", "abba"}, "limerick": {"aabba"},
    "shakespearean sonnet": {"ababcdcdefefgg"}, "petrarchan sonnet": {"abbaabbacdecde", "abbaabbacdcdcd"},
}  # fmt: skip
SYLLABLES = {
    "haiku": [5, 7, 5], "ballad": [8, 6, 8, 6, 8, 6, 8, 6],
    "shakespearean sonnet": [10] * 14, "petrarchan sonnet": [10] * 14,
}  # fmt: skip
# Lines as long as each other, of one of these lengths in syllables, and iambic throughout. (Of ballads and
# sonnets the share of iambic lines is a figure of its own.)
EVEN = {"couplet": (8, 10), "quatrain": (8, 10), "acrostic": (8,)}
CHARACTERS = {
    "五绝": [5] * 4, "七绝": [7] * 4, "五律": [5] * 8, "七律": [7] * 8,
    "浣溪沙": [7] * 6, "鹧鸪天": [7, 7, 7, 7, 3, 3, 7, 7, 7], "如梦令": [6, 6, 5, 6, 2, 2, 6],
}  # fmt: skip
RHYMED_LINES = {"浣溪沙": [0, 1, 2, 4, 5], "鹧鸪天": [0, 1, 3, 5, 6, 8], "如梦令": [0, 1, 3, 4, 6]}
# The tones of the tunes (平 level, 仄 oblique, 中 either), as pattern books give them: after Long Yusheng,
# 唐宋词格律, the usual form of each.
TUNES = {
    "浣溪沙": ["中仄平平中仄平", "中平中仄仄平平", "中平中仄仄平平",
               "中仄中平平仄仄", "中平中仄仄平平", "中平中仄仄平平"],
    "鹧鸪天": ["中仄平平中仄平", "中平中仄仄平平", "中平中仄平平仄", "中仄平平中仄平",
               "平仄仄", "仄平平", "中平中仄仄平平", "中平中仄平平仄", "中仄平平中仄平"],
    "如梦令": ["中仄中平中仄", "中仄中平中仄", "中仄仄平平", "中仄中平中仄",
               "平仄", "平仄", "中仄中平中仄"],
}  # fmt: skip
UNRHYMED = ("free", "acrostic", "haiku")  # no two of their lines rhyme, or end in one word
METRICAL = ("ballad", "shakespearean sonnet", "petrarchan sonnet")
REGULATED = ("五绝", "七绝", "五律", "七律", "藏头诗")


@dataclass(frozen=True)
class Sound:
    """A word's first pronunciation: stress digits, and what follows from the last stressed vowel."""

    stress: str
    rhyme: str


class Checker:
    """Holds the two dictionaries. ``reasons`` is empty for a poem that keeps its form."""

    def __init__(self, data: Path) -> None:
        self.words: dict[str, Sound] = {}
        self.characters: dict[str, tuple[str, set[str]]] = {}
        for path in data.rglob("cmudict_rhyme.tsv.gz"):
            for row in gzip.decompress(path.read_bytes()).decode().splitlines():
                word, said = row.split("\t")
                stress, *rhyme = said.split("|")[0].split(" ")
                self.words[word] = Sound(stress, " ".join(rhyme))
        for path in data.rglob("pingshui.json.gz"):
            for character, row in json.loads(gzip.decompress(path.read_bytes()))["chars"].items():
                self.characters[character] = (row["tones"], set(row["groups"]))

    def reasons(self, form: str, lines: list[str], acrostic: str = "") -> list[str]:
        """What is wrong with a poem, in words for a developer; an empty list means that it is exact."""
        if any(not line.strip() for line in lines) or not lines:
            return ["an empty line"]
        if re.search(r"[㐀-鿿]", form):
            return self._chinese(form, lines, acrostic)
        return self._english(form, lines, acrostic)

    # English

    @staticmethod
    def _spoken(line: str) -> list[str]:
        return [word.strip("'").lower() for word in re.findall(r"[A-Za-z']+", line) if word.strip("'")]

    def stresses(self, line: str) -> str | None:
        """The stress digits of a line, None where a word is not in the dictionary."""
        words = self._spoken(line)
        if any(word not in self.words for word in words):
            return None
        return "".join(self.words[word].stress for word in words)

    def rhyme(self, one: str, other: str) -> bool:
        """Whether the last words of two lines rhyme, and neither is the end of the other (light, delight)."""
        a, b = self._spoken(one)[-1], self._spoken(other)[-1]
        return self.alike(one, other) and not (a.endswith(b) or b.endswith(a))

    def alike(self, one: str, other: str) -> bool:
        """Whether the last words of two lines sound alike from their last stressed vowel on."""
        a, b = self._spoken(one)[-1], self._spoken(other)[-1]
        if a not in self.words or b not in self.words:
            return False
        return self.words[a].rhyme == self.words[b].rhyme != ""

    def _english(self, form: str, lines: list[str], acrostic: str) -> list[str]:
        wrong = []
        counts = [len(self.stresses(line) or "") for line in lines]
        if 0 in counts:
            return ["a word whose syllables are unknown"]
        if form in EVEN:
            if len({*counts}) > 1 or counts[0] not in EVEN[form]:
                wrong.append(f"syllables {counts}")
            wrong += [f"not iambic: {line}" for line in lines if not self.iambic(line)]
        if form in UNRHYMED:
            wrong += self._together(lines)
        if form == "free":
            return wrong if len(lines) >= 3 else [*wrong, "fewer than three lines"]
        if form == "acrostic":
            spelled = "".join(line.lstrip("'\"")[0].lower() for line in lines)
            return wrong if spelled == acrostic.lower() else [*wrong, f"spells {spelled}"]
        if form in SYLLABLES and counts != SYLLABLES[form]:
            wrong.append(f"syllables {counts}")
        if form == "limerick" and max(counts[2:4], default=99) >= min(counts[:2] + counts[4:]):
            wrong.append(f"the middle lines are not shorter: {counts}")
        if form == "ballad":
            pairs = [(at + 1, at + 3) for at in range(0, len(lines) - 3, 4)]
            wrong += [
                f"lines {a + 1} and {b + 1} do not rhyme"
                for a, b in pairs
                if not self.rhyme(lines[a], lines[b])
            ]
            wrong += self._together(lines, pairs)
        elif form != "haiku" and not any(self._keeps(scheme, lines) for scheme in SCHEMES[form]):
            wrong.append(f"rhymes {[self._spoken(line)[-1] for line in lines]}")
        return wrong

    def _together(self, lines: list[str], but: Sequence[tuple[int, int]] = ()) -> list[str]:
        """Line ends that sound alike or are one word, where none should; ``but`` these pairs of lines."""
        ends = [self._spoken(line)[-1] for line in lines]
        return [
            f"lines {i + 1} and {j + 1} end alike: {ends[i]}, {ends[j]}"
            for j in range(len(lines))
            for i in range(j)
            if (i, j) not in but and (ends[i] == ends[j] or self.alike(lines[i], lines[j]))
        ]

    def _keeps(self, scheme: str, lines: list[str]) -> bool:
        """Same letter: rhymes, pair by pair; different letters: does not even sound alike."""
        if len(scheme) != len(lines):
            return False
        pairs = ((i, j) for j in range(len(lines)) for i in range(j))
        return all(
            self.rhyme(lines[i], lines[j]) if scheme[i] == scheme[j] else not self.alike(lines[i], lines[j])
            for i, j in pairs
        )

    def iambic(self, line: str) -> bool:
        """Strong places are the even syllables; a word of several has its main stress on one of them.

        Allowed: an inverted first foot, and words of one syllable anywhere (the usual licence).
        """
        at = 0
        for word in self._spoken(line):
            if word not in self.words:
                return False
            stress = self.words[word].stress
            main = [at + i + 1 for i, digit in enumerate(stress) if digit == "1"]
            if len(stress) > 1 and any(place % 2 and place != 1 for place in main):
                return False
            at += len(stress)
        return at % 2 == 0

    # Chinese

    def _chinese(self, form: str, lines: list[str], acrostic: str) -> list[str]:
        wrong = []
        sizes = CHARACTERS.get(form, [7] * len(acrostic))
        if [len(line) for line in lines] != sizes:
            return [f"lengths {[len(line) for line in lines]}"]
        wrong += [
            f"{line}: {asked}"
            for line, asked in zip(lines, TUNES.get(form, ()), strict=False)
            if not self._in_tones(line, asked)
        ]
        if form == "藏头诗" and "".join(line[0] for line in lines) != acrostic:
            wrong.append("other heads")
        ends = [line[-1] for line in lines]
        rhymed = self._rhymed_lines(form, len(lines))
        oblique = form == "如梦令"
        groups = [self._groups(ends[at], oblique=oblique) for at in rhymed]
        shared = set.intersection(*groups) if groups else set()
        if not shared or len(rhymed) < 2:
            wrong.append(f"no shared rhyme: {ends}")
        if form == "藏头诗" and len({*ends}) < len(ends):
            wrong.append(f"a character ends two lines: {ends}")
        if form in REGULATED and 0 not in rhymed and shared & self._groups(ends[0]):
            rhymed = [0, *rhymed]
        if len({ends[at] for at in rhymed}) < len(rhymed):
            wrong.append("a character rhymed twice")
        if oblique:
            if lines[4] != lines[5]:
                wrong.append("the fifth line is not said again")
            if self._tone(ends[2]) == "Z":
                wrong.append("line 3 ends in the tone of the rhymes")
            return wrong
        level = [at for at in range(len(lines)) if at not in rhymed and self._tone(ends[at]) == "P"]
        if level:
            wrong.append(f"lines {level} end in a level tone and do not rhyme")
        return wrong

    @staticmethod
    def _rhymed_lines(form: str, count: int) -> list[int]:
        """The lines that must rhyme: the even ones; of 藏头诗 also the last, and of two lines both."""
        if form in RHYMED_LINES:
            return RHYMED_LINES[form]
        even = list(range(1, count, 2))
        if form != "藏头诗":
            return even
        return [0, 1] if count == 2 else sorted({*even, count - 1})

    def _groups(self, character: str, *, oblique: bool = False) -> set[str]:
        """The character's rhyme groups of the level tone, or of the oblique ones."""
        held = self.characters.get(character, ("", set()))[1]
        return {group for group in held if (group[0] in "上去入") == oblique}

    def _tone(self, character: str) -> str:
        return self.characters.get(character, ("?", set()))[0]

    def _in_tones(self, line: str, asked: str) -> bool:
        """Whether no character has another tone than the one that is asked for at its place."""
        wanted = {"平": "P", "仄": "Z"}
        tones = zip(map(self._tone, line), asked, strict=True)
        return all(tone not in ("P", "Z") or wanted.get(place, tone) == tone for tone, place in tones)

    def pingze(self, lines: list[str]) -> list[str]:
        """Breaches of 平仄 in regulated verse: places 2, 4, 6 in turn, 对 in couplets, 粘 between them, 孤平.

        孤平: the last five characters are 仄平仄仄平, a level tone alone among oblique ones. A character
        that can be either, or that the table lacks, is forgiven.
        """
        wrong = []
        seconds = []
        for line in lines:
            tones = [self._tone(line[at]) for at in range(1, len(line) - 1, 2)]
            # What the second character must have been for each known tone of the line.
            wanted = {
                tone if at % 2 == 0 else "PZ".replace(tone, "")
                for at, tone in enumerate(tones)
                if tone in "PZ" and len(tone) == 1
            }
            if len(wanted) > 1:
                wrong.append(f"{line}: {tones}")
            if [self._tone(character) for character in line[-5:]] == list("ZPZZP"):
                wrong.append(f"{line}: 孤平")
            seconds.append(wanted.pop() if len(wanted) == 1 else "")
        for at in range(1, len(lines)):
            one, other = seconds[at - 1], seconds[at]
            if one and other and (one == other) == bool(at % 2):
                wrong.append(f"lines {at} and {at + 1}: {'对' if at % 2 else '粘'}")
        return wrong
