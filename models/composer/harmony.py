"""Simple chords under a tune, by rule: one triad a bar (two in 4/4), found by dynamic programming.

Each span prefers the triad that its melody dwells on, each change prefers the common moves of
tonal music (falling fifths, back to the tonic); the last chord is the tonic's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.composer.grid import METERS


@dataclass(frozen=True, slots=True)
class Chord:
    """A triad for ``length`` sixteenths from ``start``; ``root`` in semitones above the tonic."""

    start: int
    length: int
    root: int
    quality: str  # "", "m"

    @property
    def tones(self) -> tuple[int, int, int]:
        """Pitch classes above the tonic: root, third, fifth."""
        return self.root, (self.root + (3 if self.quality == "m" else 4)) % 12, (self.root + 7) % 12


# (root, quality, liking): the triads that folk harmony uses, the tonic most.
TRIADS = {
    "major": ((0, "", 0.5), (7, "", 0.35), (5, "", 0.3), (9, "m", 0.0), (2, "m", -0.1)),
    "minor": ((0, "m", 0.5), (7, "", 0.1), (5, "m", 0.15), (10, "", 0.25), (8, "", 0.1), (3, "", 0.1)),
}
MOVES = {
    (7, 0): 0.4,
    (5, 7): 0.3,
    (5, 0): 0.2,
    (2, 7): 0.4,
    (9, 2): 0.2,
    (9, 5): 0.2,
    (0, 5): 0.15,
    (0, 7): 0.15,
    (10, 0): 0.3,
    (8, 10): 0.3,
    (3, 8): 0.1,
    (10, 3): 0.2,
}


def chords(notes: Sequence[Sequence[int]], meter: str, mode: str, home: int, bars: int) -> list[Chord]:
    """Chords for ``notes`` ([start, duration, midi]) of ``bars`` bars whose tonic is ``home``."""
    size = METERS[meter]
    span = size // 2 if meter == "4/4" else size
    count = bars * size // span
    triads = TRIADS[mode]
    fits = [[liking for _, _, liking in triads] for _ in range(count)]
    for start, duration, pitch in notes:
        for index in range(start // span, min((start + duration - 1) // span + 1, count)):
            low, high = max(start, index * span), min(start + duration, (index + 1) * span)
            weight = (high - low) / span * (1.6 if start == index * span else 1.0)
            degree = (pitch - home) % 12
            for which, (root, quality, _) in enumerate(triads):
                tones = Chord(0, 0, root, quality).tones
                fits[index][which] += weight * (
                    2.0 if degree == tones[0] else 1.6 if degree in tones else -1.0
                )
    fits[-1] = [fit + (100.0 if which == 0 else 0.0) for which, fit in enumerate(fits[-1])]
    best, paths = list(fits[0]), [[which] for which in range(len(triads))]
    for index in range(1, count):
        scores, longer = [], []
        for to, (root, _, _) in enumerate(triads):
            moved = [
                best[at] + (0.1 if at == to else MOVES.get((triads[at][0], root), 0.0))
                for at in range(len(triads))
            ]
            at = max(range(len(triads)), key=moved.__getitem__)
            scores.append(moved[at] + fits[index][to])
            longer.append([*paths[at], to])
        best, paths = scores, longer
    path = paths[max(range(len(triads)), key=best.__getitem__)]
    return [Chord(i * span, span, triads[which][0], triads[which][1]) for i, which in enumerate(path)]


def changes(found: Sequence[Chord]) -> list[Chord]:
    """The chords that are another than the one before: those that are written above the notes."""
    return [
        chord
        for at, chord in enumerate(found)
        if at == 0 or (chord.root, chord.quality) != (found[at - 1].root, found[at - 1].quality)
    ]


def accompaniment(found: Sequence[Chord], meter: str, rhythm: str, home: int) -> list[list[int]]:
    """Notes [start, duration, midi] that play the chords: a bass and its chord, as the rhythm goes."""
    made: list[list[int]] = []
    last = len(found) - 1
    for index, chord in enumerate(found):
        base = 36 + (home + chord.root) % 12 + (12 if (home + chord.root) % 12 < 4 else 0)
        upper = sorted(50 + (home + tone - 50) % 12 for tone in chord.tones)
        if index == last or (index == last - 1 and meter == "4/4" and chord.root == found[last].root):
            made.append([chord.start, chord.length, base])
            made.extend([chord.start, chord.length, pitch] for pitch in upper)
            continue
        made.extend(_figure(chord, base, upper, meter, rhythm))
    return made


def _figure(chord: Chord, base: int, upper: list[int], meter: str, rhythm: str) -> list[list[int]]:
    at, length = chord.start, chord.length
    if rhythm in ("air", "song", "lullaby", "hymn") and meter != "6/8":
        # Broken chords, an eighth apart (hymns: struck together).
        if rhythm == "hymn":
            return [[at, length, base], *([at, length, pitch] for pitch in upper)]
        pattern = [base, upper[0], upper[1], upper[2], upper[1], upper[0]]
        return [[at + 2 * i, min(4, length - 2 * i), pattern[i % 6]] for i in range(length // 2)]
    if meter == "3/4":
        return [[at, 4, base], *([at + beat, 3, pitch] for beat in (4, 8) for pitch in upper)]
    if meter == "6/8":
        return [
            note
            for half in (0, 6)
            for note in ([at + half, 4, base], *([at + half + 4, 2, pitch] for pitch in upper))
        ]
    return [
        note
        for beat in range(0, length, 8)
        for note in ([at + beat, 4, base], *([at + beat + 4, 3, pitch] for pitch in upper))
    ]
