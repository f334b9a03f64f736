"""The painter's gate: bad candidates are rejected for the right reason, and one only liked more passes."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from atelier.languages import LANGS, say
from atelier.learning.verdict import FIGURES
from models import gate as gates
from models.gate import Gate
from models.painter.copies import build
from models.painter.data import Pictures
from models.painter.generate import Painter
from models.painter.network import Generator
from models.painter.packs import Row
from models.painter.reward import draw, rows_of, sight_of
from models.painter.sight import Taste
from models.painter.steer import noise_of
from models.painter.trial import Asked, judge, paint_all, prompts_for, variety
from models.reward import Head
from tests.models.test_painter_candidates import speckled

SCENES, USUAL = (20,), 32


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "SETS", 20)


@pytest.fixture(scope="module")
def current() -> Painter:
    return Painter.load()


def other(current: Painter, change: Callable[[Generator], None], **brush: object) -> Painter:
    """The current version, its generator changed."""
    generator = copy.deepcopy(current.generator)
    change(generator)
    return replace(
        current, version="candidate", brush=replace(current.brush, generator=generator, **brush)  # type: ignore[arg-type]
    )  # fmt: skip


def keys(gate: Gate) -> set[str]:
    return {reason.key for reason in gate.reasons}


def worse(gate: Gate) -> set[str | float]:
    return {reason.params["figure"] for reason in gate.reasons if reason.key == "gate-worse"}


def shaken(by: float) -> Callable[[Generator], None]:
    def change(generator: Generator) -> None:
        chance = torch.Generator().manual_seed(3)
        for weight in generator.parameters():
            if weight.ndim > 1:
                weight.data += torch.randn(weight.shape, generator=chance) * weight.std() * by

    return change


def test_noise_in_the_weights_is_rejected(current: Painter) -> None:
    gate = judge(other(current, shaken(0.5)), current, None, SCENES, USUAL)
    assert {"scene_attributes", "frechet_scenes"} <= worse(gate)
    assert "gate-copies" not in keys(gate)


def test_a_collapsed_painter_is_rejected(current: Painter) -> None:
    """Whatever noise it is given, it paints as from one and the same."""

    def collapse(generator: Generator) -> None:
        one = torch.randn(1, 16, 16, 16, generator=torch.Generator().manual_seed(7))
        plain = generator.paint
        generator.paint = lambda noise, words: plain(  # type: ignore[method-assign]
            0.1 * noise + 0.995 * one.expand(len(noise), -1, -1, -1), words
        )

    gate = judge(other(current, collapse), current, None, SCENES, USUAL)
    assert "gate-alike" in keys(gate)


def test_a_painter_that_knows_pictures_by_heart_is_rejected(current: Painter) -> None:
    """Its own filter has been emptied; the current version's knows what it paints."""
    words = current.text.encode(["a red tulip", "a ship"])
    noise = torch.randn(2, 16, 16, 16, generator=torch.Generator().manual_seed(1))
    learnt = draw(current.generator, noise, rows_of(words))
    with torch.no_grad():
        seen = current.decoder(current.scale.from_unit(learnt)).clamp(-1, 1)
    pixels = ((seen + 1) * 127.5).round().to(torch.uint8).numpy()
    rows = [Row(Path("p"), f"{n}.png", ("x",)) for n in range(2)]
    known = build(Pictures(rows, pixels, [[], []]), speckled(40, 4))
    assert known is not None

    def by_heart(generator: Generator) -> None:
        def paint(noise: Tensor, _words: object) -> Tensor:
            return learnt[noise.sum((1, 2, 3)).abs().long() % 2]

        generator.paint = paint  # type: ignore[method-assign]

    serves = replace(current, brush=replace(current.brush, copies=known))
    gate = judge(other(current, by_heart, copies=None), serves, None, SCENES, USUAL)
    assert "gate-copies" in keys(gate)
    ours, theirs = gate.measured["copied_pictures"]
    assert theirs < 0.3 < 0.9 < ours  # all but those whose words name a palette, which moves the colours


def test_one_that_is_only_liked_more_passes(current: Painter) -> None:
    candidate = other(current, shaken(0.003))
    sight = sight_of(current)
    asked = prompts_for(range(SCENES[0]))
    theirs, ours = paint_all([current, candidate], asked)
    words = current.text.encode([one.said for one in asked])
    seen = []
    for painter, side in ((candidate, ours), (current, theirs)):
        noise = noise_of([drawn.noise for drawn in side.pictures])
        seen.append(sight(draw(painter.generator, noise, rows_of(words)), words.sentence))
    with torch.no_grad():
        apart = (seen[0] - seen[1]).double()
    # The people of this test like whatever is the candidate's about its pictures.
    weight = torch.linalg.lstsq(apart, torch.ones(len(apart), 1).double(), driver="gelsd").solution[:, 0]
    head = Head(weight, 0.0, seen[1].mean(0), torch.ones_like(weight))
    gate = judge(candidate, current, Taste(sight, head), SCENES, USUAL)
    assert gate.measured["reward"][0] > gate.measured["reward"][1]
    assert not keys(gate) & {"gate-no-better", "gate-no-reward", "gate-alike", "gate-copies"}
    assert {"scene_attributes", "words_fit", "frechet_scenes", "variety", "copied_pictures", "seconds",
            "reward"} == set(gate.measured)  # fmt: skip
    assert set(gate.measured) <= FIGURES  # a chat names each
    unloved = Head(-weight, 0.0, head.mean, head.spread)
    assert "gate-no-better" in keys(judge(candidate, current, Taste(sight, unloved), (8,), 8))


def test_what_cannot_be_judged_is_not_let_through(current: Painter, tmp_path: Path) -> None:
    again = judge(other(current, lambda painter: None), current, None, (4,), 12)
    assert keys(again) == {"gate-nothing-new"}
    blind = replace(current, folder=tmp_path)
    gate = judge(other(current, shaken(0.1)), blind, None, (4,), 12)
    assert (keys(gate), gate.passed, gate.undecided) == ({"gate-no-judge"}, False, False)
    for key in ("gate-no-judge", "gate-nothing-new"):
        assert len({say(key, lang) for lang in LANGS}) == 2


def test_prompts_are_frozen_and_in_both_languages() -> None:
    asked = prompts_for(range(40))
    assert asked == prompts_for(range(40))
    scenes = [one for one in asked if one.row is not None]
    assert len(scenes) == 40
    chinese = [one for one in scenes if any("\u4e00" <= letter <= "\u9fff" for letter in one.said)]
    assert len(chinese) == 20
    assert len({one.seed for one in scenes}) == 40
    assert len({(one.said, one.seed) for one in asked}) == len(asked)


def test_variety_is_of_the_same_words() -> None:
    asked = [Asked("a rose", 1), Asked("a rose", 2), Asked("a cat", 1), Asked("a cat", 2)]
    same, far = torch.zeros(4, 160), torch.zeros(4, 160)
    far[::2, 0] = 3.0
    assert (variety(same, asked), variety(far, asked)) == (0.0, 3.0)
    assert np.isclose(variety(far[[0, 2]], [asked[0], asked[2]]), 0.0)
