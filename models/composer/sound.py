"""The tune as sound: small instruments of our own, made of sums of partials that decay or are held.

No instrument bank comes with the project: the one that a pip package brings is under the GPL, and
its player does not install everywhere. :mod:`bank` plays a person's own SoundFont where one is set.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from atelier.requests import Instrument
from models.composer.grid import METERS
from models.composer.instruments import ORCHESTRA, Timbre
from models.composer.loudness import Sound, levelled
from models.composer.ogg import RATE

RING = 1.6  # seconds after the last note
LEAD = 0.06  # seconds before the first
VIBRATO = 5.6  # times a second
HIGHEST_PARTIAL = 0.42 * RATE  # Hz


@lru_cache(maxsize=512)
def sounded(instrument: Instrument, pitch: int, length: int) -> NDArray[np.float32]:
    """One note of ``length`` samples: struck and left to ring, or held. Its peak is about its strength."""
    made = ORCHESTRA[instrument].timbre
    base = 440.0 * 2 ** ((pitch - 69) / 12)
    out = _struck(made, pitch, base, length) if made.decay else _held(made, pitch, base, length)
    rise = max(2, int(made.attack * RATE))
    out[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)[: len(out)]
    return np.asarray(out / np.float32(max(1e-6, float(np.abs(out).max())) / made.strength))


def _struck(made: Timbre, pitch: int, base: float, length: int) -> NDArray[np.float32]:
    """The decaying partials of a string of ``base`` Hz."""
    time = np.arange(length, dtype=np.float32) / np.float32(RATE)
    rng = np.random.default_rng([pitch, made.count])  # partials' phases: the same at every hearing
    out = np.zeros(length, dtype=np.float32)
    brightness = min(1.0, 523.0 / base) ** 0.25
    fading = 1.0 + 0.5 * max(0.0, (pitch - 60) / 12)
    for index, number in enumerate(_numbers(made)):
        frequency = base * number * np.sqrt(1 + made.stiffness * number * number)
        if frequency > HIGHEST_PARTIAL:
            break
        amplitude = number ** (-made.slope / brightness) * _coloured(made, index, number, frequency)
        rate = made.decay * fading * (1 + made.damping * index)
        heard = min(length, int(9.0 / rate * RATE))
        t = time[:heard]
        fall = np.exp(np.float32(-rate) * t)
        for side in (-1, 1) if made.detune and index < 6 else (0,):
            turn = np.float32(2 * np.pi * frequency * 2 ** (side * made.detune / 1200 / 2))
            share = 0.5 if side else 1.0
            phase = np.float32(rng.random() * 2 * np.pi * 0.15)
            out[:heard] += np.float32(amplitude * share) * fall * np.sin(turn * t + phase)
    return out


def _held(made: Timbre, pitch: int, base: float, length: int) -> NDArray[np.float32]:
    """The steady partials of what is blown or bowed, with its vibrato (which comes late) and its breath."""
    rng = np.random.default_rng([pitch, made.count])
    time = np.arange(length) / RATE
    late = np.clip((time - 0.15) / 0.25, 0, 1)
    cents = made.vibrato * late * np.sin(2 * np.pi * VIBRATO * time + rng.random())
    turn = 2 * np.pi * base * np.cumsum(2 ** (cents / 1200)) / RATE
    out = np.zeros(length, dtype=np.float32)
    for index, number in enumerate(_numbers(made)):
        frequency = base * number
        if frequency > HIGHEST_PARTIAL:
            continue
        level = made.levels[index] if made.levels else number**-made.slope
        level *= _coloured(made, index, number, frequency)
        # Brass and bow speak from below: the higher a partial, the later it is all there.
        grown = np.clip(time / (made.bloom * (1 + 0.3 * index)), 0, 1) if made.bloom and index else 1.0
        for side in (-1, 1) if made.detune else (0,):
            beat = 2 * np.pi * frequency * (2 ** (side * made.detune / 2400) - 1) * time
            wave = np.sin(number * turn + beat + 2 * np.pi * rng.random())
            out += np.asarray((0.5 if side else 1.0) * level * grown * wave, dtype=np.float32)
    if made.breath:
        air = np.convolve(rng.standard_normal(length), np.hanning(9), mode="same")
        out += np.asarray(made.breath * air, dtype=np.float32)
    return out


def _numbers(made: Timbre) -> tuple[float, ...]:
    """The partials' frequencies over the first's."""
    return made.ratios or tuple(float(n) for n in range(1, made.count + 1))


def _coloured(made: Timbre, index: int, number: float, frequency: float) -> float:
    """What a partial is multiplied by, beside the fall from one to the next."""
    gain = made.even if index % 2 else 1.0
    if made.pluck:
        gain *= abs(math.sin(math.pi * number * made.pluck)) + 0.05
    for centre, resonance in made.body:
        gain *= 1 + resonance * math.exp(-((math.log2(frequency / centre) / 0.5) ** 2))
    return gain


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
    instrument: Instrument,
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
    _lay(dry, backing, ORCHESTRA[instrument].chords, step, size, 0.2, 0.56, 1.0)
    wet = _echo(dry)
    made = dry + 0.22 * wet
    fade = int(0.25 * RATE)
    made[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
    return levelled(made)


def _lay(
    dry: Sound,
    notes: Sequence[Sequence[int]],
    instrument: Instrument,
    step: float,
    size: int,
    loud: float,
    place: float,
    legato: float,
) -> None:
    """Add ``notes`` to ``dry``; ``place`` 0 is left, 1 right."""
    made = ORCHESTRA[instrument].timbre
    release = int(made.release * legato * RATE)
    pan = np.asarray([np.cos(place * np.pi / 2), np.sin(place * np.pi / 2)], dtype=np.float32) * np.float32(
        1.2
    )
    for start, duration, pitch in notes:
        held = int(duration * step * RATE)
        # Rounded up to a fifth of a second, so that notes of nearly one length share a rendering.
        length = -(-(held + release) // (RATE // 5)) * (RATE // 5)
        note = sounded(instrument, pitch, length)[: held + release].copy()
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
