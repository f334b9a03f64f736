"""The baseline that the composer is compared with: a Markov chain of notes with the same conditions.

Order 3: the next note (or rest) is drawn from what followed the last three in the training tunes
of the same meter, mode and style, else the last two, one, none. Its notes count from the tonic.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from models.composer.data import MODES, STYLES, Tune
from models.composer.grid import METERS, Notes

ORDER = 3
Event = tuple[int | None, int]  # semitones above the tonic (None: a rest), sixteenths
Past = tuple[Event | None, ...]  # None: before the tune began
Kind = tuple[str, str, str]  # meter, mode, style


class Chain:
    """What follows what in ``tunes``, counted for each kind of tune when it is first drawn from."""

    def __init__(self, tunes: Sequence[Tune], order: int = ORDER) -> None:
        self.order = order
        self.tunes: dict[Kind, list[Tune]] = defaultdict(list)
        for tune in tunes:
            self.tunes[tune.meter, MODES[tune.mode], STYLES[tune.style]].append(tune)
        self.counts: dict[Kind, dict[Past, Counter[Event]]] = {}

    def knows(self, kind: Kind) -> bool:
        """Whether it has heard such a tune."""
        return kind in self.tunes

    def draw(self, kind: Kind, home: int, bars: int, rng: np.random.Generator) -> Notes:
        """``bars`` bars of a tune of ``kind`` whose tonic is MIDI pitch ``home``; cut at the last barline."""
        after = self.counts.get(kind) or self.counts.setdefault(kind, self._count(kind))
        length, at = bars * METERS[kind[0]], 0
        past: Past = (None,) * self.order
        notes: Notes = []
        while at < length:
            while past not in after:  # a past that was never heard is shortened; the empty one always was
                past = past[1:]
            options = list(after[past])
            weights = np.asarray([after[past][option] for option in options], dtype=np.float64)
            pitch, duration = options[int(rng.choice(len(options), p=weights / weights.sum()))]
            if pitch is not None:
                notes.append([at, min(duration, length - at), home + pitch])
            past = (*past, (pitch, duration))[-self.order :]
            at += duration
        return notes

    def _count(self, kind: Kind) -> dict[Past, Counter[Event]]:
        after: dict[Past, Counter[Event]] = defaultdict(Counter)
        for tune in self.tunes[kind]:
            past: Past = (None,) * self.order
            for event in events(tune):
                for known in range(self.order + 1):
                    after[past[self.order - known :]][event] += 1
                past = (*past[1:], event)
        return dict(after)


def events(tune: Tune) -> Iterator[Event]:
    """A tune's notes and the rests between them, from its first phrase on."""
    at = tune.first * METERS[tune.meter]
    for start, duration, pitch in tune.notes:
        if start < at:
            continue
        if start > at:
            yield None, start - at
        yield pitch - tune.home, duration
        at = start + duration
