"""Which of several drawn phrases to keep, by plain rules, and how a phrase comes to its close.

The network proposes, these rules choose: every term is a shortfall that a listener would notice.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.composer.attributes import ATTRIBUTES, ending, measure, scaled
from models.composer.grid import FIRST_PITCH, HIGHEST, HOLD, LOWEST, REST, VOCABULARY, WINDOW, Steps
from models.composer.instruments import COMPASS

SCALE_STEPS = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10, 11)}
THIRDS = {"major": (4, 3), "minor": (3, 4)}  # (the mode's own, the other mode's)
BEATS = {"4/4": 4, "3/4": 4, "6/8": 6, "2/4": 4}
# What a scaled attribute that was asked for weighs against the rules, for each unit that it is missed by.
# Chosen on seeds that no figure is taken on: lighter ones left the range and the contour unheard.
ASKED = {"density": 9.0, "span": 9.0, "contour": 9.0}
# What an altered note that leads nowhere, a bar of silence and a rest of one sixteenth weigh.
ASTRAY, SILENT_BAR, CHOPPED = 0.6, 1.5, 0.4


def pitches(steps: Steps) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Pitches above the tonic of all onsets."""
    return steps[steps >= FIRST_PITCH] - FIRST_PITCH + LOWEST


def barred(
    mode: str, home: int, compass: tuple[int, int] = COMPASS
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """[VOCABULARY] tokens that may not be drawn: outside the instrument, or the other mode's third."""
    made = np.zeros(VOCABULARY, dtype=np.bool_)
    low, high = compass
    for relative in range(LOWEST, HIGHEST + 1):
        outside = not low <= home + relative <= high
        made[FIRST_PITCH + relative - LOWEST] = outside or relative % 12 == THIRDS[mode][1]
    return made


def shortfall(
    steps: Steps, meter: str, mode: str, end: str, asked: Mapping[str, float], before: Steps | None
) -> float:
    """How far a phrase [4 * size] is from what was asked; 0 is best.

    ``asked``: attributes in scaled units; ``before``: what is heard before it.
    """
    size = len(steps) // WINDOW
    notes = pitches(steps)
    if len(notes) < 4:
        return 100.0
    total = 0.0
    reached = ending(steps, meter)
    if end == "tonic":
        total += 4.0 if reached != 1 else 0.0
        # The last notes come home by step or by a small leap.
        total += 0.25 * float(np.sum(np.maximum(np.abs(np.diff(notes[-3:])) - 5, 0)))
    elif end == "dominant" and reached == 1:
        total += 1.0
    elif end == "other" and reached == 1:
        total += 0.5
    degrees = notes % 12
    total += 12.0 * float(np.mean(~np.isin(degrees, SCALE_STEPS[mode])))
    if not np.any(degrees == THIRDS[mode][0]):
        total += 2.0
    total += ASTRAY * astray(notes, mode)
    joined = (
        notes if before is None or not len(pitches(before)) else np.concatenate([pitches(before)[-1:], notes])
    )
    leaps = np.abs(np.diff(joined))
    total += float(np.sum(leaps > 12)) + 0.7 * float(np.sum(leaps > 9)) + 0.2 * float(np.sum(leaps > 7))
    # A melody moves: neither one note over and over nor never a step.
    total += 3.0 * max(0.0, float(np.mean(leaps == 0)) - 0.35)
    total += 2.0 * max(0.0, 0.4 - float(np.mean((leaps > 0) & (leaps <= 2))))
    total += max(0.0, 4.0 - len(set(notes.tolist())))
    onsets = steps.reshape(WINDOW, size) >= FIRST_PITCH
    total += 0.7 * float(np.sum(~onsets[:, 0])) + 0.35 * off_the_meter(onsets, meter)
    silent = tidy_rests(steps)
    total += 4.0 * max(0.0, float(np.mean(silent)) - 0.2)
    total += SILENT_BAR * float(np.sum(silent.reshape(WINDOW, size).all(axis=1)))
    total += CHOPPED * short_rests(silent)
    if asked:
        got = scaled(measure(steps, meter))
        total += sum(
            ASKED[name] * abs(float(got[ATTRIBUTES.index(name)]) - wish) for name, wish in asked.items()
        )
    return total


def astray(notes: np.ndarray[tuple[int], np.dtype[np.int64]], mode: str) -> int:
    """How many altered notes lead nowhere.

    A note beside the scale is left by a semitone, and so is the leading note of a minor key, upwards
    (a melodic minor's comes down by its natural seventh, which is another note).
    """
    degrees, moves = notes[:-1] % 12, np.diff(notes)
    beside = ~np.isin(degrees, SCALE_STEPS[mode]) & (np.abs(moves) != 1)
    leading = (degrees == 11) & (moves != 1) & (moves != 0) if mode == "minor" else np.zeros_like(beside)
    return int(np.sum(beside | leading))


def off_the_meter(onsets: np.ndarray[tuple[int, int], np.dtype[np.bool_]], meter: str) -> float:
    """In how many bars ([bars, size] onsets) the meter's second accent is not to be heard.

    6/8 is two halves and no three quarters; 3/4 three quarters and no two halves; 4/4 leans on
    its third beat, 2/4 on its second.
    """
    if meter == "6/8":
        return float(np.sum(~onsets[:, 6]) + np.sum(onsets[:, 4] & onsets[:, 8] & ~onsets[:, 6]))
    if meter == "3/4":
        return float(np.sum(onsets[:, 6] & ~onsets[:, 4]) + np.sum(~onsets[:, 4] & ~onsets[:, 8]))
    return float(np.sum(~onsets[:, onsets.shape[1] // 2]))


def out_of_step(steps: Steps, rhythm: str) -> float:
    """How far a phrase [4 * size] is from walking as a march, or turning as a waltz; 0: it does.

    The data has too few of both to learn their accents from. A march has a note on both halves of its
    bars; a waltz has one on the first of its beats, and dwells there longer than on the others.
    """
    bars = steps.reshape(WINDOW, -1)
    begun = bars >= FIRST_PITCH
    if rhythm == "march":
        return float(np.sum(~begun[:, 0]) + np.sum(~begun[:, bars.shape[1] // 2]))
    if rhythm != "waltz":
        return 0.0
    ends = np.append(np.flatnonzero(steps != HOLD), len(steps))
    held = np.zeros(len(steps))
    held[ends[:-1]] = np.diff(ends)
    one, two, three = np.where(begun, held.reshape(bars.shape), 0.0)[:, [0, 4, 8]].sum(0) / 4
    return float(np.sum(~begun[:, 0]) + max(0.0, 1.0 + max(two, three) - one))


def short_rests(silent: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int:
    """How many rests last one sixteenth alone."""
    turns = np.flatnonzero(np.diff(np.concatenate([[False], silent, [False]])))
    return int(np.sum(np.diff(turns)[::2] == 1))


def tidy_rests(steps: Steps) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Where nothing sounds (the start of a phrase counts as sounding)."""
    silent = np.zeros(len(steps), dtype=np.bool_)
    resting = False
    for at, token in enumerate(steps):
        resting = token == REST or (resting and token == HOLD)
        silent[at] = resting
    return silent


def close(
    steps: Steps, meter: str, barred_tokens: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> tuple[Steps, bool]:
    """The tune with its last note on the tonic, held to the last bar's end; whether that took away a note.

    The note that closes is the last one begun on a beat of the last bar, before the bar's last
    beat if there is one; what follows it (often the pickup of a repeat) gives way to it.
    """
    size = {"4/4": 16, "3/4": 12, "6/8": 12, "2/4": 8}[meter]
    beat = BEATS[meter]
    made = steps.copy()
    first = len(made) - size
    beats = [at for at in range(first, len(made), beat) if at < len(made) - beat or at == first]
    onsets = [at for at in beats if made[at] >= FIRST_PITCH]
    tonic = [at for at in onsets if (made[at] - FIRST_PITCH + LOWEST) % 12 == 0]
    at = tonic[-1] if tonic else (onsets[-1] if onsets else first)
    changed = not tonic or bool((made[at + 1 :] >= FIRST_PITCH).any())
    if not tonic:
        heard = made[:at][made[:at] >= FIRST_PITCH]
        near = (
            int(made[at])
            if made[at] >= FIRST_PITCH
            else (int(heard[-1]) if len(heard) else FIRST_PITCH - LOWEST)
        )
        tonics = [
            token for token in range(FIRST_PITCH, VOCABULARY)
            if (token - FIRST_PITCH + LOWEST) % 12 == 0 and not barred_tokens[token]
        ]  # fmt: skip
        made[at] = min(tonics, key=lambda token: abs(token - near))
    made[at + 1 :] = HOLD
    return made, changed
