"""MIDI files of given notes."""

from __future__ import annotations

import io

import mido


def midi(
    *parts: list[tuple[int, int, int]],
    meter: tuple[int, int] | None = (4, 4),
    key: str | None = None,
    bpm: int | None = None,
    names: tuple[str, ...] = (),
    channel: int = 0,
) -> bytes:
    """A file with a track for each part: (start, end, pitch) in 120ths of a quarter, so 30 is a sixteenth."""
    file = mido.MidiFile(type=1, ticks_per_beat=120)
    head = mido.MidiTrack()
    if meter:
        head.append(mido.MetaMessage("time_signature", numerator=meter[0], denominator=meter[1]))
    if key:
        head.append(mido.MetaMessage("key_signature", key=key))
    if bpm:
        head.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm)))
    file.tracks.append(head)
    for number, part in enumerate(parts):
        track = mido.MidiTrack()
        if number < len(names):
            track.append(mido.MetaMessage("track_name", name=names[number]))
        events = sorted(
            [(start, 1, pitch) for start, _, pitch in part] + [(end, 0, pitch) for _, end, pitch in part]
        )
        now = 0
        for at, on, pitch in events:
            kind = "note_on" if on else "note_off"
            track.append(mido.Message(kind, channel=channel, note=pitch, velocity=80, time=at - now))
            now = at
        file.tracks.append(track)
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()
