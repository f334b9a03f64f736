"""How far a poet goes with its people: as far as its poems stay what they were otherwise.

What votes teach (the network's new weights, the nats of liked words) is taken by a share, between the version
that serves and all of it: Wortsman et al. 2022, "Robust fine-tuning of zero-shot models", section 3, where
weights between those before and after a fine-tuning keep what the first could do and have most of what the
second can. The shares are tried from the top, on seeds of their own: the gate, which looks at the same
things, has others.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace

import torch

from atelier.languages import Lang
from models.poet.generate import Poet
from models.poet.trial import FLUENCY, distinct, fluency, requests_for, topic_kept, write_all
from models.poet.version import Tongue

SHARES = (1.0, 0.7, 0.5, 0.4, 0.3, 0.2, 0.1)
SEEDS = range(-6, 0)  # before the gate's
# How much may be lost, of the share of what was asked that a poem names, of nats a word, of distinct pairs.
# Less than the gate's 2, 5 and 5 %, which must hold on other poems too.
TOPIC, FLUENT, DISTINCT = 0.005, 0.8 * FLUENCY, 0.04


def bearable(poet: Poet, lang: Lang, learnt: Tongue) -> tuple[Tongue, float] | None:
    """The way to ``learnt`` that can be gone from what ``poet`` writes ``lang`` with, and the share of it.

    None: not even the least of :data:`SHARES`. Half a minute a share on one core.
    """
    before = _manner(poet, lang, poet.tongues[lang])
    for share in SHARES:
        part = between(poet.tongues[lang], learnt, share)
        now = _manner(poet, lang, part)
        if (
            now.topic >= before.topic - TOPIC
            and now.fluency >= before.fluency - FLUENT * abs(before.fluency)
            and now.distinct >= (1 - DISTINCT) * before.distinct
        ):
            return part, share
    return None


def between(one: Tongue, other: Tongue, share: float) -> Tongue:
    """``share`` of the way from one to the other, in weights and in liked words; without a reward head."""
    network = copy.deepcopy(other.network).eval()
    there = one.network.state_dict()
    network.load_state_dict({
        name: torch.lerp(there[name], value, share) if value.is_floating_point() else value
        for name, value in network.state_dict().items()
    })  # fmt: skip
    liked = {
        word: round(one.liked.get(word, 0.0) * (1 - share) + other.liked.get(word, 0.0) * share, 4)
        for word in sorted({*one.liked, *other.liked})
    }
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
        return _Manner(-1.0, -torch.inf, 0.0)
    topics = [topic_kept(poet, request, poem) for request, poem in both]
    told = fluency(poet, lang, both)
    return _Manner(sum(topics) / len(both), sum(told) / len(both), distinct([poem for _, poem in both]))
