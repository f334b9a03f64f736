"""What votes teach about pictures: a hidden taste is found, none where there is none; the best is posted."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from atelier.learning.rules import Bounds
from atelier.learning.snapshot import Snapshot, take
from models.painter.generate import Painter
from models.painter.latents import read
from models.painter.reward import draw, features, latents_of, learn_from, rows_of, sight_of, works_of
from models.painter.sight import NAMES, Sight, Taste
from models.painter.tune import tune
from models.reward import Head
from tests.models.painter_asks import ask, made, pixels, result
from tests.models.painter_votes import ASKED, no_taste, tiny_painter, votes, warm, warmth

WORKS = 60


@pytest.fixture(scope="module")
def painter() -> Painter:
    return Painter.load()


@pytest.fixture(scope="module")
def sight(painter: Painter) -> Sight:
    return sight_of(painter)


@pytest.fixture(scope="module")
def taken(painter: Painter, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    heard = votes(painter, lambda seen, rng: (warmth(seen) > 0.05) != (rng.random() < 0.1), WORKS)
    return take("painter", heard, tmp_path_factory.mktemp("votes"), Bounds())


def seen_in(painter: Painter, sight: Sight, snapshot: Snapshot) -> dict[str, torch.Tensor]:
    works = works_of(painter, snapshot)
    return features(sight, works, latents_of(painter, works))


def only_warm(sight: Sight) -> Head:
    """People who like warm colours, and nothing else about a picture."""
    weight = torch.zeros(len(sight.care), dtype=torch.float64)
    weight[NAMES.index("warm")] = 40.0
    return Head(weight, 0.0, torch.zeros_like(weight), torch.ones_like(weight))


def test_colours_are_read_without_decoding(painter: Painter, sight: Sight) -> None:
    words = read(painter.text.network, ASKED[:10], painter.device)
    noise = torch.randn(10, 16, 16, 16, generator=torch.Generator().manual_seed(3))
    latents = draw(painter.generator, noise, rows_of(words))
    with torch.no_grad():
        decoded = painter.decoder(painter.scale.from_unit(latents)).clamp(-1, 1)
    true = F.adaptive_avg_pool2d((decoded + 1) / 2, 16)
    missed = (sight.colours(latents) - true).square().mean()
    assert missed < 0.25 * true.var()
    told = sight(latents.requires_grad_(), words.sentence)
    assert told.shape == (10, len(sight.care))
    apart = true.mean((2, 3))
    assert np.corrcoef(told[:, 0].detach(), apart[:, 0] - apart[:, 2])[0, 1] > 0.9
    told.sum().backward()
    assert latents.grad is not None
    assert bool((latents.grad != 0).any())


def test_a_hidden_taste_is_found_on_people_it_never_saw(
    painter: Painter, sight: Sight, taken: Snapshot, tmp_path: Path
) -> None:
    seen = seen_in(painter, sight, taken)
    assert len(seen) == WORKS
    found = learn_from(taken, sight, seen)
    assert found is not None
    taste, worth = found
    assert worth.auc > 0.68  # a tenth of the votes is turned round
    assert worth.off < 0.25
    moved = torch.zeros(len(sight.care), dtype=torch.float64)
    moved[NAMES.index("warm")] = 0.2
    one = next(iter(seen.values()))
    assert taste.head(one + moved) > taste.head(one)
    few = take("painter", votes(painter, warm, 6), tmp_path, Bounds())
    assert learn_from(few, sight, seen_in(painter, sight, few)) is None


def test_where_there_is_no_taste_none_is_found(
    painter: Painter, sight: Sight, taken: Snapshot, tmp_path: Path
) -> None:
    heard = votes(painter, no_taste, WORKS)
    blind = take("painter", heard, tmp_path, Bounds())
    found = learn_from(blind, sight, seen_in(painter, sight, blind))
    assert found is not None
    assert 0.3 < found[1].auc < 0.7
    assert not found[1].sure
    assert tune(painter.folder, blind, tmp_path / "out") is None  # a coin teaches nothing


def test_a_voted_work_is_drawn_again_as_it_was(painter: Painter, taken: Snapshot) -> None:
    few = Snapshot(taken.model, taken.sha256, taken.folder, taken.about, taken.examples[:2])
    works = works_of(painter, few)
    for name, latents in latents_of(painter, works).items():
        example = next(example for example in few.examples if example.work == name)
        work = made(painter, ask(example.request["prompt"], seed=example.request["seed"]))
        assert [list(term) for term in result(work).noise[0]] == example.result["noise"][0]
        with torch.no_grad():
            picture = painter.decoder(painter.scale.from_unit(latents))[0]
        again = ((picture.clamp(-1, 1) + 1) * 127.5).round().permute(1, 2, 0).numpy()
        assert np.abs(again - pixels(work)).max() <= 2
    others = {name: replace(work, version="v0+gone") for name, work in works.items()}
    assert latents_of(painter, others) == {}  # nobody can draw them any more


def test_a_work_is_drawn_by_the_version_that_made_it_wherever_that_lies(
    painter: Painter, taken: Snapshot, tmp_path: Path
) -> None:
    """On a first trial, and after a rollback, what serves lies among what ships, and the other elsewhere."""
    tiny = tiny_painter(tmp_path / "far")
    two = tuple(
        replace(one, result={**one.result, "version": tiny.name}, version=tiny.name)
        for one in taken.examples[:2]
    )
    alone = replace(taken, examples=two)
    assert latents_of(painter, works_of(painter, alone)) == {}
    found = latents_of(painter, works_of(painter, replace(alone, folders={tiny.name: tiny.folder})))
    assert set(found) == {one.work for one in two}
    ours = latents_of(painter, works_of(painter, replace(taken, examples=taken.examples[:2])))
    assert all(not torch.allclose(found[name], ours[name]) for name in found)  # by itself, not by ours


def test_the_best_of_several_is_posted_and_the_first_alone_is_as_ever(
    painter: Painter, sight: Sight, tmp_path: Path
) -> None:
    taste = Taste(sight, only_warm(sight))
    several = replace(painter, brush=replace(painter.brush, taste=taste, candidates=3))
    apart = replace(painter, brush=replace(painter.brush, taste=taste))
    gained = 0.0
    for seed in range(6):  # the first of three is the best one in a third of cases
        request = ask("a house by the lake", seed=seed)
        alone = made(painter, request)
        assert made(apart, request) == alone  # nothing is chosen of one
        best = made(several, request)
        gained += warmth(pixels(best)) - warmth(pixels(alone))
    assert gained > 0
    taste.save(tmp_path)
    again = Taste.load(tmp_path, painter.brush.ranker)
    assert again is not None
    latents = torch.randn(4, 16, 16, 16)
    sentence = painter.text.encode(["a", "b", "c", "d"]).sentence
    assert torch.equal(again(latents, sentence), taste(latents, sentence))
    assert Taste.load(tmp_path / "none", painter.brush.ranker) is None


def test_fit_and_liking_are_added_as_log_odds(painter: Painter, sight: Sight) -> None:
    latents, sentence = torch.randn(5, 16, 16, 16), painter.text.encode(["a rose"] * 5).sentence
    ranker = painter.brush.ranker
    assert ranker is not None
    taste = Taste(sight, only_warm(sight))
    with torch.no_grad():
        both = taste.choose(latents, sentence)
        assert torch.allclose(
            both, taste(latents, sentence).float() + 20 * ranker(latents, sentence), atol=1e-4
        )
        blind = Taste(Sight(sight.colour, sight.ground), replace(taste.head, **{
            name: getattr(taste.head, name)[: len(NAMES)] for name in ("weight", "mean", "spread")
        }))  # fmt: skip
        assert torch.allclose(blind.choose(latents, sentence).double(), blind(latents, sentence), atol=1e-5)
    assert math.isfinite(float(both.sum()))
