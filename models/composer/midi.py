"""The tune as a Standard MIDI File: melody, chords, tempo, key, and its provenance as text events."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import mido

from atelier.requests import Instrument
from models.composer.grid import METERS
from models.composer.instruments import ORCHESTRA

TICKS = 480  # a quarter


def midi(
    notes: Sequence[Sequence[int]],
    backing: Sequence[Sequence[int]],
    *,
    title: str,
    meter: str,
    key: str,
    mode: str,
    tempo: int,
    instrument: Instrument,
    fields: Mapping[str, str],
) -> bytes:
    """The file's bytes. ``tempo`` in quarters a minute; ``backing`` may be empty."""
    voice = ORCHESTRA[instrument]
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS, charset="utf-8")
    over, under = (int(part) for part in meter.split("/"))
    head = mido.MidiTrack()
    head.append(mido.MetaMessage("track_name", name=title))
    head.extend(mido.MetaMessage("text", text=f"{name}: {value}") for name, value in fields.items())
    head.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(tempo)))
    clocks = 36 if meter == "6/8" else 24
    head.append(
        mido.MetaMessage("time_signature", numerator=over, denominator=under, clocks_per_click=clocks)
    )
    head.append(mido.MetaMessage("key_signature", key=key + ("m" if mode == "minor" else "")))
    file.tracks.append(head)
    file.tracks.append(_track("Melody", notes, 0, voice.program, 92, METERS[meter]))
    if backing:
        file.tracks.append(_track("Chords", backing, 1, ORCHESTRA[voice.chords].program, 52, METERS[meter]))
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def _track(
    name: str, notes: Sequence[Sequence[int]], channel: int, program: int, velocity: int, size: int
) -> mido.MidiTrack:
    track = mido.MidiTrack()
    track.append(mido.MetaMessage("track_name", name=name))
    track.append(mido.Message("program_change", channel=channel, program=program, time=0))
    step = TICKS // 4
    events = []
    for start, duration, pitch in notes:
        accent = 8 if start % size == 0 else 0
        events.append((start * step, 1, pitch, velocity + accent))
        events.append(((start + duration) * step, 0, pitch, 0))
    now = 0
    for at, on, pitch, loud in sorted(events):
        kind = "note_on" if on else "note_off"
        track.append(mido.Message(kind, channel=channel, note=pitch, velocity=loud, time=at - now))
        now = at
    return track
