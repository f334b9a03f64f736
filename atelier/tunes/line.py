"""From sounding notes to one line on the grid of sixteenths, or a refusal."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from atelier.errors import BadInput
from atelier.requests import GIVEN_BARS, GIVEN_METERS, Given, Rhythm
from atelier.tunes.key import heard_key

Sounding = tuple[Fraction, Fraction, int]  # start and end in sixteenths, MIDI pitch

MOST_OFF = 0.25  # share of onsets more than a quarter of a sixteenth beside the grid


def known_meter(over: int, under: int) -> str:
    """The meter as the composer knows it: 2/2 is read as 4/4. Raises :class:`BadInput` for another."""
    meter = "4/4" if (over, under) == (2, 2) else f"{over}/{under}"
    if meter not in GIVEN_METERS:
        raise BadInput("composer-bad-meter", meter=meter, meters=", ".join(GIVEN_METERS))
    return meter


def given(
    sounding: Sequence[Sounding], meter: str, *, key: str | None, tempo: float | None, rhythm: Rhythm | None
) -> Given:
    """One melody line. A key or a tempo that is not said: the key is heard, the tempo stays open.

    Raises :class:`BadInput` for several notes at once, none at all, notes beside the grid, too many bars.
    """
    size = GIVEN_METERS[meter]
    line = sorted(sounding)
    if not line:
        raise BadInput("tune-no-notes")
    off = sum(abs(start - round(start)) > Fraction(1, 4) for start, _, _ in line)
    if off > MOST_OFF * len(line):
        raise BadInput("tune-off-grid")
    skipped = round(line[0][0]) // size * size  # bars of silence before it begins
    notes: list[tuple[int, int, int]] = []
    for index, (start, end, pitch) in enumerate(line):
        if index + 1 < len(line):
            after, its_end, _ = line[index + 1]
            # Played legato, notes overlap a little; sung by two, they begin or go on together.
            together = round(after) == round(start) and end > after
            if together or end >= its_end or 2 * (end - after) > end - start:
                raise BadInput("tune-polyphonic")
            if round(after) == round(start):
                continue  # a grace note: shorter than the grid tells
            end = min(end, after)
        begun = round(start) - skipped
        notes.append((begun, max(1, round(end) - skipped - begun), pitch))
    bars = -(-(notes[-1][0] + notes[-1][1]) // size)
    if bars > GIVEN_BARS:
        raise BadInput("tune-too-long", bars=str(bars), most=GIVEN_BARS)
    said = None if tempo is None else max(40, min(240, round(tempo)))
    return Given(
        notes=tuple(notes), meter=meter, key=key or heard_key(notes), tempo=said, rhythm=rhythm
    )  # fmt: skip
