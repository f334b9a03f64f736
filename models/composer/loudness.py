"""How loud a sound is (ITU-R BS.1770-4, gated, K-weighted), and bringing it to a level with no clipping."""

from __future__ import annotations

from functools import cache, reduce

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]  # [samples, channels]

HOP = 4800  # samples: a tenth of a second
TARGET = -16.0  # LUFS
CEILING = 0.80  # of full scale: about -2 dB, so that a lossy codec's overshoot stays below 0
# BS.1770-4 table 1 and 2, filter coefficients at 48 kHz: (b0, b1, b2), (a1, a2).
SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (-1.69065929318241, 0.73248077421585))
HIGHPASS = ((1.0, -2.0, 1.0), (-1.99004745483398, 0.99007225036621))


def loudness(sound: Sound) -> float:
    """Integrated loudness of ``sound`` at 48 kHz in LUFS; -inf for silence.

    The weighting is applied to the power spectrum of each tenth of a second, which needs no filter
    running over the samples one by one.
    """
    count = max(1, -(-len(sound) // HOP))
    padded = np.zeros((count * HOP, sound.shape[1]), dtype=np.float32)
    padded[: len(sound)] = sound
    spectra = np.fft.rfft(padded.T.reshape(sound.shape[1], count, HOP))
    heard = (spectra.real**2 + spectra.imag**2) @ _weights()
    power = heard.sum(axis=0).astype(np.float64)
    blocks = np.convolve(power, np.ones(4) / 4, mode="valid") if count >= 4 else power
    kept = blocks[_lufs(blocks) > -70]
    if len(kept) == 0:
        return -np.inf
    kept = kept[_lufs(kept) > _lufs(kept.mean()) - 10]
    return float(_lufs(kept.mean()))


@cache
def _weights() -> NDArray[np.float32]:
    """[HOP // 2 + 1]: what each bin of a tenth's spectrum adds to the K-weighted mean square."""
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(HOP))
    response = np.ones(len(z), dtype=np.complex128)
    for (b0, b1, b2), (a1, a2) in (SHELF, HIGHPASS):
        response *= (b0 + b1 * z + b2 * z * z) / (1 + a1 * z + a2 * z * z)
    twice = np.full(len(z), 2.0)
    twice[0] = twice[-1] = 1.0
    return np.asarray(twice * np.abs(response) ** 2 / HOP**2, dtype=np.float32)


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
    padded[: len(sound)] = reduce(np.maximum, np.abs(sound).T)  # quicker than along so short an axis
    peaks = padded.reshape(count, frame).max(axis=1)
    gains = np.minimum(1.0, CEILING / np.maximum(peaks, 1e-9))
    # Each frame may be no louder than its neighbours allow, so that the line between is safe too.
    low = np.minimum.reduce([np.roll(gains, shift) for shift in range(-4, 5)])
    smooth = np.convolve(np.pad(low, 2, mode="edge"), np.ones(5) / 5, mode="valid")
    centres = (np.arange(count) + 0.5) * frame
    curve = np.interp(np.arange(len(sound)), centres, np.minimum(smooth, 1.0)).astype(np.float32)
    return np.asarray(np.clip(sound * curve[:, None], -CEILING, CEILING), dtype=np.float32)
