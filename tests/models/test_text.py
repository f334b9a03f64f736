"""The prompt encoder: pieces of words, vectors near in meaning, and a distillation that learns."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from atelier.errors import WeightsError
from atelier.versions import shipped_folder, write_card
from models.painter.packs import CAPTIONS, Row
from models.text.data import Pair, caption_pairs, same_things, targets
from models.text.dictionary import Entry, chosen_entries, short_senses
from models.text.encoder import FILE, TextEncoder
from models.text.evaluate import retrieval, synonym_accuracy
from models.text.landscapes import COUNTS, landscape_pairs
from models.text.network import PromptEncoder
from models.text.phrases import chinese_pairs, english_pairs, exchanged_pairs
from models.text.synonyms import synonyms, without_synonyms
from models.text.tokens import MAX_WORDS, NONE, OVER, START, tokens, words


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


def test_chinese_words_end_at_borders() -> None:
    """Behind 的 and beside punctuation a word has the pieces that it has alone; others are marked."""
    alone, said, run = (tokens([t]) for t in ("刺猬", "红色的刺猬，白色", "红色刺猬白色"))

    def own(made: torch.Tensor, at: int) -> set[int]:
        return {int(p) for p in made[0, at] if NONE < p < OVER}

    assert own(said, 4) == own(alone, 1)
    assert own(said, 5) == own(alone, 2)
    assert own(run, 3) > own(alone, 1)  # nothing says where 色 ends
    assert not (alone >= OVER).any()
    # With the marks taken off, the pieces are those that versions 1 and 2 learnt.
    both, plain = (tokens([t]) for t in ("红色的刺猬，白色", "红色的刺猬白色"))
    assert torch.equal((both % OVER).sort(2).values, (plain % OVER).sort(2).values)


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
    assert same_things("扁平风格的猫，红色背景", row) == row.captions  # each tells one of the two
    assert meant["扁平风格的猫，红色背景"].count("a cat on a red background") == 2
    assert meant["猫"] == ("cat", "a cat")
    assert meant["a cat, flat style"] == ("a cat, flat style",)


def test_a_chinese_caption_means_the_english_that_tells_the_same() -> None:
    row = Row(
        Path("pack"), "a.png",
        ("a portrait in the style of Claude Monet", "a portrait, impressionism, red tones"), None,
        ("莫奈风格的肖像画", "印象派肖像画，红色调"),
        {"artist": "Claude Monet", "artist_zh": "莫奈", "style": "impressionism", "style_zh": "印象派"},
    )  # fmt: skip
    assert same_things("莫奈风格的肖像画", row) == ("a portrait in the style of Claude Monet",)
    assert same_things("印象派肖像画，红色调", row) == ("a portrait, impressionism, red tones",)


def test_glosses_become_short_senses() -> None:
    known = {"horse": 0, "racing": 1, "city": 2, "in": 3, "spain": 4}
    assert short_senses(["to swim (across)", "variant of 泳[yong3]"], known) == ("swim",)
    assert short_senses(["(bound form) a horse; knight in chess games", "horse"], known) == ("horse",)
    assert short_senses(["Huesca", "city in Spain", "surname Ma"], known) == ("city in Spain",)
    assert short_senses(["see 曱甴[yue1 zha2]", "CL:匹[pi3]", "CC"], known) == ()


def test_entries_come_in_the_order_of_their_english() -> None:
    lines = [
        ("马", ["surname Ma"]), ("城市", ["city", "town"]), ("马", ["horse", "CL:匹[pi3]"]),
        ("OK绷", ["plaster"]), ("游泳", ["to swim"]), ("一个很长的词", ["horse"]),
    ]  # fmt: skip
    found = chosen_entries(lines, ["horse", "city"], 9)
    assert [entry.chinese for entry in found] == ["马", "城市", "游泳"]
    assert found[1].meanings == ("city", "city", "town")
    assert [entry.verb for entry in found] == [False, False, True]
    assert chosen_entries(lines, ["horse", "city"], 1) == found[:1]


def test_phrases_say_the_same_in_both_languages() -> None:
    entries = [Entry("马", ("horse",)), Entry("船", ("boat", "ship")), Entry("游泳", ("swim",), verb=True)]
    made = chinese_pairs(entries, {"horse"}, 300, 1)
    assert made == chinese_pairs(entries, {"horse"}, 300, 1)
    for pair in made:
        if pair.text not in pair.meanings:
            assert ("马" in pair.text) == ("horse" in pair.meanings[0])
            assert ("船" in pair.text) == ("boat" in pair.meanings[0])
            assert ("红" in pair.text) == ("red" in pair.meanings[0].split())
            assert "swim" not in pair.meanings[0]
    assert english_pairs(["sea"], ["cat"], 5, 1) == english_pairs(["sea"], ["cat"], 5, 1)
    assert chinese_pairs([], (), 9, 1)  # colours, looks and counts need no dictionary


def test_captions_with_another_subject() -> None:
    row = Row(
        Path("pack"), "a.png", ("a cat on a red background", "a cat, flat style"), None,
        ("扁平风格的猫，红色背景", "猫", "画一个猫，扁平风格"), {"subject": "cat", "subject_zh": "猫"},
    )  # fmt: skip
    made = {pair.text: pair.meanings for pair in exchanged_pairs([row], [Entry("马", ("horse",))], 20, 0)}
    assert made["画一个马，扁平风格"] == ("a horse, flat style",)
    assert set(made) == {"扁平风格的马，红色背景", "画一个马，扁平风格"}
    assert exchanged_pairs([row], [], 20, 0) == exchanged_pairs([], [Entry("马", ("horse",))], 20, 0) == []


def test_landscapes_count_alike_in_both_languages() -> None:
    made = landscape_pairs(400, 3)
    assert made == landscape_pairs(400, 3)
    three = [p for p in made if "三艘" in p.text]
    assert three
    assert all("three" in p.meanings[0] for p in three)
    assert {"one", "two", "three", "many"} <= set(COUNTS)
    assert any("水墨" in p.text and "ink" in p.meanings[0] for p in made)


def test_the_synonyms_are_kept_out() -> None:
    listed = synonyms()
    assert len(listed) == 300
    assert len({one.concept for one in listed}) >= 100
    assert {one.lang for one in listed} == {"en", "zh"}
    held = next(one.text for one in listed if one.lang == "en" and one.text.startswith("a "))
    chinese = next(one.text for one in listed if one.lang == "zh")
    pairs = [Pair(t, ("x",)) for t in (held, held.removeprefix("a ").upper(), f"画{chinese}！", "a red cat")]
    assert [pair.text for pair in without_synonyms(pairs)] == ["a red cat"]


def test_synonym_accuracy_is_chance_for_a_network_that_knows_nothing() -> None:
    torch.manual_seed(0)
    assert 0 <= synonym_accuracy(PromptEncoder()) < 0.3


def test_targets_are_kept(tmp_path: Path) -> None:
    asked: list[str] = []

    def teacher(texts: list[str]) -> torch.Tensor:
        asked.extend(texts)
        return torch.nn.functional.normalize(
            torch.tensor([[float(len(t)), 1.0] + [0.0] * 382 for t in texts]), dim=1
        )

    pairs = [Pair("马", ("horse", "a horse")), Pair("sea", ("sea",))]
    first = targets(pairs, teacher, tmp_path / "kept.pt")  # type: ignore[arg-type]
    assert torch.allclose(first.norm(dim=1), torch.ones(2))
    again = targets([*pairs, Pair("船", ("boat",))], teacher, tmp_path / "kept.pt")  # type: ignore[arg-type]
    assert torch.allclose(first, again[:2], atol=1e-3)
    assert sorted(asked) == ["a horse", "boat", "horse", "sea"]


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
        pack,
        tmp_path / "text" / "v9",
        tmp_path / "work",
        steps=60,
        batch=32,
        vocabulary=20,
        phrases=20,
        dictionary=50,
        exchanged=10,
        landscapes=5,
    )
    version = train(settings)
    assert 0 < version.card["trained"]["steps"] <= 60
    assert version.card["data"] == [{"pack": "pack", "licence": "CC0-1.0", "rows": 6}]
    assert {figure["name"] for figure in version.card["figures"]} == {"synonyms"}
    assert 0 <= version.card["zh_retrieval_val"] <= 1
    assert "--set batch=32 " in version.card["command"]
    learnt = TextEncoder.load(version.folder)
    found = learnt.encode(["一张猫的画", "a cat", "the sea"]).sentence
    assert found[0] @ found[1] > found[0] @ found[2]
    assert train(settings).card["files"] == version.card["files"]  # done: nothing more is trained
