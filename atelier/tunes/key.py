"""Which key a line of notes is in, where nobody says it: the key profiles of Krumhansl and Kessler.

Krumhansl, *Cognitive Foundations of Musical Pitch* (1990), table 2.1 and chapter 4: the durations of
the twelve pitch classes are correlated with the ratings that listeners gave each of them in a key.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import correlation

MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
NAMES = {
    "major": ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"),
    "minor": ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B"),
}
LAST = 0.08  # what the last note adds to the keys that it is the tonic of: a line often ends at home


def heard_key(notes: Sequence[tuple[int, int, int]]) -> str:
    """The key of [start, duration, MIDI pitch] notes, for example ``D minor``."""
    held = [0.0] * 12
    for _, duration, pitch in notes:
        held[pitch % 12] += duration
    if len(set(held)) == 1:
        return "C major"  # all twelve alike: no key is nearer than another
    best = (-2.0, "C major")
    for mode, profile in (("major", MAJOR), ("minor", MINOR)):
        for tonic in range(12):
            worth = correlation(held[tonic:] + held[:tonic], profile)
            worth += LAST * (notes[-1][2] % 12 == tonic)
            best = max(best, (worth, f"{NAMES[mode][tonic]} {mode}"))
    return best[1]
