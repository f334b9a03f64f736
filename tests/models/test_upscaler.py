"""The upscaler: what it learns from, what it makes, how it is measured, what is said when it is broken."""

import json
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from atelier.errors import BadInput, WeightsError
from atelier.languages import say
from atelier.versions import open_version, shipped_folder, write_card
from models.painter import enlarge
from models.painter.data import joined
from models.painter.generate import Painter
from models.painter.scenes import imagine, load_scenes, render
from models.upscaler.data import KERNELS, Pairs, degraded, load_pairs, rounded, shrunk
from models.upscaler.evaluate import evaluate, lanczos, measured, psnr, sharpness, truths_of
from models.upscaler.generate import FILE, Upscaler, pixels_of, tensor_of
from models.upscaler.network import Enlarger, Shape
from models.upscaler.train import Settings, train
from tests.models.painter_asks import ask, made, pixels, result
from tests.models.test_painter_train import draw_pack


@pytest.fixture(scope="module")
def shipped() -> Upscaler:
    return Upscaler.load()


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Pairs:
    """Four scenes at the large size."""
    return Pairs(joined([]), load_scenes(900, 4, tmp_path_factory.mktemp("scenes"), 512))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Path]:
    home = tmp_path_factory.mktemp("upscaler")
    settings = Settings(
        draw_pack(home / "shapes"), home / "v9", steps=4, batch=4, width=8, blocks=1, scenes=2, val_pictures=4
    )
    version = train(settings)
    assert version is not None
    return settings, version.folder


# --- what it learns from ----------------------------------------------------------------------------


@pytest.mark.parametrize("kernel", KERNELS)
def test_pictures_are_made_smaller_as_pillow_does(kernel: Image.Resampling) -> None:
    large = render(imagine(5), 64)
    small = pixels_of(shrunk(tensor_of(large[None]), 4, kernel))[0]
    theirs = np.asarray(Image.fromarray(large).resize((16, 16), kernel))
    assert np.abs(small.astype(int) - theirs.astype(int)).max() <= 1


def test_a_step_draws_the_same_pairs_every_time(pairs: Pairs) -> None:
    factors = set()
    for step in range(8):
        small, large, factor = pairs.draw(0, "enlarge", step, 4)
        again = pairs.draw(0, "enlarge", step, 4)
        assert torch.equal(small, again[0])
        assert torch.equal(large, again[1])
        assert small.shape == (4, 3, 32, 32)
        assert large.shape == (4, 3, 32 * factor, 32 * factor)
        assert torch.equal(small, rounded(small))  # what a file could hold
        # The small one is of the large one: the clean half near to any kernel's, the other not far.
        gap = (small - shrunk(large, factor, KERNELS[0])).abs().mean((1, 2, 3))
        assert gap.max() < 0.1
        factors.add(factor)
    assert factors == {2, 4}
    assert not torch.equal(pairs.draw(0, "enlarge", 0, 4)[0], pairs.draw(0, "enlarge", 8, 4)[0])


def test_worn_patches_are_softer_or_noisier() -> None:
    flat, edge = torch.zeros(64, 3, 32, 32), torch.zeros(64, 3, 32, 32)
    edge[..., 16:] = 1
    draw = torch.Generator().manual_seed(0)
    noise = degraded(flat, draw).std((1, 2, 3))
    assert 0 <= noise.min() < 0.01 < noise.max() <= 0.035
    slope = degraded(edge, draw).mean((1, 2)).diff(dim=1).amax(1)
    assert slope.min() < 0.6 < 0.9 < slope.max()


def test_nothing_to_learn_from_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        load_pairs(None, "train", 0, tmp_path)
    assert caught.value.key == "painter-no-data"


def test_a_broken_picture_of_a_pack_is_named(tmp_path: Path) -> None:
    pack = draw_pack(tmp_path / "shapes")
    (pack / "red-circle-train.png").write_bytes(b"no picture")
    with pytest.raises(BadInput, match=r"red-circle-train\.png"):
        load_pairs(pack, "train", 0, tmp_path / "work")


# --- training ---------------------------------------------------------------------------------------


def test_a_tiny_training_makes_a_version_that_enlarges(trained: tuple[Settings, Path]) -> None:
    settings, folder = trained
    card = open_version(folder, model="upscaler").card
    assert {one["pack"]: one["rows"] for one in card["data"]} == {"shapes": 6, "scenes": 2}
    assert set(card["val"]) == {"lanczos", "enlarge", "sharpen"}
    assert card["shape"] == {"width": 8, "blocks": 1}
    assert str(settings.out.parent) not in json.dumps(card)
    assert "--set width=8" in card["command"]
    upscaler = Upscaler.load(folder)
    picture = render(imagine(1), 128)
    for factor in (2, 4):
        large = upscaler.enlarge(picture, factor)
        assert large.shape == (128 * factor, 128 * factor, 3)
        assert large.dtype == np.uint8


def test_a_training_goes_on_where_it_stopped(trained: tuple[Settings, Path], tmp_path: Path) -> None:
    settings, folder = trained
    work = tmp_path / "work"
    shutil.copytree(settings.work_folder / "cache", work / "cache")
    first = train(replace(settings, work=work, out=tmp_path / "half", steps=2))
    assert first is not None
    assert first.card["trained"]["enlarge"]["steps"] == 2
    # The first stage is a function of its step alone: stopped after two of four, it ends like one run.
    again = replace(settings, work=work, out=tmp_path / "whole", steps=4)
    done = train(again)
    assert done is not None
    assert done.card["trained"]["enlarge"]["steps"] == 4
    assert set(done.card["val"]) == set(open_version(folder).card["val"])
    with pytest.raises(BadInput) as caught:
        train(replace(again, width=16))
    assert caught.value.key == "painter-bad-checkpoint"


# --- how it is measured -----------------------------------------------------------------------------


def test_psnr_and_sharpness_know_a_better_picture() -> None:
    real = tensor_of(render(imagine(7), 128)[None])
    small = rounded(shrunk(real, 2, Image.Resampling.BICUBIC))
    resized = lanczos(small, 2)
    blocks = small.repeat_interleave(2, 2).repeat_interleave(2, 3)
    assert psnr(real, real) == pytest.approx(60)
    assert psnr(real, real) > psnr(resized, real) > psnr(blocks, real)
    assert psnr(real, real + 0.2) == pytest.approx(20, abs=0.01)  # a tenth of the range
    soft = [
        shrunk(real, f, Image.Resampling.BOX).repeat_interleave(f, 2).repeat_interleave(f, 3)
        for f in (1, 2, 4)
    ]
    sharp = [sharpness(one, real) for one in soft]
    assert sharp[0] == pytest.approx(1)
    assert all(one > two for one, two in pairwise(sharp))
    assert sharpness(resized, real) < 1


def test_truths_are_of_both_sizes_from_what_the_painter_draws(pairs: Pairs) -> None:
    truths = truths_of(pairs, 10)
    assert [(one.factor, one.small.shape[2]) for one in truths] == [(2, 128)] * 4 + [(4, 128)] * 4
    assert {one.pack for one in truths} == {"scenes"}


def test_the_shipped_version_is_better_than_lanczos(shipped: Upscaler, pairs: Pairs) -> None:
    """On a handful of scenes; on the test pictures it is the card that says so."""
    for truths in (truths_of(pairs, 1)[:4], truths_of(pairs, 1)[4:]):
        ours, theirs = measured(shipped.network, truths), measured(lanczos, truths)
        assert ours["psnr"] > theirs["psnr"]
        assert ours["sharpness"] > theirs["sharpness"]


def test_the_figures_stand_beside_lanczos(
    trained: tuple[Settings, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    settings, folder = trained
    told = evaluate(Upscaler.load(folder), settings.data, limit=2)
    figures = {figure.name: figure for figure in told.figures}
    for name in (
        "psnr_256",
        "psnr_512",
        "sharpness_256",
        "sharpness_512",
        "scene_psnr_256",
        "scene_sharpness_512",
    ):
        figure = figures[name]
        assert figure.bar == figure.baselines["lanczos"]
        assert figure.holds == (figure.value >= figure.baselines["lanczos"])
    gain = figures["psnr_256"].value - figures["psnr_256"].baselines["lanczos"]
    assert figures["gain_256_shapes"].value == pytest.approx(gain, abs=0.002)
    assert told.notes == ()
    alone = evaluate(Upscaler.load(folder), None, limit=1)
    assert {name for name in figures if name.startswith("scene_")} <= {one.name for one in alone.figures}
    assert "psnr_256" not in {one.name for one in alone.figures}
    assert alone.notes == (say("upscaler-eval-no-data", "en"),)


# --- serving ----------------------------------------------------------------------------------------


def test_a_picture_is_enlarged_and_stays_what_it_is() -> None:
    enlarge._upscaler.cache_clear()
    painter = Painter.load(candidates=1)
    small = made(painter, ask("a lake at dusk", seed=3))
    for size in (256, 512):
        request = ask("a lake at dusk", seed=3, steer={"upscale": size})
        large = made(painter, request)
        told = result(large)
        assert (told.width, told.height) == (size, size)
        assert pixels(large).shape == (size, size, 3)
        back = np.asarray(
            Image.fromarray(pixels(large).astype(np.uint8)).resize((128, 128), Image.Resampling.BOX)
        )
        assert np.abs(back.astype(int) - pixels(small).astype(int)).mean() < 3
        # The same alone and in company, like every picture.
        both = painter.generate([ask("a rose", count=2, steer={"upscale": size}), request])
        assert both[1].artefacts[0].data == large.artefacts[0].data  # type: ignore[union-attr]


def test_a_damaged_upscaler_is_said_and_small_pictures_still_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "upscaler" / "v1"
    shutil.copytree(shipped_folder("upscaler"), folder)
    whole = (folder / FILE).read_bytes()
    (folder / FILE).write_bytes(whole[: len(whole) // 2])
    enlarge._upscaler.cache_clear()
    monkeypatch.setattr(enlarge, "shipped_folder", lambda model: folder)
    painter = Painter.load(candidates=1)
    answer, plain = painter.generate([ask("a rose", steer={"upscale": 256}), ask("a rose")])
    assert isinstance(answer, WeightsError)
    assert "atelier models restore upscaler" in answer.text("en")
    assert not isinstance(plain, WeightsError)
    enlarge._upscaler.cache_clear()


@pytest.mark.parametrize("fault", ["cut", "shape"])
def test_weights_that_do_not_fit_are_refused(fault: str, tmp_path: Path) -> None:
    """Damage that the card's hashes do not show: a card written for what is there."""
    folder = tmp_path / "upscaler" / "v1"
    shutil.copytree(shipped_folder("upscaler"), folder)
    card = json.loads((folder / "card.json").read_text("utf-8"))
    if fault == "cut":
        (folder / FILE).write_bytes((folder / FILE).read_bytes()[:1000])
    else:
        card["shape"] = {"width": 16}
    write_card(folder, card)
    with pytest.raises(WeightsError, match="restore upscaler"):
        Upscaler.load(folder)


def test_an_untrained_network_is_a_plain_resize() -> None:
    """What is learnt is what bicubic lacks."""
    picture = tensor_of(render(imagine(2), 64)[None])
    network = Enlarger(Shape(8, 1))
    plain = torch.nn.functional.interpolate(picture, scale_factor=2, mode="bicubic")
    assert torch.equal(network(picture, 2), plain)
