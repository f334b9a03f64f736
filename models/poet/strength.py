"""How far a poet goes with its people (:mod:`models.strength`), by the poems that it writes then."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from atelier.languages import Lang
from models import strength
from models.poet.generate import Poet
from models.poet.trial import FLUENCY, distinct, fluency, requests_for, topic_kept, write_all
from models.poet.version import Tongue
from models.strength import farthest
from models.tuning import Stopped, never

SEEDS = range(-12, 0)  # before the gate's
# How much may be lost of nats a word and of distinct pairs: less than the gate's 5 %, which must hold on
# other poems too. Of what was asked nothing, as far as these poems tell: the gate wants to be sure.
FLUENT, DISTINCT = 0.8 * FLUENCY, 0.04


def bearable(
    poet: Poet, lang: Lang, learnt: Tongue, stopped: Stopped = never
) -> tuple[Tongue, float] | None:  # fmt: skip
    """The way to ``learnt`` that can be gone from what ``poet`` writes ``lang`` with, and the share of it.

    None: not even the least. Raises ``Cancelled``.
    """
    before = _manner(poet, lang, poet.tongues[lang])

    def borne(part: Tongue) -> bool:
        now = _manner(poet, lang, part)
        return (
            now.topic >= before.topic
            and now.fluency >= before.fluency - FLUENT * abs(before.fluency)
            and now.distinct >= (1 - DISTINCT) * before.distinct
        )

    return farthest(lambda share: between(poet.tongues[lang], learnt, share), borne, stopped)


def between(one: Tongue, other: Tongue, share: float) -> Tongue:
    """``share`` of the way from one to the other, in weights and in liked words; without a reward head."""
    liked = {
        word: round(one.liked.get(word, 0.0) * (1 - share) + other.liked.get(word, 0.0) * share, 4)
        for word in sorted({*one.liked, *other.liked})
    }
    network = strength.between(one.network, other.network, share)
    return replace(other, network=network, liked=liked, head=None)


@dataclass(frozen=True, slots=True)
class _Manner:
    """What poems are like in the eyes of the version that serves: shares, and nats a word."""

    topic: float
    fluency: float
    distinct: float


def _manner(poet: Poet, lang: Lang, tongue: Tongue) -> _Manner:
    requests, kept = requests_for(lang, SEEDS), poet.tongues[lang]
    poet.tongues[lang] = tongue
    try:
        [written] = write_all([poet], requests)
    finally:
        poet.tongues[lang] = kept
    both = [(r, poem) for r, poem in zip(requests, written.poems, strict=True) if poem is not None]
    if not both:
        return _Manner(-1.0, -math.inf, 0.0)
    topics = [topic_kept(poet, request, poem) for request, poem in both]
    told = fluency(poet, lang, both)
    return _Manner(sum(topics) / len(both), sum(told) / len(both), distinct([poem for _, poem in both]))
