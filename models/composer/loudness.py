"""How loud a sound is (ITU-R BS.1770-4, gated, K-weighted), and bringing it to a level with no clipping."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]  # [samples, channels]

TARGET = -16.0  # LUFS
CEILING = 0.80  # of full scale: about -2 dB, so that a lossy codec's overshoot stays below 0
# BS.1770-4 table 1 and 2, filter coefficients at 48 kHz: (b0, b1, b2), (a1, a2).
SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (-1.69065929318241, 0.73248077421585))
HIGHPASS = ((1.0, -2.0, 1.0), (-1.99004745483398, 0.99007225036621))


def loudness(sound: Sound, rate: int = 48_000) -> float:
    """Integrated loudness in LUFS; -inf for silence. Coefficients are those of 48 kHz."""
    assert rate == 48_000
    size = 1 << (len(sound) + 4800).bit_length()
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(size))
    weight = np.ones(len(z), dtype=np.complex128)
    for (b0, b1, b2), (a1, a2) in (SHELF, HIGHPASS):
        weight *= (b0 + b1 * z + b2 * z * z) / (1 + a1 * z + a2 * z * z)
    power = np.zeros(len(sound))
    for channel in sound.T:
        heard = np.fft.irfft(np.fft.rfft(channel, size) * weight, size)[: len(sound)]
        power += heard * heard
    hop = rate // 10
    sums = np.concatenate([[0.0], np.cumsum(power)])
    starts = np.arange(0, max(len(sound) - 4 * hop, 0) + 1, hop)
    blocks = (sums[np.minimum(starts + 4 * hop, len(sound))] - sums[starts]) / (4 * hop)
    kept = blocks[_lufs(blocks) > -70]
    if len(kept) == 0:
        return -np.inf
    kept = kept[_lufs(kept) > _lufs(kept.mean()) - 10]
    return float(_lufs(kept.mean()))


def _lufs(power: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    return np.asarray(-0.691 + 10 * np.log10(np.maximum(power, 1e-12)))


def levelled(sound: Sound, target: float = TARGET) -> Sound:
    """The sound at ``target`` LUFS, peaks kept under :data:`CEILING` by a limiter (5 ms frames)."""
    made = sound
    for _ in range(2):
        now = loudness(made)
        if not np.isfinite(now):
            return made
        made = _limited(made * np.float32(10 ** ((target - now) / 20)))
    return made


def _limited(sound: Sound) -> Sound:
    frame = 240
    count = -(-len(sound) // frame)
    padded = np.zeros(count * frame, dtype=np.float32)
    padded[: len(sound)] = np.abs(sound).max(axis=1)
    peaks = padded.reshape(count, frame).max(axis=1)
    gains = np.minimum(1.0, CEILING / np.maximum(peaks, 1e-9))
    # Each frame may be no louder than its neighbours allow, so that the line between is safe too.
    low = np.minimum.reduce([np.roll(gains, shift) for shift in range(-4, 5)])
    smooth = np.convolve(np.pad(low, 2, mode="edge"), np.ones(5) / 5, mode="valid")
    centres = (np.arange(count) + 0.5) * frame
    curve = np.interp(np.arange(len(sound)), centres, np.minimum(smooth, 1.0)).astype(np.float32)
    return np.asarray(np.clip(sound * curve[:, None], -CEILING, CEILING), dtype=np.float32)
