"""The rules of learning from people, in one place: whose votes count, how many of them, and how much.

Their order is the order of :func:`lessons`. What is left out is counted by the rule that did it, so
that an administrator is told, and a test can ask.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from statistics import median
from typing import Any, Literal

from atelier.learning.brigades import brigades
from atelier.learning.lockstep import groups

Split = Literal["train", "val"]


@dataclass(frozen=True, slots=True)
class Heard:
    """A vote that stands, with the work that it is about. People and servers are salted hashes.

    ``consents``: neither the voter, nor who asked for the work, nor the server it was made in opted out.
    ``barred``: the voter is banned from the studio or from that server.
    """

    work: str
    kind: str
    lang: str
    request: dict[str, Any]
    result: dict[str, Any]
    artefacts: tuple[dict[str, Any], ...]
    version: str
    voter: str
    server: str
    liked: bool
    at: datetime
    consents: bool = True
    barred: bool = False


@dataclass(frozen=True)
class Bounds:
    """How much of whom. The numbers are for a studio of tens to thousands of people."""

    votes: int = 1000  # a snapshot takes at most so many
    person: int = 50  # of one voter, or of a group that votes as one
    server: float = 0.5  # of a snapshot, at most from one server, where there are several
    crowd: float = 2.0  # times what the usual work weighs, at most, of one work
    least_crowd: float = 5.0  # but so much any work may weigh
    pace: int = 20  # so many votes within PACE_S are no person's
    pace_s: float = 10.0
    least: int = 200  # below these there is nothing to learn
    least_voters: int = 5
    least_each: int = 20  # of the liked, and of the disliked
    taught_each: int = 30  # of either, of the people who teach: with fewer there is no reward head; 0: none
    val_in: int = 5  # one voter in so many is held out


@dataclass(frozen=True, slots=True)
class Lesson:
    """A vote that counts. ``weight`` in (0, 1]: less of voters who vote as one, or crowd on one work."""

    heard: Heard
    weight: float
    split: Split


@dataclass(frozen=True, slots=True)
class Lessons:
    """What is left, what is not (votes by rule), and what is missing (labels by name; empty: enough)."""

    lessons: tuple[Lesson, ...]
    left_out: dict[str, int]
    missing: dict[str, int]
    in_step: tuple[int, ...] = ()  # sizes of the groups of voters that count as one, or not at all
    counts: dict[str, int] = field(default_factory=dict)


def lessons(heard: Iterable[Heard], bounds: Bounds | None = None) -> Lessons:
    """Apply every rule. The same votes give the same lessons, in whatever order they come."""
    bounds = bounds or Bounds()
    out: Counter[str] = Counter()
    asked = sorted(heard, key=lambda one: (one.at, one.work, one.voter))
    willing = _keep(asked, lambda one: one.consents, out, "no-consent")
    allowed = _keep(willing, lambda one: not one.barred, out, "banned")
    latest = {(one.work, one.voter): one for one in allowed}  # one vote a person a work: the last
    out["again"] += len(allowed) - len(latest)
    machines = _machines(latest.values(), bounds)
    votes = _keep(list(latest.values()), lambda one: one.voter not in machines, out, "machine")
    attacks = brigades((one.voter, one.work, one.liked) for one in votes)
    attackers = set().union(*attacks)
    votes = _keep(votes, lambda one: one.voter not in attackers, out, "brigade")
    found = groups((one.voter, one.work, one.liked) for one in votes)
    voice = {voter: min(group) for group in found for voter in group}
    splits = {one.voter: _split(one.voter, bounds) for one in votes}
    twins = _twins(found, splits)
    votes = _keep(votes, lambda one: one.voter not in twins, out, "held-out-in-step")
    votes = _capped(votes, voice, bounds, out)
    alike = Counter((voice.get(one.voter, one.voter), one.work) for one in votes)
    kept = _spread([
        Lesson(one, 1 / alike[voice.get(one.voter, one.voter), one.work], splits[one.voter]) for one in votes
    ], bounds)  # fmt: skip
    told = {
        "votes": len(kept), "liked": sum(lesson.heard.liked for lesson in kept),
        "disliked": sum(not lesson.heard.liked for lesson in kept),
        "voters": len({voice.get(lesson.heard.voter, lesson.heard.voter) for lesson in kept}),
    }  # fmt: skip
    wanted = {"votes": bounds.least, "liked": bounds.least_each, "disliked": bounds.least_each,
              "voters": bounds.least_voters}  # fmt: skip
    missing = {name: least - told[name] for name, least in wanted.items() if told[name] < least}
    missing |= {name: max(least, missing.get(name, 0)) for name, least in _untaught(kept, bounds).items()}
    sizes = tuple(sorted((len(group) for group in [*attacks, *found]), reverse=True))
    return Lessons(tuple(kept), {name: n for name, n in out.items() if n}, missing, sizes, told)


def _keep(votes: Sequence[Heard], good: Any, out: Counter[str], why: str) -> list[Heard]:
    kept = [one for one in votes if good(one)]
    out[why] += len(votes) - len(kept)
    return kept


def _machines(votes: Iterable[Heard], bounds: Bounds) -> set[str]:
    """Voters who ever voted faster than a person reads.

    Accounts that say they are bots are not let in at all: the front ends take no vote of theirs.
    """
    times: dict[str, list[float]] = defaultdict(list)
    for one in votes:
        times[one.voter].append(one.at.timestamp())
    found = set()
    for voter, moments in times.items():
        moments.sort()
        pairs = zip(moments, moments[bounds.pace - 1 :], strict=False)
        if any(last - first < bounds.pace_s for first, last in pairs):
            found.add(voter)
    return found


def _capped(votes: Sequence[Heard], voice: dict[str, str], bounds: Bounds, out: Counter[str]) -> list[Heard]:
    """The caps of a person, a server and a snapshot, in turns.

    Everybody's newest vote comes before anybody's second: whoever votes most or last pushes nobody out.
    """
    own: dict[str, list[Heard]] = defaultdict(list)
    for one in sorted(votes, key=lambda one: (one.at, one.work, one.voter), reverse=True):
        own[voice.get(one.voter, one.voter)].append(one)
    turns = sorted(
        ((turn, one) for theirs in own.values() for turn, one in enumerate(theirs)),
        key=lambda pair: (pair[0], -pair[1].at.timestamp(), pair[1].work, pair[1].voter),
    )
    kept: list[Heard] = []
    several = len({one.server for one in votes if one.server}) > 1
    most = bounds.server * bounds.votes if several else math.inf
    of_server: Counter[str] = Counter()
    for turn, one in turns:
        if turn >= bounds.person:
            out["person-cap"] += 1
        elif one.server and of_server[one.server] >= most:
            out["server-cap"] += 1
        elif len(kept) >= bounds.votes:
            out["older"] += 1
        else:
            of_server[one.server] += 1
            kept.append(one)
    return sorted(kept, key=lambda one: (one.at, one.work, one.voter))


def _spread(kept: Sequence[Lesson], bounds: Bounds) -> list[Lesson]:
    """Of a work that a crowd votes on, each vote weighs less: all together no more than a few usual works do.

    What :func:`~atelier.learning.brigades.brigades` knows no brigade by (some of it errs, or votes as much
    elsewhere) moves little then, and so does a work that a whole channel happened to see.
    """
    total: dict[str, float] = defaultdict(float)
    for lesson in kept:
        total[lesson.heard.work] += lesson.weight
    most = max(bounds.least_crowd, bounds.crowd * median(total.values())) if total else 0.0
    return [replace(one, weight=one.weight * min(1.0, most / total[one.heard.work])) for one in kept]


def _twins(groups: Iterable[set[str]], splits: dict[str, Split]) -> set[str]:
    """Held-out voters who vote as one with some that are learnt from: neither learnt from nor measured on.

    What they say is known from the others. Groups come and go, so it is a person and no group that is held
    out for good; and it is these that are left out, rather than the others, for the held-out are fewer.
    """
    mixed = (group for group in groups if {splits[voter] for voter in group} == {"train", "val"})
    return {voter for group in mixed for voter in group if splits[voter] == "val"}


def _untaught(kept: Sequence[Lesson], bounds: Bounds) -> dict[str, int]:
    """What a reward head lacks, of the part of a model that lacks least: a poet has one a language.

    A head learns from ``taught_each`` of either kind in ``train`` and is measured by both kinds in ``val``;
    without one nothing would come of a training, and nobody would read why.
    """
    if not bounds.taught_each:
        return {}
    by: dict[str, Counter[tuple[Split, bool]]] = {}
    for lesson in kept:
        part = str(lesson.heard.result.get("lang", ""))
        by.setdefault(part, Counter())[lesson.split, lesson.heard.liked] += 1

    def lacks(number: Counter[tuple[Split, bool]]) -> dict[str, int]:
        found = {
            "liked": bounds.taught_each - number["train", True],
            "disliked": bounds.taught_each - number["train", False],
            "held_out": 2 - min(1, number["val", True]) - min(1, number["val", False]),
        }
        return {name: least for name, least in found.items() if least > 0}

    return min((lacks(by[part]) for part in sorted(by)), key=lambda one: sum(one.values()), default={})


def _split(voter: str, bounds: Bounds) -> Split:
    """By the voter's own hash: somebody held out once is held out in every later snapshot."""
    digest = hashlib.sha256(f"split {voter}".encode()).digest()
    return "val" if int.from_bytes(digest[:8], "big") % bounds.val_in == 0 else "train"
