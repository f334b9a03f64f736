"""The gate before serving: a candidate beside the version that serves, on prompts that neither learnt from.

Each rule that is broken is a :class:`Reason`, a sentence for the admin; a candidate with none passes. What
is compared prompt by prompt is compared in pairs: the lower end of the bootstrap's 95 % interval of the
mean difference (Efron and Tibshirani 1993, "An Introduction to the Bootstrap", section 13.3) decides, so
that neither luck promotes a version nor bad luck condemns one. Where several works are of one prompt, whole
prompts are drawn (the cluster bootstrap; Davison and Hinkley 1997, "Bootstrap Methods and their Application",
section 3.8). Where more works are made because the first left it open, each look spends of the error what its
works are of all that may be made, so that the interval's end errs as seldom as if there were one look (the
union bound; spending by what was seen is Lan and DeMets's, 1983).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Self

import torch
from torch import Tensor

WORSE = 0.02  # a quality may be lower by so much of the current version's
DIVERSITY = 0.95  # of the current version's at least
SLOWER = 1.10  # times the current version's time at most
ALPHA = 0.025  # how often an end of a 95 % interval errs, all looks together
DRAWS = 10_000
SETS = 400  # draws of whole sets, each of which takes milliseconds
Of = Sequence[Hashable] | None  # the prompt of each work, where several are of one


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a candidate does not serve: the key of a sentence and what stands in it.

    ``open``: more works might show that it is no reason.
    """

    key: str
    params: Mapping[str, str | float]
    open: bool = False


@dataclass(slots=True)
class Gate:
    """Collects what was measured and what is wrong. ``measured`` has (candidate, current) by name.

    ``alpha``: how often an end of this look's intervals may err.
    """

    measured: dict[str, tuple[float, float]] = field(default_factory=dict)
    reasons: list[Reason] = field(default_factory=list)
    alpha: float = ALPHA

    @property
    def passed(self) -> bool:
        """Whether nothing speaks against the candidate."""
        return not self.reasons

    @property
    def undecided(self) -> bool:
        """Whether more works might still let it pass."""
        return bool(self.reasons) and all(reason.open for reason in self.reasons)

    @classmethod
    def by_rounds(cls, rounds: Sequence[int], compare: Callable[[range, float], Self]) -> Self:
        """The verdict on more and more works, until it is decided.

        ``compare`` is given a round's seeds and the :attr:`alpha` of that look; ``rounds``: how many seeds
        each adds to those before.
        """
        found, first = cls(), 0
        for seeds in rounds:
            found = compare(range(first, first + seeds), ALPHA * seeds / sum(rounds))
            first += seeds
            if not found.undecided:
                break
        return found

    def take(self, other: Gate) -> None:
        """What another gate found, too."""
        self.measured |= other.measured
        self.reasons += other.reasons

    def whole(self, name: str, ours: Sequence[float]) -> None:
        """``name`` must hold for every work: 1 each."""
        share = _mean(ours)
        self.measured[name] = (share, 1.0)
        if share < 1:
            self._refuse("gate-form", share=round(100 * share, 1))

    def no_worse(
        self, name: str, ours: Sequence[float], theirs: Sequence[float], least: float = WORSE, of: Of = None
    ) -> None:
        """Pairs of a quality, the higher the better: at most ``least`` of the current mean lower."""
        self.measured[name] = (_mean(ours), _mean(theirs))
        may = least * abs(_mean(theirs))
        low, high = self._interval(ours, theirs, of)
        if low < -may:
            near = high > -may  # it is not sure that they are too far apart either
            self._refuse("gate-worse", near, figure=name, ours=_mean(ours), theirs=_mean(theirs))

    def no_farther(
        self, name: str, count: int, distances: Callable[[Tensor], tuple[float, float]], least: float = WORSE
    ) -> None:
        """A distance of whole sets, the lower the better: at most ``least`` of the current one higher.

        ``distances`` of some rows of ``count`` pairs (int64, some of them more than once): ours and theirs.
        """
        ours, theirs = distances(torch.arange(count))
        self.measured[name] = (ours, theirs)
        chance = torch.Generator().manual_seed(count)
        some = [distances(torch.randint(count, (count,), generator=chance)) for _ in range(SETS)]
        apart = torch.tensor([mine - other for mine, other in some], dtype=torch.float64)
        may = least * theirs
        if float(apart.quantile(1 - self.alpha)) > may:
            near = float(apart.quantile(self.alpha)) < may
            self._refuse("gate-worse", near, figure=name, ours=ours, theirs=theirs)

    def better(self, name: str, ours: Sequence[float], theirs: Sequence[float], of: Of = None) -> None:
        """Pairs of which the candidate's are higher, surely."""
        self.measured[name] = (_mean(ours), _mean(theirs))
        if self._interval(ours, theirs, of)[0] <= 0:
            ahead = _mean(ours) > _mean(theirs)
            self._refuse("gate-no-better", ahead, ours=_mean(ours), theirs=_mean(theirs))

    def as_diverse(self, name: str, ours: float, theirs: float) -> None:
        """How much works differ: nearly as much as the current version's."""
        self.measured[name] = (ours, theirs)
        if ours < DIVERSITY * theirs:
            self._refuse("gate-alike", figure=name, ours=ours, theirs=theirs)

    def no_more_copies(self, name: str, ours: float, theirs: float) -> None:
        """How much is training data come back: no more than in the current version's works."""
        self.measured[name] = (ours, theirs)
        if ours > theirs:
            self._refuse("gate-copies", ours=ours, theirs=theirs)

    def as_original(self, name: str, ours: Sequence[float], theirs: Sequence[float], of: Of = None) -> None:
        """Pairs of works, 1 where one is training data come back: no more of them than chance may bring.

        More of them is a reason as soon as it is sure, and as long as it might be :data:`WORSE` more.
        """
        self.measured[name] = (_mean(ours), _mean(theirs))
        low, high = self._interval(ours, theirs, of)
        if low > 0 or high > WORSE:
            self._refuse("gate-copies", low <= 0, ours=_mean(ours), theirs=_mean(theirs))

    def as_fast(self, name: str, ours: Sequence[float], theirs: Sequence[float]) -> None:
        """Seconds by :func:`models.device.clock`, pass by pass of the same requests."""
        usual = median(mine / max(1e-9, other) for mine, other in zip(ours, theirs, strict=True))
        self.measured[name] = (usual * median(theirs), median(theirs))
        if usual > SLOWER:
            self._refuse("gate-slow", ours=usual * median(theirs), theirs=median(theirs))

    def unproven(self, why: str) -> None:
        """What had to be shown could not be: ``why`` is a key of its own."""
        self._refuse(why)

    def as_dict(self) -> dict[str, Any]:
        """For the card."""
        return {
            "passed": self.passed,
            "measured": {
                name: {"candidate": round(ours, 5), "current": round(theirs, 5)}
                for name, (ours, theirs) in self.measured.items()
            },
            "reasons": [{"key": reason.key, "params": dict(reason.params)} for reason in self._telling()],
        }

    def _interval(self, ours: Sequence[float], theirs: Sequence[float], of: Of) -> tuple[float, float]:
        """Where the mean of ``ours - theirs`` is, with this look's error at either end."""
        return lower_bound(ours, theirs, of, self.alpha), -lower_bound(theirs, ours, of, self.alpha)

    def _telling(self) -> list[Reason]:
        """What is sure, where anything is: the rest was only not looked at any longer."""
        return [reason for reason in self.reasons if not reason.open] or self.reasons

    def _refuse(self, key: str, may_change: bool = False, **params: str | float) -> None:
        told = {name: f"{value:.3g}" if isinstance(value, float) else value for name, value in params.items()}
        self.reasons.append(Reason(key, told, may_change))


def lower_bound(
    ours: Sequence[float], theirs: Sequence[float], of: Of = None, alpha: float = ALPHA
) -> float:  # fmt: skip
    """The ``alpha`` quantile of the bootstrapped mean of ``ours - theirs``, pair by pair. Always the same.

    ``of``: the prompt of each pair, to draw prompts with all their pairs; a single prompt tells nothing of
    others, so then pairs are drawn.
    """
    if len(ours) != len(theirs) or not ours:
        raise ValueError(f"{len(ours)} against {len(theirs)} values")
    apart = torch.tensor(ours, dtype=torch.float64) - torch.tensor(theirs, dtype=torch.float64)
    place = {name: at for at, name in enumerate(dict.fromkeys(of or ()))}
    rows = torch.tensor([place[name] for name in of]) if of and len(place) > 1 else torch.arange(len(apart))
    prompts = int(rows.max()) + 1
    total = torch.zeros(prompts, dtype=torch.float64).index_add_(0, rows, apart)
    count = torch.bincount(rows).double()
    chance = torch.Generator().manual_seed(len(apart))
    drawn = torch.randint(prompts, (DRAWS, prompts), generator=chance)
    return float((total[drawn].sum(1) / count[drawn].sum(1)).quantile(alpha))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
