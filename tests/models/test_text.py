"""The prompt encoder: pieces of words, vectors near in meaning, and a distillation that learns."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from atelier.errors import WeightsError
from atelier.versions import shipped_folder, write_card
from models.painter.packs import CAPTIONS, Row
from models.text.data import caption_pairs, general_pairs
from models.text.encoder import FILE, TextEncoder
from models.text.evaluate import retrieval
from models.text.network import PromptEncoder
from models.text.tokens import MAX_WORDS, START, tokens, words


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return TextEncoder.load()


def test_words_of_both_languages() -> None:
    assert words("A Café, it's RED… 一朵红rose!") == ["a", "cafe", "it's", "red", "一", "朵", "红", "rose"]
    assert words("... 😀 \u200b") == []


def test_tokens_begin_with_start_and_are_cut() -> None:
    made = tokens(["", "one two", "word " * 100])
    assert made.shape[:2] == (3, MAX_WORDS)
    assert (made[:, 0, 0] == START).all()
    assert not made[0, 1:].any()
    assert made[1, 1:3].any(1).all()
    assert not made[1, 3:].any()


def test_words_share_pieces_with_their_kin() -> None:
    def shared(a: str, b: str) -> int:
        one, two = (set(tokens([w])[0, 1].tolist()) - {0} for w in (a, b))
        return len(one & two)

    assert shared("sunflower", "sunflowers") > 5 > shared("sunflower", "truck")
    both = tokens(["向日葵", "向阳"])
    assert set(both[0, 1].tolist()) & set(both[1, 1].tolist()) - {0}


def test_padding_changes_nothing(encoder: TextEncoder) -> None:
    alone = encoder.encode(["a red tulip"])
    padded = encoder.encode(["a red tulip"], MAX_WORDS)
    assert torch.allclose(alone.sentence, padded.sentence, atol=1e-5)
    assert torch.allclose(alone.states, padded.states[:, : alone.states.shape[1]], atol=1e-4)
    assert torch.allclose(alone.sentence.norm(dim=1), torch.ones(1))


@pytest.mark.parametrize(
    ("said", "meant", "strangers"),
    [
        ("a photo of roses", "a red rose", ("a truck", "a sad face", "a landscape")),
        ("黄色的向日葵", "a yellow sunflower", ("a dog", "a portrait", "a red car")),
        ("肖像画", "a portrait", ("a banana", "a silhouette icon", "yellow flowers")),
        ("巴洛克风格的风景画", "a baroque landscape", ("a happy emoji", "a daisy", "a telephone")),
    ],
)
def test_meaning_brings_near(encoder: TextEncoder, said: str, meant: str, strangers: tuple[str, ...]) -> None:
    found = encoder.encode([said, meant, *strangers]).sentence
    likeness = found[1:] @ found[0]
    assert int(likeness.argmax()) == 0


def test_pairs_of_captions() -> None:
    row = Row(
        Path("pack"), "a.png", ("a cat on a red background", "a cat, flat style"), None,
        ("扁平风格的猫，红色背景", "猫"), {"subject": "cat", "subject_zh": "猫", "background": "red"},
    )  # fmt: skip
    meant = {pair.text: pair.meanings for pair in caption_pairs([row])}
    assert meant["扁平风格的猫，红色背景"] == ("a cat on a red background",)
    assert meant["猫"] == ("cat", "a cat")
    assert meant["a cat, flat style"] == ("a cat, flat style",)
    assert general_pairs(["sea"], ["cat"], 5, 1) == general_pairs(["sea"], ["cat"], 5, 1)


def test_retrieval_counts_what_is_right() -> None:
    def row(subject: str, chinese: str) -> Row:
        return Row(Path("pack"), subject, (subject,), None, (chinese,), {"subject": subject})

    network = PromptEncoder()
    with torch.no_grad():
        network.place.zero_()
    same = [row("red cat", "red cat"), row("blue sea", "blue sea"), row("old tree", "old tree")]
    assert retrieval(network, same) == 1.0
    crossed = [row("red cat", "blue sea"), row("blue sea", "red cat")]
    assert retrieval(network, crossed) == 0.0
    assert retrieval(network, same[:1]) == 0.0


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "text" / "v1"
    shutil.copytree(shipped_folder("text"), folder)
    file = folder / FILE
    file.write_bytes(file.read_bytes()[:-40])
    with pytest.raises(WeightsError, match="damaged"):
        TextEncoder.load(folder)
    card = json.loads((folder / "card.json").read_text("utf-8"))
    write_card(folder, {k: v for k, v in card.items() if k != "files"})  # hashes fit, contents do not
    with pytest.raises(WeightsError, match="damaged"):
        TextEncoder.load(folder)


def test_a_tiny_distillation_learns_and_resumes(tmp_path: Path) -> None:
    from models.text.train import Settings, train

    pack = tmp_path / "pack"
    pack.mkdir()
    names = {"cat": "猫", "dog": "狗", "rose": "玫瑰", "sea": "大海", "moon": "月亮", "tree": "树"}
    rows = [
        {"file": f"{en}.png", "captions": [f"a {en}"], "zh_captions": [f"一张{zh}的画"], "split": split,
         "labels": {"subject": en, "subject_zh": zh}, "license": "CC0-1.0"}
        for en, zh in names.items() for split in ("train", "val")
    ]  # fmt: skip
    (pack / CAPTIONS).write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    settings = Settings(
        pack, tmp_path / "text" / "v9", tmp_path / "work", steps=14, batch=32, vocabulary=20, phrases=20
    )
    version = train(settings)
    assert 0 < version.card["trained"]["steps"] <= 14
    assert version.card["data"] == [{"pack": "pack", "licence": "CC0-1.0", "rows": 6}]
    learnt = TextEncoder.load(version.folder)
    found = learnt.encode(["一张猫的画", "a cat", "the sea"]).sentence
    assert found[0] @ found[1] > found[0] @ found[2]
    assert train(settings).card["files"] == version.card["files"]  # done: nothing more is trained
