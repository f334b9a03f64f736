"""How a tune is written down: rests as they are printed, and tempos in the beats that are counted."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from atelier.languages import say
from atelier.tunes.beat import beats
from bench.composer import true_peak
from models.composer.notation import pieces
from models.composer.score import mei


def rests(meter: str, *notes: list[int], bars: int = 1) -> list[tuple[int, int]]:
    """(place, length) of every rest between ``notes``."""
    return [(p.at, p.length) for bar in pieces(notes, meter, bars) for p in bar if p.pitch is None]


@pytest.mark.parametrize(
    ("meter", "note", "expected"),
    [
        ("3/4", [0, 4, 62], [(4, 4), (8, 4)]),  # no half rest in three
        ("3/4", [8, 4, 62], [(0, 4), (4, 4)]),
        ("4/4", [0, 4, 62], [(4, 4), (8, 8)]),  # never across the middle
        ("4/4", [12, 4, 62], [(0, 8), (8, 4)]),
        ("4/4", [0, 2, 62], [(2, 2), (4, 4), (8, 8)]),
        ("2/4", [0, 1, 62], [(1, 1), (2, 2), (4, 4)]),
        ("6/8", [0, 2, 62], [(2, 2), (4, 2), (6, 6)]),  # the second eighth begins no quarter rest
        ("6/8", [4, 2, 62], [(0, 4), (6, 6)]),
        ("6/8", [0, 9, 62], [(9, 1), (10, 2)]),
    ],
)
def test_rests_are_cut_as_they_are_printed(
    meter: str, note: list[int], expected: list[tuple[int, int]]
) -> None:
    assert rests(meter, note) == expected


@pytest.mark.parametrize(("meter", "size"), [("4/4", 16), ("3/4", 12), ("6/8", 12), ("2/4", 8)])
def test_a_silent_bar_is_one_rest_in_its_middle(meter: str, size: int) -> None:
    notes = [[0, 2, 62], [2 * size, size, 62]]
    assert rests(meter, *notes, bars=3)[-1] == (0, size)
    drawn = mei(notes, meter=meter, key="D", mode="major", bars=3, chords=[], home=62)
    bars = ET.fromstring(drawn).findall(".//{*}measure")
    assert [len(bar.findall(".//{*}mRest")) for bar in bars] == [0, 1, 0]
    assert [len(bar.findall(".//{*}rest")) > 0 for bar in bars] == [True, False, False]


def test_six_eight_is_counted_in_dotted_quarters() -> None:
    assert beats("6/8", 168) == {"tempo": "112", "beat": "dotted"}
    assert beats("3/4", 90) == {"tempo": "90", "beat": "plain"}
    told = {"key": "D", "mode": "major", "meter": "6/8", "bars": 8, **beats("6/8", 168)}
    assert say("music", "en", **told) == "D major, 6/8, 112 dotted quarter notes a minute, 8 bars"
    assert "112 个附点四分音符" in say("music", "zh", **told)
    assert "dotted" not in say("composer-detail", "en", meter="3/4", **beats("3/4", 90))


def test_a_true_peak_lies_between_the_samples() -> None:
    # A sine of a quarter of the rate, sampled 45 degrees beside its peaks: 3 dB under them.
    sound = np.sin(np.pi / 2 * np.arange(4800) + np.pi / 4).astype(np.float32)[:, None]
    assert 20 * np.log10(np.abs(sound).max()) == pytest.approx(-3.01, abs=0.01)
    assert true_peak(sound) == pytest.approx(0.0, abs=0.05)
