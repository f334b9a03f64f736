"""How far a composer goes with its people (:mod:`models.strength`), by what is heard of what was asked.

A taste that is followed all the way makes a jig less of a jig: only tunes whose rhythm, density or range was
named are composed here, since nothing else can be missed.
"""

from __future__ import annotations

from collections.abc import Sequence

from models import strength
from models.composer.generate import Composer
from models.composer.hearing import RHYTHMS, Ears
from models.composer.prior import LatentPrior
from models.composer.trial import compose_all, obeyed, requests_for

SEEDS = range(-4, 0)  # before the gate's
LOST = 0.005  # of the chance that a rhythm is heard, and of how near a tune is to what was asked


def bearable(composer: Composer, learnt: LatentPrior) -> tuple[LatentPrior, float] | None:
    """The way to ``learnt`` that can be gone from the prior that ``composer`` has, and the share of it.

    None: not even the least. Half a minute a share on one core.
    """
    ears = Ears.load(composer.folder)
    requests = [one for one in requests_for(SEEDS) if one.rhythm or one.density or one.range]
    plain = composer.prior

    def heard(prior: LatentPrior) -> tuple[float, float]:
        composer.prior = prior.to(next(plain.parameters())).eval()
        try:
            tunes = compose_all([composer], requests)[0].tunes
        finally:
            composer.prior = plain
        pairs = list(zip(requests, tunes, strict=True))
        rhythms = [ears.chance(t.wished.rhythm, t.notes) for r, t in pairs if r.rhythm in RHYTHMS]
        return _mean(rhythms), _mean([obeyed(r, t) for r, t in pairs if not r.rhythm])

    before = heard(plain)

    def borne(prior: LatentPrior) -> bool:
        return all(now >= was - LOST for now, was in zip(heard(prior), before, strict=True))

    return strength.farthest(lambda share: strength.between(plain, learnt, share), borne)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / max(1, len(values))
