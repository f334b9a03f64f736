"""The poet as its callers know it: requests in, poems out, every form exact, faults named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from atelier.errors import BadInput, Cancelled, Unavailable
from atelier.requests import Form, PoemRequest, form_language
from atelier.works import Made, PoemResult
from models.poet.bilingual import to_chinese, to_english
from models.poet.checker import REGULATED, Checker
from models.poet.data import find_rows, words_of
from models.poet.evaluate import _distinct_ratio, evaluate
from models.poet.forms import FORM_TABLE
from models.poet.generate import Poet
from models.poet.originality import line_key, owned
from models.poet.topic import read_topic
from models.poet.train import Settings, train
from tests.models.poet_verse import write_pack
from tests.models.test_poet_train import TINY

HEADS = {"acrostic": "sonar", "藏头诗": "春江花月"}
WRITTEN = sorted(FORM_TABLE)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pack(tmp_path_factory.mktemp("pack"))


@pytest.fixture(scope="module")
def folder(pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny version, trained for seconds: its sense is nothing, its form must be everything."""
    out = tmp_path_factory.mktemp("trained") / "v1"
    return train(Settings(pack, out, **{**TINY, "steps": 12})).folder  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def tiny(folder: Path) -> Poet:
    return Poet.load(folder)


@pytest.fixture(scope="module")
def shipped() -> Poet:
    return Poet.load()


def ask(
    form: Form | None = None, topic: str = "the silver river", seed: int = 1, **options: object
) -> PoemRequest:
    if form in HEADS:
        options.setdefault("acrostic", HEADS[form])
    return PoemRequest(topic=topic, form=form, seed=seed, **options)  # type: ignore[arg-type]


def poems(poet: Poet, requests: Sequence[PoemRequest]) -> list[PoemResult]:
    made = poet.generate(requests)
    assert all(isinstance(answer, Made) for answer in made), made
    return [
        answer.result for answer in made if isinstance(answer, Made) and isinstance(answer.result, PoemResult)
    ]


def refusal(poet: Poet, request: PoemRequest) -> BadInput:
    (answer,) = poet.generate([request])
    assert isinstance(answer, BadInput)
    assert answer.text("en") != answer.text("zh")
    return answer


# Form


@pytest.mark.usefixtures("few_candidates")
@pytest.mark.parametrize("form", WRITTEN)
def test_every_form_is_exact_by_somebody_else(tiny: Poet, pack: Path, form: Form) -> None:
    checker = Checker(pack)
    topic = "the silver river" if form_language(form) == "en" else "春江"
    requests = [ask(form, topic, seed) for seed in range(6)]
    for request, poem in zip(requests, poems(tiny, requests), strict=True):
        assert checker.reasons(form, poem.lines, request.acrostic or "") == [], poem.lines
        assert (poem.form, poem.lang, poem.version) == (form, form_language(form), "v1")
        assert sum(poem.stanzas) == len(poem.lines)
        if form in REGULATED:
            assert checker.pingze(poem.lines) == [], poem.lines


def test_a_line_that_is_to_be_said_again_is(shipped: Poet) -> None:
    for poem in poems(shipped, [ask("如梦令", "初雪", seed) for seed in range(3)]):
        assert poem.lines[4] == poem.lines[5]
        assert len({line[-1] for line in poem.lines}) == 6


def test_a_phrase_is_nobodys_and_a_line_is_somebodys() -> None:
    known = {"如梦", "如梦令", "the sea", "the old sea"}
    assert [owned(list(line), "zh", known) for line in ("如梦", "如梦令", "如梦词")] == [False, True, False]
    assert [owned(line.split(), "en", known) for line in ("the sea", "the old sea", "the red sea")] == [
        False, True, False,
    ]  # fmt: skip


def test_no_line_of_a_training_poem_is_put_out(tiny: Poet, pack: Path) -> None:
    for form in ("couplet", "五绝"):
        lang = form_language(form)
        known = {
            line_key(words_of(line, lang), lang) for row in find_rows(pack, lang)[0] for line in row["lines"]
        }
        lines = [
            line
            for poem in poems(tiny, [ask(form, "river 春", seed) for seed in range(12)])
            for line in poem.lines
        ]
        assert not known & {line_key(words_of(line, lang), lang) for line in lines}


# Determinism


@pytest.mark.usefixtures("few_candidates")
def test_a_poem_does_not_depend_on_its_neighbours(tiny: Poet) -> None:
    mixed = [
        ask("quatrain"),
        ask("七绝", "春江"),
        ask("haiku", "moon"),
        ask("shakespearean sonnet", seed=4),
        ask("五律", "雪"),
    ]
    together = tiny.generate(mixed)
    alone = [tiny.generate([request])[0] for request in mixed]
    assert together == alone
    assert tiny.generate([mixed[0]]) == [together[0]]


def test_another_seed_is_another_poem(tiny: Poet) -> None:
    found = {tuple(poem.lines) for poem in poems(tiny, [ask("quatrain", seed=seed) for seed in range(6)])}
    assert len(found) == 6


def test_what_ships_does_not_depend_on_its_neighbours(shipped: Poet) -> None:
    mixed = [ask("haiku"), ask("quatrain", "winter"), ask("七绝", "初雪"), ask("五绝", "明月", 7)]
    assert shipped.generate(mixed) == [shipped.generate([request])[0] for request in mixed]


# Topics


def test_a_prompt_in_the_other_language_steers_the_poem(tiny: Poet) -> None:
    english = read_topic("下雪的江", tiny.automata["en"])
    assert [tiny.automata["en"].words[n] for n in english.numbers] == ["snow", "river"]
    assert english.title == "Snow River"
    chinese = read_topic("snow on the river", tiny.automata["zh"])
    assert [tiny.automata["zh"].words[n] for n in chinese.numbers] == ["雪", "江"]
    (poem,) = poems(tiny, [ask("五绝", "snow on the river")])
    assert (poem.lang, poem.title) == ("zh", "雪江")
    (poem,) = poems(tiny, [ask("haiku", "下雪的江")])
    assert (poem.lang, poem.title) == ("en", "Snow River")


def test_the_word_table_prefers_the_longer_word() -> None:
    assert to_english("蝴蝶和猫头鹰") == ["butterfly", "owl"]
    assert to_chinese(["the", "first", "snow"]) == ["初雪"]


def test_an_emoji_is_read_by_its_name(tiny: Poet) -> None:
    topic = read_topic("🦋", tiny.automata["en"])
    assert [tiny.automata["en"].words[n] for n in topic.numbers] == ["butterfly"]
    assert poems(tiny, [ask("haiku", "🦋")])[0].title == "Butterfly"


@pytest.mark.parametrize("topic", ["qwertzuiop asdf", "12345", "!!!", "…"])
def test_words_that_nobody_knows_still_give_a_poem(tiny: Poet, topic: str) -> None:
    english, chinese = poems(tiny, [ask("haiku", topic), ask("五绝", topic)])
    assert english.lines
    assert chinese.title == "无题"


def test_prompts_that_nobody_knows_are_told_apart(tiny: Poet) -> None:
    """By one seed, that is; each of them gives the same poem again."""
    for form in ("haiku", "五绝"):
        asked = [ask(form, topic) for topic in ("qwertzuiop asdf", "12345", "!!!", "qwertzuiop asdf")]
        one, two, three, again = (poem.lines for poem in poems(tiny, asked))
        assert again == one
        assert one != two != three != one


def test_the_asking_is_no_part_of_the_title(tiny: Poet) -> None:
    assert poems(tiny, [ask("haiku", "write a haiku about the silver river")])[0].title == "The Silver River"
    assert poems(tiny, [ask("五绝", "写一首关于春江的诗")])[0].title == "春江"
    assert poems(tiny, [ask("haiku", "savage whores")])[0].title == "Untitled"


def test_the_prompt_says_the_mood_where_nobody_else_does(tiny: Poet) -> None:
    assert read_topic("a merry dance of joy", tiny.automata["en"]).mood == "joyful"
    assert read_topic("the river", tiny.automata["en"]).mood is None


def test_a_mood_changes_what_is_written(shipped: Poet) -> None:
    untold, told = (
        poems(shipped, [ask("quatrain", seed=seed, mood=mood) for seed in range(4)])
        for mood in (None, "epic")
    )
    assert [poem.lines for poem in told] != [poem.lines for poem in untold]


# Refusals


def test_one_bad_request_spoils_no_batch(tiny: Poet) -> None:
    answers = tiny.generate([ask("haiku"), ask("haiku", "привет"), ask("五绝", "雪")])
    assert [type(answer) for answer in answers] == [Made, BadInput, Made]


def test_a_version_without_oblique_rhymes_names_the_forms_that_it_writes(tiny: Poet) -> None:
    """As all were that were made before such rhymes were kept."""
    zh = tiny.tongues["zh"]
    level = zh.lexicon.rhyme & (2**32 - 1)
    old = Poet({**tiny.tongues, "zh": replace(zh, lexicon=replace(zh.lexicon, rhyme=level))}, "v0")
    told = refusal(old, ask("如梦令", "雪")).text()
    assert "如梦令" in told
    assert all(form in told for form in ("haiku", "鹧鸪天"))


@pytest.mark.parametrize(
    ("form", "word", "key"),
    [
        ("acrostic", "春江", "poet-acrostic-en"),
        ("acrostic", "x", "poet-acrostic-en"),
        ("acrostic", "xylem", "poet-acrostic-lost"),
        ("藏头诗", "ocean", "poet-acrostic-zh"),
        ("藏头诗", "春江花月秋云山人风", "poet-acrostic-zh"),
        ("藏头诗", "春の", "poet-acrostic-lost"),
        ("acrostic", "cunt", "poet-acrostic-barred"),
        ("藏头诗", "操你妈", "poet-acrostic-barred"),
    ],
)
def test_heads_that_cannot_be_are_refused(tiny: Poet, form: Form, word: str, key: str) -> None:
    assert refusal(tiny, ask(form, "river", acrostic=word)).key == key


def test_the_topic_is_the_acrostic_where_no_word_is_given(tiny: Poet) -> None:
    (poem,) = poems(tiny, [PoemRequest(topic="moon", form="acrostic", seed=1)])
    assert "".join(line[0] for line in poem.lines).lower() == "moon"


# Stopping, and what is measured


def test_a_stop_is_heard_inside_the_loop(tiny: Poet) -> None:
    calls = iter([False, False, True])
    with pytest.raises(Cancelled):
        tiny.generate([ask("quatrain")], stopped=lambda: next(calls))


def test_the_evaluation_measures_what_it_says(
    tiny: Poet, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking() -> None:
        raise Unavailable("painter-no-teacher")

    monkeypatch.setattr("models.poet.evaluate.Teacher", lacking)
    monkeypatch.setattr("models.poet.evaluate.TOGETHER", 4)
    monkeypatch.setattr("models.poet.generate.CANDIDATES", 2)
    found = evaluate(tiny, pack, limit=2, train_data=pack)
    assert found.notes[0] == f"topic_en: {Unavailable('painter-no-teacher')}"
    assert [note.partition(":")[0] for note in found.notes[1:]] == ["shared_span_en", "shared_span_zh"]
    told = {figure.name: figure for figure in found.figures}
    exact = told["form_exact"].baselines
    assert set(exact) == set(WRITTEN)
    assert {exact[form] for form in set(WRITTEN) - set(HEADS)} == {1.0}
    # Of the English words that are asked for, this tiny vocabulary has no line for some letter of each.
    assert (exact["acrostic"], exact["藏头诗"]) == (0.0, 1.0)
    assert told["form_exact"].value == 0.0
    assert told["pingze"].value == 1.0
    assert 0 < told["first_line_ms"].value <= told["poem_ms"].value
    for name in ("bits_vs_untagged", "bits_vs_ngram"):
        each = [told[f"{name}_{lang}"] for lang in ("en", "zh")]
        assert told[name].value == max(figure.value for figure in each)
        assert (told[name].bar, [figure.bar for figure in each]) == (1.0, [None, None])
    each = [told[f"distinct2_ratio_{lang}"] for lang in ("en", "zh")]
    assert told["distinct2_ratio"].value == min(figure.value for figure in each)
    assert told["distinct2_ratio"].bar == 0.9
    for lang in ("en", "zh"):
        assert 0 <= told[f"mood_{lang}"].value <= 1
        cost = told[f"constraint_cost_{lang}"]
        bound, free = (
            cost.baselines["perplexity in the form"],
            cost.baselines["perplexity at its lengths alone"],
        )
        assert cost.value == pytest.approx(bound / free)
        assert bound > 1 < free
        assert told[f"shared_span_{lang}"].value >= 0
        assert told[f"held_lines_{lang}"].unit.endswith(" lines")
    assert told["copied_lines"].value == 0
    assert 0 < told["bits_en"].value < 20
    assert {"bits_vs_ngram_en", "bits_vs_ngram_zh"} <= set(told)
    assert told["bits_vs_ngram_en"].value == pytest.approx(
        told["bits_en"].value / told["bits_vs_ngram_en"].baselines["5-gram, bits/character"]
    )


def test_what_ships_writes_about_what_was_asked(shipped: Poet) -> None:
    asked = [ask("quatrain", "a stormy sea", seed) for seed in range(4)] + [
        ask("七绝", "梅花", seed) for seed in range(4)
    ]
    written = poems(shipped, asked)
    assert sum("sea" in " ".join(poem.lines).lower() for poem in written[:4]) >= 2
    assert sum("梅" in "".join(poem.lines) for poem in written[4:]) >= 2


def test_more_poems_to_a_prompt_are_told_beside(
    tiny: Poet, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.poet.evaluate.PROMPTS", {"en": ("the sea",), "zh": ("海",)})
    monkeypatch.setattr("models.poet.evaluate.TO_A_PROMPT", 1)
    few, many = ({figure.name: figure for figure in _distinct_ratio(tiny, pack, n)} for n in (1, 3))
    for lang in ("en", "zh"):
        assert many[f"distinct2_ratio_{lang}"] == few[f"distinct2_ratio_{lang}"]  # of the first poem alone
        assert f"distinct2_all_{lang}" not in few
        assert many[f"distinct2_all_{lang}"].unit == "of 3 poems to a prompt"
        assert many[f"distinct2_all_{lang}"].value != many[f"distinct2_ratio_{lang}"].value
