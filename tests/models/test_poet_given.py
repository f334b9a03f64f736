"""A poem that is there already: lines of it written anew, and its next part."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from atelier.errors import BadInput
from atelier.requests import Form, PoemRequest, form_language, parse_request
from atelier.works import Made, PoemResult
from models.poet.checker import REGULATED, Checker
from models.poet.generate import Poet
from models.poet.train import Settings, train
from tests.models.poet_verse import write_pack
from tests.models.test_poet_train import TINY

FORMS: tuple[Form, ...] = (
    "quatrain",
    "haiku",
    "ballad",
    "petrarchan sonnet",
    "free",
    "七绝",
    "五律",
    "鹧鸪天",
    "如梦令",
)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pack(tmp_path_factory.mktemp("pack"))


@pytest.fixture(scope="module")
def tiny(pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Poet:
    out = tmp_path_factory.mktemp("trained") / "v1"
    return Poet.load(train(Settings(pack, out, **{**TINY, "steps": 12})).folder)  # type: ignore[arg-type]


def ask(form: Form, seed: int = 0, **steer: Any) -> PoemRequest:
    topic = "the silver river" if form_language(form) == "en" else "春江"
    options = {"topic": topic, "form": form, "seed": seed, **({"steer": steer} if steer else {})}
    made = parse_request("poem", options)
    assert isinstance(made, PoemRequest)
    return made


def poem(poet: Poet, request: PoemRequest) -> PoemResult:
    (made,) = poet.generate([request])
    assert isinstance(made, Made), made
    assert isinstance(made.result, PoemResult)
    return made.result


def refusal(poet: Poet, request: PoemRequest) -> str:
    (answer,) = poet.generate([request])
    assert isinstance(answer, BadInput)
    return answer.key


@pytest.mark.parametrize("form", FORMS)
def test_a_variation_keeps_lines_and_form_and_says_the_others_anew(
    tiny: Poet, pack: Path, form: Form
) -> None:
    checker = Checker(pack)
    first = poem(tiny, ask(form, 3))
    changed = {}
    for strength in ("subtle", "strong"):
        request = ask(form, 4, way="vary", lines=first.lines, strength=strength)
        other = poem(tiny, request)
        assert checker.reasons(form, other.lines) == [], other.lines
        if form in REGULATED:
            assert checker.pingze(other.lines) == []
        changed[strength] = sum(a != b for a, b in zip(first.lines, other.lines, strict=True))
        assert (other.title, other.stanzas) == (first.title, first.stanzas)
        assert poem(tiny, request) == other
    assert 0 < changed["subtle"] < changed["strong"] <= len(first.lines)


@pytest.mark.parametrize("form", ["quatrain", "haiku", "ballad", "七绝"])  # the small pack has few characters
def test_the_next_part_is_whole_and_says_no_line_again(tiny: Poet, pack: Path, form: Form) -> None:
    first = poem(tiny, ask(form, 3))
    second = poem(tiny, ask(form, 5, way="continue", lines=first.lines))
    assert Checker(pack).reasons(form, second.lines) == [], second.lines
    assert second.stanzas == first.stanzas
    assert not set(first.lines) & set(second.lines)
    assert second.title == first.title + (" (II)" if form_language(form) == "en" else "（其二）")
    twelfth = poem(tiny, ask(form, 5, way="continue", lines=first.lines, part=12))
    assert twelfth.title.endswith("(XII)" if form_language(form) == "en" else "（其十二）")


def test_what_ships_goes_on_with_a_tune_too() -> None:
    shipped = Poet.load()
    first = poem(shipped, ask("如梦令", 1))
    second = poem(shipped, ask("如梦令", 2, way="continue", lines=first.lines))
    assert [len(line) for line in second.lines] == [6, 6, 5, 6, 2, 2, 6]
    assert second.lines[4] == second.lines[5]
    ends = {line[-1] for line in first.lines}
    assert not ends & {line[-1] for line in second.lines}


def test_the_next_part_rhymes_by_itself(tiny: Poet, pack: Path) -> None:
    checker = Checker(pack)
    for seed in range(3):
        first = poem(tiny, ask("couplet", seed))
        second = poem(tiny, ask("couplet", seed + 9, way="continue", lines=first.lines))
        assert not checker.rhyme(first.lines[0], second.lines[0])


def test_among_others_it_is_the_same_as_alone(tiny: Poet) -> None:
    first = poem(tiny, ask("quatrain", 3))
    varied = ask("quatrain", 4, way="vary", lines=first.lines)
    further = ask("quatrain", 4, way="continue", lines=first.lines)
    requests = [ask("haiku", 1), varied, ask("七绝", 2), further]
    assert tiny.generate(requests) == [tiny.generate([request])[0] for request in requests]


def test_an_acrostic_is_varied_and_has_no_next_part(tiny: Poet, pack: Path) -> None:
    request = parse_request("poem", {"topic": "winter", "form": "acrostic", "acrostic": "sonar", "seed": 1})
    assert isinstance(request, PoemRequest)
    first = poem(tiny, request)
    other = poem(tiny, ask("acrostic", 2, way="vary", lines=first.lines))
    assert other.lines != first.lines
    assert Checker(pack).reasons("acrostic", other.lines, "sonar") == []
    assert refusal(tiny, ask("acrostic", 2, way="continue", lines=first.lines)) == "poem-continue-headed"


@pytest.mark.parametrize(
    ("form", "lines", "key"),
    [
        ("haiku", ["the silver river", "in the cold winter morning", "a zyxwv garden"], "poem-unknown-word"),
        ("haiku", ["the silver river", "in the cold morning", "a golden garden"], "poem-not-in-form"),
        ("quatrain", ["the silver river", "in the cold morning", "a golden garden"], "poem-not-in-form"),
        ("五绝", ["花月山风雪", "春江夜静天", "人云秋鸟落", "水日石花天"], "poem-not-in-form"),
        ("五绝", ["。。。", "春江夜静天", "人云秋鸟落", "水日石花天"], "poem-unknown-word"),
    ],
)  # fmt: skip
def test_lines_that_are_no_such_poem_are_refused(tiny: Poet, form: Form, lines: list[str], key: str) -> None:
    for way in ("vary", "continue"):
        assert refusal(tiny, ask(form, 1, way=way, lines=lines)) == key


VARY = {"way": "vary", "lines": ["a"]}


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"steer": {"way": "vary", "lines": ["a"]}}, "poem-start-form"),
        ({"form": "acrostic", "acrostic": "sea", "steer": VARY}, "poem-start-acrostic"),
        ({"form": "haiku", "steer": {"way": "vary", "lines": []}}, "bad-steer"),
        ({"form": "haiku", "steer": {"way": "vary", "lines": ["a" * 201]}}, "bad-steer"),
        ({"form": "haiku", "steer": {"way": "continue", "lines": ["a"], "part": 21}}, "bad-steer"),
        ({"form": "haiku", "steer": {"way": "sing", "lines": ["a"]}}, "bad-steer"),
    ],
)  # fmt: skip
def test_requests_that_cannot_be_met_are_refused(options: dict[str, object], key: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_request("poem", {"topic": "the sea", **options})
    assert refused.value.key == key
