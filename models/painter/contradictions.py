"""Words that cannot all be drawn: which of them the picture follows, or that it can follow neither.

A sunny night is drawn as a night, and the person is told; the words that lost are left out, so
that what is said is what is drawn, and so is what shall not be there. Of "black and white, vivid
colours" neither is the better guess, so that is refused with a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from atelier.errors import BadInput
from atelier.languages import Lang, say
from atelier.requests import Palette
from models.painter.lexicon import Hit, Key, Lexicon, key
from models.painter.negation import absent
from models.painter.palette import WORDS as PALETTES
from models.painter.vocabulary import COLOURING, KINDS, NAMES, number_at
from models.text.tokens import clauses, is_ideograph, words

# Values that exclude one another; of the first in each pair it is that which is drawn, whichever
# was said first. Otherwise the first word said counts.
_STRONGER = {("night", "sunny"), ("night", "sun")}
_EITHER = {("clear", w) for w in ("cloudy", "rain", "storm", "fog")} | {
    ("sunny", w) for w in ("cloudy", "rain", "storm", "fog")
}
_ONE_ONLY = ("time", "season")
_OPPOSITES: tuple[tuple[Palette, Palette], ...] = (
    ("monochrome", "vivid"), ("monochrome", "golden"), ("monochrome", "warm"), ("vivid", "muted"),
    ("warm", "cool"), ("bright", "dark"),
)  # fmt: skip
# In words alone the others may be a contrast that is meant: warm colours against cool ones.
_NEVER: tuple[Palette, Palette] = ("monochrome", "vivid")


def _vocabulary() -> Lexicon:
    made = Lexicon()
    for name in NAMES:
        for word in (*name.en, *name.zh):
            made.add(word, name.kind, name.value, name.told("zh"))
    return made


def _colouring() -> Lexicon:
    made = Lexicon()
    for palette, said in COLOURING.items():
        for word in said.split(", "):
            made.add(word, "palette", palette, PALETTES[palette]["zh"])
    return made


_WORDS, _COLOURS = _vocabulary(), _colouring()
TOLD = {(name.kind, name.value): name for name in NAMES}


@dataclass(frozen=True, slots=True)
class Settled:
    """The words to draw from, and what a person is told about those left out."""

    prompt: str
    notes: tuple[str, ...] = ()


def opposed(one: Palette, other: Palette) -> bool:
    """Whether no picture has both palettes."""
    return (one, other) in _OPPOSITES or (other, one) in _OPPOSITES


def check_colours(prompt: str, palette: Palette | None, lang: Lang) -> None:
    """Raises :class:`BadInput` for colours that no picture can have together."""
    plain = prompt.lower().replace("colour", "color").replace("&", " and ")
    said: list[Palette] = [hit.value for hit in _COLOURS.find(key(plain))]  # type: ignore[misc]
    pairs = [(palette, other) for other in said if palette and opposed(palette, other)]
    if set(_NEVER) <= set(said):
        pairs.append(_NEVER)
    if pairs:
        one, other = (PALETTES[each][lang] for each in pairs[0])
        raise BadInput("painter-colours-contradict", one=one, other=other)


def settle(prompt: str, lang: Lang) -> Settled:
    """Leaves out what shall not be there, and what contradicts something stronger or said before."""
    plain, said = words(prompt), key(prompt)
    hits = _WORDS.find(said, KINDS)
    out, notes = set[int](), list[str]()
    for nothing in absent(said, hits, clauses(prompt)):
        out |= set(range(nothing.start, nothing.end))
        places = [(hit.start, hit.end) for hit in nothing.hits] or [(nothing.begin, nothing.stop)]
        names = [_joined(plain[begin:end]) for begin, end in places]
        notes.append(say("painter-without", lang, names=("、" if lang == "zh" else ", ").join(names)))
    if len(out) == len(plain):  # there would be nothing to draw
        out, notes = set(), []
    hits = [hit for hit in hits if hit.start not in out]
    lost: dict[int, Hit] = {}  # the loser's place → who won
    for (i, one), (j, other) in combinations(enumerate(hits), 2):
        if i in lost or j in lost:
            continue
        first, second = one.value, other.value
        if (second, first) in _STRONGER:
            lost[i] = other
        elif (
            (first, second) in _STRONGER | _EITHER
            or (second, first) in _EITHER
            or (one.kind == other.kind and one.kind in _ONE_ONLY and first != second)
            or _some_and_none(said, one, other)
        ):
            lost[j] = one
    if not lost and not out:
        return Settled(prompt)
    for place, winner in lost.items():
        loser = hits[place]
        begin = loser.start - (_back(said, loser) or 0)
        out |= set(range(begin, loser.end))
        told = {"lost": _told(said, loser, lang), "drawn": _told(said, winner, lang)}
        notes.append(say("painter-contradiction", lang, **told))
    kept = [word for at, word in enumerate(plain) if at not in out]
    return Settled(_joined(kept), tuple(dict.fromkeys(notes)))


def count_before(said: Key, hit: Hit) -> int | None:
    """The number said of a thing: "three white boats", 三艘船; None where none is."""
    back = _back(said, hit)
    return None if back is None else number_at(said, hit.start - back)


def _back(said: Key, hit: Hit) -> int | None:
    """How many words before a thing its number stands, at most three; no further than another name."""
    if hit.kind != "thing":
        return None
    for back in range(1, min(3, hit.start) + 1):
        word = said[hit.start - back]
        if (number := number_at(said, hit.start - back)) is not None:
            # "No" is of the very next word: "no wind, boats" has boats.
            between = said[hit.start - back + 1 : hit.start]
            return back if number or not set(between) - {"any", "有"} else None
        if word in ("and", "with", "和", "与", "，"):
            return None
    return None


def _some_and_none(said: Key, one: Hit, other: Hit) -> bool:
    """Whether a prompt has both "no boats" and "three boats"."""
    if one.kind != "thing" or one.value != other.value:
        return False
    numbers = count_before(said, one), count_before(said, other)
    return None not in numbers and (numbers[0] == 0) != (numbers[1] == 0)


def _told(said: Key, hit: Hit, lang: Lang) -> str:
    number = count_before(said, hit)
    name = TOLD[hit.kind, hit.value].told(lang)
    return name if number is None else say(f"painter-count-{hit.value}", lang, count=number)


def _joined(kept: list[str]) -> str:
    """Words as a prompt again: Chinese characters without spaces."""
    text = ""
    for word in kept:
        text += word if not text or (is_ideograph(word) and is_ideograph(text[-1])) else f" {word}"
    return text
