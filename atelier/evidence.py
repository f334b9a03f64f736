"""Whether people like a candidate more: a test that may be looked at after every vote.

Turner, Ly and Grünwald (2024), "Generic E-variables for exact sequential k-sample tests that allow for
optional stopping", J. Stat. Plan. Inference 230, for two Bernoulli streams. Verdicts are read in blocks, of
which a has n_a and b has n_b, in the order in which they came. For two rates p_a and p_b, with
p_0 = (n_a p_a + n_b p_b) / (n_a + n_b), the block's

    e = prod_a f(y; p_a) prod_b f(y; p_b) / prod_all f(y; p_0),    f(1; p) = p, f(0; p) = 1 - p

has an expectation of at most 1 whatever rate p both streams share: E e = u(p)^n_a v(p)^n_b with u and v
linear in p, so that its logarithm is concave, and its derivative is 0 at p_0, where u = v = 1. The product
over blocks is then a test (super)martingale, so is its mean over many pairs of rates that were fixed
beforehand, and by Ville's inequality it ever reaches 1/alpha with a probability of at most alpha, however
often one looks. It is exact for any number of votes; nothing is assumed of how many go to which version.

What is compared is one verdict a work: a crowd on one work counts once.
(scipy and statsmodels have no such test; R has one in `safestats`. Written out it is a sum over counts.)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

MOST_IN_BLOCK = 9  # verdicts on the one side for each one on the other
_RATES = tuple(step / 10 for step in range(1, 10))  # of those who like the version that serves
_SHIFTS = tuple(step / 5 for step in range(1, 11))  # how far the candidate is off it, in log odds


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the verdicts say. ``better`` and ``worse`` are e-values: at least 1/alpha, and it is proven.

    ``liked`` and ``verdicts`` of the candidate and of the version that serves: all, also those that wait
    for their block to be full. ``voters``: whose they are.
    """

    better: float
    worse: float
    liked: tuple[int, int]
    verdicts: tuple[int, int]
    voters: int = 0


def weigh(candidate: Sequence[bool], current: Sequence[bool], share: float, voters: int = 0) -> Evidence:
    """The evidence of verdicts (True: liked) of ``voters``, in the order in which they came, on both sides.

    ``share`` of the requests is the candidate's: it sets the blocks, and must not change meanwhile.
    """
    ours, theirs = block(share)
    blocks = min(len(candidate) // ours, len(current) // theirs)
    mine, other = blocks * ours, blocks * theirs
    liked = sum(candidate[:mine]), sum(current[:other])
    counts = (liked[0], mine - liked[0], liked[1], other - liked[1])
    return Evidence(
        _mean(counts, ours, theirs, 1), _mean(counts, ours, theirs, -1),
        (sum(candidate), sum(current)), (len(candidate), len(current)), voters,
    )  # fmt: skip


def block(share: float) -> tuple[int, int]:
    """How many verdicts on the candidate, and on the other, are read together."""
    if not 0 < share < 1:
        return 1, 1
    odds = (1 - share) / share
    return (1, min(MOST_IN_BLOCK, max(1, round(odds)))) if odds >= 1 else (
        min(MOST_IN_BLOCK, max(1, round(1 / odds))), 1,
    )  # fmt: skip


def _mean(counts: tuple[int, int, int, int], ours: int, theirs: int, side: int) -> float:
    """The mean over the grid of the product over the blocks; it hangs on the counts alone."""
    up, down, up_other, down_other = counts
    logs = [
        weight + up * a1 + down * a0 + up_other * b1 + down_other * b0
        - (up + up_other) * m1 - (down + down_other) * m0
        for weight, a1, a0, b1, b0, m1, m0 in _grid(ours, theirs, side)
    ]  # fmt: skip
    most = max(logs)
    total = most + math.log(sum(math.exp(value - most) for value in logs))
    return math.exp(min(total, 700.0))


@cache
def _grid(ours: int, theirs: int, side: int) -> tuple[tuple[float, ...], ...]:
    """Log weight, and the logarithms of the rates and their complements, for each pair of rates."""
    prior = {shift: math.exp(-shift) for shift in _SHIFTS}  # small differences are likelier than large ones
    total = sum(prior.values()) * len(_RATES)
    found = []
    for rate in _RATES:
        for shift in _SHIFTS:
            a = 1 / (1 + math.exp(-(math.log(rate / (1 - rate)) + side * shift)))
            mean = (ours * a + theirs * rate) / (ours + theirs)
            logs = (math.log(value) for p in (a, rate, mean) for value in (p, 1 - p))
            found.append((math.log(prior[shift] / total), *logs))
    return tuple(found)
