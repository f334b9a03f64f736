"""What the poet's figures are set against: a 5-gram on characters, and a judge of topics."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
import torch

from models.poet.ngram import BREAK, LOST, KneserNey
from models.poet.sense import picked_titles, topic_en

TEXTS = ["the sea the sun", "the sand and the sea", f"a star{BREAK}at sea", "she sees the stars"]


@pytest.mark.parametrize("order", [1, 2, 5])
def test_probabilities_after_any_context_add_up_to_one(order: int) -> None:
    chain = KneserNey(TEXTS, order)
    for context in ("", "the ", "zz", "the se", BREAK):
        every = [chain.likelihoods(context + character)[-1] for character in [*chain.known, "\u2603"]]
        assert sum(every) == pytest.approx(1.0)
        assert min(every) > 0


def test_a_bigram_is_what_the_definition_says() -> None:
    chain = KneserNey(["abab"], 2)  # breaks before and after: ^a ab ba ab b^
    # Once: ^a, ba, b^; twice: ab. So the discount of bigrams is 3 / (3 + 2 * 1).
    assert chain.levels[1].discount == pytest.approx(0.6)
    # Characters by how many others they follow: ^ one, a two, b one. Of four with the unseen, uniform 1/4.
    lower = chain.levels[0]
    assert lower.counts.tolist() == [1, 2, 1]
    a = (2 - lower.discount) / 4 + lower.discount * 3 / 4 / 4
    assert chain.likelihoods("ba")[1] == pytest.approx((1 - 0.6) / 2 + 0.6 * 2 / 2 * a)


def test_what_was_counted_is_likelier_than_what_was_not() -> None:
    chain = KneserNey(TEXTS * 3)
    known, many = chain.bits(["the stars at sea"])
    other, same = chain.bits(["xqj vbzk kk gwpw"])
    assert many == same == 16
    assert known / many < 2 < other / same
    assert other / same == pytest.approx(math.log2(chain.base), rel=0.8)


def test_breaks_and_lost_words_cost_nothing() -> None:
    chain = KneserNey(TEXTS)
    assert chain.bits([BREAK + LOST + BREAK]) == (0.0, 0)
    assert chain.bits([f"sea{LOST}{BREAK}sun"])[1] == 6


def test_too_many_characters_are_refused() -> None:
    with pytest.raises(ValueError, match="too many"):
        KneserNey(["".join(map(chr, range(0x4E00, 0x4E00 + 6500)))])


def bag(texts: Sequence[str]) -> torch.Tensor:
    """A judge that knows five words."""
    words = ("sea", "snow", "cat", "war", "bread")
    counts = np.asarray([[text.lower().split().count(word) + 0.01 for word in words] for text in texts])
    return torch.from_numpy(counts / np.linalg.norm(counts, axis=1, keepdims=True)).float()


def test_a_poem_about_something_else_is_not_picked() -> None:
    prompts = ["the sea", "first snow", "a cat"]
    poems = [(0, ["the sea", "the sea"]), (1, ["snow and", "bread"]), (2, ["the war"]), (0, ["a cat"])]
    told = topic_en(bag, prompts, poems, [])
    assert (told.value, told.bar, told.baselines) == (0.5, 0.6, {})


def test_real_poems_are_judged_by_their_titles() -> None:
    words = ["sea", "snow", "cat", "war", "bread"]
    rows = [
        {"title": f"The {word} of {number}", "lines": [f"it was a {word if number % 2 else 'war'} then"]}
        for number in range(4)
        for word in words
    ]
    share = picked_titles(bag, rows)
    assert share is not None
    assert 0.0 < share < 1.0
    assert picked_titles(bag, rows[:19]) is None
    assert picked_titles(bag, [{"title": "The Sea", "lines": ["The sea, the sea"]}] * 20) is None
