"""How far a composer goes with its people (:mod:`models.strength`), by what is heard of what was asked.

A taste that is followed all the way makes a jig less of a jig, and a tune in minor less surely one. The
farther it goes, the less a tune is like the one that the same seed gave before, and the more of them the gate
must hear to tell luck from loss: what is farther than it can tell is not tried.
"""

from __future__ import annotations

from collections.abc import Sequence

from models import strength
from models.composer.generate import Composer
from models.composer.hearing import RHYTHMS, Ears
from models.composer.prior import LatentPrior
from models.composer.trial import compose_all, obeyed, requests_for
from models.tuning import Stopped, never

SEEDS = range(-4, 0)  # before the gate's
SHARES = (0.3, 0.2, 0.1)
LOST = 0.005  # of each share or chance that is heard


def bearable(
    composer: Composer, learnt: LatentPrior, stopped: Stopped = never
) -> tuple[LatentPrior, float] | None:  # fmt: skip
    """The way to ``learnt`` that can be gone from the prior that ``composer`` has, and the share of it.

    None: not even the least. Raises ``Cancelled``.
    """
    ears, requests, plain = Ears.load(composer.folder), requests_for(SEEDS), composer.prior

    def heard(prior: LatentPrior) -> list[float]:
        composer.prior = prior.to(next(plain.parameters())).eval()
        try:
            tunes = compose_all([composer], requests)[0].tunes
        finally:
            composer.prior = plain
        pairs = list(zip(requests, tunes, strict=True))
        return [
            _mean([ears.chance(t.wished.rhythm, t.notes) for r, t in pairs if r.rhythm in RHYTHMS]),
            _mean([obeyed(r, t) for r, t in pairs if r.density or r.range]),
            _mean([float(ears.key(t.notes)[1] == t.wished.mode) for t in tunes]),
            _mean([float(ears.meter(t.notes) == t.wished.meter) for t in tunes]),
        ]

    before = heard(plain)

    def borne(prior: LatentPrior) -> bool:
        return all(now >= was - LOST for now, was in zip(heard(prior), before, strict=True))

    return strength.farthest(lambda share: strength.between(plain, learnt, share), borne, stopped, SHARES)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / max(1, len(values))
