"""The tune as sound: small instruments of our own, made of sums of decaying partials.

No instrument bank comes with the project: the one that a pip package brings is under the GPL, and
its player does not install everywhere. A person's own SoundFont is used instead where one is set
and ``tinysoundfont`` is installed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from atelier.errors import Unavailable
from models.composer.grid import METERS
from models.composer.loudness import Sound, levelled
from models.composer.midi import PROGRAMS
from models.composer.ogg import RATE

RING = 1.6  # seconds after the last note
LEAD = 0.06  # seconds before the first


@dataclass(frozen=True, slots=True)
class Instrument:
    """What a struck string is made of.

    ``count`` partials, the n-th at n * f * sqrt(1 + stiffness n²), amplitude n^-slope,
    decaying ``decay`` * (1 + damping * n) times a second; ``detune`` in cents between two strings.
    """

    count: int
    slope: float
    decay: float
    damping: float
    stiffness: float = 0.0
    detune: float = 0.0
    attack: float = 0.004  # seconds
    release: float = 0.12  # seconds
    odd: float = 1.0  # what even partials are multiplied by
    ratios: tuple[float, ...] = ()


INSTRUMENTS = {
    "piano": Instrument(14, 1.35, 0.9, 0.16, stiffness=4e-4, detune=1.6, release=0.16),
    "harp": Instrument(9, 1.7, 1.3, 0.35, detune=0.6, attack=0.003, release=0.5),
    "dulcimer": Instrument(14, 1.05, 1.9, 0.22, stiffness=2e-4, detune=3.0, attack=0.002, release=0.35),
    "musicbox": Instrument(4, 1.2, 1.6, 1.1, attack=0.002, release=0.8, ratios=(1.0, 2.0, 3.01, 6.2)),
}


@lru_cache(maxsize=512)
def string(instrument: str, pitch: int, length: int) -> NDArray[np.float32]:
    """One note struck and left to ring for ``length`` samples, its peak about 1."""
    made = INSTRUMENTS[instrument]
    base = 440.0 * 2 ** ((pitch - 69) / 12)
    time = np.arange(length, dtype=np.float32) / np.float32(RATE)
    rng = np.random.default_rng([pitch, made.count])  # partials' phases: the same at every hearing
    out = np.zeros(length, dtype=np.float32)
    numbers = made.ratios or tuple(float(n) for n in range(1, made.count + 1))
    brightness = min(1.0, 523.0 / base) ** 0.25
    fading = 1.0 + 0.5 * max(0.0, (pitch - 60) / 12)
    for index, number in enumerate(numbers):
        frequency = base * number * np.sqrt(1 + made.stiffness * number * number)
        if frequency > 0.42 * RATE:
            break
        amplitude = number ** (-made.slope / brightness) * (made.odd if index % 2 else 1.0)
        rate = made.decay * fading * (1 + made.damping * index)
        heard = min(length, int(9.0 / rate * RATE))
        t = time[:heard]
        fall = np.exp(np.float32(-rate) * t)
        for side in (-1, 1) if made.detune and index < 6 else (0,):
            turn = np.float32(2 * np.pi * frequency * 2 ** (side * made.detune / 1200 / 2))
            share = 0.5 if side else 1.0
            phase = np.float32(rng.random() * 2 * np.pi * 0.15)
            out[:heard] += np.float32(amplitude * share) * fall * np.sin(turn * t + phase)
    rise = max(2, int(made.attack * RATE))
    out[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)
    return out / np.float32(max(1e-6, float(np.abs(out).max())))


@cache
def room() -> NDArray[np.float32]:
    """A small room's echo, [2, samples]: decaying noise of unit energy, its highs softened."""
    rng = np.random.default_rng(7)
    length = int(0.9 * RATE)
    t = np.arange(length) / RATE
    noise = rng.standard_normal((2, length)) * np.exp(-6.0 * t) * (t > 0.012)
    kernel = np.hanning(31)
    soft = np.stack([np.convolve(row, kernel / kernel.sum(), mode="same") for row in noise])
    return np.asarray(soft / np.sqrt((soft**2).sum(axis=1, keepdims=True)), dtype=np.float32)


def render(
    notes: Sequence[Sequence[int]],
    backing: Sequence[Sequence[int]],
    *,
    meter: str,
    tempo: int,
    instrument: str,
    mood: str | None,
    bars: int,
) -> Sound:
    """The tune as [samples, 2] at 48 kHz, about -16 LUFS. ``tempo`` in quarters a minute."""
    step = 15.0 / tempo  # seconds a sixteenth
    size = METERS[meter]
    total = int((LEAD + bars * size * step + RING) * RATE)
    dry = np.zeros((total, 2), dtype=np.float32)
    legato = 1.25 if mood in ("sad", "calm", "wistful") else 1.0
    _lay(dry, notes, instrument, step, size, loud=0.5, place=0.46, legato=legato)
    _lay(dry, backing, "harp" if instrument in ("musicbox", "harp") else "piano", step, size, 0.2, 0.56, 1.0)
    wet = _echo(dry)
    made = dry + 0.22 * wet
    fade = int(0.25 * RATE)
    made[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
    return levelled(made)


def _lay(
    dry: Sound,
    notes: Sequence[Sequence[int]],
    instrument: str,
    step: float,
    size: int,
    loud: float,
    place: float,
    legato: float,
) -> None:
    """Add ``notes`` to ``dry``; ``place`` 0 is left, 1 right."""
    made = INSTRUMENTS[instrument]
    release = int(made.release * legato * RATE)
    pan = np.asarray([np.cos(place * np.pi / 2), np.sin(place * np.pi / 2)], dtype=np.float32) * np.float32(
        1.2
    )
    for start, duration, pitch in notes:
        held = int(duration * step * RATE)
        # Rounded up to a fifth of a second, so that notes of nearly one length share a rendering.
        length = -(-(held + release) // (RATE // 5)) * (RATE // 5)
        note = string(instrument, pitch, length)[: held + release].copy()
        note[-release:] *= (np.linspace(1, 0, release, dtype=np.float32)) ** 2
        accent = 1.0 if start % size == 0 else 0.86 if start % 4 == 0 else 0.78
        at = int((LEAD + start * step) * RATE)
        end = min(at + len(note), len(dry))
        dry[at:end] += np.float32(loud * accent) * note[: end - at, None] * pan


def _echo(dry: Sound) -> Sound:
    """The room's answer: convolution block by block (overlap-add)."""
    kernel = room()
    size = 1 << 17
    hop = size - kernel.shape[1] + 1
    count = -(-len(dry) // hop)
    mono = np.zeros(count * hop, dtype=np.float32)
    mono[: len(dry)] = dry.mean(axis=1)
    spectra = np.fft.rfft(mono.reshape(count, hop), size)
    made = np.zeros((count * hop + size, 2), dtype=np.float32)
    for side, row in enumerate(kernel):
        for index, block in enumerate(np.fft.irfft(spectra * np.fft.rfft(row, size), size)):
            made[index * hop : index * hop + size, side] += block
    return made[: len(dry)]


def render_bank(
    bank: Path,
    notes: Sequence[Sequence[int]],
    backing: Sequence[Sequence[int]],
    *,
    meter: str,
    tempo: int,
    instrument: str,
    bars: int,
) -> Sound:
    """The tune played on a person's own SoundFont. Raises :class:`Unavailable` where it cannot be."""
    try:
        import tinysoundfont
    except ImportError:
        raise Unavailable("composer-no-player") from None
    try:
        synth = tinysoundfont.Synth(samplerate=RATE)
        loaded = synth.sfload(str(bank))
        synth.program_select(0, loaded, 0, PROGRAMS[instrument])
        synth.program_select(1, loaded, 0, PROGRAMS[instrument])
    except Exception:  # the player raises bare Exceptions for files it cannot read
        raise Unavailable("composer-bad-bank", path=str(bank)) from None
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
            parts.append(np.frombuffer(bytes(synth.generate(at - now)), dtype=np.float32).reshape(-1, 2))
            now = at
        if on:
            synth.noteon(channel, pitch, loud)
        elif at < total:
            synth.noteoff(channel, pitch)
    return levelled(np.concatenate(parts))
