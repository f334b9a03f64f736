"""The sequential test: it misleads less often than it says, though it is looked at after every vote."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Sequence

import pytest

from atelier.evidence import Evidence, block, weigh

ALPHA = 0.05


def test_the_blocks_follow_the_share() -> None:
    assert {share: block(share) for share in (0.05, 0.1, 0.25, 0.5, 0.75, 0.9)} == {
        0.05: (1, 9), 0.1: (1, 9), 0.25: (1, 3), 0.5: (1, 1), 0.75: (3, 1), 0.9: (9, 1),
    }  # fmt: skip


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 0.75])
def test_a_block_is_worth_one_at_most_where_nothing_differs(share: float) -> None:
    """Exactly, by adding up all that can come: the heart of why one may look at any time."""
    ours, theirs = block(share)
    for rate in (0.01, 0.1, 0.3, 0.5, 0.77, 0.95, 0.999):
        better = worse = 0.0
        for up, other in itertools.product(range(ours + 1), range(theirs + 1)):
            chance = _binomial(ours, up, rate) * _binomial(theirs, other, rate)
            found = weigh(_votes(up, ours), _votes(other, theirs), share)
            better += chance * found.better
            worse += chance * found.worse
        assert better <= 1 + 1e-9
        assert worse <= 1 + 1e-9


def _binomial(number: int, up: int, rate: float) -> float:
    return math.comb(number, up) * rate**up * (1 - rate) ** (number - up)


def _votes(up: int, number: int) -> list[bool]:
    return [at < up for at in range(number)]


def trial(
    chance: random.Random, rates: tuple[float, float], share: float, votes: int, alpha: float = ALPHA
) -> tuple[str, int]:
    """One trial, looked at whenever a vote changes anything: how it ends, after how many votes."""
    sides: tuple[list[bool], list[bool]] = ([], [])
    ours, theirs = block(share)
    full = 0
    for number in range(1, votes + 1):
        side = 0 if chance.random() < share else 1
        sides[side].append(chance.random() < rates[side])
        blocks = min(len(sides[0]) // ours, len(sides[1]) // theirs)
        if blocks > full:  # between two full blocks the evidence is what it was
            full = blocks
            found = weigh(*sides, share)
            if max(found.better, found.worse) >= 1 / alpha:
                return ("promoted" if found.better > found.worse else "rolled-back"), number
    return "open", votes


@pytest.mark.parametrize(("rate", "share"), [(0.5, 0.1), (0.85, 0.1), (0.6, 0.5)])
def test_without_a_difference_it_misleads_less_often_than_alpha(rate: float, share: float) -> None:
    chance = random.Random(f"{rate} {share}")
    votes, runs = (1200 if share < 0.2 else 250), 120
    ends = [trial(chance, (rate, rate), share, votes)[0] for _ in range(runs)]
    assert ends.count("promoted") <= ALPHA * runs
    assert ends.count("rolled-back") <= ALPHA * runs


def test_a_worse_one_is_promoted_even_less() -> None:
    chance = random.Random(3)
    ends = [trial(chance, (0.45, 0.6), 0.5, 600)[0] for _ in range(40)]
    assert ends.count("promoted") == 0
    assert ends.count("rolled-back") >= 34


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_a_better_one_is_promoted(share: float) -> None:
    chance = random.Random(4)
    ends = [trial(chance, (0.7, 0.5), share, 2000) for _ in range(40)]
    assert [end for end, _ in ends].count("promoted") >= 38


def test_all_verdicts_are_counted_and_only_full_blocks_weighed() -> None:
    one, other = [True] * 3, [False] * 17
    found = weigh(one, other, 0.1)
    assert (found.liked, found.verdicts) == ((3, 0), (3, 17))
    assert (found.better, found.worse) == _of(weigh(one[:1], other[:9], 0.1))
    assert found.better > 1 > found.worse
    assert _of(weigh([], [], 0.1)) == (pytest.approx(1), pytest.approx(1))


def test_a_thousand_verdicts_do_not_overflow() -> None:
    found = weigh([True] * 100_000, [False] * 100_000, 0.5)
    assert math.isfinite(found.better)
    assert found.worse == pytest.approx(0, abs=1e-9)


def _of(found: Evidence) -> Sequence[float]:
    return found.better, found.worse
