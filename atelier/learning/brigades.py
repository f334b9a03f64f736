"""Brigades: many accounts that are there for a few works, and say of them what nobody else does.

:mod:`~atelier.learning.lockstep` compares two accounts at a time, so it misses a brigade whose accounts
each leave some of the targets out: two of them then share too few works to tell them from two people of one
taste. What remains is what the whole group does (the "near bipartite core" of CopyCatch, Beutel et al. 2013,
section 3, with the rest of the crowd as a witness). A group is a brigade when

- its works drew more voters than works of this studio usually do,
- each member gave most of its votes to them, and voted on them as the group does,
- hardly anybody follows the group by halves, as people of one taste do, who now and then see it otherwise,
- and the others who voted on those works say the opposite.

So popular works make no brigade (there the others agree), nor does a taste that divides people. What a
brigade says teaches nothing. Whoever votes as one but not against everybody is left to lockstep.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from statistics import median

from atelier.learning.lockstep import Cast

LEAST = 10  # accounts
CROWD = 1.5  # times the voters of the usual work
WORKS = 3  # of the group's that a member voted on
MOSTLY = 0.5  # of a member's votes
AGREE = 0.95  # of those votes with the group
HALVES = 0.5  # whoever agrees so often, but less than AGREE, follows by halves;
STRAYS = 0.2  # so many of those for each member, at most
AGAINST = 0.5  # so few of the others' votes may agree with the group
WITNESSES = 5  # votes of others on the group's works, at least
ROUNDS = 20


def brigades(votes: Iterable[Cast]) -> list[set[str]]:
    """The brigades among these votes, disjoint. Two at most: one that likes what others do not, say."""
    said: dict[str, dict[str, bool]] = defaultdict(dict)  # by voter
    for voter, work, liked in votes:
        said[voter][work] = liked
    found: list[set[str]] = []
    for _ in range(2):
        group = _one({voter: theirs for voter, theirs in said.items() if not any(voter in g for g in found)})
        if group is None:
            break
        found.append(group)
    return found


def _one(said: dict[str, dict[str, bool]]) -> set[str] | None:
    """The brigade of the most crowded works, if there is one."""
    crowds: dict[str, dict[str, bool]] = defaultdict(dict)  # by work
    for voter, theirs in said.items():
        for work, liked in theirs.items():
            crowds[work][voter] = liked
    if not crowds:
        return None
    crowded = max(LEAST, CROWD * median(len(crowd) for crowd in crowds.values()))
    works = {work for work, crowd in crowds.items() if len(crowd) >= crowded}
    group = set(said)
    for turn in range(ROUNDS):  # strict by and by: the first works are not only the group's
        line = _line(crowds, works, group)
        agree = min(AGREE, HALVES + 0.1 * turn)
        kept = {voter for voter in group if _follows(said[voter], line, agree)}
        works = {work for work in line if _theirs(crowds[work], kept, agree)}
        if kept == group and agree == AGREE:
            break
        group = kept
    if len(group) < LEAST:
        return None
    line = _line(crowds, works, group)
    strays = sum(_follows(theirs, line, HALVES, 0) for voter, theirs in said.items() if voter not in group)
    if strays > STRAYS * len(group):
        return None
    others = [liked == line[work] for work in line for v, liked in crowds[work].items() if v not in group]
    if len(others) < WITNESSES or sum(others) > AGAINST * len(others):
        return None
    return group


def _line(crowds: dict[str, dict[str, bool]], works: set[str], group: set[str]) -> dict[str, bool]:
    """What the group says of each of the works, by majority."""
    line = {}
    for work in works:
        members = [liked for voter, liked in crowds[work].items() if voter in group]
        if members:
            line[work] = 2 * sum(members) > len(members)
    return line


def _theirs(crowd: dict[str, bool], group: set[str], agree: float) -> bool:
    """Whether a work is one that the group is there for: many of it, and of one mind."""
    said = [liked for voter, liked in crowd.items() if voter in group]
    return len(said) >= LEAST and max(sum(said), len(said) - sum(said)) >= agree * len(said)


def _follows(
    theirs: dict[str, bool], line: dict[str, bool], agree: float = AGREE, mostly: float = MOSTLY
) -> bool:
    """Whether a voter is there for these works, and says what the group says."""
    here = [liked == line[work] for work, liked in theirs.items() if work in line]
    return len(here) >= WORKS and len(here) >= mostly * len(theirs) and sum(here) >= agree * len(here)
