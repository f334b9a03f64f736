"""What the lines of an acrostic begin with: letters, and any Chinese character."""

from __future__ import annotations

import pytest

from atelier.requests import PoemRequest
from atelier.works import Made, PoemResult
from models.poet.generate import Poet
from models.poet.heads import ANYBODY, STAND_INS, stood_in, unfit, unreachable_heads
from models.poet.topic import read_topic
from tests.models.test_poet import ask, poems


@pytest.fixture(scope="module")
def shipped() -> Poet:
    return Poet.load()


@pytest.mark.parametrize("heads", ["我爱你", "妈妈", "胡雯媛", "春江花月", "祝她们快乐", "𠮷日"])
def test_any_chinese_character_can_begin_a_line(shipped: Poet, heads: str) -> None:
    for poem in poems(shipped, [ask("藏头诗", "春风", seed, acrostic=heads) for seed in range(3)]):
        assert "".join(line[0] for line in poem.lines) == heads
        assert {len(line) for line in poem.lines} == {7}


def test_another_character_is_written_in_the_place_of_one_that_no_old_poem_has(shipped: Poet) -> None:
    automaton = shipped.automata["zh"]
    assert stood_in(automaton, "我爱你") == "我爱" + STAND_INS["你"]
    assert stood_in(automaton, "雯") == ANYBODY
    assert all(stand_in in automaton.index for stand_in in (*STAND_INS.values(), ANYBODY))
    pattern = shipped.plan(PoemRequest(topic="春风", form="藏头诗", acrostic="我爱你", seed=1)).pattern
    assert [line.head for line in pattern.lines] == ["我", "爱", "君"]
    assert [line.shown for line in pattern.lines] == ["", "", "你"]
    assert unreachable_heads(automaton, "春の1", pattern.lines[0]) == ["の", "1"]


def test_such_a_poem_is_varied(shipped: Poet) -> None:
    (first,) = poems(shipped, [ask("藏头诗", "春风", 1, acrostic="我爱你")])
    steer = {"way": "vary", "strength": "subtle", "lines": first.lines}
    (answer,) = shipped.generate([ask("藏头诗", "春风", 2, steer=steer)])
    assert isinstance(answer, Made)
    assert isinstance(answer.result, PoemResult)
    assert "".join(line[0] for line in answer.result.lines) == "我爱你"
    assert sum(a != b for a, b in zip(answer.result.lines, first.lines, strict=True)) == 1


@pytest.mark.parametrize(
    ("heads", "lang", "is_unfit"),
    [("操你妈", "zh", True), ("倭寇", "zh", True), ("胡明", "zh", False), ("体操", "zh", False),
     ("妈妈的爱", "zh", False), ("妈的生日", "zh", False), ("妈的", "zh", True), ("你妈的", "zh", True),
     ("sh1t", "en", True), ("rose", "en", False)],
)  # fmt: skip
def test_what_no_poem_is_to_spell(heads: str, lang: str, is_unfit: bool) -> None:
    assert unfit(heads, lang) is is_unfit  # type: ignore[arg-type]


def test_no_title_says_it_in_disguise(shipped: Poet) -> None:
    assert read_topic("n1gger", shipped.automata["en"]).title == "Untitled"
    assert (
        read_topic("操你妈", shipped.automata["zh"]).title == read_topic("奴", shipped.automata["zh"]).title
    )
    assert read_topic("Route 66", shipped.automata["en"]).title == "Route 66"


@pytest.mark.parametrize(
    ("prompt", "lang"),
    [("妈妈的爱", "zh"), ("北京胡同", "zh"), ("番茄炒蛋", "zh"), ("霸王别姬", "zh"), ("the wild moor", "en"),
     ("a savage storm", "en")],
)  # fmt: skip
def test_a_harmless_prompt_keeps_its_title(shipped: Poet, prompt: str, lang: str) -> None:
    assert read_topic(prompt, shipped.automata[lang]).title.casefold() == prompt.casefold()  # type: ignore[index]
