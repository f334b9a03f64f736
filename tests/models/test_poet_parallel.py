"""对仗: which characters answer each other, learnt from middle couplets; and what that does to ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from atelier.requests import Form, PoemRequest
from atelier.works import Made, PoemResult
from models.poet import generate, parallel, rank
from models.poet.forms import FORM_TABLE
from models.poet.generate import Poet
from models.poet.parallel import SAME, Parallel, answers, learn
from models.poet.sense import parallel_zh
from models.poet.version import load_tongue, save_parallel
from models.poet.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def shipped() -> Poet:
    return Poet.load()


def numbers(poet: Poet, line: str) -> list[int]:
    vocabulary = poet.tongues["zh"].vocabulary
    return [vocabulary.numbers[character] - vocabulary.content for character in line]


def row(lines: list[str], form: str = "五律", split: str = "train") -> dict[str, Any]:
    return {"lines": lines, "form": form, "split": split}


def test_what_stands_in_one_place_of_middle_couplets_answers() -> None:
    vocabulary = Vocabulary.of("zh", list("山水千万红绿人天"))
    poem = ["人人", "天天", "千山", "万水", "红山", "绿水", "人人", "天天"]
    told = [row(poem)] * 20 + [row(["山千", "千山"] * 4, split="test")] * 50 + [row(poem, "五绝")] * 50
    found = answers(told, vocabulary)
    assert found is not None

    def answer(one: str, two: str) -> float:
        content = [vocabulary.numbers[c] - vocabulary.content for c in one + two]
        return found.answer(content[: len(one)], content[len(one) :])

    assert answer("千山", "万水") > answer("千山", "水万") + 1
    assert answer("红山", "绿水") > answer("人山", "天水") + 0.5  # of outer couplets nothing is learnt
    assert answer("山", "山") == SAME
    assert answer("山水", "山") == SAME
    assert answers([row(poem, "五绝")], vocabulary) is None
    assert learn([], vocabulary) is None


def test_the_shipped_one_tells_parallel_couplets_from_others(shipped: Poet) -> None:
    found = shipped.tongues["zh"].parallel
    assert found is not None
    # Written for this, but in the manner of the trade: a pair, and its second line against another's.
    pairs = [("明月松间照", "清泉石上流"), ("白云回望合", "青霭入看无"), ("万里悲秋客", "百年多病身"),
             ("星垂平野阔", "月涌大江流"), ("千山鸟飞绝", "万径人踪灭")]  # fmt: skip
    own = [found.answer(numbers(shipped, one), numbers(shipped, two)) for one, two in pairs]
    mixed = [
        found.answer(numbers(shipped, one), numbers(shipped, two))
        for at, (one, _) in enumerate(pairs)
        for other, (_, two) in enumerate(pairs)
        if at != other
    ]
    assert min(own) > max(sum(mixed) / len(mixed), 0.0)
    assert sum(own) / len(own) > sum(mixed) / len(mixed) + 0.5


def test_it_is_kept_in_the_version_folder(shipped: Poet, tmp_path: Path) -> None:
    tongue = shipped.tongues["zh"]
    save_parallel(tmp_path, tongue)
    (path,) = tmp_path.iterdir()
    assert path.name == "zh-parallel.safetensors"
    assert path.stat().st_size < 300 * 1024
    assert shipped.tongues["en"].parallel is None
    folder = next(Path(generate.__file__).parent.parent.glob("weights/poet/*"))
    again = load_tongue(folder, "zh").parallel
    assert again is not None
    assert tongue.parallel is not None
    assert torch.equal(again.vectors, tongue.parallel.vectors)
    with pytest.raises(ValueError, match="parallel"):
        Parallel.of(tongue.parallel.arrays(), 7)


def test_middle_couplets_alone_are_asked_for_it() -> None:
    for form in ("五律", "七律"):
        assert all(pattern.paired == (2, 4) for pattern in FORM_TABLE[form].patterns)
    for form in ("五绝", "七绝", "浣溪沙", "quatrain", "shakespearean sonnet"):
        assert all(pattern.paired == () for pattern in FORM_TABLE[form].patterns)


def middle(poet: Poet, form: Form, seeds: range) -> list[tuple[str, str]]:
    requests = [PoemRequest(topic="江上秋夜", form=form, seed=seed) for seed in seeds]
    poems = [one.result for one in poet.generate(requests) if isinstance(one, Made)]
    assert len(poems) == len(seeds)
    return [couplet for one in poems if isinstance(one, PoemResult) for couplet in pairs_of(one)]


def pairs_of(poem: PoemResult) -> list[tuple[str, str]]:
    return [(poem.lines[at], poem.lines[at + 1]) for at in parallel.MIDDLE]


def test_our_middle_couplets_answer_better_for_it(shipped: Poet, monkeypatch: pytest.MonkeyPatch) -> None:
    found = shipped.tongues["zh"].parallel
    assert found is not None

    def mean(couplets: list[tuple[str, str]]) -> float:
        told = [found.answer(numbers(shipped, one), numbers(shipped, two)) for one, two in couplets]
        return sum(told) / len(told)

    assert rank.PARALLEL > 0
    monkeypatch.setattr(rank, "PARALLEL", 5.0)
    preferred = mean(middle(shipped, "五律", range(3)))
    monkeypatch.setattr(rank, "PARALLEL", 0.0)
    assert preferred > mean(middle(shipped, "五律", range(3))) + 0.2


def test_the_figure_is_judged_by_test_poems_alone(shipped: Poet) -> None:
    vocabulary = shipped.tongues["zh"].vocabulary
    even, odd = ["千山"] * 8, ["千山", "万水"] * 4
    rows = [row(odd, split="test")] * 40 + [row(odd, split="val")] * 3 + [row(["千山", "水万"] * 4)] * 900
    ours = parallel_zh([odd], rows, vocabulary)
    assert ours is not None
    assert ours.value > 0
    assert ours.baselines["real middle couplets"] == pytest.approx(ours.value)
    dull = parallel_zh([even], rows, vocabulary)
    assert dull is not None
    assert dull.value == SAME
    assert parallel_zh([odd], rows[-900:], vocabulary) is None
