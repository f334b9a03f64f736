"""What can be looked at of a poem while it is written: whole lines of one candidate, in order."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from atelier.requests import Form, form_language
from atelier.works import Made, PoemResult
from models.poet.automaton import FormAutomaton
from models.poet.data import words_of
from models.poet.draft import Draft, Plan
from models.poet.forms import FORM_TABLE
from models.poet.generate import Poet
from models.poet.originality import MORE, line_key
from models.poet.rank import score
from models.poet.settings import Settings
from models.poet.train import train
from tests.models.foreign_models import byte_level
from tests.models.poet_verse import write_pack
from tests.models.test_poet import ask, poems
from tests.models.test_poet_train import TINY

REQUESTS = [
    ask("shakespearean sonnet", "winter sea"),
    ask("七律", "江雪"),
    ask("quatrain", "winter sea", seed=2),
]


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Poet:
    """A language model of somebody else's, behind a tiny version's forms."""
    pack: Path = write_pack(tmp_path_factory.mktemp("pack"))
    out = tmp_path_factory.mktemp("trained") / "v1"
    folder = train(Settings(pack, out, **{**TINY, "steps": 1})).folder  # type: ignore[arg-type]
    return Poet.load(folder, foreign=str(byte_level(pack, tmp_path_factory.mktemp("hub") / "bytes")))


def test_lines_that_are_told_stay_and_come_couplet_by_couplet() -> None:
    poet = Poet.load()
    made, told = _told(poet)
    for poem, drafts in zip(made, told, strict=True):
        assert [len(lines) for lines in drafts] == list(range(2, len(poem.lines) + 1, 2))
        assert all(lines == poem.lines[: len(lines)] for lines in drafts)
    assert made == poems(poet, REQUESTS)


def test_a_part_is_a_couplet_of_its_stanza() -> None:
    forms: tuple[Form, ...] = ("haiku", "limerick", "鹧鸪天", "如梦令")
    assert [_plan(form).parts for form in forms] == [(2, 3), (2, 4, 5), (2, 4, 6, 8, 9), (2, 4, 6, 7)]


def _plan(form: Form) -> Plan:
    return Plan(form, "", form, FORM_TABLE[form].patterns[0], (), None, 1, 2)


def test_the_best_candidate_of_each_couplet_is_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    poet, request = Poet.load(), ask("quatrain", "winter sea", seed=2)
    seen: list[tuple[int, int]] = []

    def worst(drafts: list[Draft], automaton: FormAutomaton, _known: object) -> Draft:
        assert len({tuple(map(tuple, draft.tokens)) for draft in drafts}) > 1
        assert len({tuple(map(tuple, draft.tokens[: draft.since])) for draft in drafts}) == 1
        seen.append((drafts[0].since, drafts[0].row.at))
        return min(drafts, key=lambda draft: score(draft, automaton))

    (good,) = poems(poet, [request])
    monkeypatch.setattr("models.poet.decode.best", worst)
    (bad,) = poems(poet, [request])
    assert seen == [(0, 2), (2, 4)]
    assert good.lines[:2] != bad.lines[:2]


@pytest.mark.parametrize(("form", "topic"), [("quatrain", "winter sea"), ("七绝", "初雪")])
def test_a_couplet_that_borrows_a_line_is_passed_over(
    form: Form, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    poet, request = Poet.load(), ask(form, topic, seed=2)
    (plain,) = poems(poet, [request])
    lang = form_language(form)
    words = [word for word in words_of(plain.lines[0], lang) if word[0].isalpha()]
    key = line_key(words[: -MORE[lang]], lang)  # a poem that was learnt from would have it, and end there
    tongue = poet.tongues[lang]
    known = {key}

    class Lines:
        def __contains__(self, one: object) -> bool:
            return one in known or one in shipped

    shipped = tongue.lines
    monkeypatch.setitem(poet.tongues, lang, replace(tongue, lines=Lines()))  # type: ignore[arg-type]
    (other,) = poems(poet, [request])
    assert other.lines[0] != plain.lines[0]
    known.clear()
    (same,) = poems(poet, [request])
    assert same.lines == plain.lines


@pytest.mark.usefixtures("few_candidates")
def test_a_foreign_models_lines_are_told_too(foreign: Poet) -> None:
    made, told = _told(foreign)
    for poem, drafts in zip(made, told, strict=True):
        assert max(len(lines) for lines in drafts) == len(poem.lines)
        assert drafts[0] == drafts[0][:1]  # told as soon as there is a line
        for one, two in pairwise(drafts):
            # One line more of the same candidate, or another, because that one met a dead end.
            assert two[:-1] == one or two[0] != one[0]
        assert all(line.strip() for lines in drafts for line in lines)
    # Being looked at changes no poem.
    assert made == poems(foreign, REQUESTS)


def _told(poet: Poet) -> tuple[list[PoemResult], list[list[list[str]]]]:
    told: list[list[list[str]]] = [[] for _ in REQUESTS]
    answers = poet.generate(REQUESTS, drafted=lambda at, lines: told[at].append(lines()))
    made = [one.result for one in answers if isinstance(one, Made)]
    assert len(made) == len(REQUESTS), answers
    return [poem for poem in made if isinstance(poem, PoemResult)], told
