"""How a tune is written: key signatures, spelling, and notes split so that each can be printed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from models.composer.grid import METERS, TONICS

LETTERS = "CDEFGAB"
SHARPS, FLATS = "FCGDAEB", "BEADGCF"
# Semitones above the tonic → (degree, alteration against the key's own scale).
DEGREES = {
    "major": (
        (0, 0),
        (0, 1),
        (1, 0),
        (2, -1),
        (2, 0),
        (3, 0),
        (3, 1),
        (4, 0),
        (4, 1),
        (5, 0),
        (6, -1),
        (6, 0),
    ),
    "minor": (
        (0, 0),
        (1, -1),
        (1, 0),
        (2, 0),
        (2, 1),
        (3, 0),
        (3, 1),
        (4, 0),
        (5, 0),
        (5, 1),
        (6, 0),
        (6, 1),
    ),
}
BEATS = {"4/4": 4, "3/4": 4, "6/8": 6, "2/4": 4}
# Sixteenths → (the note's value, dots).
VALUES = {16: (1, 0), 12: (2, 1), 8: (2, 0), 6: (4, 1), 4: (4, 0), 3: (8, 1), 2: (8, 0), 1: (16, 0)}


def fifths(key: str, mode: str) -> int:
    """Sharps (or flats, negative) of the key's signature."""
    major = {"C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5, "F": -1}[key[0]]
    return major + 7 * (key.count("#") - key[1:].count("b")) - (3 if mode == "minor" else 0)


def signature(count: int) -> dict[str, int]:
    """Letters that the signature alters: ``{"F": 1}`` for one sharp."""
    if count >= 0:
        return dict.fromkeys(SHARPS[:count], 1)
    return dict.fromkeys(FLATS[:-count], -1)


@dataclass(frozen=True, slots=True)
class Spelt:
    """A written pitch: letter, alteration in semitones (-2..2), octave (4 has middle C)."""

    letter: str
    alter: int
    octave: int


def spell(pitch: int, key: str, mode: str) -> Spelt:
    """The usual spelling of a MIDI pitch in a key."""
    tonic = (TONICS[key[0]] + key.count("#") - key[1:].count("b")) % 12
    degree, change = DEGREES[mode][(pitch - tonic) % 12]
    letter = LETTERS[(LETTERS.index(key[0]) + degree) % 7]
    alter = signature(fifths(key, mode)).get(letter, 0) + change
    return Spelt(letter, alter, (pitch - alter) // 12 - 1)


@dataclass(frozen=True, slots=True)
class Piece:
    """One printed note or rest (``pitch`` None): position in its bar and length in sixteenths."""

    bar: int
    at: int
    length: int
    pitch: int | None
    tied_from: bool = False
    tied_to: bool = False


def pieces(
    notes: Sequence[Sequence[int]], meter: str, bars: int, cuts: Collection[int] = ()
) -> list[list[Piece]]:
    """Bars of printed pieces: rests filled in, notes split at barlines and off-beat, and tied.

    ``cuts``: more places to split at, in sixteenths from the start.
    """
    size = METERS[meter]
    spans: list[tuple[int, int, int | None]] = []
    at = 0
    for start, duration, sounding in notes:
        if start > at:
            spans.append((at, start, None))
        spans.append((start, start + duration, sounding))
        at = start + duration
    if at < bars * size:
        spans.append((at, bars * size, None))
    made: list[list[Piece]] = [[] for _ in range(bars)]
    for start, end, pitch in spans:
        cut = _rests if pitch is None else _split
        ends = [start, *sorted(at for at in cuts if start < at < end), end]
        parts = [part for low, high in pairwise(ends) for part in cut(low, high, size, BEATS[meter])]
        for index, (begin, length) in enumerate(parts):
            tied_from = pitch is not None and index > 0
            tied_to = pitch is not None and index < len(parts) - 1
            made[begin // size].append(Piece(begin // size, begin % size, length, pitch, tied_from, tied_to))
    return made


def _split(start: int, end: int, size: int, beat: int) -> Iterator[tuple[int, int]]:
    while start < end:
        place = start % size
        room = min(end - start, size - place)
        within = beat - place % beat
        if place % beat == 0:
            fits = [
                v
                for v in VALUES
                if (v <= room and (beat == 4 or v in (12, 6) or v < 6) and v != 16) or v == room == 16
            ]
            length = max(fits)
            if beat == 4 and length in (12, 6) and room != length:
                length = max(v for v in VALUES if v <= room and v not in (12, 6, 16))
        else:
            length = max(v for v in VALUES if v <= min(room, within))
            if beat == 4 and place % 4 == 2 and room == 4:
                length = 4
        yield start, length
        start += length


def _rests(start: int, end: int, size: int, beat: int) -> Iterator[tuple[int, int]]:
    """Silence cut as it is printed: a whole bar is one rest, half a 4/4 bar too, else each beat one."""
    while start < end:
        place = start % size
        room = min(end - start, size - place)
        if room == size:
            length = size
        elif size == 16 and place % 8 == 0 and room >= 8:
            length = 8
        else:
            within = place % beat
            room = min(room, beat - within)
            # A rest begins where its own length would: no quarter rest on the second eighth, no dotted ones.
            length = beat if room == beat else max(v for v in (4, 2, 1) if v <= room and within % v == 0)
        yield start, length
        start += length


def beams(bar: Sequence[Piece], meter: str) -> list[list[Piece]]:
    """The bar's pieces in groups: those of one group of more than one share a beam."""
    beat = BEATS[meter]
    groups: list[list[Piece]] = []
    for piece in bar:
        span = beat
        if meter in ("4/4", "2/4"):
            half = [p for p in bar if p.at // 8 == piece.at // 8]
            span = 8 if all(p.length == 2 and p.pitch is not None for p in half) else 4
        joins = (
            groups
            and piece.length < 4
            and piece.pitch is not None
            and groups[-1][-1].length < 4
            and groups[-1][-1].pitch is not None
            and groups[-1][0].at // span == piece.at // span
        )
        if joins:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return groups


class Accidentals:
    """Which accidentals a bar has printed so far; the signature's at each barline."""

    def __init__(self, key: str, mode: str) -> None:
        self.key, self.mode = key, mode
        self.own = signature(fifths(key, mode))
        self.now: dict[tuple[str, int], int] = {}

    def barline(self) -> None:
        """Forget the bar's accidentals."""
        self.now = {}

    def needed(self, spelt: Spelt) -> bool:
        """Whether the pitch needs its accidental printed here; remembers that it was."""
        place = (spelt.letter, spelt.octave)
        if self.now.get(place, self.own.get(spelt.letter, 0)) == spelt.alter:
            return False
        self.now[place] = spelt.alter
        return True


def chord_name(root: int, quality: str, key: str, mode: str, home: int) -> str:
    """``Dm``, ``F#``: a chord's name in the key; ``root`` in semitones above the tonic."""
    spelt = spell(home + root, key, mode)
    return spelt.letter + {-1: "b", 1: "#", -2: "bb", 2: "##"}.get(spelt.alter, "") + quality
