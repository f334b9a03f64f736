"""What a prompt says shall not be there: no moon, without people, don't draw cats, 没有月亮, 不要画月亮.

The prompt encoder reads "no moon" as one about a moon, and a moon is drawn: so what shall not be there is
left out of the words, and the person is told. Things that are counted (no boats) stay: the captions of
made scenes count them, too.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

from models.painter.lexicon import Hit, Key

_NO = ("no", "without", "not")  # "not" only before an article: a prompt may be "not quite night"
_ARTICLES = ("a", "an", "any", "the")
_OR = ("or", "nor", "和", "或", "与")
# Before "no" these go with it; without one of them, or a comma, "no one" may be what is asked for.
_LEADING = ("with", "and", "but", "has", "have", "is", "are", "there")
# What a thing ends before, where it is none that the scenes have a word for: "without people in the park".
_BOUNDS = ("in", "on", "at", "under", "over", "by", "near", "and", "but", "with", "of", "or", "nor")
# Signs that are drawn with their "no".
_SIGNS = frozenset({"smoking", "entry", "littering", "bicycle", "pedestrian", "mobile", "one"})
_FORBIDDING = (("do", "not"), ("don't",), ("dont",), ("never",))
_DRAW = ("draw", "paint", "show", "include", "add", "put")
_ZH_FORBIDDING = (("不", "要", "画"), ("不", "要", "有"), ("别", "画"), ("不", "画"))
_ZH = (*_ZH_FORBIDDING, ("没", "有"), ("不", "要"), ("没",), ("无",))
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


def absent(said: Key, hits: Sequence[Hit], clauses: Container[int] = ()) -> list[Absent]:
    """What is said not to be there, of the scenes' words (``hits``) and of what else is plainly a thing.

    ``clauses``: which words begin one (:func:`models.text.tokens.clauses`).
    """
    at_word = {hit.start: hit for hit in hits}
    found: list[Absent] = []
    for at in range(len(said)):
        if found and at < found[-1].end:
            continue
        one = _english(said, at, at_word, clauses) or _chinese(said, at, at_word, clauses)
        if one is not None:
            found.append(one)
    return found


def _english(said: Key, at: int, at_word: dict[int, Hit], clauses: Container[int]) -> Absent | None:
    forbidding = _forbidding(said, at)
    if said[at] not in _NO and not forbidding:
        return None
    after = at + (forbidding or 1)
    begin = _thing(said, after)
    if begin == len(said) or (said[at] == "not" and begin == after):
        return None
    if any(word in clauses for word in range(after, begin + 1)):  # no, a cat
        return None
    start = at
    while start and start not in clauses and said[start - 1] in _LEADING:
        start -= 1
    hit = at_word.get(begin) or at_word.get(begin + 1)  # no full moon
    if hit is not None:
        counted = hit.kind == "thing" and not forbidding
        return None if counted else _several(said, start, begin, hit, at_word)
    stop = _end(said, begin, forbidding, clauses)
    if stop is None:
        return None
    while stop < len(said) and said[stop] in _OR:  # without a cat or a dog
        further = _end(said, _thing(said, stop + 1), forbidding, clauses)
        if further is None:
            break
        stop = further
    apart = start in clauses or (start == 0 and stop in clauses)  # a garden, no cats; no cats, a garden
    if said[at] == "no" and start == at and (not apart or said[begin] in _SIGNS):
        return None
    instead = said[at] == "not" and said[stop : stop + 1] == ("but",)  # not a cat but a dog
    if not (start or apart or forbidding or instead):
        return None
    return Absent(start, stop + instead, (), begin, stop)


def _forbidding(said: Key, at: int) -> int:
    """How many words say "do not draw" here; 0 for none."""
    for no in _FORBIDDING:
        end = at + len(no)
        if said[at:end] == no and end < len(said) and said[end] in _DRAW:
            return len(no) + 1
    return 0


def _thing(said: Key, at: int) -> int:
    """Where the thing begins, after its articles."""
    while at < len(said) and said[at] in _ARTICLES:
        at += 1
    return at


def _end(said: Key, begin: int, forbidding: int, clauses: Container[int]) -> int | None:
    """Where a thing of one or two words that no scene has a word for plainly ends; None: nowhere near."""
    for at in range(begin + 1, min(begin + 2, len(said)) + 1):
        if at == len(said) or at in clauses or said[at] in _BOUNDS or (forbidding and said[at] in _DRAW):
            return at
    return None


def _chinese(said: Key, at: int, at_word: dict[int, Hit], clauses: Container[int]) -> Absent | None:
    no = next((no for no in _ZH if said[at : at + len(no)] == no), None)
    if no is None:
        return None
    begin = at + len(no)
    hit = at_word.get(begin)
    if hit is not None:
        counted = hit.kind == "thing" and no not in _ZH_FORBIDDING
        return None if counted else _several(said, at, begin, hit, at_word)
    last = next((word for word in range(begin, len(said)) if word in clauses), len(said))
    rest = said[begin : min(last, begin + LONGEST + 1)]
    if no == ("没",) or not rest or rest[0] in _ENDLESS:
        return None
    stop = begin + rest.index("的") if "的" in rest else last
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
