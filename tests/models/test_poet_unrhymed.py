"""Line ends that are to be apart: no rhyme and no word twice in free verse and acrostics."""

from __future__ import annotations

from pathlib import Path

import pytest

from atelier.requests import Form
from models.poet.checker import Checker
from models.poet.forms import FORM_TABLE, FREE, patterns_of
from models.poet.generate import Poet
from models.poet.row import Row
from tests.models.test_poet import ask, folder, pack, poems, tiny

__all__ = ["folder", "pack", "tiny"]


@pytest.fixture(scope="module")
def shipped() -> Poet:
    return Poet.load()


def test_the_table_says_which_lines_end_apart() -> None:
    for form in ("free", "acrostic", "haiku"):
        assert all(line.apart for pattern in patterns_of(form) for line in pattern.lines)  # type: ignore[arg-type]
    for form, entry in FORM_TABLE.items():
        for line in (line for pattern in entry.patterns for line in pattern.lines):
            assert not (line.apart and line.rhyme != FREE), form


def test_what_rhymes_with_an_end_ends_no_other_line(tiny: Poet) -> None:
    automaton = tiny.automata["en"]
    night, light, day, the = (automaton.index[word] for word in ("night", "light", "day", "the"))
    row = Row(patterns_of("free")[0], ends=[night])
    mask, without = automaton.line_end(row, row.line)
    assert {night, light} <= set(without)
    assert day not in without
    assert bool(mask[day])
    assert not bool(mask[the])  # nobody knows what it rhymes with
    row.ends.append(the)
    assert automaton.line_end(row, row.line)[1].count(the) == 1


def test_where_every_end_rhymes_the_oldest_are_forgotten(tiny: Poet) -> None:
    """And in the end what ends a line already, so that a poem comes all the same."""
    automaton = tiny.automata["en"]
    row = Row(patterns_of("free")[0])
    every = automaton.line_end(row, row.line)[0].nonzero()[:, 0].tolist()
    row.ends = list({int(automaton.rhyme[word]): word for word in every}.values())  # one of each rhyme
    left = set(every) - set(automaton.line_end(row, row.line)[1])
    assert left
    assert {int(automaton.rhyme[word]) for word in left} == {int(automaton.rhyme[row.ends[0]])}
    assert row.ends[0] not in left
    row.ends = every
    assert automaton.line_end(row, row.line)[1] == []


def test_a_rhyme_begins_apart_from_the_unrhymed_lines_before_it(tiny: Poet) -> None:
    automaton = tiny.automata["en"]
    night, light, day, snow = (automaton.index[word] for word in ("night", "light", "day", "snow"))
    (ballad,) = patterns_of("ballad")
    row = Row(ballad, at=1, left=ballad.lines[1].length, ends=[night])
    assert {night, light} <= set(automaton.line_end(row, row.line)[1])
    automaton.rhymes(row, row.line, day)
    row.at, row.left = 2, ballad.lines[2].length
    mask, without = automaton.line_end(row, row.line)
    assert {night, light, day} <= set(without)
    assert snow not in without
    assert bool(mask[snow])


@pytest.mark.parametrize("form", ["free", "acrostic", "haiku", "ballad"])
def test_lines_of_unrhymed_poems_end_apart(shipped: Poet, form: Form) -> None:
    automaton = shipped.automata["en"]
    for poem in poems(shipped, [ask(form, "a stormy sea", seed) for seed in range(6)]):
        ends = [automaton.index[line.split()[-1].strip(".,;:!?-'").lower()] for line in poem.lines]
        rhymes = [int(automaton.rhyme[end]) for end in ends]
        pairs = 2 if form == "ballad" else 0  # lines 2 and 4 of each stanza
        assert len({*ends}) == len(ends), poem.lines
        assert len({*rhymes}) == len(ends) - pairs, poem.lines


def test_a_rhyming_poem_of_before_can_be_gone_on_from(tiny: Poet, pack: Path) -> None:
    checker = Checker(pack)
    lines = ["the silver river and night", "the golden light", "silver river and the winter day",
             "my garden in the snow", "the golden moon upon the sea", "silver gold."]  # fmt: skip
    assert checker.reasons("free", lines) == ["lines 1 and 2 end alike: night, light"]
    [further] = poems(tiny, [ask("free", seed=3, steer={"way": "continue", "lines": lines})])
    assert checker.reasons("free", further.lines) == []
