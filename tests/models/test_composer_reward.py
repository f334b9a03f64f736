"""The composer's reward head and what it leans to: a hidden taste is found, and none where there is none."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import torch

from atelier.learning.rules import Bounds
from atelier.learning.snapshot import take
from atelier.requests import MelodyRequest
from models.composer import leaning
from models.composer.compose import Tune
from models.composer.generate import Composer
from models.composer.leaning import Leaning, draw
from models.composer.reward import features, learn, liking, of_result, of_tune, phrase_features, width
from models.composer.tune import leaning_of, open_choices, tune
from models.composer.wishes import MAJOR
from models.reward import Head
from tests.models.composer_votes import minor_and_smooth, no_taste, smooth, snapshot, votes

pytestmark = pytest.mark.usefixtures("few_tunes")


@pytest.fixture(scope="module")
def composer() -> Composer:
    return Composer.load()


def test_a_hidden_taste_is_found_on_people_it_never_saw(composer: Composer, tmp_path: Path) -> None:
    found = learn(composer.vae, snapshot(minor_and_smooth, tmp_path))
    assert found is not None
    head, judged = found
    assert judged.sure
    assert judged.auc > 0.68  # a fifth of the votes is noise
    assert judged.off < 0.2
    fresh = take("composer", votes(minor_and_smooth, 60, seed=78), tmp_path / "fresh", Bounds())
    pieces = [of_result(example.result) for example in fresh.examples]
    logits = head(features(composer.vae, [piece for piece in pieces if piece is not None]))
    good = torch.tensor([e.result["mode"] == "minor" and smooth(e.result) for e in fresh.examples])
    assert logits[good].sigmoid().mean() > logits[~good].sigmoid().mean() + 0.12


def test_where_there_is_no_taste_none_is_found(composer: Composer, tmp_path: Path) -> None:
    taken = snapshot(no_taste, tmp_path)
    found = learn(composer.vae, taken)
    assert found is not None
    assert 0.35 < found[1].auc < 0.65
    assert not found[1].sure
    assert tune(composer.folder, taken, tmp_path / "out") is None  # a coin teaches nothing
    leans = leaning_of(Leaning(), taken)
    assert all(abs(nats) < 0.5 for nats in (*leans.modes.values(), *leans.rhythms.values()))
    assert learn(composer.vae, snapshot(no_taste, tmp_path, works=20)) is None  # too few votes


def test_a_composed_tune_is_seen_as_the_work_that_comes_of_it(composer: Composer) -> None:
    request = MelodyRequest(description="a wistful air in D minor", seed=3)
    (tune,) = composer.compose([request])
    assert isinstance(tune, Tune)
    work = of_result(composer.finished(request, tune).result.model_dump(mode="json"))
    assert work is not None
    both = features(composer.vae, [of_tune(tune), work])
    assert torch.allclose(both[0], both[1])
    part = phrase_features(composer.vae, work.phrases, work.meter)
    assert part.shape[1] == width(composer.vae)
    assert torch.allclose(part.mean(0), both[0][: width(composer.vae)])
    assert of_result({"lines": ["no tune"]}) is None


def notes_of(answer: object) -> list[list[int]]:
    assert isinstance(answer, Tune)
    return answer.notes


def test_the_best_of_several_is_put_out_and_the_first_alone_is_as_ever(composer: Composer) -> None:
    requests = [MelodyRequest(description="rain on the window", seed=seed, length=4) for seed in range(3)]
    alone = composer.compose(requests)
    tried = [composer._composed(requests, attempt, lambda: False) for attempt in range(3)]
    size = len(features(composer.vae, [of_tune(one) for one in alone if isinstance(one, Tune)])[0])
    minor = torch.zeros(size, dtype=torch.float64)
    minor[width(composer.vae)] = 5.0  # these people like minor
    head = Head(minor, 0.0, torch.zeros(size).double(), torch.ones(size).double())
    try:
        composer.head, composer.candidates = head, 3
        best = composer.compose(requests)
    finally:
        composer.head, composer.candidates = None, 1
    assert [notes_of(one) for one in tried[0]] == [notes_of(one) for one in alone]
    for row, one in enumerate(best):
        options = [side[row] for side in tried]
        tunes = [option for option in options if isinstance(option, Tune)]
        most = liking(head, composer.vae, tunes).max()
        assert isinstance(one, Tune)
        assert liking(head, composer.vae, [one])[0] == pytest.approx(float(most))
    assert sum(t.wished.mode == "minor" for t in best if isinstance(t, Tune)) >= sum(
        t.wished.mode == "minor" for t in alone if isinstance(t, Tune)
    )


def test_a_head_comes_back_from_its_file(tmp_path: Path) -> None:
    assert Head.load(tmp_path) is None
    head = Head(torch.randn(4).double(), 0.25, torch.zeros(4).double(), torch.ones(4).double())
    head.save(tmp_path)
    again = Head.load(tmp_path)
    assert again is not None
    seen = torch.randn(5, 4).double()
    assert torch.equal(again(seen), head(seen))


def test_what_nobody_said_is_drawn_as_people_like_it(tmp_path: Path) -> None:
    rng = random.Random(1)
    said = [(mode, (rng.random() < 0.5) == (mode == "minor"), 1.0) for mode in ("major", "minor") * 100]
    nats = leaning.learn(said, said[:60])
    assert nats == leaning.learn(said, said[:60])
    liked = [(mode, mode == "minor", 1.0) for mode in ("major", "minor") * 100]
    nats = leaning.learn(liked, liked[:40])
    assert nats["minor"] > 1 > 0 > nats["major"]
    assert all(abs(value) <= leaning.MOST for value in nats.values())
    against = [(mode, not like, weight) for mode, like, weight in liked]
    assert leaning.learn(liked, against[:40]) == {}  # held-out people do not bear it out
    leans = Leaning(modes=nats)
    assert leans.share_of_major(MAJOR) < 0.4 < Leaning().share_of_major(MAJOR) == pytest.approx(MAJOR)
    leans.save(tmp_path)
    assert Leaning.load(tmp_path) == leans
    assert Leaning.load(tmp_path / "none") == Leaning()


def test_what_somebody_said_stays_what_they_said(composer: Composer) -> None:
    assert open_choices(MelodyRequest(description="rain on the window")) == (True, True)
    assert open_choices(MelodyRequest(description="a sad waltz")) == (False, False)
    assert open_choices(MelodyRequest(description="rain", key="D major", rhythm="reel")) == (False, False)
    asked = [MelodyRequest(description="a song in D major", seed=seed, length=4) for seed in range(4)]
    left = [MelodyRequest(description="rain on the window", seed=seed, length=4) for seed in range(6)]
    before = [t.wished.mode for t in composer.compose(left) if isinstance(t, Tune)]
    try:
        composer.leaning = Leaning(modes={"minor": 50.0})
        kept = [t.wished.mode for t in composer.compose(asked) if isinstance(t, Tune)]
        after = [t.wished.mode for t in composer.compose(left) if isinstance(t, Tune)]
    finally:
        composer.leaning = Leaning()
    assert kept == ["major"] * 4
    assert after == ["minor"] * 6 != before


def test_a_rhythm_is_drawn_by_its_chance_and_is_the_even_draws_where_it_can_be() -> None:
    share = np.array([0.1, 0.2, 0.7])
    drawn, even = [], []
    for seed in range(3000):
        one, other = np.random.default_rng(seed), np.random.default_rng(seed)
        drawn.append(draw(one, share))
        even.append(int(other.integers(3)))
        assert one.random() == other.random()  # whatever is drawn after it is as it was
    assert np.bincount(drawn) / 3000 == pytest.approx(share, abs=0.03)
    same = float(np.mean(np.array(drawn) == np.array(even)))
    assert same == pytest.approx(0.1 + 0.2 + 1 / 3, abs=0.03)  # no way to draw them agrees more often
    assert {draw(np.random.default_rng(seed), np.full(3, 1 / 3)) for seed in range(20)} == {0, 1, 2}
