"""What moods and rhythms bring to a tune that does not say otherwise (tables of ``docs/composer.md``)."""

from __future__ import annotations

from dataclasses import dataclass

from atelier.requests import Instrument, Mood, Rhythm


@dataclass(frozen=True, slots=True)
class Manner:
    """What a mood does: factor on the tempo, mode (None: by chance), and offsets in scaled attributes."""

    tempo: float
    mode: str | None
    density: float
    register: float
    styles: tuple[str, ...]  # where no rhythm is named
    instrument: Instrument


MANNERS: dict[Mood, Manner] = {
    "joyful": Manner(1.1, "major", 0.4, 0.2, ("jig", "reel", "song"), "dulcimer"),
    "sad": Manner(0.8, "minor", -0.7, -0.3, ("air", "song"), "piano"),
    "calm": Manner(0.85, "major", -0.7, 0.0, ("air", "hymn"), "harp"),
    "tense": Manner(1.1, "minor", 0.3, -0.3, ("reel", "air"), "piano"),
    "wistful": Manner(0.88, "minor", -0.4, 0.0, ("air", "song"), "harp"),
    "epic": Manner(0.95, None, 0.0, 0.0, ("hymn", "march"), "piano"),
    "playful": Manner(1.1, "major", 0.4, 0.4, ("jig", "hornpipe"), "music box"),
}
NEUTRAL = Manner(1.0, None, 0.0, 0.0, ("song", "air", "hornpipe"), "piano")


@dataclass(frozen=True, slots=True)
class Habit:
    """What a rhythm brings: the style the network knows, meters, quarters a minute by meter, form."""

    style: str
    meters: tuple[str, ...]
    tempos: tuple[int, ...]
    form: str  # AABB or AABA
    density: float | None = None  # scaled; None: as the style has it


HABITS: dict[Rhythm, Habit] = {
    "reel": Habit("reel", ("4/4",), (192,), "AABB"),
    "jig": Habit("jig", ("6/8",), (168,), "AABB"),
    "hornpipe": Habit("hornpipe", ("4/4",), (152,), "AABB"),
    "air": Habit("air", ("3/4", "4/4", "6/8"), (96, 92, 108), "AABA"),
    "song": Habit("song", ("4/4", "3/4"), (108, 116), "AABA"),
    "hymn": Habit("hymn", ("4/4", "3/4"), (96, 100), "AABA"),
    "waltz": Habit("air", ("3/4",), (138,), "AABA", -0.3),
    "march": Habit("dance", ("4/4", "2/4"), (116, 112), "AABB", -0.1),
    "lullaby": Habit("air", ("3/4", "6/8"), (84, 96), "AABA", -0.8),
}
FREE_METERS: dict[str, tuple[Rhythm, ...]] = {
    "3/4": ("air", "song", "waltz"),
    "6/8": ("jig", "air"),
    "2/4": ("march",),
    "4/4": ("song", "hornpipe", "air"),
}

KEYS = {
    "major": (("G", 5), ("D", 5), ("C", 3), ("F", 3), ("A", 2), ("Bb", 2), ("E", 1), ("Eb", 1)),
    "minor": (("A", 4), ("D", 4), ("E", 4), ("G", 3), ("B", 2), ("C", 2), ("F#", 1)),
}
# Spellings that need more than seven signs are written as their neighbour.
RESPELT = {
    "major": {"D#": "Eb", "G#": "Ab", "A#": "Bb", "E#": "F", "B#": "C", "Fb": "E"},
    "minor": {"Db": "C#", "Gb": "F#", "Cb": "B", "E#": "F", "B#": "C", "Fb": "E"},
}
