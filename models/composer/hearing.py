"""Ears for the evaluation: which key, mode, meter and rhythm a listener would hear, learned from real tunes.

They hear notes alone and are told nothing that was asked. Mode and key: naive Bayes over the
durations of pitch classes and the last note, over all 24 keys. Meter: a linear softmax over
how onsets lie on cycles of 8, 12 and 16 sixteenths and how the rhythm repeats itself. Rhythm: the
same over durations, their pairs, leaps and density too, for the six that have tunes enough. All are
trained with each version on the training split and ship with it as ``hearing.json``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from models.composer.data import STYLES, Tune
from models.composer.grid import METER_NAMES, METERS, pitch_class

FILE = "hearing.json"
EXCERPT = 8  # bars
CYCLES = (8, 12, 16)
LAGS = 24
RHYTHMS = ("reel", "jig", "hornpipe", "air", "song", "hymn")
LENGTHS = (1, 2, 3, 4, 6, 8)  # sixteenths; pairs of them tell a hornpipe from a reel
MOST = 0.7  # of the bars
WALTZ, MARCH = (80, 220), (84, 140)  # quarters a minute

Floats = NDArray[np.float64]


def excerpt(tune: Tune, bars: int = EXCERPT) -> list[list[int]]:
    """The notes of a tune's first ``bars`` bars from its first phrase, starting at 0."""
    size = METERS[tune.meter]
    low, high = tune.first * size, min((tune.first + bars) * size, len(tune.steps))
    return [[s - low, min(d, high - s), p] for s, d, p in tune.notes if low <= s < high]


def pitch_classes(notes: Sequence[Sequence[int]]) -> Floats:
    """Durations of the twelve pitch classes, in quarters."""
    made = np.zeros(12)
    for _, duration, pitch in notes:
        made[pitch % 12] += min(duration, 8) / 4
    return made


def rhythm_features(notes: Sequence[Sequence[int]]) -> Floats:
    """[60]: shares of onset weight at each place of each cycle, and autocorrelation to 24 steps."""
    length = max(start + duration for start, duration, _ in notes)
    onsets = np.zeros(length + LAGS)
    for start, duration, _ in notes:
        onsets[start] += min(duration, 8)
    total = onsets.sum()
    folded = [
        onsets[: len(onsets) // cycle * cycle].reshape(-1, cycle).sum(axis=0) / total for cycle in CYCLES
    ]
    power = float(onsets @ onsets)
    repeats = np.asarray([float(onsets[lag:] @ onsets[:-lag]) / power for lag in range(1, LAGS + 1)])
    return np.concatenate([*folded, repeats])


def style_features(notes: Sequence[Sequence[int]]) -> Floats:
    """[123]: the rhythm's, shares of durations and of their pairs, of leaps, density, width, rise."""
    held = np.asarray([duration for _, duration, _ in notes])
    pitches = np.asarray([pitch for _, _, pitch in notes])
    moves = np.diff(pitches)
    pairs = [np.mean((held[:-1] == a) & (held[1:] == b)) for a in LENGTHS for b in LENGTHS]
    density = 4 * len(notes) / (notes[-1][0] + notes[-1][1] - notes[0][0])
    shape = [density, density**2, np.ptp(pitches), pitches.std(), np.mean(moves > 0)]
    return np.concatenate([
        rhythm_features(notes),
        np.bincount(np.minimum(held, 12), minlength=13)[1:] / len(held),
        np.bincount(np.minimum(np.abs(moves), 9), minlength=10) / len(moves),
        pairs,
        shape,
    ])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ears:
    """Trained listeners. ``profiles``, ``lasts``: [2 modes, 12] log-probabilities above the tonic."""

    profiles: Floats
    lasts: Floats
    weights: Floats  # [60 + 1, 4]
    centre: Floats
    width: Floats
    # Of the rhythm; versions made before there was such a listener have none.
    style_weights: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    style_centre: Floats = field(default_factory=lambda: np.zeros(0))
    style_width: Floats = field(default_factory=lambda: np.zeros(0))

    def key(self, notes: Sequence[Sequence[int]]) -> tuple[int, str]:
        """The pitch class of the tonic and the mode that are heard."""
        heard, last = pitch_classes(notes), notes[-1][2]
        best = (-np.inf, 0, "major")
        for mode, name in enumerate(("major", "minor")):
            for tonic in range(12):
                worth = float(np.roll(heard, -tonic) @ self.profiles[mode]) + 3 * float(
                    self.lasts[mode][(last - tonic) % 12]
                )
                best = max(best, (worth, tonic, name))
        return best[1], best[2]

    def meter(self, notes: Sequence[Sequence[int]]) -> str:
        """The meter that is heard."""
        x = (rhythm_features(notes) - self.centre) / self.width
        return METER_NAMES[int(np.argmax(np.append(x, 1.0) @ self.weights))]

    def rhythm(self, notes: Sequence[Sequence[int]]) -> str:
        """The one of :data:`RHYTHMS` that is heard."""
        return RHYTHMS[int(np.argmax(self._rhythms(notes)))]

    def chance(self, rhythm: str, notes: Sequence[Sequence[int]]) -> float:
        """How likely it is that ``rhythm``, one of :data:`RHYTHMS`, is heard."""
        told = self._rhythms(notes)
        odds = np.exp(told - told.max())
        return float(odds[RHYTHMS.index(rhythm)] / odds.sum())

    def _rhythms(self, notes: Sequence[Sequence[int]]) -> Floats:
        x = (style_features(notes) - self.style_centre) / self.style_width
        told: Floats = np.append(x, 1.0) @ self.style_weights
        return told

    def by_rule(self, rhythm: str, notes: Sequence[Sequence[int]], tempo: float) -> bool:
        """Whether a waltz or a march is heard: its meter, a pace to dance or walk to, its accents.

        A waltz leans on its first beat in most bars, and begins more on it than on the others; a
        march has a note on its two halves' beginnings in most bars.
        """
        meter = self.meter(notes)
        low, high = WALTZ if rhythm == "waltz" else MARCH
        if meter not in (("3/4",) if rhythm == "waltz" else ("4/4", "2/4")) or not low <= tempo <= high:
            return False
        size = METERS[meter]
        bars = -(-max(start + duration for start, duration, _ in notes) // size)
        held = np.zeros((bars, size))
        for start, duration, _ in notes:
            held[start // size, start % size] = duration
        begun = held > 0
        if rhythm == "waltz":
            one, two, three = (float(held[:, beat].sum()) for beat in (0, 4, 8))
            return bool(begun[:, 0].mean() >= MOST and one > max(two, three))
        return bool(begun[:, 0].mean() >= MOST and begun[:, size // 2].mean() >= MOST)

    def save(self, folder: Path) -> None:
        """Write ``hearing.json``."""
        made = {name: np.round(getattr(self, name), 4).tolist() for name in self.__slots__}
        (folder / FILE).write_text(json.dumps(made), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Ears:
        """Read ``hearing.json``."""
        read = json.loads((folder / FILE).read_text("utf-8"))
        return cls(**{name: np.asarray(values) for name, values in read.items()})


def listen(tunes: Sequence[Tune]) -> Ears:
    """Train on real tunes."""
    counts, lasts = np.full((2, 12), 0.5), np.full((2, 12), 0.5)
    features, labels = [], []
    styles, named = [], []
    for tune in tunes:
        notes = excerpt(tune)
        if len(notes) < 8:
            continue
        tonic = pitch_class(tune.key)
        counts[tune.mode - 1] += np.roll(pitch_classes(notes), -tonic)
        lasts[tune.mode - 1, (notes[-1][2] - tonic) % 12] += 1
        features.append(rhythm_features(notes))
        labels.append(METER_NAMES.index(tune.meter))
        if STYLES[tune.style] in RHYTHMS:
            styles.append(style_features(notes))
            named.append(RHYTHMS.index(STYLES[tune.style]))
    profiles = np.log(counts / counts.sum(axis=1, keepdims=True))
    closes = np.log(lasts / lasts.sum(axis=1, keepdims=True))
    return Ears(
        profiles, closes, *_fitted(features, labels, len(METER_NAMES)), *_fitted(styles, named, len(RHYTHMS))
    )


def _fitted(features: Sequence[Floats], labels: Sequence[int], classes: int) -> tuple[Floats, Floats, Floats]:
    """Weights, centre and width of a linear softmax over ``features``."""
    if not features:
        return np.zeros((0, 0)), np.zeros(0), np.zeros(0)
    x = np.stack(features)
    centre, width = x.mean(axis=0), x.std(axis=0) + 1e-3
    return _softmax((x - centre) / width, np.asarray(labels), classes), centre, width


def _softmax(x: Floats, labels: NDArray[np.int64], classes: int) -> Floats:
    """Weights [features + 1, classes] of a linear softmax, with a little ridge; classes weigh alike."""
    data = torch.from_numpy(np.column_stack([x, np.ones(len(x))]))
    target = torch.from_numpy(labels)
    counts = torch.bincount(target, minlength=classes).clamp(min=1).double()
    share = counts.sum() / counts / classes
    weights = torch.zeros(data.shape[1], classes, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        loss = F.cross_entropy(data @ weights, target, weight=share) + 1e-3 * weights.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    return weights.detach().numpy()
