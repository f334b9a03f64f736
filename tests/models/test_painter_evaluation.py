"""The painter's marks on pictures whose answer is known, and a whole training on made scenes alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from atelier.errors import WeightsError
from atelier.languages import say
from models.painter.attributes import SCENE, attribute_of, belies, mentions, states
from models.painter.baselines import DCGAN, NEAREST, PARENT, budget_for
from models.painter.baselines import FILE as BASELINES
from models.painter.evaluate import evaluate, others
from models.painter.exam import load_exam
from models.painter.generate import Painter
from models.painter.judge import FILE as JUDGE
from models.painter.judge import Judge, Jury
from models.painter.measures import accuracy, apart, copies, crossed, frechet
from models.painter.packs import Row
from models.painter.scenes import imagine, load_scenes, render, row_of
from models.painter.settings import Settings
from models.painter.stage import Budget
from models.painter.train import train
from tests.models.painter_brief import brief

TULIP = Row(
    Path("flowers"), "a.jpg", ("a photo of a red tulip",), zh_captions=("一朵红色郁金香的照片",),
    labels={"style": "photo", "subject": "tulip", "subject_zh": "郁金香", "color": "red"}, concept="tulip",
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _brief() -> Iterator[None]:
    with brief():
        yield


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A version trained on made scenes alone, for three steps a stage."""
    home = tmp_path_factory.mktemp("scenes")
    made = train(
        Settings(
            None, home / "v7", work=home / "work", steps=3, batch=8, looked_at=2, coder="8,8,16",
            unet="16,16,16", val_pictures=4, scenes=16, judge_scenes=8, asked=6, parent_limit=4,
        )
    )  # fmt: skip
    assert made is not None
    return made.folder


def pictures(first: int, count: int) -> torch.Tensor:
    return torch.from_numpy(
        np.stack([render(imagine(s)).transpose(2, 0, 1) for s in range(first, first + count)])
    )


# --- measures ---------------------------------------------------------------------------------------


def test_the_distance_of_a_set_to_itself_is_nothing_and_grows() -> None:
    x = torch.randn(4000, 6, generator=torch.Generator().manual_seed(1))
    assert abs(frechet(x, x)) < 1e-6
    assert frechet(x, x + 1) == pytest.approx(6, rel=1e-3)
    assert frechet(x, x * 2) > frechet(x, x * 1.1)
    # Halves of one set are near; what is made for other words is far from both.
    assert crossed(x + 1, x) > 10 * crossed(x, x)


def test_a_training_picture_is_a_copy_and_its_mirror_image_too() -> None:
    """Of four pictures drawn two are training pictures, one of them mirrored."""
    known, held = pictures(0, 40), pictures(100, 40)
    drawn = torch.cat([known[3:4], known[7:8].flip(3), pictures(300, 2)])
    assert copies(drawn, held, known) == pytest.approx(0.5)
    assert copies(pictures(200, 20), held, known) <= 0.1


def test_the_same_picture_twice_is_no_distance_apart() -> None:
    x = torch.randn(30, 16, generator=torch.Generator().manual_seed(1))
    assert apart(x, x) < 1e-3
    assert apart(x, x.roll(1, 0)) > 0.5


# --- what captions say ------------------------------------------------------------------------------


def test_a_caption_states_only_what_it_says() -> None:
    assert states(TULIP, "a photo of a red tulip", "flower")
    assert states(TULIP, "一朵红色郁金香的照片", "flower_colour")
    assert not states(TULIP, "a photo of a flower", "flower")
    assert mentions(TULIP, "a red tulip") == {"subject": "tulip", "color": "red"}
    rose = Row(Path("flowers"), "b.jpg", ("a rose",), labels={**TULIP.labels, "subject": "rose"})
    assert belies(rose, mentions(TULIP, "a red tulip"))
    assert not belies(TULIP, mentions(TULIP, "a red tulip"))


def test_every_scene_tells_its_attributes() -> None:
    rows = [row_of(imagine(seed)) for seed in range(60)]
    for attribute in ("place", "time", "weather", "light", "boats"):
        assert all(attribute_of(row, attribute) for row in rows), attribute
    assert {attribute_of(row, "palette") for row in rows} > {None}
    assert attribute_of(TULIP, "place") is None


def test_a_scene_is_held_only_to_the_caption_that_leaves_nothing_out() -> None:
    for seed in range(40):
        row = row_of(imagine(seed))
        for said in (*row.captions, *row.zh_captions):
            whole = said in (row.captions[0], row.zh_captions[0])
            for attribute in SCENE:
                known = attribute_of(row, attribute) is not None
                assert states(row, said, attribute) == (whole and known), (said, attribute)


def test_accuracy_counts_what_the_judge_sees() -> None:
    """A judge whose head always prefers the first name is right as often as that name is true."""
    rows = [row_of(imagine(seed)) for seed in range(80)]
    jury = Jury(Judge({"place": 2}), {"place": ["sea", "city"]})
    head = jury.network.heads["place"]
    with torch.no_grad():
        head.weight.zero_()  # type: ignore[operator]
        head.bias.copy_(torch.tensor([1.0, 0.0]))  # type: ignore[operator]
    asked = [i for i, row in enumerate(rows) if row.labels["place"] in ("sea", "city")]
    wanted = np.mean([rows[i].labels["place"] == "sea" for i in asked if "place" in rows[i].labels])
    if len(asked) < 20:
        pytest.fail("too few scenes of these places: the seed's scenes changed")
    found = accuracy(jury, torch.zeros(80, 160), rows, [r.captions[0] for r in rows], ["place"], asked)
    assert found["place"] == pytest.approx(wanted)


# --- the whole --------------------------------------------------------------------------------------


def test_an_exam_is_the_same_every_time(tmp_path: Path) -> None:
    one, two = (load_exam(None, set(), tmp_path / name, limit=5) for name in ("a", "b"))
    assert one.captions == two.captions
    assert one.chinese == two.chinese
    np.testing.assert_array_equal(one.pixels, two.pixels)
    assert [row.file for row in one.rows] == [f"scene-2-{20_000_000 + i}" for i in range(5)]
    train_files = {row.file for row in load_scenes(0, 5, tmp_path / "t", 32).rows}
    assert not train_files & {row.file for row in one.rows}


def test_scenes_alone_train_a_version_with_its_judge_and_baselines(version: Path) -> None:
    card = json.loads((version / "card.json").read_text("utf-8"))
    assert card["data"] == [{"pack": "scenes", "licence": "CC0-1.0", "rows": 16}]
    assert {JUDGE, BASELINES} <= set(card["files"])
    assert (version / JUDGE).stat().st_size < 2 * 2**20
    kept = json.loads((version / BASELINES).read_text("utf-8"))
    assert set(kept) == {NEAREST, DCGAN, PARENT}
    assert kept[DCGAN]["pictures"] == 3 * 64
    assert kept[PARENT]["limit"] == 4


def test_figures_stand_beside_the_ceiling_and_the_baselines(
    version: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    measured = evaluate(Painter.load(version), None, limit=24)
    figures = {figure.name: figure for figure in measured.figures}
    assert {"picture_ms", "speed_vs_parent", "batch_efficiency", "peak_mb"} <= set(figures)
    assert "r_precision" not in figures  # of packs and scenes together: there are no packs here
    told = {name for name in figures if name.startswith("scene_")}
    assert "scene_attributes" in told
    assert all(figures[name].ceiling is not None for name in told)
    # What is left out is said, and nothing else is.
    assert ("picture_512_ms" in figures) == (say("painter-eval-no-upscaler") not in measured.notes)
    assert say("painter-eval-no-data") in measured.notes
    assert say("painter-eval-no-judge") not in measured.notes
    assert say("painter-eval-no-parent") not in measured.notes


def test_on_val_nothing_is_held_against_marks_of_test(version: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = {"dcgan": {"limit": 24, "marks": {"scene_attributes": 0.2, "frechet": 3.0}}}
    monkeypatch.setattr("models.painter.evaluate.baselines.load", lambda _: recorded)
    painter = Painter.load(version)
    for split, told in (("test", {"dcgan": 0.2}), ("val", {})):
        measured = evaluate(painter, None, limit=24, split=split)
        figures = {figure.name: figure for figure in measured.figures}
        assert figures["scene_attributes"].baselines == told
        assert (say("painter-eval-no-parent") in measured.notes) == (split == "test")


def test_the_dcgan_sees_as_many_pictures_as_the_painter_did(tmp_path: Path) -> None:
    plain = Settings(None, tmp_path)
    assert budget_for(plain, 6400) == Budget(steps=100)
    assert budget_for(plain, 6401) == Budget(steps=101)
    assert budget_for(replace(plain, steps=3), 6400) == Budget(0.0, 3)
    assert budget_for(replace(plain, baselines_minutes=2.0), 6400) == Budget(2.0)


def test_distances_stand_beside_those_of_as_many_pictures_only() -> None:
    marks = {"frechet_ratio": 1.5, "r_precision": 0.5}
    recorded = {"few": {"limit": 100, "marks": marks}, "many": {"limit": 1000, "marks": marks}}
    assert others(recorded, "frechet_ratio", 1000) == {"many": 1.5}
    assert others(recorded, "r_precision", 1000) == {"few": 0.5, "many": 0.5}
    assert others(recorded, "zh_drop", 1000) == {}


def test_a_damaged_judge_is_named(version: Path, tmp_path: Path) -> None:
    for name in (JUDGE, "judge.json"):
        (tmp_path / name).write_bytes((version / name).read_bytes())
    (tmp_path / JUDGE).write_bytes(b"no weights")
    with pytest.raises(WeightsError):
        Jury.load(tmp_path)
