"""A Standard MIDI File with one melody → the tune. Read by mido."""

from __future__ import annotations

import io
from collections import defaultdict
from fractions import Fraction

import mido

from atelier.errors import BadInput
from atelier.requests import Given, canonical_key
from atelier.tunes.line import Sounding, given, known_meter

PERCUSSION = 9  # the channel (from 0) of General MIDI's drums
MELODIES = ("melody", "旋律")  # a track that is called so is the melody; ours are


def read(data: bytes) -> Given:
    """The melody of a MIDI file. Raises :class:`BadInput` (see :func:`atelier.tunes.read`)."""
    try:
        file = mido.MidiFile(file=io.BytesIO(data), clip=True, charset="utf-8")
    except UnicodeDecodeError:
        file = _latin(data)
    except Exception as fault:  # mido raises what its parser stumbles over: EOFError, KeyError, IndexError…
        raise BadInput("tune-no-midi") from fault
    if file.ticks_per_beat <= 0 or file.type not in (0, 1):
        raise BadInput("tune-no-midi")
    return _melody(file)


def _latin(data: bytes) -> mido.MidiFile:
    """Names of tracks in another encoding are no fault of the notes."""
    try:
        return mido.MidiFile(file=io.BytesIO(data), clip=True)
    except Exception as fault:
        raise BadInput("tune-no-midi") from fault


def _melody(file: mido.MidiFile) -> Given:
    step = Fraction(4, file.ticks_per_beat)  # sixteenths a tick
    parts: dict[tuple[int, int], list[Sounding]] = defaultdict(list)
    named: set[int] = set()
    meters: list[tuple[int, int, int]] = []
    key: str | None = None
    tempo: float | None = None
    for number, track in enumerate(file.tracks):
        now = 0
        open_notes: dict[tuple[int, int], int] = {}
        for message in track:
            now += message.time
            if message.type == "track_name" and message.name.strip().lower() in MELODIES:
                named.add(number)
            elif message.type == "time_signature":
                meters.append((now, message.numerator, message.denominator))
            elif message.type == "key_signature" and key is None and message.key != "C":
                # "C major" is also what programs write that know of no key: then it is heard.
                key = str(canonical_key(message.key))
            elif message.type == "set_tempo" and tempo is None:
                tempo = mido.tempo2bpm(message.tempo) if message.tempo else None
            elif message.type == "note_on" and message.velocity:
                _stop(parts, open_notes, number, message, now, step)
                open_notes[message.channel, message.note] = now
            elif message.type in ("note_on", "note_off"):
                _stop(parts, open_notes, number, message, now, step)
    parts = {(track, channel): line for (track, channel), line in parts.items() if channel != PERCUSSION}
    if any(track in named for track, _ in parts):
        parts = {part: line for part, line in parts.items() if part[0] in named}
    if len(parts) > 1:
        raise BadInput("tune-polyphonic")
    said = {(over, under) for _, over, under in meters}
    if len(said) > 1:
        raise BadInput("tune-meter-changes")
    over, under = said.pop() if said else (4, 4)
    line = next(iter(parts.values()), [])
    return given(line, known_meter(over, under), key=key, tempo=tempo, rhythm=None)


def _stop(
    parts: dict[tuple[int, int], list[Sounding]],
    open_notes: dict[tuple[int, int], int],
    track: int,
    message: mido.Message,
    now: int,
    step: Fraction,
) -> None:
    """End the note that ``message`` is of, if it sounds; one with no length is none."""
    begun = open_notes.pop((message.channel, message.note), None)
    if begun is not None and now > begun:
        parts[track, message.channel].append((begun * step, now * step, message.note))
