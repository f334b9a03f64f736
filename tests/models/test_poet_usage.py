"""Words that break no form and that nobody would print."""

from __future__ import annotations

import re

import pytest
import torch

from models.poet.forms import patterns_of
from models.poet.generate import Poet
from models.poet.row import Row
from models.poet.usage import Usage, vowel_first
from models.poet.words import FRAGMENTS_EN, VARIANTS_ZH
from tests.models.test_poet import ask, poems


@pytest.fixture(scope="module")
def shipped() -> Poet:
    return Poet.load()


def test_the_article_goes_by_the_next_words_sound() -> None:
    for word in (
        "hour",
        "honest",
        "heir",
        "honoured",
        "ear",
        "uncle",
        "urge",
        "unimagined",
        "orb",
        "o'clock",
    ):
        assert vowel_first(word), word
    for word in ("house", "unicorn", "union", "useful", "one", "one's", "once", "european", "ewe", "yew"):
        assert not vowel_first(word), word


def test_only_the_right_article_is_written_before_a_word(shipped: Poet) -> None:
    automaton = shipped.automata["en"]
    index = automaton.index
    row = Row(patterns_of("quatrain")[0])

    def articles(*words: str, mark: bool = False) -> list[bool]:
        row.words, row.ended, row.left = [index[word] for word in words], bool(words), 8 - len(words)
        row.mark = index[","] if mark else None
        scores = automaton(None, torch.zeros(1, len(automaton.words)))[0]
        return [bool(scores[index[word]] > -torch.inf) for word in ("a", "an")]

    automaton.rows = [row]
    assert articles("night") == [True, False]
    assert articles("hour") == [False, True]
    assert articles("night", mark=True) == [False, False]
    assert articles() == [False, False]


def test_articles_in_poems_agree(shipped: Poet) -> None:
    seeds = range(8)
    said = " ".join(
        line.lower() for poem in poems(shipped, [ask("couplet", "an old hour", n) for n in seeds])
        for line in poem.lines
    )  # fmt: skip
    for article, word in re.findall(r"\b(an?) ([a-z']+)", said):
        assert (article == "an") == vowel_first(word), said


def test_fragments_and_old_shapes_are_never_written(shipped: Poet) -> None:
    english, chinese = shipped.automata["en"], shipped.automata["zh"]
    old_shapes = [old for old, modern in VARIANTS_ZH.items() if modern in chinese.index]
    for automaton, junk in ((english, FRAGMENTS_EN), (chinese, old_shapes)):
        known = [automaton.index[word] for word in junk if word in automaton.index]
        assert known
        assert bool(automaton.usage.unwritten[known].all())
        assert int(automaton.usage.unwritten.sum()) == len(known)
        automaton.rows = [Row(patterns_of("七绝" if automaton is chinese else "haiku")[0])]
        scores = automaton(None, torch.zeros(1, len(automaton.words)))
        assert bool((scores[0, known] == -torch.inf).all())
    old = chinese.index["鴈"]  # where it is asked for it is written
    mask = torch.zeros(2, len(chinese.words), dtype=torch.bool)
    mask[:, old] = mask[1, chinese.index["雁"]] = True
    assert chinese.usage.written(mask)[:, old].tolist() == [True, False]


def test_an_old_shape_stays_where_its_modern_one_is_unknown() -> None:
    assert Usage(["鴈"], "zh").unwritten.tolist() == [False]
    assert Usage(["鴈", "雁"], "zh").unwritten.tolist() == [True, False]


def test_a_head_is_not_said_again_in_its_line(shipped: Poet) -> None:
    for poem in poems(shipped, [ask("藏头诗", "梅花", n, acrostic="春江明月") for n in range(4)]):
        assert all(line[0] not in line[1:-1] for line in poem.lines), poem.lines
