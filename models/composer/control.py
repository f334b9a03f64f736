"""Whether what is asked for is what comes: rank correlations, five wishes a seed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace

import mido
import numpy as np

from atelier.figures import Figure
from atelier.requests import MelodyRequest
from models.composer.attributes import ATTRIBUTES, measure, scaled
from models.composer.compose import Draft, Tune
from models.composer.generate import Composer
from models.composer.grid import METERS
from models.composer.midi import midi
from models.composer.wishes import Wished, chance, wishes

STEERED = ("density", "span", "contour")
NAMES = {"density": "control_density", "span": "control_range", "contour": "control_contour"}
WISHES = (-1.5, -0.75, 0.0, 0.75, 1.5)  # scaled
TEMPOS = (50, 80, 110, 150, 220)


def control(composer: Composer, seeds: Sequence[int]) -> list[Figure]:
    """``control_density``, ``_range`` and ``_contour`` of single phrases, and ``control_tempo``."""
    drafts, asked = [], []
    for name in STEERED:
        for seed in seeds:
            for wish in WISHES:
                request = MelodyRequest(description="a song", rhythm="song", length=4, seed=seed)
                rng = chance(request)
                drafts.append(Draft(with_wish(wishes(request, rng), name, wish), rng))
                asked.append(wish)
    made = composer.composed(drafts)
    found = []
    each = len(WISHES) * len(seeds)
    for index, name in enumerate(STEERED):
        rows = slice(index * each, index * each + each)
        place = ATTRIBUTES.index(name)
        got = [float(scaled(measure(tune.steps, tune.wished.meter))[place]) for tune in made[rows]]
        found.append(Figure(NAMES[name], spearman(asked[rows], got), "Spearman's rho", bar=0.9))
    requests = [
        MelodyRequest(description="a tune", tempo=tempo, length=4, seed=seed)
        for seed in seeds
        for tempo in TEMPOS
    ]
    tunes = [tune for tune in composer.compose(requests) if isinstance(tune, Tune)]
    said = [float(tempo) for _ in seeds for tempo in TEMPOS]
    found.append(
        Figure("control_tempo", spearman(said, [pace(tune) for tune in tunes]), "Spearman's rho", bar=0.9)
    )
    return found


def with_wish(wished: Wished, name: str, wish: float) -> Wished:
    """The same with one attribute asked for, scaled."""
    if name == "density":
        return replace(wished, density=wish)
    return replace(wished, span=wish) if name == "span" else replace(wished, contour=wish)


def pace(tune: Tune) -> float:
    """Quarters a minute as a player of the MIDI file hears them: by the file's length in seconds."""
    wished = tune.wished
    data = midi(
        tune.notes, (), title=wished.title, meter=wished.meter, key=wished.key, mode=wished.mode,
        tempo=wished.tempo, instrument=wished.instrument, fields={},
    )  # fmt: skip
    return wished.length * METERS[wished.meter] / 4 * 60 / float(mido.MidiFile(file=io.BytesIO(data)).length)


def spearman(asked: Sequence[float], got: Sequence[float]) -> float:
    """Pearson's correlation of ranks, ties sharing their mean rank."""
    ranks = []
    for values in (asked, got):
        array = np.asarray(values)
        ranks.append(np.asarray([np.mean(np.flatnonzero(np.sort(array) == value)) for value in array]))
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])
