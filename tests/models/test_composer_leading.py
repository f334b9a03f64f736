"""Tunes that start from a tune: gone on from, varied, blended; and asked to be dense or wide."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from atelier import tunes
from atelier.errors import BadInput
from atelier.requests import LENGTHS, Given, Lead, MelodyRequest
from models.composer.attributes import ATTRIBUTES, measure
from models.composer.compose import Tune
from models.composer.generate import Composer
from models.composer.grid import METERS, pitch_class
from models.composer.leading import on_the_grid
from models.composer.plan import PLANS, continued

REEL = tunes.read(
    b"X:1\nR:reel\nM:4/4\nL:1/8\nK:D\nd2fd adfd|e2ge bege|d2fd adfd|gfec d4|"
    b"d2fd adfd|e2ge bege|a2fa gfed|Bcec d4|"
)
MINOR = tunes.read(
    b"M:4/4\nL:1/8\nK:Am\nA2c2 e2c2|d2f2 a2f2|e2c2 B2G2|A4 A4|A2B2 c2d2|e2f2 g2e2|d2B2 c2B2|A8|"
)
HEAD = tunes.read(b"M:3/4\nL:1/8\nK:Gm\nG2A2B2|d4c2|B2")


@pytest.fixture(scope="module")
def composer() -> Composer:
    return Composer.load()


def made(composer: Composer, lead: Lead | None, seed: int = 1, **options: object) -> Tune:
    said = {"description": "a tune", "seed": seed, "steer": lead, **options}
    (tune,) = composer.compose([MelodyRequest.model_validate(said)])
    assert isinstance(tune, Tune), tune
    return tune


def moves(notes: list[list[int]]) -> list[tuple[int, int]]:
    return [(b[2] - a[2], a[1]) for a, b in pairwise(notes)]


def test_to_go_on_keeps_what_was_given_and_ends_at_home(composer: Composer) -> None:
    tune = made(composer, Lead(way="continue", tune=HEAD), tempo=90)
    assert [list(note) for note in HEAD.notes][:-1] == tune.notes[: len(HEAD.notes) - 1]
    assert tune.notes[len(HEAD.notes) - 1][2] == HEAD.notes[-1][2]
    wished = tune.wished
    assert (wished.meter, wished.key, wished.mode, wished.length, wished.tempo) == (
        "3/4",
        "G",
        "minor",
        8,
        90,
    )
    assert len(tune.steps) == 8 * METERS["3/4"]
    assert tune.notes[-1][2] % 12 == pitch_class("G")
    other = made(composer, Lead(way="continue", tune=HEAD), seed=2, tempo=90)
    assert other.notes != tune.notes


@pytest.mark.usefixtures("few_phrases")
def test_to_go_on_from_more_than_a_phrase_fills_the_length(composer: Composer) -> None:
    tune = made(composer, Lead(way="continue", tune=REEL), length=16)
    assert tune.wished.rhythm == "reel"
    assert tune.notes[: len(REEL.notes) - 1] == [list(note) for note in REEL.notes][:-1]
    assert len(tune.steps) == 16 * 16
    assert made(composer, Lead(way="continue", tune=REEL)).wished.length == 16  # the next that has room


def test_a_peak_far_above_a_low_tune_stays_where_it_is(composer: Composer) -> None:
    low = tunes.read(b"M:4/4\nL:1/4\nK:C\nCCCC|CEGc'|CDEF|C4|")
    tune = made(composer, Lead(way="continue", tune=low))
    assert tune.notes[: len(low.notes) - 1] == [list(note) for note in low.notes][:-1]


def test_what_is_given_moves_to_a_key_that_is_asked_for(composer: Composer) -> None:
    tune = made(composer, Lead(way="continue", tune=HEAD), key="D minor")
    assert moves(tune.notes)[:4] == moves([list(note) for note in HEAD.notes])[:4]
    assert tune.notes[0][2] % 12 == 2


def test_a_variation_is_like_its_tune_and_a_strong_one_less_so(composer: Composer) -> None:
    original = on_the_grid(REEL, 16)
    changed = {}
    for strength in ("subtle", "strong"):
        found = [
            float(
                np.mean(
                    made(composer, Lead(way="vary", tune=REEL, strength=strength), seed).steps != original
                )
            )
            for seed in range(3)
        ]
        changed[strength] = float(np.mean(found))
        assert min(found) > 0
    assert 0.05 < changed["subtle"] < changed["strong"] < 0.7


def test_phrases_that_came_again_come_again_in_a_variation(composer: Composer) -> None:
    twice = (*REEL.notes, *((start + 128, length, pitch) for start, length, pitch in REEL.notes))
    again = Given(notes=twice, meter="4/4", key="D major")
    steps = made(composer, Lead(way="vary", tune=again)).steps
    assert (steps[:128] == steps[128:256])[:112].all()  # but for the close of the whole


def test_a_blend_is_between_its_tunes(composer: Composer) -> None:
    one, two = on_the_grid(REEL, 16), on_the_grid(MINOR, 16)
    leads = [Lead(way="blend", tune=REEL, other=MINOR, share=share) for share in (0.0, 0.5, 1.0)]
    near = [float(np.mean(made(composer, lead).steps == one)) for lead in leads]
    assert near[0] > 0.85
    assert near[0] > near[1] > near[2]
    far = made(composer, leads[-1])
    assert np.mean(far.steps == two) > 0.6  # its thirds are the first one's
    assert far.wished.mode == "major"


@pytest.mark.parametrize("way", ["blend", "vary"])
def test_dense_and_wide_tunes_from_tunes_are_denser_and_wider(composer: Composer, way: str) -> None:
    lead = Lead.model_validate({"way": way, "tune": REEL, "other": MINOR if way == "blend" else None})

    def got(name: str, **options: object) -> float:
        tune = made(composer, lead, **options)
        assert tune.notes[-1][2] % 12 == pitch_class(tune.wished.key)
        phrases = tune.steps.reshape(-1, 4 * 16)
        return float(np.mean([measure(one, "4/4")[ATTRIBUTES.index(name)] for one in phrases]))

    assert got("density", density=2.4) > got("density", density=0.6) + 0.3
    assert got("span", range=18) > got("span", range=7) + 4


def test_a_tune_of_odd_length_and_register_is_varied_too(composer: Composer) -> None:
    low = Given(notes=tuple((4 * at, 4, 38 + at % 7) for at in range(18)), meter="3/4", key="D minor")
    tune = made(composer, Lead(way="vary", tune=low))
    assert tune.wished.length == 8
    assert len(tune.steps) == 96
    up = tuple((start, length, pitch + 42) for start, length, pitch in low.notes)
    high = Given(notes=up, meter="3/4", key="D minor")
    assert made(composer, Lead(way="vary", tune=high)).home > tune.home


@pytest.mark.usefixtures("few_phrases")
def test_the_same_request_is_the_same_tune_among_others(composer: Composer) -> None:
    requests = [
        MelodyRequest(description="a", seed=1, steer=Lead(way="continue", tune=HEAD)),
        MelodyRequest(description="b", seed=1),
        MelodyRequest(description="c", seed=1, steer=Lead(way="vary", tune=REEL)),
    ]
    together = composer.compose(requests)
    for request, tune in zip(requests, together, strict=True):
        (alone,) = composer.compose([request])
        assert isinstance(tune, Tune)
        assert isinstance(alone, Tune)
        assert alone.notes == tune.notes


def test_a_rhythm_of_another_meter_is_refused(composer: Composer) -> None:
    (refused,) = composer.compose(
        [MelodyRequest(description="x", rhythm="jig", seed=1, steer=Lead(way="vary", tune=REEL))]
    )
    assert isinstance(refused, BadInput)
    assert refused.key == "composer-meter-rhythm"


def test_dense_and_wide_tunes_are_denser_and_wider(composer: Composer) -> None:
    def mean(name: str, **options: object) -> float:
        said = {"description": "a tune", "rhythm": "song", "length": 4, **options}
        got = composer.compose([MelodyRequest.model_validate({**said, "seed": seed}) for seed in range(4)])
        assert all(isinstance(tune, Tune) for tune in got), got
        phrases = [(tune.steps, tune.wished.meter) for tune in got if isinstance(tune, Tune)]
        return float(np.mean([measure(*phrase)[ATTRIBUTES.index(name)] for phrase in phrases]))

    assert mean("density", density=2.4) > mean("density", density=0.6) + 0.7
    assert mean("span", range=18) > mean("span", range=6) + 5


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("form", ["AABA", "AABB"])
def test_a_plan_that_is_begun_keeps_its_length_and_its_order(length: int, form: str) -> None:
    whole = PLANS.get((length, form)) or PLANS[length, "AABA"]
    for bars in range(1, length):
        course = continued(whole, bars)
        assert len(course.order) == length // 4
        assert sum(phrase.given for phrase in course.phrases) == bars
        known: set[str] = set()
        for phrase in course.phrases:
            assert phrase.before in (None, *known)
            assert phrase.like in (None, *known)
            known.add(phrase.name)
        assert set(course.order) <= known
