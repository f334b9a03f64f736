"""Training the painter: tiny, on pictures that the test draws; packs, settings, checkpoints."""

import io
import json
import random
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from safetensors.torch import load_file

from atelier.errors import BadInput, Unavailable
from atelier.requests import PaintRequest
from atelier.versions import Version
from atelier.works import Made, PictureResult
from models.painter import stage
from models.painter.data import load_pictures, usable
from models.painter.evaluate import evaluate
from models.painter.generate import Painter
from models.painter.latents import encode
from models.painter.measures import frechet
from models.painter.network import Encoder, Generator
from models.painter.packs import CAPTIONS, Row
from models.painter.palette import palettes_of
from models.painter.train import Settings, train
from models.text.network import SENTENCE, WIDTH, Encoded
from tests.models.painter_brief import brief

COLOURS = {"red": ("红色", "#d92b2b"), "blue": ("蓝色", "#2f6fde"), "green": ("绿色", "#2fa84f")}
SHAPES = {"circle": "圆形", "square": "方形"}


def draw_pack(folder: Path) -> Path:
    """18 captioned pictures: three colours, two shapes, three splits."""
    folder.mkdir(parents=True)
    rows = []
    for colour, (colour_zh, rgb) in COLOURS.items():
        for shape, shape_zh in SHAPES.items():
            for split in ("train", "val", "test"):
                picture = Image.new("RGB", (140, 128), "white")
                pen = ImageDraw.Draw(picture)
                (pen.ellipse if shape == "circle" else pen.rectangle)((30, 30, 100, 100), fill=rgb)
                file = f"{colour}-{shape}-{split}.png"
                picture.save(folder / file)
                rows.append({
                    "file": file, "captions": [f"a {colour} {shape}"],
                    "zh_captions": [f"{colour_zh}的{shape_zh}"],
                    "labels": {"subject": shape, "subject_zh": shape_zh, "color": colour, "style": "flat"},
                    "split": split, "license": "CC0-1.0",
                })  # fmt: skip
    (folder / CAPTIONS).write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return folder


@pytest.fixture(scope="module", autouse=True)
def _brief() -> Iterator[None]:
    with brief():
        yield


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_pack(tmp_path_factory.mktemp("data") / "shapes")


def tiny(pack: Path, home: Path, **changes: object) -> Settings:
    settings = Settings(
        pack, home / "painter" / "v9", work=home / "work", steps=3, batch=8,
        coder="8,8,16", unet="16,16,16", val_pictures=4, looked_at=2, scenes=0, judge_scenes=8, asked=6,
        parent_limit=4,
    )  # fmt: skip
    return replace(settings, **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("first")


@pytest.fixture(scope="module")
def first(pack: Path, home: Path) -> Version:
    """A version, all its stages trained in ``home``."""
    version = train(tiny(pack, home))
    assert version is not None
    return version


@pytest.fixture(scope="module")
def prepared(pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A work folder with what comes before a flow: pictures, a coder, its latents, their coupling."""
    home = tmp_path_factory.mktemp("prepared")
    train(tiny(pack, home, stages="autoencoder,flow", steps=1))
    (home / "work" / "flow.pt").unlink()
    return home / "work"


def made(painter: Painter, *requests: PaintRequest) -> list[Made]:
    answers = painter.generate(requests)
    assert all(isinstance(answer, Made) for answer in answers)
    return [answer for answer in answers if isinstance(answer, Made)]


def pixels(work: Made, number: int = 1) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(work.artefacts[number - 1].data)))


def test_a_tiny_training_makes_a_version_that_draws(pack: Path, home: Path, first: Version) -> None:
    version = first
    assert version.card["data"] == [{"pack": "shapes", "licence": "CC0-1.0", "rows": 6}]
    assert version.card["trained"]["flow"]["steps"] == 3
    assert "--set batch=8" in version.card["command"]
    assert str(home) not in json.dumps(version.card)
    painter = Painter.load(version.folder)
    (work,) = made(painter, PaintRequest(prompt="a red circle", seed=1))
    assert pixels(work).shape == (128, 128, 3)
    assert isinstance(work.result, PictureResult)
    assert "circle" in work.result.understood
    for name in ("flow", "gan"):  # a sheet at every check: the last is of the last step
        sheets = sorted((home / "work" / "sheets").glob(f"{name}-*.png"))
        assert sheets[-1].name == f"{name}-0000003.png"
        assert Image.open(sheets[-1]).size == (8 * 128, 128)
    figures = {figure.name: figure for figure in evaluate(painter, pack, limit=6).figures}
    assert {"picture_ms", "peak_mb", "zh_retrieval", "synonyms"} <= set(figures)
    assert figures["peak_mb"].value > 50


def test_a_training_goes_on_from_a_version(pack: Path, tmp_path: Path, first: Version) -> None:
    """The decoder and the judge stay as they are, the generator starts where it was."""
    only = {"start": first.folder, "stages": "autoencoder,flow,gan,export", "learning_rate": 0.0, "steps": 1}
    second = train(tiny(pack, tmp_path / "second", **only))
    assert second is not None
    weights = first.card["files"]["painter.safetensors"]
    assert second.card["start"] == {"version": "v9", "sha256": weights, "command": first.card["command"]}
    assert "--set start=v9" in second.card["command"]
    assert str(tmp_path) not in json.dumps(second.card)
    old, new = (load_file(version.file("painter.safetensors")) for version in (first, second))
    assert all(torch.equal(old[key], new[key]) for key in old if key.startswith("decoder."))
    assert second.card["files"]["judge.safetensors"] == first.card["files"]["judge.safetensors"]
    mine = [key for key in old if key.startswith("generator.")]
    assert max((old[k].float() - new[k].float()).abs().max() for k in mine) < 0.01  # one step of the GAN
    back = train(tiny(pack, tmp_path / "second", **only, kept=0.25))  # averaged a quarter of the way back
    less = load_file(back.file("painter.safetensors"))
    assert all(torch.allclose(less[k], torch.lerp(old[k], new[k], 0.75), atol=2e-3) for k in mine)


def test_a_decoder_is_sharpened_alone(pack: Path, tmp_path: Path, first: Version) -> None:
    """All else of the version stays as it is, and its card's command says so."""
    only = {"start": first.folder, "stages": "autoencoder,sharpen,export"}
    second = train(tiny(pack, tmp_path / "second", **only))
    assert "--set stages=autoencoder,sharpen,export" in second.card["command"]
    assert set(second.card["trained"]) == {"autoencoder", "sharpen", "hardware"}
    old, new = (load_file(version.file("painter.safetensors")) for version in (first, second))
    assert {key for key in old if not torch.equal(old[key], new[key])} <= {
        key for key in old if key.startswith("decoder.")
    }
    assert any(not torch.equal(old[key], new[key]) for key in old)
    made(Painter.load(second.folder), PaintRequest(prompt="a red circle", seed=1))


def test_a_tracker_that_is_not_there_is_named(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "wandb", None)  # as if it were not installed
    with pytest.raises(Unavailable, match="pip install wandb"):
        train(tiny(pack, tmp_path, tracker="wandb"))
    with pytest.raises(BadInput, match="tensorboard, wandb"):
        train(tiny(pack, tmp_path, tracker="abacus"))


def test_a_search_trains_with_what_did_best(pack: Path, tmp_path: Path) -> None:
    """A rate of nothing cannot win; what was tried is not tried again."""
    grid = "learning_rate=0|1e-2,weight_decay=0.01"
    train(tiny(pack, tmp_path, stages="autoencoder,search,flow", grid=grid))
    path = tmp_path / "work" / "search.json"
    tried = json.loads(path.read_text("utf-8"))
    assert [told["learning_rate"] for told in tried] == [0, 0.01]
    assert tried[1]["val"] < tried[0]["val"]
    fresh, flow = (
        torch.load(tmp_path / "work" / name, weights_only=True)["network"]
        for name in ("search/learning_rate-0-weight_decay-0.01/flow.pt", "flow.pt")
    )
    assert any(not torch.equal(fresh[key], flow[key]) for key in flow)
    train(tiny(pack, tmp_path, stages="autoencoder,search", grid=grid))
    assert json.loads(path.read_text("utf-8")) == tried
    with pytest.raises(BadInput, match="grid"):
        train(tiny(pack, tmp_path, stages="autoencoder,search", grid="seed=1|2"))


def test_what_was_stopped_goes_on_as_if_it_had_not_been(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only = {"stages": "autoencoder,flow,gan", "steps": 4}
    train(tiny(pack, tmp_path / "whole", **only))
    monkeypatch.setattr(stage, "SAVE_EVERY", -1.0)
    adam, calls = torch.optim.AdamW.step, []

    def stumble(self: torch.optim.AdamW, *args: object) -> object:
        calls.append(1)
        if len(calls) in (2, 8, 12):  # once in each stage
            raise KeyboardInterrupt
        return adam(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(torch.optim.AdamW, "step", stumble)
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            train(tiny(pack, tmp_path / "stopped", **only))
    train(tiny(pack, tmp_path / "stopped", **only))
    for name in ("autoencoder.pt", "flow.pt", "gan.pt"):
        one, two = (
            torch.load(tmp_path / way / "work" / name, weights_only=True) for way in ("whole", "stopped")
        )
        assert one["journal"]["step"] == two["journal"]["step"] == 4
        assert one["average"].keys() == two["average"].keys()
        assert all(torch.equal(one["average"][key], two["average"][key]) for key in one["average"])


def test_frozen_parts_stay(pack: Path, prepared: Path, tmp_path: Path) -> None:
    shutil.copytree(prepared, tmp_path / "work")
    settings = tiny(pack, tmp_path, stages="flow,gan", freeze="down16,text", steps=2)
    train(settings)
    torch.manual_seed(settings.seed)
    before = Generator(settings.shape()).state_dict()
    for name in ("flow.pt", "gan.pt"):
        after = torch.load(tmp_path / "work" / name, weights_only=True)
        moved = {key.split(".")[0] for key in before if not torch.equal(before[key], after["network"][key])}
        assert not moved & {"down16", "text"}
        assert {"enter", "leave"} <= moved
        before = after["average"]  # the GAN begins with the flow's


def test_weight_decay_shrinks_and_dropout_blurs(pack: Path, prepared: Path, tmp_path: Path) -> None:
    """Each alone changes what comes out, in the direction that its name says."""

    def flow(name: str, part: str = "flow", **changes: object) -> tuple[float, dict[str, torch.Tensor]]:
        work = tmp_path / name / "work"
        shutil.copytree(prepared, work)
        train(tiny(pack, tmp_path / name, stages=f"flow,{part}", hold=1.0, **changes))
        found: dict[str, torch.Tensor] = torch.load(work / f"{part}.pt", weights_only=True)["network"]
        return sum(float(t.square().sum()) for t in found.values()), found

    size, plain = flow("plain", weight_decay=0.0)
    assert flow("again", weight_decay=0.0)[0] == size
    assert flow("decayed", weight_decay=10.0)[0] < 0.95 * size
    drawn = [flow(f"gan {decay}", "gan", weight_decay=decay)[0] for decay in (0.0, 100.0)]
    assert drawn[1] < drawn[0]
    _, dropped = flow("dropped", weight_decay=0.0, dropout=0.5)
    assert any(not torch.equal(plain[key], dropped[key]) for key in plain)
    network = Generator(tiny(pack, tmp_path, dropout=0.5).shape())
    with torch.no_grad():
        for parameter in network.parameters():  # some begin at nothing
            parameter.normal_(0, 0.1)
    assert told(network.train()) != told(network.train())
    assert told(network.eval()) == told(network.eval())  # a picture is never dropped from


def told(network: Generator) -> list[float]:
    words = Encoded(torch.ones(1, SENTENCE), torch.ones(1, 2, WIDTH), torch.ones(1, 2, dtype=torch.bool))
    with torch.no_grad():
        return network(torch.ones(1, 16, 16, 16), torch.ones(1), words).flatten().tolist()


def test_a_stage_ends_when_the_validation_figure_stops_falling(tmp_path: Path) -> None:
    figures = iter([3.0, 2.0, 2.5, 2.5, 2.5, 1.0, 1.0, 1.0])
    journal = stage.run_stage(
        "early", tmp_path, stage.Budget(steps=8), {"part": torch.nn.Linear(1, 1)}, lambda _n, _s: {},
        validate=lambda: next(figures), checks=8, patience=3,
    )  # fmt: skip
    assert (journal.step, journal.best, journal.done) == (5, 2.0, True)


def test_weights_say_how_often_a_pack_is_drawn(tmp_path: Path) -> None:
    for name in ("often", "never", "once"):
        draw_pack(tmp_path / "packs" / name)
    pictures = load_pictures(tmp_path / "packs", ["train"], tmp_path / "cache")
    settings = Settings(tmp_path / "packs", tmp_path / "v1", weights="often=3,never=0")
    shape = Settings(None, tmp_path, coder="8,8,16").shape()
    latents = encode(Encoder(shape), pictures, settings.pack_weights(), None, "cpu", tmp_path / "latents")
    chance = random.Random(0)
    chosen = chance.choices(pictures.rows, cum_weights=latents.weights, k=4000)
    found = Counter(row.pack for row in chosen)
    assert found["never"] == 0
    assert found["often"] / found["once"] == pytest.approx(3, rel=0.1)
    for wrong in ("often=much", "often=-1", "often"):
        with pytest.raises(BadInput, match="weights"):
            replace(settings, weights=wrong).pack_weights()


def test_settings_and_checkpoints_that_do_not_fit(pack: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="stages"):
        train(tiny(pack, tmp_path, stages="autoencoder,magic"))
    with pytest.raises(BadInput, match="unet"):
        train(tiny(pack, tmp_path, unet="wide"))
    train(tiny(pack, tmp_path, stages="autoencoder", steps=1))
    with pytest.raises(BadInput, match="does not fit"):
        train(tiny(pack, tmp_path, stages="autoencoder", steps=1, coder="16,16,16"))


def test_packs_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no data pack"):
        load_pictures(tmp_path, ["train"], tmp_path / "cache")
    pack = draw_pack(tmp_path / "broken")
    (pack / "red-circle-train.png").write_bytes(b"no picture")
    with pytest.raises(BadInput, match=r"red-circle-train\.png .*broken is missing or broken"):
        load_pictures(pack, ["train"], tmp_path / "cache")
    (pack / CAPTIONS).write_text('{"file": "x.png", "captions": ["x"]}\n{"captions": []}\n', "utf-8")
    with pytest.raises(BadInput, match="Line 2"):
        load_pictures(pack, ["train"], tmp_path / "cache")


def test_splits_and_pictures(pack: Path, tmp_path: Path) -> None:
    found = {split: load_pictures(pack, [split], tmp_path) for split in ("train", "val", "test")}
    assert {split: len(p) for split, p in found.items()} == {"train": 6, "val": 6, "test": 6}
    files = [row.file for p in found.values() for row in p.rows]
    assert len(set(files)) == 18
    batch = found["train"].batch([0, 1])
    assert batch.shape == (2, 3, 128, 128)
    assert -1 <= batch.min() < batch.max() <= 1


def test_noise_in_the_labels_is_left_out() -> None:
    row = Row(Path("p"), "f", ("Venus and Cupid by Titian",), labels={"artist": "Titian"})
    assert not usable(row)
    assert usable(replace(row, captions=("Man with a Glove by Titian",)))
    assert usable(Row(Path("p"), "f", ("a Venus flytrap",), labels={"subject": "plant"}))
    assert not usable(Row(Path("p"), "f", ("a rose",), labels={"clean": False}))


def test_palettes_are_seen_in_pixels() -> None:
    def flat(*rgb: int) -> np.ndarray:
        return np.broadcast_to(np.array(rgb, np.uint8)[:, None, None], (3, 8, 8))

    assert palettes_of(flat(30, 30, 30)) == ["monochrome", "dark"]
    assert "vivid" in palettes_of(flat(220, 20, 20))
    assert "warm" in palettes_of(flat(220, 140, 90))
    assert "cool" in palettes_of(flat(90, 140, 220))
    assert "golden" in palettes_of(flat(240, 200, 60))


def test_frechet_is_zero_for_the_same_and_grows() -> None:
    x = torch.randn(400, 6, generator=torch.Generator().manual_seed(0))
    assert abs(frechet(x, x)) < 1e-6
    assert frechet(x, x + 1) == pytest.approx(6, rel=1e-3)
    assert frechet(x, x * 2) > frechet(x, x * 1.1)
