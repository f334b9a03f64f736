"""Tunes made to be measured: first seeds of every rhythm and mode, and likenesses of real tunes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from atelier.errors import AtelierError
from atelier.requests import INSTRUMENTS, MelodyRequest, Rhythm
from models.composer.compose import Draft
from models.composer.compose import Tune as Made
from models.composer.data import MODES, STYLES, Tune
from models.composer.generate import Composer
from models.composer.grid import to_steps
from models.composer.hearing import EXCERPT, RHYTHMS, excerpt
from models.composer.markov import Chain
from models.composer.wishes import chance, wishes

ORDERED: tuple[Rhythm, ...] = (
    "reel", "jig", "hornpipe", "air", "song", "hymn", "waltz", "march", "lullaby",
)  # fmt: skip
AT_ONCE = 24  # tunes a pass


def order(composer: Composer, limit: int | None) -> list[Made]:
    """Eight-bar tunes of every rhythm and mode, first seeds; sixteen of each, or ``limit`` in all."""
    requests = [
        MelodyRequest(description=f"a {rhythm} in {key}", rhythm=rhythm, key=key, seed=seed, length=8)
        for seed in range(16)
        for rhythm in ORDERED
        for key in ("D major", "A minor")
    ][:limit]
    made = composer.compose(requests)
    return [tune for tune in made if not isinstance(tune, AtelierError)]


def players(composer: Composer, limit: int | None) -> list[Made]:
    """Four-bar tunes on every instrument, a low and a high key each: first seeds, ``limit`` in all."""
    requests = [
        MelodyRequest(description=f"a tune in {key}", key=key, seed=seed, length=4, instrument=instrument)
        for seed, key in enumerate(("Bb major", "A minor"))
        for instrument in INSTRUMENTS
    ][:limit]
    return [tune for tune in composer.compose(requests) if not isinstance(tune, AtelierError)]


def imitate(composer: Composer, real: Sequence[Tune], count: int) -> list[Made]:
    """Eight-bar tunes of the meters, modes, styles and keys of up to ``count`` of ``real``, evenly picked."""
    named = comparable(real)
    picked = named[:: max(1, len(named) // count)][:count]
    drafts = []
    for seed, tune in enumerate(picked):
        style, mode = STYLES[tune.style], MODES[tune.mode]
        request = MelodyRequest.model_validate(
            {
                "description": f"a {style}",
                "rhythm": style,
                "key": f"{tune.key} {mode}",
                "length": 8,
                "seed": seed,
            }
        )
        rng = chance(request)
        drafts.append(Draft(replace(wishes(request, rng), meter=tune.meter), rng))
    return [
        tune for at in range(0, len(drafts), AT_ONCE) for tune in composer.composed(drafts[at : at + AT_ONCE])
    ]


def comparable(real: Sequence[Tune]) -> list[Tune]:
    """Tunes of a rhythm that can be asked for, long enough to be heard."""
    return [tune for tune in real if STYLES[tune.style] in RHYTHMS and len(excerpt(tune, EXCERPT)) >= 8]


def by_chain(chain: Chain, made: Sequence[Made]) -> list[Made]:
    """What the Markov chain makes of the same wishes; those of a kind that it never heard are left out."""
    found = []
    for seed, tune in enumerate(made):
        wished = tune.wished
        kind = (wished.meter, wished.mode, wished.style)
        if chain.knows(kind):
            notes = chain.draw(kind, tune.home, wished.length, np.random.default_rng(seed))
            steps = to_steps(notes, wished.length * wished.steps_a_bar, tune.home)
            found.append(Made(wished, steps, notes, tune.home, closed_by_rule=False))
    return [tune for tune in found if len(tune.notes) >= 8]
