"""Every form as data: the lines of each pattern it may take.

A new form is one entry of ``FORM_TABLE``, and its name among the forms of :mod:`atelier.options`. Versions
that are there write it where the entry's tag is one that they were taught (another form's, for example).

English: syllables a line, a rhyme scheme (x: free) and a metre. Chinese: a tone pattern a line
(平 level, 仄 oblique, 中 either) whose length is the line's, and a rhyme scheme.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from atelier.languages import Lang
from atelier.requests import Form

Metre = Literal["", "iambic", "anapaestic"]
FREE = "x"


@dataclass(frozen=True)
class Line:
    """``length`` syllables or characters; ``rhyme`` a letter, or x. ``head`` is what it must begin with.

    ``shown``: what is put out in the head's place, where that only stands in for it while it is written.
    ``apart``: its end is that of no other such line and, in English, of no line at all, and rhymes with none.
    ``echo``: it says the line before it over again.
    """

    length: int
    rhyme: str = FREE
    metre: Metre = ""
    tones: str = ""
    apart: bool = False
    head: str = ""
    shown: str = ""
    echo: bool = False

    def said(self, words: Sequence[str]) -> list[str]:
        """``words`` of this line as they are put out."""
        return [self.shown, *words[1:]] if self.shown else [*words]


@dataclass(frozen=True)
class Pattern:
    """One shape that a form can take; ``stanzas`` gives lines a stanza.

    ``paired``: the lines that begin a couplet of which the two better answer each other (对仗).
    """

    lines: tuple[Line, ...]
    stanzas: tuple[int, ...]
    paired: tuple[int, ...] = ()

    def headed(self, heads: str, shown: str = "") -> Pattern:
        """The same with the first letter or character of each line given; ``shown`` in their place."""
        lines = tuple(
            replace(line, head=head, shown="" if other == head else other)
            for line, head, other in zip(self.lines, heads, shown or heads, strict=True)
        )
        return Pattern(lines, self.stanzas, self.paired)

    def loosened(self) -> Pattern:
        """The same with line ends that need not be apart."""
        return replace(self, lines=tuple(replace(line, apart=False) for line in self.lines))


@dataclass(frozen=True)
class FormEntry:
    """A form of the table. ``tag`` is what the model was taught to call it."""

    lang: Lang
    patterns: tuple[Pattern, ...]
    tag: str


def _english(lengths: str, scheme: str, stanzas: tuple[int, ...], metre: Metre = "") -> Pattern:
    sizes = [int(size) for size in lengths.split()]
    lines = tuple(
        Line(size, rhyme, metre, apart=rhyme == FREE) for size, rhyme in zip(sizes, scheme, strict=True)
    )
    return Pattern(lines, stanzas)


def _unrhymed(lengths: str, metre: Metre = "") -> Pattern:
    count = len(lengths.split())
    return _english(lengths, FREE * count, (count,), metre)


def _chinese(tones: tuple[str, ...], scheme: str, stanzas: tuple[int, ...], echo: int = -1) -> Pattern:
    lines = tuple(
        Line(len(tone), rhyme, "", tone, apart=rhyme == FREE, echo=at == echo)
        for at, (tone, rhyme) in enumerate(zip(tones, scheme, strict=True))
    )
    return Pattern(lines, stanzas)


MIDDLE = (2, 4)  # the lines that the middle couplets of eight begin with
# The four lines of regulated verse (Wang Li 1977, 诗词格律, ch. 2), without 拗救 and 孤平.
_FIVE = {"a": "中仄平平仄", "b": "平平仄仄平", "c": "中平平仄仄", "d": "中仄仄平平"}
_SEVEN = {"a": "中平中仄平平仄", "b": "中仄平平仄仄平", "c": "中仄中平平仄仄", "d": "中平中仄仄平平"}
# Their order by how the first line starts and whether it rhymes; eight lines go round once more,
# with the rhyming first line in its unrhymed shape.
_ORDERS = (("abcd", False), ("dbcd", True), ("cdab", False), ("bdab", True))
_UNRHYMED = {"dbcd": "abcd", "bdab": "cdab"}
_RHYMED = {_SEVEN["a"]: _SEVEN["d"], _SEVEN["c"]: _SEVEN["b"]}  # what begins alike and ends level


def regulated(kinds: dict[str, str], count: int) -> tuple[Pattern, ...]:
    """The patterns of ``count`` lines of regulated verse: 对, 粘, level rhyme on even lines."""
    made = []
    for order, rhymed in _ORDERS:
        names = (order + _UNRHYMED.get(order, order) * count)[:count]
        scheme = "".join("a" if i % 2 or (i == 0 and rhymed) else FREE for i in range(count))
        pattern = _chinese(tuple(kinds[name] for name in names), scheme, (count,))
        made.append(replace(pattern, paired=MIDDLE if count == 8 else ()))
    return tuple(made)


def headed(count: int) -> tuple[Pattern, ...]:
    """The patterns of 藏头诗: as regulated verse of seven characters, but that the last line rhymes.

    Of an odd number of lines the last takes the shape that rhymes and begins alike; of two, both rhyme.
    """
    made = []
    for pattern in regulated(_SEVEN, count):
        if count == 2 and pattern.lines[0].rhyme == FREE:
            continue
        if count % 2:
            tones = _RHYMED[pattern.lines[-1].tones]
            last = Line(len(tones), "a", "", tones)
            pattern = replace(pattern, lines=(*pattern.lines[:-1], last))
        made.append(pattern)
    return tuple(made)


_QUATRAINS = tuple(
    _english(" ".join([size] * 4), scheme, (4,), "iambic")
    for size in ("8", "10")
    for scheme in ("aabb", "abab", "abba")
)
_FREE_LENGTHS = (
    "7 4 9 6 8 3", "5 8 6 9 4 7 5", "9 7 10 5 8 4", "6 6 9 4 10 7 3", "8 5 7 10 4 6 8",
    "10 8 6 9 7 5", "4 7 4 9 6 8 5 3", "6 9 8 5 10 6",
)  # fmt: skip

FORM_TABLE: dict[Form, FormEntry] = {
    "haiku": FormEntry("en", (_unrhymed("5 7 5"),), "haiku"),
    "couplet": FormEntry("en", tuple(_english(f"{n} {n}", "aa", (2,), "iambic") for n in (8, 10)), "couplet"),
    "quatrain": FormEntry("en", _QUATRAINS, "quatrain"),
    "limerick": FormEntry(
        "en",
        tuple(_english(sizes, "aabba", (5,), "anapaestic") for sizes in ("8 8 5 5 8", "9 9 6 6 9")),
        "limerick",
    ),
    "ballad": FormEntry("en", (_english("8 6 8 6 8 6 8 6", "xaxaxbxb", (4, 4), "iambic"),), "ballad"),
    "shakespearean sonnet": FormEntry(
        "en", (_english("10 " * 14, "ababcdcdefefgg", (4, 4, 4, 2), "iambic"),), "shakespearean sonnet"
    ),
    "petrarchan sonnet": FormEntry(
        "en",
        tuple(_english("10 " * 14, f"abbaabba{sestet}", (8, 6), "iambic") for sestet in ("cdecde", "cdcdcd")),
        "petrarchan sonnet",
    ),
    "free": FormEntry("en", tuple(_unrhymed(sizes) for sizes in _FREE_LENGTHS), "free"),
    "acrostic": FormEntry("en", tuple(_unrhymed("8 " * n, "iambic") for n in range(2, 15)), "verse"),
    "五绝": FormEntry("zh", regulated(_FIVE, 4), "五绝"),
    "七绝": FormEntry("zh", regulated(_SEVEN, 4), "七绝"),
    "五律": FormEntry("zh", regulated(_FIVE, 8), "五律"),
    "七律": FormEntry("zh", regulated(_SEVEN, 8), "七律"),
    "藏头诗": FormEntry("zh", tuple(p for n in range(2, 9) for p in headed(n)), "七绝"),
    # 词: the tone that at least nine in ten training poems of the tune have at a place, else either
    # (711 of 724 poems of 浣溪沙 have these lengths, all 531 of 鹧鸪天, all 139 of 如梦令, which all say
    # their fifth line again). The rhymes of 如梦令 are oblique: of one Pingshui group here, which is narrower
    # than the tune asks (six of the 139 keep to one).
    "浣溪沙": FormEntry(
        "zh",
        (_chinese(("中仄平平仄仄平", "中平中仄仄平平", "中平中仄仄平平",
                   "中仄中平平仄仄", "中平中仄仄平平", "中平中仄仄平平"), "aaaxaa", (3, 3)),),
        "浣溪沙",
    ),
    "鹧鸪天": FormEntry(
        "zh",
        (_chinese(("中仄平平仄仄平", "中平中仄仄平平", "中平中仄平平仄", "中仄平平仄仄平",
                   "平仄仄", "仄平平", "中平中仄仄平平", "中平中仄平平仄", "中仄平平仄仄平"),
                  "aaxaxaaxa", (4, 5)),),
        "鹧鸪天",
    ),
    "如梦令": FormEntry(
        "zh",
        (_chinese(("中仄中平中仄", "中仄中平中仄", "中仄仄平平", "中仄中平平仄",
                   "平仄", "平仄", "中仄中平中仄"), "aaxaaaa", (7,), echo=5),),
        "如梦令",
    ),
}  # fmt: skip


def patterns_of(form: Form, heads: str = "", shown: str = "") -> tuple[Pattern, ...]:
    """The patterns of ``form``; with ``heads``, those of as many lines, headed (:meth:`Pattern.headed`)."""
    patterns = FORM_TABLE[form].patterns
    if not heads:
        return patterns
    return tuple(pattern.headed(heads, shown) for pattern in patterns if len(pattern.lines) == len(heads))
