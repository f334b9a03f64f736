"""Tunes that people bring: a few notes as ABC text, or a MIDI file, read into one plain shape.

MIDI is read by mido. ABC is read by :mod:`atelier.tunes.abc`: of the libraries that read it,
verovio's reader ends the whole process on text that is no ABC (and loses ties), music21 brings
matplotlib and more to every front end, and the small ones are kept by nobody.
"""

from __future__ import annotations

from atelier.errors import BadInput
from atelier.requests import Given
from atelier.tunes import abc, midi

MAX_BYTES = 256 * 1024  # of a file: a melody takes a few thousand


def read(data: bytes, name: str = "") -> Given:
    """The tune in ``data``, a MIDI file's bytes or ABC in UTF-8; ``name`` is what the file was called.

    Raises :class:`BadInput` with one sentence for anything that is no single melody of up to 32 bars
    in a meter that the composer knows.
    """
    if len(data) > MAX_BYTES:
        raise BadInput("tune-too-big", most=MAX_BYTES // 1024)
    if data.startswith(b"MThd"):
        return midi.read(data)
    if name.lower().endswith((".mid", ".midi")):
        raise BadInput("tune-no-midi")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("tune-no-format") from None
    return abc.read(text)
