"""How strongly liked words are said: as strongly as poems still are about what was asked.

A word that is liked takes the place of one that was asked for, the more so the more nats it gets. What it may
get is tried out from the top, on prompts and seeds of its own: the gate, which looks at the same thing, has
others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from atelier.languages import Lang
from models.poet.generate import Poet
from models.poet.liked import MOST
from models.poet.trial import requests_for, topic_kept, write_all
from models.tuning import summed

SHARES = (1.0, 0.7, 0.5, 0.35, 0.25)
LOST = 0.005  # of the share of what was asked that a poem names: half of what the gate lets pass on average
SEEDS = range(-6, 0)  # before the gate's


def bearable(
    poet: Poet, lang: Lang, told: Mapping[str, float], *, seeds: range = SEEDS, limit: int | None = None
) -> dict[str, float]:
    """All that is said of words from now on: what was before, and of ``told`` as much as can be borne.

    What was before, where not even the least share of it can. ``seeds`` and ``limit`` (of the prompts) make
    the trial smaller. About ten seconds a share on one core.
    """
    if not told:
        return dict(poet.tongues[lang].liked)
    tongue, requests = poet.tongues[lang], requests_for(lang, seeds, limit)

    def topic() -> float:
        [written] = write_all([poet], requests)
        kept = [topic_kept(poet, r, poem) for r, poem in zip(requests, written.poems, strict=True) if poem]
        return sum(kept) / max(1, len(kept))

    try:
        before = topic()
        for share in SHARES:
            now = summed(tongue.liked, {word: nats * share for word, nats in told.items()}, MOST)
            poet.tongues[lang] = replace(tongue, liked=now)
            if topic() >= before - LOST:
                return now
    finally:
        poet.tongues[lang] = tongue
    return dict(tongue.liked)
