"""What ships beside the composer's weights: how rhythms move, and which runs of notes are known."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from atelier.requests import Lead, MelodyRequest
from atelier.tunes import read
from atelier.versions import open_version, shipped_folder
from models.composer import facts
from models.composer.compose import Tune
from models.composer.data import Tune as Real
from models.composer.data import read_tunes
from models.composer.gait import Gait, watch
from models.composer.generate import Composer
from models.composer.grid import FIRST_PITCH, HOLD, REST
from models.composer.originality import Known, known
from models.composer.taste import CHOPPED, SILENT_BAR, astray, out_of_step, shortfall
from tests.models.composer_tunes import pack

Notes = list[list[int]]


@pytest.fixture(scope="module")
def composer() -> Composer:
    return Composer.load()


def wander(seed: int, count: int, start: int = 0) -> Notes:
    rng = random.Random(seed)
    notes, at = [], start
    for _ in range(count):
        duration = rng.choice((1, 2, 3, 4, 6))
        notes.append([at, duration, 60 + rng.randrange(24)])
        at += duration
    return notes


def after(first: Notes, second: Notes, up: int = 0) -> Notes:
    """``second`` behind ``first``, moved ``up`` semitones."""
    at = first[-1][0] + first[-1][1] - second[0][0]
    return [*first, *([s + at, d, p + up] for s, d, p in second)]


def test_a_run_of_thirteen_notes_is_found_in_any_key_and_place() -> None:
    tunes = [wander(seed, 40) for seed in range(30)]
    filter_ = known(tunes)
    for seed, tune in enumerate(tunes):
        for begin in (0, 7, 27):
            other = after(wander(1000 + seed, 20), tune[begin : begin + 13], up=-3)
            assert filter_.copied(after(other, wander(2000 + seed, 20)))


def test_a_run_of_ten_notes_is_nobodys() -> None:
    tunes = [wander(seed, 40) for seed in range(30)]
    filter_ = known(tunes)
    others = [
        after(after(wander(1000 + seed, 20), tune[5:15]), wander(2000 + seed, 20))
        for seed, tune in enumerate(tunes)
    ]
    # A Bloom filter is wrong now and then, in about one of a thousand runs.
    assert sum(filter_.copied(other) > 0 for other in others) <= 2


def test_what_was_given_does_not_count() -> None:
    tune = wander(1, 30)
    whole = after(tune, wander(2, 30))
    filter_ = known([tune])
    assert filter_.copied(whole)
    assert not filter_.copied(whole, since=tune[-1][0] + tune[-1][1])


def test_a_filter_comes_back_from_its_file_and_an_empty_one_knows_nothing(tmp_path: Path) -> None:
    tune = wander(3, 30)
    assert not Known.load(tmp_path).copied(tune)
    known([tune]).save(tmp_path)
    assert Known.load(tmp_path).copied(tune)


@pytest.mark.usefixtures("few_phrases")
def test_a_tune_that_is_known_is_composed_again(composer: Composer) -> None:
    request = MelodyRequest(description="a merry reel", seed=5)
    (first,) = composer.compose([request])
    assert isinstance(first, Tune)
    before = composer.known
    try:
        composer.known = known([first.notes])
        (second,) = composer.compose([request])
        assert isinstance(second, Tune)
        assert second.notes != first.notes
        assert composer.known.copied(second.notes) == 0
        assert second.wished == first.wished
        (third,) = composer.compose([request])
        assert isinstance(third, Tune)
        assert third.notes == second.notes
    finally:
        composer.known = before


@pytest.mark.usefixtures("few_phrases")
def test_a_known_tune_may_be_gone_on_from(composer: Composer) -> None:
    tune = read(b"M:4/4\nL:1/8\nK:D\nd2fd adfd|e2ge bege|d2fd adfd|gfec d4|")
    request = MelodyRequest(description="on", seed=1, steer=Lead(way="continue", tune=tune))
    before = composer.known
    try:
        composer.known = known([tune.notes])
        (made,) = composer.compose([request])
        assert isinstance(made, Tune)
        assert [list(note) for note in tune.notes][:-1] == made.notes[: len(tune.notes) - 1]
    finally:
        composer.known = before


def steps(pattern: str) -> np.ndarray:
    """Four bars of 4/4 from ``x`` (an onset) and ``-`` (held)."""
    return np.asarray([FIRST_PITCH + 14 if mark == "x" else HOLD for mark in pattern * 4])


def gait() -> Gait:
    """Reels of even eighths and hornpipes of dotted ones, ten of each."""
    even, dotted = "x-x-x-x-x-x-x-x-", "x--xx--xx--xx---"
    tunes = []
    for style, pattern in ((1, even), (3, dotted)):
        tunes += [
            Real("", "", "", "", "train", "4/4", 1, style, "C", 60, 0, [], steps(pattern)) for _ in range(10)
        ]
    return watch(tunes)


def test_a_phrase_moves_like_the_rhythm_whose_patterns_it_has(tmp_path: Path) -> None:
    even, dotted = steps("x-x-x-x-x-x-x-x-"), steps("x--xx--xx--xx---")
    gait().save(tmp_path)
    for one in (gait(), Gait.load(tmp_path)):
        assert one.missed(even, "4/4", "reel") < 0.1
        assert one.missed(dotted, "4/4", "hornpipe") < 0.1
        assert one.missed(even, "4/4", "hornpipe") > 3
        assert one.missed(dotted, "4/4", "reel") > 3
        assert one.missed(dotted, "6/8", "jig") == 0.0  # nothing is known of jigs here
    assert Gait.load(tmp_path / "none").missed(even, "4/4", "hornpipe") == 0.0


def test_facts_are_counted_from_a_pack(tmp_path: Path) -> None:
    tunes = read_tunes(pack(tmp_path / "pack"))
    facts.write(tunes, tmp_path)
    assert Known.load(tmp_path).copied(tunes[0].notes)
    assert {path.name for path in tmp_path.iterdir()} >= {"gait.json", "runs-filter.npy", "hearing.json"}


def test_the_shipped_version_has_its_facts_within_their_budget() -> None:
    version = open_version(shipped_folder("composer"))
    assert {"gait.json", "runs-filter.npy", "hearing.json"} <= set(version.card["files"])
    assert version.file("gait.json").stat().st_size < 100 * 1024
    assert version.file("runs-filter.npy").stat().st_size < 450 * 1024


def three(pattern: str) -> np.ndarray:
    """Four bars of 6/8 or 3/4 from their onsets."""
    return np.asarray([FIRST_PITCH + 14 if mark == "x" else HOLD for mark in pattern * 4])


def test_a_phrase_is_in_the_meter_whose_patterns_it_has() -> None:
    """The same sixteenths: two halves of three eighths, or three quarters."""
    halves, quarters = "x---x-x---x-", "x---x---x---"
    tunes = []
    for meter, style, pattern in (("6/8", 2, halves), ("3/4", 4, quarters)):
        tunes += [Real("", "", "", "", "train", meter, 1, style, "C", 60, 0, [], three(pattern))] * 10
    one = watch(tunes)
    assert one.off_meter(three(halves), "6/8") < 0.1
    assert one.off_meter(three(quarters), "3/4") < 0.1
    assert one.off_meter(three(halves), "3/4") > 2
    assert one.off_meter(three(quarters), "6/8") > 2
    assert one.off_meter(three(quarters), "4/4") == 0.0  # no tune in it was heard


def test_altered_notes_that_lead_nowhere_are_counted() -> None:
    # Above the tonic: 6 is no note of D major; 11 is the leading note of a minor key, 10 its natural seventh.
    assert astray(np.asarray([7, 6, 7, 5, 4]), "major") == 0
    assert astray(np.asarray([7, 6, 2, 0]), "major") == 1
    assert astray(np.asarray([12, 11, 12, 10, 8, 7]), "minor") == 0
    assert astray(np.asarray([12, 11, 10, 8, 7]), "minor") == 1


def test_silent_bars_and_chopped_notes_are_missed() -> None:
    whole = np.asarray(
        [
            FIRST_PITCH + 14 + step if at % 4 == 0 else HOLD
            for at, step in enumerate([0, 0, 0, 0, 2, 2, 2, 2] * 8)
        ]
    )
    silent, chopped = whole.copy(), whole.copy()
    silent[32:48] = REST
    chopped[[3, 35]] = REST
    plain, quiet, short = (
        shortfall(steps, "4/4", "major", "open", {}, None) for steps in (whole, silent, chopped)
    )
    assert quiet - plain > SILENT_BAR
    assert short - plain == pytest.approx(2 * CHOPPED)


def test_a_march_walks_and_a_waltz_dwells_on_its_first_beat() -> None:
    def bars(pattern: str) -> np.ndarray:
        marks = pattern.replace(" ", "") * 4
        return np.asarray([FIRST_PITCH + 14 if mark == "x" else HOLD for mark in marks])

    assert out_of_step(bars("x--- x--- x--- x---"), "march") == 0
    assert out_of_step(bars("x--- x--- ---- x---"), "march") == 4
    assert out_of_step(bars("x--- x---"), "march") == 0  # two quarters
    assert out_of_step(bars("x--- ---- x---"), "waltz") == 0
    assert out_of_step(bars("x--- x--- ----"), "waltz") == 5  # the second beat is the longest in each bar
    assert out_of_step(bars("---- x--- x---"), "waltz") > 4
    assert out_of_step(bars("x--- x--- ----"), "air") == 0
