"""The composer's gate: bad candidates are rejected for the right reason, and one only liked more passes."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from atelier.learning.verdict import FIGURES
from atelier.requests import MelodyRequest
from models.composer import trial
from models.composer.data import MODES
from models.composer.generate import Composer
from models.composer.leaning import MOST, Leaning
from models.composer.originality import known
from models.composer.reward import features, of_tune
from models.composer.trial import as_kinds, compose_all, judge, obeyed, requests_for, written_right
from models.gate import Gate
from models.reward import Head

FEW, SEEDS = 3, (2,)
pytestmark = pytest.mark.usefixtures("few_tunes")


@pytest.fixture(scope="module")
def current() -> Composer:
    return Composer.load()


def other(current: Composer, change: Callable[[Composer], None]) -> Composer:
    """The current version, changed."""
    made = copy.copy(current)
    made.vae, made.prior = copy.deepcopy(current.vae), copy.deepcopy(current.prior)
    made.version = "candidate"
    change(made)
    return made


def keys(gate: Gate) -> set[str]:
    return {reason.key for reason in gate.reasons}


def shaken(by: float) -> Callable[[Composer], None]:
    def change(composer: Composer) -> None:
        chance = torch.Generator().manual_seed(3)
        for weight in composer.prior.parameters():
            weight.data += torch.randn(weight.shape, generator=chance).double() * weight.std() * by

    return change


def test_noise_in_the_weights_is_rejected(current: Composer) -> None:
    gate = judge(other(current, shaken(1.0)), current, None, FEW, SEEDS)
    worse = {r.params["figure"] for r in gate.reasons if r.key == "gate-worse" and not r.open}
    assert "well_made" in worse
    assert "gate-form" not in keys(gate)  # bars, range and the last note are by construction


def test_a_collapsed_composer_is_rejected(current: Composer) -> None:
    """Whatever comes by chance, it has the one phrase in mind, and is sure of it."""

    def collapse(composer: Composer) -> None:
        composer.prior.scale *= 0.01
        composer.prior.enter.weight.data *= 0.01
        for part in (composer.vae.decoder.head.weight, composer.vae.decoder.head.bias):
            part.data *= 30

    gate = judge(other(current, collapse), current, None, FEW, SEEDS)
    assert "gate-alike" in keys(gate)


def test_a_composer_that_knows_tunes_by_heart_is_rejected(current: Composer) -> None:
    """Its own filter has been emptied; the current version's knows its tunes."""
    (heart,) = compose_all([current], requests_for(range(1), FEW))
    serves = other(current, lambda composer: None)
    serves.known = known([tune.notes for tune in heart.tunes])
    gate = judge(current, serves, None, FEW, (1,))
    assert "gate-copies" in keys(gate)


def test_one_that_is_only_liked_more_passes(current: Composer) -> None:
    candidate = other(current, shaken(0.03))
    theirs, ours = compose_all([current, candidate], requests_for(range(2), FEW))
    mine, before = (features(current.vae, [of_tune(tune) for tune in side.tunes]) for side in (ours, theirs))
    apart = mine - before
    assert float(apart.abs().sum()) > 0
    # The people of this test like whatever is the candidate's about its tunes.
    aim = (apart.abs().sum(1, keepdim=True) > 1e-9).double()
    weight = torch.linalg.lstsq(apart, aim, driver="gelsd").solution[:, 0]
    head = Head(weight, 0.0, torch.zeros_like(weight), torch.ones_like(weight))
    gate = judge(candidate, current, head, FEW, SEEDS)
    assert gate.measured["reward"][0] > gate.measured["reward"][1]
    assert {reason.key for reason in gate.reasons if not reason.open} <= {"gate-slow"}  # on a busy machine
    assert "gate-no-better" not in keys(gate)
    assert {"written_right", "mode_heard", "meter_heard", "rhythm_heard", "well_made", "distinct_runs",
            "different", "copied", "seconds", "reward"} == set(gate.measured)  # fmt: skip
    assert set(gate.measured) <= FIGURES  # a chat names each
    unloved = Head(-weight, 0.0, head.mean, head.spread)
    assert "gate-no-better" in keys(judge(candidate, current, unloved, FEW, SEEDS))


def lean(composer: Composer) -> None:
    composer.leaning = Leaning(modes={"minor": MOST, "major": -MOST})


def test_a_mode_that_is_drawn_more_often_is_not_a_mode_that_is_heard_less(current: Composer) -> None:
    """It composes as it did; but where nobody says a mode it is minor, which is the harder one to hear."""
    candidate = other(current, lean)
    theirs, ours = compose_all([current, candidate], requests_for(range(6), FEW))
    minor = [sum(tune.wished.mode == "minor" for tune in side.tunes) for side in (theirs, ours)]
    assert minor[1] > minor[0] + 5
    gate = judge(candidate, current, None, FEW, (6,))
    assert "gate-worse" not in keys(gate)  # not even an open one: each is held against its like
    assert gate.measured["rhythm_heard"][0] == gate.measured["rhythm_heard"][1]  # the very same tunes


def test_what_is_composed_worse_is_heard_though_it_was_seldom_drawn_before(current: Composer) -> None:
    """Minor tunes are noise, and it leans to minor, where the current one was in major."""

    def spoil(composer: Composer) -> None:
        lean(composer)
        plain = composer.prior.draw

        def draw(noise: Tensor, given: Tensor, state: Tensor, known: Any, **more: Any) -> Tensor:
            latents: Tensor = plain(noise, given, state, known, **more)
            minor = known.mode == MODES.index("minor")
            latents[minor] = 4 * noise[minor]
            return latents

        composer.prior.draw = draw  # type: ignore[method-assign]

    gate = judge(other(current, spoil), current, None, FEW, (6,))
    worse = {r.params["figure"] for r in gate.reasons if r.key == "gate-worse" and not r.open}
    assert "well_made" in worse


def test_a_tune_of_another_kind_is_held_against_the_same_one_by_the_current_version(
    current: Composer,
) -> None:
    """With its own networks, so that where the candidate only leans there is nothing to tell."""
    requests = requests_for(range(3), FEW)

    def spoil(composer: Composer) -> None:
        lean(composer)
        shaken(1.0)(composer)

    leant, worse = other(current, lean), other(current, spoil)
    theirs, ours, spoilt = (one.tunes for one in compose_all([current, leant, worse], requests))
    drawn = [at for at, tune in enumerate(ours) if tune.wished != theirs[at].wished]
    assert 0 < len(drawn) < len(ours)
    for tunes, candidate in ((ours, leant), (spoilt, worse)):
        alike = as_kinds(candidate, current, requests, tunes, theirs)
        assert [tune.notes for tune in alike] == [tune.notes for tune in ours]
        assert [tune.wished for tune in alike] == [tune.wished for tune in tunes]
    assert [tune.notes for tune in spoilt] != [tune.notes for tune in ours]


def test_where_a_rhythm_alone_is_open_nothing_else_is_composed_again(
    current: Composer, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[tuple[int, int]] = []

    def compare(_1: object, _2: object, requests: list[MelodyRequest], *others: Any) -> Gate:
        *_, alpha, whole = others
        looks.append((len(requests), whole))
        assert all(request.rhythm for request in requests[whole:])
        gate = Gate(alpha=alpha)
        gate.no_worse("rhythm_heard", [0.5, 0.6, 0.1], [0.5, 0.5, 0.2])  # it may be either way
        assert gate.undecided
        return gate

    monkeypatch.setattr(trial, "_compare", compare)
    assert judge(current, current, None, FEW, (1, 1, 2)).undecided
    asked = sum(request.rhythm is not None for request in requests_for(range(1), FEW))
    every = len(requests_for(range(1), FEW))
    assert 0 < asked < every
    assert looks == [(every, every), (every + asked, every), (every + 3 * asked, every)]


def test_the_version_that_serves_is_nothing_new(current: Composer) -> None:
    again = judge(other(current, lambda composer: None), current, None, 1, (1,))
    assert keys(again) == {"gate-nothing-new"}


def test_what_is_asked_can_be_heard(current: Composer) -> None:
    asked = [one for one in requests_for(range(1)) if one.density or one.range]
    assert len(asked) == 4
    (composed,) = compose_all([current], asked)
    for request, tune in zip(asked, composed.tunes, strict=True):
        opposite = {"density": 3.0} if (request.density or 9) < 1 else {"range": 30, "density": 0.6}
        wrong = request.model_copy(update={"density": None, "range": None, **opposite})
        assert obeyed(request, tune) > obeyed(wrong, tune)
        assert written_right(tune)
