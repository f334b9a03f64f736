"""What can be said of a window of bars in figures: asked for as wishes, measured on real tunes.

The order of :data:`ATTRIBUTES` is part of a version's weights.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.composer.grid import FIRST_PITCH, LOWEST, METERS, Steps

ATTRIBUTES = ("density", "span", "register", "contour", "syncopation")
Attributes = NDArray[np.float32]  # [5]

# (middle, width) on the training tunes, so that a scaled attribute is about -2..2.
SCALES = {
    "density": (1.4, 0.5), "span": (12.0, 4.0), "register": (6.5, 4.0), "contour": (0.0, 3.5),
    "syncopation": (0.01, 0.03),
}  # fmt: skip

ENDS = ("unsaid", "tonic", "dominant", "other")
ROLES = ("unsaid", "opening", "middle", "closing")


def measure(steps: Steps, meter: str) -> Attributes:
    """The raw attributes of a window.

    density: onsets a quarter; span: semitones from lowest to highest; register: mean pitch above
    the tonic; contour: mean pitch of the second half less the first's; syncopation: share of
    onsets off the beat that are held over the next beat.
    """
    onsets = np.flatnonzero(steps >= FIRST_PITCH)
    if len(onsets) == 0:
        return np.zeros(len(ATTRIBUTES), dtype=np.float32)
    pitches = steps[onsets] - FIRST_PITCH + LOWEST
    beat = 6 if meter == "6/8" else 4
    half = len(steps) // 2
    early, late = pitches[onsets < half], pitches[onsets >= half]
    contour = float(late.mean() - early.mean()) if len(early) and len(late) else 0.0
    weak = onsets[onsets % beat != 0]
    following = (weak // beat + 1) * beat
    inside = following < len(steps)
    held = sum(
        1
        for at, to in zip(weak[inside], following[inside], strict=True)
        if np.all(steps[at + 1 : to + 1] == 0)
    )
    figures = (
        len(onsets) / (len(steps) / 4), float(pitches.max() - pitches.min()), float(pitches.mean()), contour,
        held / len(onsets),
    )  # fmt: skip
    return np.asarray(figures, dtype=np.float32)


def scaled(raw: Attributes) -> Attributes:
    """Attributes as the network reads them: centred, divided by their width, kept within -3..3."""
    middle, width = np.asarray([SCALES[name] for name in ATTRIBUTES], dtype=np.float32).T
    return np.asarray(np.clip((raw - middle) / width, -3, 3), dtype=np.float32)


def ending(steps: Steps, meter: str) -> int:
    """The index in :data:`ENDS` of the scale degree that the phrase comes to rest on (0: no notes).

    The last beat of a phrase's last bar often begins the next phrase (its pickup), so the note
    that counts is the last one begun before it.
    """
    pickup = {"4/4": 4, "3/4": 4, "6/8": 4, "2/4": 2}[meter]
    onsets = np.flatnonzero(steps[: len(steps) - pickup] >= FIRST_PITCH)
    if len(onsets) == 0:
        return 0
    degree = int(steps[onsets[-1]] - FIRST_PITCH + LOWEST) % 12
    return {0: 1, 7: 2}.get(degree, 3)


def steps_a_bar(meter: str) -> int:
    """Sixteenths in a bar of ``meter``."""
    return METERS[meter]
