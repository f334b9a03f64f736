"""How loud a sound is, by a meter of our own for what the composer levelled with another.

ITU-R BS.1770-4 as it is written: the K-weighting runs over the samples one after another, where
``models.composer.loudness`` weighs spectra. Its filters come from their analogue figures (De Man 2014, as
libebur128 has them), not from the standard's table, so a slip in either shows.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]  # [samples, channels]
Filter = tuple[float, float, float, float, float]  # b0, b1, b2, a1, a2

SHELF_HZ, SHELF_DB, SHELF_Q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
HIGHPASS_HZ, HIGHPASS_Q = 38.13547087602444, 0.5003270373238773
BLOCK_S, HOP_S = 0.4, 0.1
ABSOLUTE, RELATIVE = -70.0, -10.0  # LUFS, and LU under the mean: what is quieter does not count


def lufs(sound: NDArray[np.floating], rate: int) -> float:
    """The integrated loudness of ``sound`` [samples, channels], left and right; -inf for silence."""
    heard = np.asarray(sound, dtype=np.float64)
    for weighting in weightings(rate):
        heard = filtered(heard, weighting)
    size, hop = round(BLOCK_S * rate), round(HOP_S * rate)
    energy = np.concatenate([[0.0], np.cumsum((heard**2).sum(axis=1))])
    starts = np.arange(0, len(heard) - size + 1, hop)
    blocks = (energy[starts + size] - energy[starts]) / size
    blocks = blocks[_level(blocks) > ABSOLUTE]
    if not len(blocks):
        return -math.inf
    blocks = blocks[_level(blocks) > _level(blocks.mean()) + RELATIVE]
    return float(_level(blocks.mean()))


def weightings(rate: int) -> tuple[Filter, Filter]:
    """The head's shelf and the high pass of the K-weighting at ``rate`` samples a second."""
    k = math.tan(math.pi * SHELF_HZ / rate)
    high = 10 ** (SHELF_DB / 20)
    middle = high**0.4996667741545416
    a0 = 1 + k / SHELF_Q + k * k
    shelf = (
        (high + middle * k / SHELF_Q + k * k) / a0,
        2 * (k * k - high) / a0,
        (high - middle * k / SHELF_Q + k * k) / a0,
        2 * (k * k - 1) / a0,
        (1 - k / SHELF_Q + k * k) / a0,
    )
    k = math.tan(math.pi * HIGHPASS_HZ / rate)
    a0 = 1 + k / HIGHPASS_Q + k * k
    return shelf, (1.0, -2.0, 1.0, 2 * (k * k - 1) / a0, (1 - k / HIGHPASS_Q + k * k) / a0)


def filtered(sound: Samples, weighting: Filter) -> Samples:
    """``sound`` through one filter, sample by sample, in many blocks at once.

    Every block is run from silence; then what the block before left ringing is added to it, which is
    exact, as the filter is linear.
    """
    b0, b1, b2, a1, a2 = weighting
    count, channels = sound.shape
    size = max(2, math.isqrt(count))
    blocks = -(-count // size)
    fed = b0 * sound
    fed[1:] += b1 * sound[:-1]
    fed[2:] += b2 * sound[:-2]
    padded = np.zeros((blocks * size, channels))
    padded[:count] = fed
    out = padded.reshape(blocks, size, channels).swapaxes(0, 1).copy()  # [place in its block, block, channel]
    ringing = np.zeros((size + 2, 2))  # what follows the two samples before: (0, 1) and (1, 0)
    ringing[0, 1] = ringing[1, 0] = 1.0
    for at in range(size):
        if at:
            out[at] -= a1 * out[at - 1]
        if at > 1:
            out[at] -= a2 * out[at - 2]
        ringing[at + 2] = -a1 * ringing[at + 1] - a2 * ringing[at]
    for block in range(1, blocks):
        left = out[[-1, -2], block - 1]  # the last sample, the last but one
        out[:, block] += ringing[2:] @ left
    return out.swapaxes(0, 1).reshape(-1, channels)[:count]


def _level(power: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    return np.asarray(-0.691 + 10 * np.log10(np.maximum(power, 1e-12)))
