"""The four layouts of a data pack, and what is said of one that is broken."""

import csv
import hashlib
import json
import pickle
import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from atelier.errors import BadInput
from models import vision
from models.painter.data import Pictures, draw_caption, flippable, joined, load_pictures
from models.painter.packs import Row, find_packs, read_pictures, read_rows, split_of
from models.painter.stack import Stack


def picture(path: Path, colour: str = "red") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (40, 30), colour).save(path)


def table(pack: Path, *lines: tuple[str, ...]) -> None:
    pack.mkdir(parents=True, exist_ok=True)
    with (pack / "captions.csv").open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows(lines)


def cifar(pack: Path, monkeypatch: pytest.MonkeyPatch, each: int = 2) -> None:
    """CIFAR-10's files with ``each`` pictures a batch; their sums stand for the published ones."""
    pack.mkdir(parents=True)
    draw = np.random.default_rng(0)
    names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
    kind = vision.part("datasets").CIFAR10

    def put(name: str, said: dict[str, object]) -> str:
        data = pickle.dumps(said)
        (pack / name).write_bytes(data)
        return hashlib.md5(data).hexdigest()

    batches = [f"data_batch_{i}" for i in range(1, 6)]
    sums = [
        (name, put(name, {
            "data": draw.integers(0, 256, (each, 3072), np.uint8), "labels": [i % 10 for i in range(each)],
        }))
        for name in (*batches, "test_batch")
    ]  # fmt: skip
    meta = {"filename": "batches.meta", "key": "label_names"}
    monkeypatch.setattr(kind, "meta", meta | {"md5": put("batches.meta", {"label_names": names})})
    monkeypatch.setattr(kind, "train_list", sums[:5])
    monkeypatch.setattr(kind, "test_list", sums[5:])


def test_a_table_is_a_pack(tmp_path: Path) -> None:
    pack = tmp_path / "mine"
    table(
        pack,
        ("file", "caption", "zh_caption", "split", "license", "subject"),
        ("a.png", "a red wall, bare", "一面红墙", "val", "CC0-1.0", "wall"),
        ("a.png", "a wall", "", "", "", ""),
        ("b.png", "", "蓝墙", "", "", ""),
    )
    picture(pack / "a.png")
    picture(pack / "b.png", "blue")
    one, two = read_rows(pack)
    assert one.captions == ("a red wall, bare", "a wall")
    assert (one.zh_captions, one.split, one.license) == (("一面红墙",), "val", "CC0-1.0")
    assert one.labels == {"subject": "wall"}
    assert (two.captions, two.zh_captions, two.split) == ((), ("蓝墙",), split_of("b.png"))
    assert draw_caption(two, [], random.Random(0), dropout=0) == "蓝墙"
    first, second = read_pictures([one, two], 16)
    assert first.size == (16, 16)
    assert second.getpixel((3, 3)) == (0, 0, 255)


@pytest.mark.parametrize("bad", [("", "a wall"), ("a.png", ""), ("a.png", "a wall", "more")])
def test_a_line_of_a_table_that_is_no_row(tmp_path: Path, bad: tuple[str, ...]) -> None:
    table(tmp_path / "mine", ("file", "caption"), ("a.png", "a wall"), bad)
    with pytest.raises(BadInput, match=r"Line 3 of .*captions\.csv"):
        read_rows(tmp_path / "mine")


def test_a_table_of_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "captions.csv").write_bytes("file,caption\na.png,红\n".encode("gb18030"))
    with pytest.raises(BadInput, match="UTF-8"):
        read_rows(tmp_path)


def test_folders_are_classes(tmp_path: Path) -> None:
    pack = tmp_path / "pets"
    picture(pack / "golden_retriever" / "1.jpg")
    picture(pack / "owl" / "2.png")
    (pack / "notes").mkdir()
    assert find_packs(tmp_path) == [pack]
    rows = read_rows(pack)
    assert [(r.file, r.captions, r.labels["subject"]) for r in rows] == [
        ("golden_retriever/1.jpg", ("a photo of a golden retriever",), "golden retriever"),
        ("owl/2.png", ("a photo of an owl",), "owl"),
    ]
    assert [r.split for r in rows] == [split_of(r.file) for r in rows]
    assert len(list(read_pictures(rows, 8))) == 2


def test_folders_of_classes_may_name_the_splits(tmp_path: Path) -> None:
    for part in ("train", "valid", "test"):
        picture(tmp_path / part / "owl" / "1.png")
    assert find_packs(tmp_path) == [tmp_path]
    assert {r.file: r.split for r in read_rows(tmp_path)} == {
        "train/owl/1.png": "train", "valid/owl/1.png": "val", "test/owl/1.png": "test",
    }  # fmt: skip
    assert len(load_pictures(tmp_path, ["val"], tmp_path / "cache")) == 1


def test_cifar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = tmp_path / "cifar-10-batches-py"
    cifar(pack, monkeypatch)
    assert find_packs(tmp_path) == [pack]
    rows = read_rows(pack)
    assert len(rows) == 12
    assert rows[0].captions == ("a photo of an airplane",)
    assert rows[1].zh_captions == ("一张汽车的照片",)
    assert {r.split for r in rows[10:]} == {"test"}
    assert "test" not in {r.split for r in rows[:10]}
    data = pickle.loads((pack / "data_batch_2").read_bytes())["data"]
    (drawn,) = read_pictures([rows[3]], 32)
    assert (np.asarray(drawn).transpose(2, 0, 1).reshape(-1) == data[1]).all()


def test_a_batch_of_cifar_that_is_not_the_published_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = tmp_path / "other"
    cifar(pack, monkeypatch)
    (pack / "data_batch_4").write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(BadInput, match=r"data_batch_4 .*other is missing or broken"):
        read_rows(pack)


@pytest.mark.parametrize("contents", [b"", b"no picture", b"cut"])
def test_a_broken_picture_is_named(tmp_path: Path, contents: bytes) -> None:
    classes, listed = tmp_path / "classes", tmp_path / "listed"
    whole = np.random.default_rng(0).integers(0, 256, (60, 60, 3), np.uint8)
    for path in (classes / "owl" / "1.png", listed / "1.png"):
        path.parent.mkdir(parents=True)
        Image.fromarray(whole).save(path)
        path.write_bytes(path.read_bytes()[:2000] if contents == b"cut" else contents)
    table(listed, ("file", "caption"), ("1.png", "an owl"))
    for pack, file in ((classes, "owl/1.png"), (listed, "1.png")):
        with pytest.raises(BadInput, match=f"{file} .*{pack.name} is missing or broken"):
            load_pictures(pack, ["train", "val", "test"], tmp_path / "cache")


@pytest.mark.parametrize(
    "row",
    [
        {"file": "2.png"},
        {"file": "2.png", "captions": "an owl"},
        {"file": "2.png", "captions": []},
        {"captions": ["an owl"]},
        ["2.png"],
    ],
)
def test_a_line_that_is_no_row_is_named(tmp_path: Path, row: object) -> None:
    lines = [{"file": "1.png", "captions": [], "zh_captions": ["一面墙"]}, row]
    (tmp_path / "captions.jsonl").write_text("\n".join(map(json.dumps, lines)))
    with pytest.raises(BadInput, match=r"Line 2 of .*captions\.jsonl is no picture's row"):
        read_rows(tmp_path)


def test_all_layouts_are_found_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    picture(tmp_path / "lines" / "1.png")
    (tmp_path / "lines" / "captions.jsonl").write_text(json.dumps({"file": "1.png", "captions": ["a wall"]}))
    picture(tmp_path / "table" / "1.png")
    table(tmp_path / "table", ("file", "caption"), ("1.png", "a wall"))
    picture(tmp_path / "classes" / "owl" / "1.png")
    cifar(tmp_path / "deeper" / "cifar", monkeypatch)
    assert [p.name for p in find_packs(tmp_path)] == ["classes", "cifar", "lines", "table"]
    assert len(load_pictures(tmp_path, ["train", "val", "test"], tmp_path / "cache")) == 15
    with pytest.raises(BadInput, match="no data pack"):
        find_packs(tmp_path / "nowhere")


def test_a_row_without_a_split_gets_one_by_its_concept(tmp_path: Path) -> None:
    lines = [{"file": f"{i}.png", "captions": ["x"], "concept": f"c{i // 2}"} for i in range(4000)]
    (tmp_path / "captions.jsonl").write_text("\n".join(json.dumps(line) for line in lines))
    rows = read_rows(tmp_path)
    shares = {split: sum(r.split == split for r in rows) / len(rows) for split in ("train", "val", "test")}
    assert shares["train"] == pytest.approx(0.9, abs=0.03)
    assert shares["val"] == pytest.approx(0.05, abs=0.02)
    assert all(a.split == b.split for a, b in zip(rows[::2], rows[1::2], strict=True))
    assert [split_of(name) for name in ("owl/1.png", "c7", "c15")] == ["train", "train", "train"]
    assert [split_of(name, held_out=False) for name in ("owl/1.png", "c7")] == ["train", "train"]


def test_a_stack_reads_as_one_array() -> None:
    whole = np.arange(60, dtype=np.int32).reshape(15, 2, 2)
    stack = Stack([whole[:4], Stack([whole[4:9], whole[9:]])])
    assert (len(stack), stack.shape) == (15, (15, 2, 2))
    for index in (3, -1, slice(2, 12, 3), [14, 0, 9, 9], np.array([5]), [], np.arange(15) % 2 == 0):
        want = (
            whole[np.asarray(index, np.intp) if index == [] else index]
            if isinstance(index, list)
            else whole[index]
        )
        assert (stack[index] == want).all()
        assert stack[index].shape == want.shape
    assert (np.asarray(stack) == whole).all()
    assert [int(part[0, 0]) for part in stack] == whole[:, 0, 0].tolist()
    with pytest.raises(IndexError):
        stack[15]


def test_pictures_are_joined_and_selected() -> None:
    def some(start: int, count: int) -> Pictures:
        rows = [Row(Path("p"), f"{start + i}", ("x",)) for i in range(count)]
        pixels = np.arange(start, start + count, dtype=np.uint8)[:, None, None, None]
        return Pictures(rows, pixels + np.zeros((1, 3, 2, 2), np.uint8), [["warm"]] * count)

    both = joined([some(0, 3), some(3, 5)])
    picked = both.select([7, 1])
    assert [row.file for row in picked.rows] == ["7", "1"]
    assert picked.batch([0, 1])[:, 0, 0, 0].tolist() == pytest.approx([7 / 127.5 - 1, 1 / 127.5 - 1])
    assert len(joined([both, picked])) == 10


def test_captions_of_scenes() -> None:
    long, short = "a calm sea at night with two boats under a red moon, in oils", "a sea"
    row = Row(Path("scenes"), "scene-1", (short, long), zh_captions=("大海",), labels={"scene": True})
    drawn = [draw_caption(row, [], random.Random(i), dropout=0) for i in range(600)]
    assert drawn.count(long) > 8 * drawn.count(short) > 0
    assert drawn.count("大海") > 150
    assert flippable(row)
    assert not flippable(Row(Path("scenes"), "s", ("a moon to the left of a hill",)))
    assert not flippable(Row(Path("scenes"), "s", ("a moon",), zh_captions=("右边有月亮",)))
