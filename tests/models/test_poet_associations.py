"""Which words keep company: what is learnt of it, how it is kept, and what it does to a poem."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import torch

from atelier.errors import WeightsError
from atelier.requests import PoemRequest
from atelier.works import Made, PoemResult
from models.poet import associations
from models.poet.associations import STRENGTH, Associations, learn
from models.poet.generate import Poet
from models.poet.lexicon import Lexicon
from models.poet.version import load_tongue, save_tongue
from models.poet.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def shipped() -> Poet:
    return Poet.load()


def lexicon_of(vocabulary: Vocabulary, silent: str = "") -> Lexicon:
    weight = torch.tensor([0.0 if token in silent else 1.0 for token in vocabulary.tokens])
    none = torch.zeros(len(vocabulary), dtype=torch.long)
    return Lexicon(none, none, none, none, weight, weight, none)


def rows(*poems: str, split: str = "train") -> list[dict[str, Any]]:
    return [{"lines": list(poem.split("/")), "split": split} for poem in poems]


def test_words_that_meet_more_often_than_by_chance_keep_company() -> None:
    vocabulary = Vocabulary.of("zh", list("海船山云花的"))
    told = rows(*["海船的"] * 40, *["山云的"] * 40, *["花的"] * 40)
    told += rows(*["海花"] * 400, split="test")
    found = learn(told, vocabulary, lexicon_of(vocabulary, "的"))
    assert found is not None
    number = {word: vocabulary.numbers[word] - vocabulary.content for word in "海船山云花的"}
    added = found.leaning([number["海"]])
    assert 0 < float(added[number["船"]]) <= STRENGTH
    assert float(added.sum()) == pytest.approx(float(added[number["船"]]))  # not of test poems, nor of 的
    both = found.leaning([number["海"], number["船"]])
    assert float(both.sum()) == 0  # topics see to themselves
    assert learn(rows("海船", split="test"), vocabulary, lexicon_of(vocabulary)) is None


def test_what_meets_in_other_passages_is_no_company() -> None:
    vocabulary = Vocabulary.of("zh", list("海船山云"))
    apart = rows(*["海/海/海/海/船/船/船/船"] * 40, *["山云"] * 40)
    found = learn(apart, vocabulary, lexicon_of(vocabulary))
    assert found is not None
    assert float(found.leaning([vocabulary.numbers["海"] - vocabulary.content]).sum()) == 0


def test_it_is_kept_in_the_version_folder(shipped: Poet, tmp_path: Path) -> None:
    tongue = shipped.tongues["zh"]
    assert tongue.associations is not None
    save_tongue(tmp_path, tongue)
    again = load_tongue(tmp_path, "zh").associations
    assert again is not None
    topics = [tongue.vocabulary.numbers["海"] - tongue.vocabulary.content]
    assert torch.equal(again.leaning(topics), tongue.associations.leaning(topics))
    path = tmp_path / "zh-associations.safetensors"
    assert path.stat().st_size < 400 * 1024
    wrong = dataclasses.replace(tongue.associations, starts=tongue.associations.starts[:-1])
    save_tongue(tmp_path, dataclasses.replace(tongue, associations=wrong))
    with pytest.raises(WeightsError):
        load_tongue(tmp_path, "zh")


@pytest.mark.parametrize(
    "change",
    [{"words": torch.tensor([5])}, {"words": torch.tensor([0, 1])}, {"starts": torch.tensor([0, 1, 2])}],
)
def test_what_does_not_fit_is_refused(change: dict[str, torch.Tensor]) -> None:
    arrays = Associations(torch.tensor([0, 1, 1]), torch.tensor([1]), torch.tensor([0.5])).arrays()
    assert float(Associations.of(arrays, 2).leaning([0])[1]) == pytest.approx(STRENGTH / 2, abs=0.02)
    with pytest.raises(ValueError, match="associations"):
        Associations.of(arrays | change, 2)


def test_a_poem_speaks_of_what_keeps_its_topic_company(
    shipped: Poet, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = [PoemRequest(topic="the sea", form="quatrain", seed=seed) for seed in range(16)]
    company = {"ships", "ship", "shore", "foam", "waves", "wave", "sail", "sails", "salt", "sand"}

    def named() -> int:
        poems = [made.result for made in shipped.generate(requests) if isinstance(made, Made)]
        assert len(poems) == len(requests)
        return sum(
            word.strip(".,;:!?") in company
            for poem in poems
            if isinstance(poem, PoemResult)
            for line in poem.lines
            for word in line.lower().split()
        )

    often = named()
    monkeypatch.setattr(associations, "STRENGTH", 0.0)
    assert often >= 2 * max(1, named())
