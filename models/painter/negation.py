"""What a prompt says shall not be there: no moon, without people, 没有月亮.

The prompt encoder reads "no moon" as one about a moon, and a moon is drawn: so what shall not be there is
left out of the words, and the person is told. Things that are counted (no boats) stay: the captions of
made scenes count them, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.painter.lexicon import Hit, Key

_NO = ("no", "without", "not")  # "not" only before an article: a prompt may be "not quite night"
_ARTICLES = ("a", "an", "any", "the")
_OR = ("or", "nor", "和", "或", "与")
# Before "no" these go with it; without one of them "no entry" may be the very thing that is asked for.
_LEADING = ("with", "and", "but", "has", "have", "is", "are", "there")
# What a thing ends before, where it is none that the scenes have a word for: "without people in the park".
_BOUNDS = ("in", "on", "at", "under", "over", "by", "near", "and", "but", "with", "of", "or", "nor")
_ZH = (("没", "有"), ("不", "要"), ("没",), ("无",))
_ENDLESS = frozenset("数边尽限垠际穷比")  # 无数, 无边: they say that there is much
LONGEST = 3  # characters of a thing that no word of the scenes is


@dataclass(frozen=True, slots=True)
class Absent:
    """Words ``start`` to ``end`` (exclusive) that say what is not to be there.

    ``begin`` and ``stop`` are those of the thing alone, ``hits`` the words of the scenes among them.
    """

    start: int
    end: int
    hits: tuple[Hit, ...]
    begin: int
    stop: int


def absent(said: Key, hits: Sequence[Hit]) -> list[Absent]:
    """What is said not to be there, of the scenes' words (``hits``) and of what else is plainly a thing."""
    at_word = {hit.start: hit for hit in hits}
    found: list[Absent] = []
    for at in range(len(said)):
        if found and at < found[-1].end:
            continue
        one = _english(said, at, at_word) or _chinese(said, at, at_word)
        if one is not None:
            found.append(one)
    return found


def _english(said: Key, at: int, at_word: dict[int, Hit]) -> Absent | None:
    if said[at] not in _NO:
        return None
    begin = at + 1
    while begin < len(said) and said[begin] in _ARTICLES:
        begin += 1
    if begin == len(said) or (said[at] == "not" and begin == at + 1):
        return None
    start = at
    while start and said[start - 1] in _LEADING:
        start -= 1
    hit = at_word.get(begin) or at_word.get(begin + 1)  # no full moon
    if hit is not None:
        return None if hit.kind == "thing" else _several(said, start, begin, hit, at_word)
    plain = said[at] != "no" or start < at
    if start and plain and (begin + 1 == len(said) or said[begin + 1] in _BOUNDS):
        return Absent(start, begin + 1, (), begin, begin + 1)
    return None


def _chinese(said: Key, at: int, at_word: dict[int, Hit]) -> Absent | None:
    no = next((no for no in _ZH if said[at : at + len(no)] == no), None)
    if no is None:
        return None
    begin = at + len(no)
    hit = at_word.get(begin)
    if hit is not None:
        return None if hit.kind == "thing" else _several(said, at, begin, hit, at_word)
    rest = said[begin : begin + LONGEST + 1]
    if no == ("没",) or not rest or rest[0] in _ENDLESS:
        return None
    stop = begin + (rest.index("的") if "的" in rest else len(said) - begin)
    if begin < stop <= begin + LONGEST:
        return Absent(at, stop + ("的" in rest), (), begin, stop)
    return None


def _several(said: Key, start: int, begin: int, hit: Hit, at_word: dict[int, Hit]) -> Absent:
    """``hit``, and what is said beside it in one breath: no moon or stars, 没有月亮和星星."""
    hits = [hit]
    while hits[-1].end < len(said) and said[hits[-1].end] in _OR:
        after = hits[-1].end + 1
        while after < len(said) and said[after] in _ARTICLES:
            after += 1
        other = at_word.get(after)
        if other is None or other.kind != hit.kind:
            break
        hits.append(other)
    stop = hits[-1].end
    end = stop + (stop < len(said) and said[stop] == "的")
    return Absent(start, end, tuple(hits), begin, stop)
