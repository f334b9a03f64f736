"""The instruments a tune can be asked for on: what each is made of, its compass, and what goes with it."""

from __future__ import annotations

from dataclasses import dataclass

from atelier.requests import Instrument

COMPASS = (55, 88)  # MIDI, G3 to E6: the fiddle's first positions, and what the network was taught in


@dataclass(frozen=True, slots=True)
class Timbre:
    """What a note is made of: ``count`` partials, the n-th at n * f * sqrt(1 + stiffness n²), n^-slope loud.

    A struck or plucked string decays ``decay`` * (1 + damping * n) times a second; ``decay`` 0 is a note
    that is blown or bowed as long as it lasts. ``detune``: cents between two strings; ``pluck``: where
    along the string it is plucked, so that partials with a node there are weak.
    """

    count: int
    slope: float
    decay: float = 0.0
    damping: float = 0.0
    stiffness: float = 0.0
    detune: float = 0.0
    attack: float = 0.004  # seconds
    release: float = 0.12  # seconds
    even: float = 1.0  # what even partials are multiplied by: a clarinet's tube hardly has them
    pluck: float = 0.0
    ratios: tuple[float, ...] = ()  # of the partials' frequencies, where they are not 1, 2, 3, …
    levels: tuple[float, ...] = ()  # of the partials, where they do not fall by ``slope``
    body: tuple[tuple[float, float], ...] = ()  # Hz and gain of what resonates, half an octave wide
    vibrato: float = 0.0  # cents to each side, of a note that is held
    breath: float = 0.0  # of air in the sound
    bloom: float = 0.0  # seconds that the upper partials need longer than the first
    strength: float = 1.0  # against a struck string of the same peak, so that chords stay behind the tune


@dataclass(frozen=True, slots=True)
class Voice:
    """An instrument: its General MIDI program (from 0), its timbre, what plays the chords, its compass."""

    program: int
    timbre: Timbre
    chords: Instrument
    compass: tuple[int, int] = COMPASS


ORCHESTRA: dict[Instrument, Voice] = {
    "piano": Voice(
        0, Timbre(14, 1.35, 0.9, 0.16, stiffness=4e-4, detune=1.6, release=0.16), "piano"
    ),
    "guitar": Voice(
        24, Timbre(16, 1.15, 1.5, 0.3, stiffness=6e-5, attack=0.003, release=0.3, pluck=0.21,
                   body=((110, 0.8), (220, 0.6), (400, 0.3))), "guitar", (55, 83),
    ),
    "harp": Voice(46, Timbre(9, 1.7, 1.3, 0.35, detune=0.6, attack=0.003, release=0.5), "harp"),
    "guzheng": Voice(
        107, Timbre(18, 0.95, 1.15, 0.2, stiffness=2.5e-4, attack=0.002, release=0.6, pluck=0.11), "guzheng",
        (55, 86),
    ),
    "dulcimer": Voice(
        15, Timbre(14, 1.05, 1.9, 0.22, stiffness=2e-4, detune=3.0, attack=0.002, release=0.35), "piano"
    ),
    "music box": Voice(
        10, Timbre(4, 1.2, 1.6, 1.1, attack=0.002, release=0.8, ratios=(1.0, 2.0, 3.01, 6.2)), "harp"
    ),
    "violin": Voice(
        40, Timbre(20, 1.1, attack=0.07, release=0.14, vibrato=14, breath=0.004, bloom=0.05, strength=0.62,
                   body=((280, 0.8), (460, 0.9), (1100, 0.5), (2600, 1.2))), "piano",
    ),
    "flute": Voice(
        73, Timbre(6, 1.0, attack=0.06, release=0.12, vibrato=7, breath=0.012, bloom=0.06, strength=0.65,
                   levels=(1.0, 0.38, 0.2, 0.07, 0.03, 0.012)), "harp", (60, 88),
    ),
    "clarinet": Voice(
        71, Timbre(14, 1.15, attack=0.045, release=0.1, even=0.12, breath=0.004, bloom=0.03, strength=0.62),
        "piano",
    ),
    "trumpet": Voice(
        56, Timbre(14, 1.0, attack=0.035, release=0.1, vibrato=5, bloom=0.07, strength=0.65,
                   body=((1200, 1.6), (2300, 0.8))), "piano", (55, 84),
    ),
    "organ": Voice(
        19, Timbre(7, 1.0, attack=0.025, release=0.12, detune=2.0, strength=0.3,
                   ratios=(1, 2, 3, 4, 6, 8, 0.5), levels=(1.0, 0.7, 0.3, 0.35, 0.12, 0.15, 0.35)),
        "organ",
    ),
}  # fmt: skip
