"""The bench's own loudness meter, by the figures that the standards publish."""

from __future__ import annotations

import numpy as np
import pytest

from bench.loudness import filtered, lufs, weightings
from models.composer.loudness import loudness

RATE = 48_000


def sine(seconds: float, level: float, hertz: float = 997.0, rate: int = RATE) -> np.ndarray:
    """A mono tone whose peaks are at ``level`` dB of full scale."""
    t = np.arange(round(seconds * rate)) / rate
    return (10 ** (level / 20) * np.sin(2 * np.pi * hertz * t))[:, None]


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_a_full_scale_tone_is_what_the_standard_says(rate: int) -> None:
    assert lufs(sine(3, 0, rate=rate), rate) == pytest.approx(-3.01, abs=0.01)  # BS.1770-4, annex 1


def test_the_cases_of_ebu_tech_3341() -> None:
    def stereo(*parts: tuple[float, float]) -> np.ndarray:
        whole = np.concatenate([sine(seconds, level, 1000) for seconds, level in parts])
        return np.repeat(whole, 2, axis=1)

    assert lufs(stereo((20, -23)), RATE) == pytest.approx(-23, abs=0.1)  # case 1
    # Case 4: neither what is silent nor what is much quieter than the rest counts.
    parts = ((10, -72), (10, -36), (60, -23), (10, -36), (10, -72))
    assert lufs(stereo(*parts), RATE) == pytest.approx(-23, abs=0.1)


def test_blocks_at_once_are_one_sample_after_another() -> None:
    sound = np.random.default_rng(0).standard_normal((1003, 2))
    for b0, b1, b2, a1, a2 in weightings(RATE):
        slow = np.zeros_like(sound)
        for at in range(len(sound)):
            for tap, factor in enumerate((b0, b1, b2)):
                if at >= tap:
                    slow[at] += factor * sound[at - tap]
            for tap, factor in ((1, a1), (2, a2)):
                if at >= tap:
                    slow[at] -= factor * slow[at - tap]
        assert np.allclose(filtered(sound, (b0, b1, b2, a1, a2)), slow, atol=1e-9)


def test_silence_has_no_loudness() -> None:
    assert lufs(np.zeros((RATE, 2)), RATE) == -np.inf
    assert lufs(np.zeros((100, 2)), RATE) == -np.inf


def test_what_the_composer_levels_by_agrees() -> None:
    rng = np.random.default_rng(1)
    swell = np.linspace(0.02, 0.4, 6 * RATE)[:, None]
    sound = (swell * rng.standard_normal((6 * RATE, 2))).astype(np.float32)
    assert loudness(sound) == pytest.approx(lufs(sound, RATE), abs=0.1)
