"""The tune as sound from a person's own SoundFont, where ``tinysoundfont`` is installed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from atelier.errors import Unavailable
from atelier.requests import Instrument
from models.composer.grid import METERS
from models.composer.instruments import ORCHESTRA
from models.composer.loudness import Sound, levelled
from models.composer.ogg import RATE
from models.composer.sound import LEAD, RING

FAMILY = 8  # programs that General MIDI keeps together: pianos, guitars, strings, reeds, …


def render_bank(
    bank: Path,
    notes: Sequence[Sequence[int]],
    backing: Sequence[Sequence[int]],
    *,
    meter: str,
    tempo: int,
    instrument: Instrument,
    bars: int,
) -> Sound:
    """The tune played on a person's own SoundFont, [samples, 2] at 48 kHz, about -16 LUFS.

    An instrument that the bank has not is played on one of its family, else on the bank's first.
    Raises :class:`Unavailable` where there is no player, or the bank cannot be read or holds nothing.
    """
    try:
        import tinysoundfont
    except ImportError:
        raise Unavailable("composer-no-player") from None
    voice = ORCHESTRA[instrument]
    synth = tinysoundfont.Synth(samplerate=RATE)
    try:
        loaded = synth.sfload(str(bank))
    except Exception:  # the player raises bare Exceptions for files it cannot read
        raise Unavailable("composer-bad-bank", path=str(bank)) from None
    for channel, program in enumerate((voice.program, ORCHESTRA[voice.chords].program)):
        found = next((one for one in _nearest(program) if _has(synth, loaded, one)), None)
        if found is None:
            raise Unavailable("composer-bad-bank", path=str(bank))
        synth.program_select(channel, loaded, 0, found)
    step, size = 15.0 / tempo, METERS[meter]
    events: list[tuple[int, int, int, int, int]] = []
    for channel, part, loud in ((0, notes, 100), (1, backing, 60)):
        for start, duration, pitch in part:
            accent = 10 if start % size == 0 else 0
            events.append((int((LEAD + start * step) * RATE), 1, channel, pitch, loud + accent))
            events.append((int((LEAD + (start + duration) * step) * RATE) - 1, 0, channel, pitch, 0))
    total = int((LEAD + bars * size * step + RING) * RATE)
    parts, now = [], 0
    for at, on, channel, pitch, loud in [*sorted(events), (total, 0, 0, 0, 0)]:
        if at > now:
            heard = bytes(synth.generate_simple(at - now))
            parts.append(np.frombuffer(heard, dtype=np.float32).reshape(-1, 2))
            now = at
        if on:
            synth.noteon(channel, pitch, loud)
        elif at < total:
            synth.noteoff(channel, pitch)
    return levelled(np.concatenate(parts))


def _nearest(program: int) -> Iterator[int]:
    """``program``, then its family's, then all."""
    first = program // FAMILY * FAMILY
    yield program
    yield from range(first, first + FAMILY)
    yield from range(128)


def _has(synth: Any, loaded: int, program: int) -> bool:
    return synth.sfpreset_name(loaded, 0, program) is not None
