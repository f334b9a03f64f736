"""Steering the painter: variations, blends, wildness; works that are reproducible from their files."""

import itertools
import json
import math
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from atelier.errors import BadInput, Unavailable, WeightsError
from atelier.requests import PaintRequest, Steer
from atelier.steer import Origin, again, between, blend, mixed, near, vary
from atelier.works import Made, PictureResult
from models.painter import enlarge
from models.painter.generate import Painter
from models.painter.steer import deviation, noise_of, number_of, origin_of, words_of
from tests.models.painter_asks import ask, made, pixels, result
from tests.nursery import Nursery


@pytest.fixture(scope="module")
def painter() -> Painter:
    return Painter.load(candidates=1)


def apart(one: np.ndarray, two: np.ndarray) -> float:
    return float(np.abs(one - two).mean())


def test_noise_stays_as_likely_as_any() -> None:
    one, two = ((1, 1.0),), ((2, 0.6), (3, 0.8))
    for terms in (
        between(one, two, 0.3),
        near(two, "strong", 9),
        mixed([(one, 0.5), (two, 0.5), (((4, 1.0),), 0.1)]),
        near(near(one, "subtle", 5), "subtle", 6),
    ):
        assert sum(weight**2 for _, weight in terms) == pytest.approx(1, abs=1e-4)
        assert noise_of([terms]).std() == pytest.approx(1, abs=0.05)
    assert between(one, two, 0.0) == one
    assert dict(between(one, two, 1.0)) == pytest.approx(dict(two), abs=1e-4)
    assert between(one, one, 0.5) == one


def test_every_attempt_is_another_draw() -> None:
    numbers = [number_of(seed, attempt) for seed in (0, 7) for attempt in range(12)]
    noise = noise_of([((number, 1.0),) for number in numbers]).flatten(1)
    alike = torch.corrcoef(noise).fill_diagonal_(0).abs().max()
    assert alike < 0.1


def test_a_long_chain_of_variations_stays_short() -> None:
    terms = ((0, 1.0),)
    for step in range(1, 60):
        terms = near(terms, "strong", step)
        Steer.model_validate({"noise": terms})  # what a request accepts
    assert sum(weight**2 for _, weight in terms) == pytest.approx(1, abs=1e-4)


def test_the_angle_of_a_variation_is_that_of_its_strength() -> None:
    one = ((1, 1.0),)
    for strength, cosine in (("subtle", math.cos(math.radians(20))), ("strong", math.cos(math.radians(50)))):
        assert dict(near(one, strength, 2))[1] == pytest.approx(cosine, abs=1e-3)  # type: ignore[arg-type]


def test_wildness_is_monotone_and_normal_in_the_middle() -> None:
    told = [deviation(wild / 10) for wild in range(21)]
    assert told == sorted(told)
    assert deviation(1.0) == 1.0


def test_variations_are_near_and_seeds_differ(painter: Painter) -> None:
    request = ask("a red tulip in the garden")
    work = made(painter, request)
    origin = Origin.of(request, result(work))
    source = pixels(work)
    subtle, strong = (
        pixels(made(painter, vary(origin, strength).model_copy(update={"seed": 5})))
        for strength in ("subtle", "strong")
    )
    other = pixels(made(painter, request.model_copy(update={"seed": 5})))
    assert 0 < apart(source, subtle) < apart(source, strong) < apart(source, other)
    several = made(painter, vary(origin, "subtle").model_copy(update={"seed": 5, "count": 2}))
    assert apart(pixels(several, 1), pixels(several, 2)) > 0


def test_again_is_the_very_picture(painter: Painter) -> None:
    request = ask("a yellow face", count=3, steer={"wild": 0.4})
    work = made(painter, request)
    third = made(painter, again(Origin.of(request, result(work), 3)))
    assert apart(pixels(work, 3), pixels(third)) == 0
    varied = vary(Origin.of(request, result(work), 2), "strong").model_copy(update={"seed": 3})
    child = made(painter, varied)
    same = made(painter, again(Origin.of(varied, result(child))))
    assert apart(pixels(child), pixels(same)) == 0


def test_a_blend_is_between(painter: Painter) -> None:
    one, two = ask("a red tulip", seed=1), ask("a blue whale", seed=2, style="flat")
    first, second = made(painter, one), made(painter, two)
    origins = Origin.of(one, result(first)), Origin.of(two, result(second))
    half = blend(*origins).model_copy(update={"seed": 3})
    assert half.steer is not None
    assert {half.prompt, half.steer.mix[0].prompt} == {"a red tulip", "a blue whale"}
    work = made(painter, half)
    assert "Mixed with: " in result(work).understood
    assert apart(pixels(work), pixels(first)) > 0
    mostly = blend(*origins, share=0.9)
    assert (mostly.prompt, mostly.style) == ("a blue whale", "flat")
    # A blend of a blend brings all words along, in shares of one whole.
    third = blend(Origin.of(half, result(work)), origins[0], 0.5)
    assert third.steer is not None
    assert third.prompt == "a red tulip"
    assert [words.prompt for words in third.steer.mix] == ["a blue whale"]
    assert third.steer.mix[0].share == pytest.approx(0.25)


def test_words_are_mixed_by_share(painter: Painter) -> None:
    tulip, whale = ask("a red tulip"), ask("a blue whale")
    pure = [words_of(painter.text, each) for each in (tulip, whale)]

    def mixture(share: float) -> torch.Tensor:
        steer = Steer.model_validate({"mix": [{"prompt": "a blue whale", "share": share}]})
        found = words_of(painter.text, tulip.model_copy(update={"steer": steer}))
        assert found.states.shape[1] == found.mask.shape[1]
        return found.sentence @ torch.cat([each.sentence for each in pure]).T

    towards = [float(mixture(share)[0, 1]) for share in (0.1, 0.5, 0.9)]
    assert towards == sorted(towards)
    assert mixture(0.0)[0, 0] == pytest.approx(1, abs=1e-4)


def test_safe_pictures_are_more_alike_than_wild_ones(painter: Painter) -> None:
    def spread(wild: float) -> float:
        seen = [pixels(made(painter, ask("a garden", seed=s, steer={"wild": wild}))) for s in range(5)]
        return sum(apart(a, b) for i, a in enumerate(seen) for b in seen[:i])

    assert spread(0.0) < spread(2.0)


def test_steered_requests_keep_their_bytes_in_company(painter: Painter) -> None:
    request = ask("a red tulip")
    origin = Origin.of(request, result(made(painter, request)))
    batch = [vary(origin, "strong").model_copy(update={"seed": 4}), ask("海", seed=8), again(origin)]
    alone = [made(painter, each) for each in batch]
    assert painter.generate(batch) == alone


def test_a_picture_of_another_painter_is_not_drawn_again(painter: Painter) -> None:
    request = ask("a red tulip")
    origin = replace(Origin.of(request, result(made(painter, request))), version="v0")
    (refused,) = painter.generate([again(origin)])
    assert isinstance(refused, BadInput)
    assert "v0" in refused.text("en")
    assert "v0" in refused.text("zh")
    varied = made(painter, vary(origin, "subtle").model_copy(update={"seed": 2}))
    assert "v0" in result(varied).understood


def test_a_file_is_enough_to_vary_it(painter: Painter, tmp_path: Path) -> None:
    request = ask("一朵红色的郁金香", style="flat", mood="sad", count=2, seed=77)
    work = made(painter, request)
    (tmp_path / "two.png").write_bytes(work.artefacts[1].data)
    origin = origin_of(tmp_path / "two.png")
    assert origin == Origin.of(request, result(work), 2)
    child = vary(origin, "strong").model_copy(update={"seed": 6})
    drawn = made(painter, child)
    (tmp_path / "child.png").write_bytes(drawn.artefacts[0].data)
    assert origin_of(tmp_path / "child.png") == Origin.of(child, result(drawn))


def test_no_upscaler_is_a_sentence(painter: Painter, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(model: str) -> Path:
        raise WeightsError("weights-missing", model=model, path="x")

    enlarge._upscaler.cache_clear()
    monkeypatch.setattr(enlarge, "shipped_folder", missing)
    large, plain = painter.generate([ask("a rose", steer={"upscale": 256}), ask("a rose")])
    assert isinstance(large, Unavailable)
    assert "upscaler" in large.text("en")
    assert "放大" in large.text("zh")
    assert isinstance(plain, Made)


def test_files_that_are_no_pictures_of_ours(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "plain.png")
    (tmp_path / "text.png").write_text("no picture")
    for name in ("plain.png", "text.png", "absent.png"):
        with pytest.raises(BadInput, match="no picture that Atelier painted"):
            origin_of(tmp_path / name)


def test_results_travel_as_json(painter: Painter) -> None:
    request = ask("a rose", count=2)
    told = result(made(painter, request))
    back = PictureResult.model_validate_json(told.model_dump_json())
    assert back == told
    step = vary(Origin.of(request, back, 2), "subtle")
    assert PaintRequest.model_validate_json(step.model_dump_json()) == step


@pytest.mark.parametrize(
    ("steer", "says"),
    [
        ({"wild": 3}, "“3” does not work for wild: use a number from 0 to 2"),
        ({"wild": float("nan")}, "for wild: use a number from 0 to 2"),
        ({"vary": "subtle"}, "nothing to vary"),
        ({"vary": "huge", "noise": [[1, 1.0]]}, "steer.vary"),
        ({"noise": [[1, 1.0]] * 17}, "steer.noise"),
        ({"noise": []}, "steer.noise"),
        ({"noise": [[-1, 1.0]]}, "steer.noise"),
        ({"upscale": 300}, "upscale “300”. Choose one of: 256, 512"),
        ({"mix": [{"prompt": ""}]}, "steer.mix"),
        ({"mix": [{"prompt": "a", "share": 0.6}, {"prompt": "b", "share": 0.6}]}, "more than the whole"),
        ({"other": 1}, "steer.other"),
        ("wild", "steer"),
    ],
)
def test_bad_steering_is_named(steer: object, says: str) -> None:
    with pytest.raises(BadInput) as caught:
        ask(steer=steer)
    assert says in caught.value.text("en")
    assert caught.value.text("zh")


def test_the_same_again_is_one_picture() -> None:
    with pytest.raises(BadInput, match="leave the count out"):
        ask(count=2, steer={"noise": [[1, 1.0]]})


Paint = Callable[..., tuple[int, str]]
SPEAKS = {"LC_ALL": "C.UTF-8", "ATELIER_THREADS": "1"}


@pytest.fixture
def cli(torch_nursery: Nursery, tmp_path: Path) -> Paint:
    """``atelier paint`` in processes that have torch already: exit code and all output."""
    count = itertools.count()

    def paint(*words: object) -> tuple[int, str]:
        log = tmp_path / f"said-{next(count)}"
        command = ["-m", "atelier", "paint", *map(str, words)]
        code = torch_nursery.start(command, {**os.environ, **SPEAKS}, Path.cwd(), log).wait(60)
        said = log.read_text("utf-8")
        assert "Traceback" not in said
        return code, said

    return paint


def test_files_alone_are_varied_and_blended(cli: Paint, tmp_path: Path) -> None:
    one, two, three, same = (tmp_path / f"{name}.png" for name in ("one", "two", "three", "same"))
    # This one as people start it.
    first = [sys.executable, "-m", "atelier", "paint", "a red tulip", "--seed", "1", "--out", str(one)]
    assert subprocess.run(first, env={**os.environ, **SPEAKS}, check=False).returncode == 0
    code, said = cli(
        "--vary", one, "--strength", "strong", "--seed", 2, "--wild", 0.5, "--out", two, "--json"
    )
    assert code == 0, said
    told = json.loads(said)
    assert len(told["noise"][0]) == 2
    assert origin_of(two).request.prompt == "a red tulip"
    code, said = cli("--blend", one, two, "--share", 0.3, "--seed", 3, "--out", three)
    assert code == 0, said
    assert cli("--again", two, "--out", same)[0] == 0
    assert (np.asarray(Image.open(two)) == np.asarray(Image.open(same))).all()


def test_command_lines_that_do_not_go_together(cli: Paint, tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "plain.png")
    plain = tmp_path / "plain.png"
    for words, says in (
        (("--vary", plain), "no picture that Atelier painted"),
        (("--vary", plain, "--again", plain), "one of --vary"),
        (("x", "--strength", "strong"), "only works together"),
        (("x", "--wild", 9), "for wild: use a number from 0 to 2"),
        (("x", "--upscale", 300), "upscale “300”. Choose one of: 256, 512"),
        (("--vary", plain, "--from", "-"), "leave out --vary"),
    ):
        code, said = cli(*words)
        assert code == 2, said
        assert says in said
