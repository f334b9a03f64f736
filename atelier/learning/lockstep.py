"""Voters who act as one: accounts that voted the same way on the same works more often than chance allows.

After CopyCatch (Beutel et al. 2013, "Stopping group attacks by spotting lockstep behavior in social
networks"): what gives a brigade away is not one account but many that hit the same works in the same
way. Their times are left out, since a patient brigade would vary them and a busy channel's people vote
within minutes of each other. Two voters are in step when they agree on what they share so often that
two people of this studio would by chance in fewer than one case in a thousand; only groups of
:data:`LEAST` count, in which each member is in step with at least half of the others.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable

Cast = tuple[str, str, bool]  # a voter, a work, whether it is liked
LEAST = 5  # a group; below it, friends of one taste
SHARED = 6  # works that two voters must have in common
AGREE = 0.95
CHANCE = 1e-3


def groups(votes: Iterable[Cast]) -> list[set[str]]:
    """The groups among (voter, work, liked): disjoint, each of at least :data:`LEAST` voters."""
    by_work: dict[str, dict[str, bool]] = defaultdict(dict)
    for voter, work, liked in votes:
        by_work[work][voter] = liked
    # Each work counts once, so that a crowd on few works does not make its own opinion the usual one.
    means = [sum(said.values()) / len(said) for said in by_work.values()]
    usual = sum(means) / len(means) if means else 0.5
    by_chance = min(0.95, max(0.5, usual**2 + (1 - usual) ** 2))
    pairs = _in_step(_shared(by_work), by_chance)
    return _grouped(pairs)


def _shared(by_work: dict[str, dict[str, bool]]) -> dict[tuple[str, str], list[int]]:
    """Of each two voters with a work in common: works shared, and works agreed on."""
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for said in by_work.values():
        voters = sorted(said)
        for at, one in enumerate(voters):
            for other in voters[at + 1 :]:
                pair = counts[one, other]
                pair[0] += 1
                pair[1] += said[one] == said[other]
    return counts


def _in_step(shared: dict[tuple[str, str], list[int]], by_chance: float) -> dict[str, set[str]]:
    friends: dict[str, set[str]] = defaultdict(set)
    for (one, other), (both, agreed) in shared.items():
        if both >= SHARED and agreed >= AGREE * both and _tail(both, agreed, by_chance) < CHANCE:
            friends[one].add(other)
            friends[other].add(one)
    return friends


def _tail(count: int, least: int, chance: float) -> float:
    """The probability of ``least`` or more successes in ``count`` tries."""
    return sum(math.comb(count, n) * chance**n * (1 - chance) ** (count - n) for n in range(least, count + 1))


def _grouped(friends: dict[str, set[str]]) -> list[set[str]]:
    """Connected voters, without those who are in step with fewer than half of the rest."""
    found, seen = [], set[str]()
    for start in sorted(friends):
        if start in seen:
            continue
        group, waiting = set[str](), [start]
        while waiting:
            voter = waiting.pop()
            if voter not in group:
                group.add(voter)
                waiting += friends[voter] - group
        seen |= group
        while loose := {voter for voter in group if len(friends[voter] & group) < (len(group) - 1) / 2}:
            group -= loose
        if len(group) >= LEAST:
            found.append(group)
    return found
