"""A tune's files, read again by somebody who did not write them: whether bars add up and notes exist.

Nothing of the writers is used here: ABC is read by a few lines of its own, MIDI by mido, and the
instruments' ranges are those of real ones, whatever the composer allows itself.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from fractions import Fraction

import mido

# General MIDI programs (from 0) → lowest and highest sounding pitch of the real instrument, as books on
# orchestration give them; a music box has no usual one.
RANGES: dict[int, tuple[int, int]] = {
    0: (21, 108),  # piano, A0-C8
    15: (36, 93),  # dulcimer: a concert cimbalom, C2-A6
    19: (36, 96),  # an organ's manual, C2-C7
    24: (40, 83),  # classical guitar, nineteen frets: E2-B5
    40: (55, 103),  # violin, G3-G7
    46: (23, 104),  # harp, B0-G#7
    56: (52, 84),  # trumpet in B flat, E3-C6
    71: (50, 94),  # clarinet in B flat, D3-B flat 6
    73: (60, 98),  # flute, C4-D7
    107: (38, 86),  # guzheng (General MIDI's koto) of 21 strings, D2-D6
}
_NOTE = re.compile(r"(?:(?P<rest>z)|[_^=]*[A-Ga-g][,']*)(?P<times>\d*)(?P<tie>-?)")
_FIELD = re.compile(r"^([A-Za-z]):(.*)$")


@dataclass(frozen=True, slots=True)
class Bar:
    """A written bar: how long its notes and rests are in all, and where in it notes begin (sixteenths)."""

    length: Fraction
    begun: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says: its meter (3/4) and its bars."""

    meter: str
    bars: tuple[Bar, ...]


def of_abc(text: str) -> Reading:
    """What stands in ABC text. A bar that holds what is no note, rest or chord name is of length -1."""
    fields: dict[str, str] = {}
    music = ""
    for raw in text.splitlines():
        line = raw.partition("%")[0].strip()
        if field := _FIELD.match(line):
            fields[field[1]] = field[2].strip()
        elif line:
            music += line
    unit = 16 * Fraction(fields["L"])
    bars: list[Bar] = []
    tied = False
    for part in re.sub(r'"[^"]*"', "", music).replace("|]", "|").split("|")[:-1]:
        at, begun = Fraction(0), []
        for note in _NOTE.finditer(part):
            if not note["rest"] and not tied:
                begun.append(at)
            tied = bool(note["tie"])
            at += unit * int(note["times"] or 1)
        whole = not _NOTE.sub("", part).strip()
        bars.append(Bar(at if whole else Fraction(-1), tuple(begun)))
    return Reading(fields["M"], tuple(bars))


def of_midi(data: bytes) -> Reading:
    """What stands in a MIDI file's first track with notes; its bars are as long as its meter says."""
    file = mido.MidiFile(file=io.BytesIO(data), charset="utf-8")
    (meter,) = [m for track in file.tracks for m in track if m.type == "time_signature"]
    size = Fraction(16 * meter.numerator, meter.denominator)
    played = [(at, message) for at, message in _timed(file) if message.channel == 0]
    last = max(at for at, _ in played)
    begun: list[list[Fraction]] = [[] for _ in range(-(-last // size))]
    for at, message in played:
        if message.type == "note_on" and message.velocity:
            begun[int(at // size)].append(at % size)
    return Reading(f"{meter.numerator}/{meter.denominator}", tuple(Bar(size, tuple(bar)) for bar in begun))


def bars_right(abc: str, midi: bytes, asked: int) -> list[bool]:
    """Which bars add up: as long in the ABC text as its meter is, their notes begin where the MIDI file's do.

    ``asked``: how many there should be; one that is missing, or too many, is wrong.
    """
    text, file = of_abc(abc), of_midi(midi)
    over, under = text.meter.split("/")
    size = Fraction(16 * int(over), int(under))
    right = []
    for index in range(max(asked, len(text.bars), len(file.bars))):
        written = text.bars[index] if index < len(text.bars) else None
        begun = file.bars[index].begun if index < len(file.bars) else ()
        right.append(
            index < asked
            and text.meter == file.meter
            and written is not None
            and written.length == size
            and written.begun == begun
        )
    return right


def notes_playable(midi: bytes) -> list[bool]:
    """Of each note of each part, whether the real instrument has it; those of none known are left out."""
    program: dict[int, int] = {}
    found = []
    file = mido.MidiFile(file=io.BytesIO(midi), charset="utf-8")
    for track in file.tracks:
        for message in track:
            if message.type == "program_change":
                program[message.channel] = message.program
            elif message.type == "note_on" and message.velocity and program[message.channel] in RANGES:
                low, high = RANGES[program[message.channel]]
                found.append(low <= message.note <= high)
    return found


def _timed(file: mido.MidiFile) -> list[tuple[Fraction, mido.Message]]:
    """The notes' messages of all tracks, each with when it comes, in sixteenths."""
    found = []
    for track in file.tracks:
        now = 0
        for message in track:
            now += message.time
            if message.type in ("note_on", "note_off"):
                found.append((Fraction(4 * now, file.ticks_per_beat), message))
    return found
