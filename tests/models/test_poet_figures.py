"""What the poet's evaluation counts: forms that were not written, times, moods, topics, copies."""

from __future__ import annotations

from pathlib import Path

import pytest

from atelier.languages import Lang
from atelier.requests import FORMS, Form, PoemRequest, form_language
from atelier.works import Made, PoemResult
from bench import verses
from models.poet.bits import Unbound
from models.poet.checker import Checker
from models.poet.copies import copies, longest_shared
from models.poet.data import find_rows, words_of
from models.poet.evaluate import form_figures, mood_figures, timed
from models.poet.forms import patterns_of
from models.poet.generate import Poet
from models.poet.prompts import NEAR, PROMPTS, request_for
from models.poet.row import Row
from models.poet.sense import topic_zh
from tests.models.poet_verse import write_pack


@pytest.fixture(scope="module")
def shipped() -> Poet:
    return Poet.load()


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pack(tmp_path_factory.mktemp("pack"))


def poem(form: Form, lines: list[str]) -> tuple[PoemRequest, PoemResult]:
    lang = form_language(form)
    result = PoemResult(
        form=form, lang=lang, title="", lines=lines, stanzas=[len(lines)], seed=1, version="v1"
    )
    return PoemRequest(topic="snow", form=form, seed=1), result


GLOW = ["The moon upon the golden snow", "The silver river in the glow"]


def test_a_poem_that_was_not_written_is_in_no_form(pack: Path) -> None:
    made = {"couplet": [poem("couplet", GLOW)] * 3, "haiku": []}
    told = {figure.name: figure for figure in form_figures(Checker(pack), made, 4)}  # type: ignore[arg-type]
    assert told["form_exact"].value == 0.0
    assert told["form_exact"].baselines == {"couplet": 0.75, "haiku": 0.0}
    assert told["form_exact"].holds is False


def test_the_first_line_is_timed_from_asking_to_the_chat(shipped: Poet) -> None:
    """A clock that only goes on when it is read: asking, the first lines, the end."""
    ticks = iter([10.0, 10.2, 10.9])
    assert timed(shipped, request_for("quatrain", 1), lambda: next(ticks)) == pytest.approx((200, 900))
    assert next(ticks, None) is None


def test_what_shows_no_lines_is_timed_to_its_end(shipped: Poet) -> None:
    class Silent:
        def generate(self, requests: list[PoemRequest], **_options: object) -> list[Made]:
            return []

    ticks = iter([10.0, 10.9])
    told = timed(Silent(), request_for("quatrain", 1), lambda: next(ticks))  # type: ignore[arg-type]
    assert told == pytest.approx((900, 900))


def test_a_mood_is_what_was_asked_for_or_another_or_none() -> None:
    said: dict[Lang, list[tuple[str, str | None]]] = {
        "en": [("sad", "sad"), ("sad", None), ("epic", "sad"), ("epic", "epic")],
        "zh": [("calm", "tense"), ("calm", None)],
    }
    told = {figure.name: figure for figure in mood_figures(said)}
    assert [told[name].value for name in ("mood", "mood_en", "mood_zh")] == [pytest.approx(2 / 6), 0.5, 0.0]
    assert told["mood_en"].baselines == {"a mood that was not asked for": pytest.approx(0.25 / 6)}
    assert all(figure.bar is None for figure in told.values())
    assert list(mood_figures({})) == []


@pytest.mark.parametrize(
    ("prompt", "lines", "holds"),
    [
        ("初雪", ["风波浅翠微", "腊雪湿花飞"], True),
        ("初雪", ["初日照高林", "风波浅翠微"], False),  # a telling character of the prompt, and no snow
        ("山中古寺", ["山中无历日", "古木无人径"], False),
        ("山中古寺", ["姑苏城外客", "夜半有钟声"], True),
        ("送友人", ["挥手自兹去", "萧萧故"], False),
        ("送友人", ["挥手自兹去", "故人西辞黄"], True),
        ("登高望远", ["更上一层高", "楼中无酒客"], False),  # 高 and 楼, not side by side in a line
    ],
)
def test_a_topic_is_a_word_or_one_near_it(prompt: str, lines: list[str], holds: bool) -> None:
    told = topic_zh([(prompt, lines)])
    assert (told.name, told.bar) == ("topic_zh", 0.8)
    assert told.value == float(holds)


def test_every_chinese_prompt_has_words_near_it() -> None:
    assert set(NEAR) == set(PROMPTS["zh"])
    assert all(words and all(words) for words in NEAR.values())


def test_the_longest_shared_runs_are_found_whole() -> None:
    ours = [text.split() for text in ("the old sea is cold and the moon is white", "a cat in the hat")]
    theirs = [
        text.split() for text in ("upon the old sea is cold rain and the moon is", "no cat in the hat", "a b")
    ]
    found = [" ".join(run) for run in longest_shared(ours, theirs)]
    assert found == ["the old sea is cold", "and the moon is", "cat in the hat"]
    assert len(longest_shared(ours, theirs, 1)) == 1
    assert longest_shared([list("春江花月夜")], [list("春江花")]) == []


def test_runs_and_lines_of_training_poems_are_told(pack: Path) -> None:
    rows = find_rows(pack, "en")[0]
    theirs = next(row["lines"] for row in rows if row["split"] == "train")
    ours = [theirs[0], "zyx", "zyx"]
    figures, notes = copies({"en": [ours]}, pack)
    told = {figure.name: figure.value for figure in figures}
    many = len(theirs[0].split())
    assert told == {"copied_lines": 1, "held_lines_en": 0, "shared_span_en": many}
    said = theirs[0].lower().rstrip(".,;")
    assert notes == [f"shared_span_en: {said} ({many})"]
    figures, notes = copies({"en": [["zyx", "zyx"]]}, pack)
    assert [figure.value for figure in figures] == [0, 0, 0]
    assert notes == ["shared_span_en: no run of 4 words"]


def test_a_line_of_theirs_with_a_word_more_is_told(pack: Path) -> None:
    lines: dict[Lang, str] = {}
    for lang, least in (("en", 4), ("zh", 5)):
        found = (line for row in find_rows(pack, lang)[0] for line in row["lines"])
        lines[lang] = next(
            line for line in found if sum(w[0].isalpha() for w in words_of(line, lang)) >= least
        )
    plain = lines["zh"].strip("，。？！")
    made: dict[Lang, list[list[str]]] = {
        "en": [[f"zyx {lines['en']}", f"zyx {lines['en']} zyx"]], "zh": [[f"明月{plain}", f"月{plain}"]],
    }  # fmt: skip
    told = {figure.name: figure for figure in copies(made, pack)[0]}
    for lang in ("en", "zh"):
        assert (told[f"held_lines_{lang}"].value, told[f"held_lines_{lang}"].unit) == (1, "of 2 lines")
    assert told["copied_lines"].value == 0


def test_without_its_form_a_poem_keeps_its_lengths_alone(shipped: Poet) -> None:
    for lang, form in (("en", "quatrain"), ("zh", "七绝")):
        tongue, bound = shipped.tongues[lang], shipped.automata[lang]
        free = Unbound(tongue.vocabulary, tongue.lexicon)
        row = Row(patterns_of(form)[0])  # type: ignore[arg-type]
        wide, without = free.allowed(row)
        narrow, _ = bound.allowed(row)
        assert without == []
        assert bool((wide | ~narrow).all())  # what the form allows is allowed
        assert int(wide.sum()) > 2 * int(narrow.sum())
        assert not bool((wide & (free.length > row.left)).any())
        row.left = 1
        assert not bool((free.allowed(row)[0] & (free.length > 1)).any())


def test_the_document_shows_a_poem_of_every_form() -> None:
    assert set(verses.FORMS) == set(FORMS)
    assert len(verses.FORMS) == 20
    asked = verses.requests()
    assert len({(request.topic, request.written_in) for request in asked}) == 20
    shown = verses.DOCUMENT.read_text("utf-8").partition("<!-- poems -->")[2]
    told = [f"({request.form}{f', {request.acrostic}' if request.acrostic else ''}: “{request.topic}”)"
            for request in asked]  # fmt: skip
    assert [line.partition("** ")[2] for line in shown.splitlines() if line.startswith("**")] == told
