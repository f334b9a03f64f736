"""A tune on the grid of sixteenths: one token a step, every tune with its tonic on the same pitch.

A step is an onset (of a pitch counted from the tonic), a hold of the note before, or a rest.
Keeping the tonic in one place makes twelve keys one, so a small network learns scale degrees.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Steps = NDArray[np.int64]  # [steps], values 0..VOCABULARY-1
Notes = list[list[int]]  # [start, duration, pitch], starts and durations in sixteenths

HOLD, REST, FIRST_PITCH = 0, 1, 2
LOWEST, HIGHEST = -14, 28  # semitones from the tonic
VOCABULARY = FIRST_PITCH + HIGHEST - LOWEST + 1
START = VOCABULARY  # what the decoder reads before a bar's first step; also a token that was dropped

WINDOW = 4  # bars
SLOT = 4  # steps that share one transformer token
METERS: dict[str, int] = {"4/4": 16, "3/4": 12, "6/8": 12, "2/4": 8}  # sixteenths a bar
METER_NAMES: tuple[str, ...] = tuple(METERS)

TONICS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def pitch_class(key: str) -> int:
    """``F#`` → 6, ``Bb`` → 10."""
    return (TONICS[key[0]] + key.count("#") - key[1:].count("b")) % 12


def reference(pitches: Sequence[int], tonic: int) -> int:
    """The MIDI pitch of the tonic below the middle of ``pitches``: their median lies 1-12 above it."""
    median = int(np.median(np.asarray(pitches)))
    return median - 1 - (median - 1 - tonic) % 12


def settled(pitches: Sequence[int], tonic: int) -> int:
    """The MIDI pitch of the tonic of a tune that somebody goes on from.

    As :func:`reference` has it, or an octave beside it, where fewer of ``pitches`` are too far from
    it to be written.
    """
    home = reference(pitches, tonic)
    return min(
        (home, home + 12, home - 12),
        key=lambda place: sum(not LOWEST <= pitch - place <= HIGHEST for pitch in pitches),
    )


def to_steps(notes: Sequence[Sequence[int]], length: int, home: int) -> Steps:
    """``notes`` (MIDI) as ``length`` steps, pitches counted from ``home``; far ones fold by octaves."""
    steps = np.full(length, REST, dtype=np.int64)
    for start, duration, pitch in notes:
        if start >= length:
            break
        relative = pitch - home
        while relative < LOWEST:
            relative += 12
        while relative > HIGHEST:
            relative -= 12
        steps[start] = FIRST_PITCH + relative - LOWEST
        steps[start + 1 : min(start + duration, length)] = HOLD
    return steps


def to_notes(steps: Sequence[int] | Steps, home: int) -> Notes:
    """The notes of ``steps`` in MIDI pitches; a hold with nothing to hold is a rest."""
    notes: Notes = []
    sounding = False
    for at, token in enumerate(int(step) for step in steps):
        if token >= FIRST_PITCH:
            notes.append([at, 1, home + token - FIRST_PITCH + LOWEST])
            sounding = True
        elif token == HOLD and sounding:
            notes[-1][1] += 1
        else:
            sounding = False
    return notes


def tidy(steps: Steps) -> Steps:
    """The same steps where a hold that follows a rest (or begins the tune) is a rest."""
    made = steps.copy()
    held = False
    for at, token in enumerate(made):
        if token >= FIRST_PITCH:
            held = True
        elif token == REST or not held:
            made[at] = REST
            held = False
    return made
