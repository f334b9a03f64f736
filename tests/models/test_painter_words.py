"""What the painter understands of a prompt, what contradicts itself, and what it says of both."""

from pathlib import Path

import pytest

from atelier.errors import BadInput, PersonError
from atelier.languages import say
from atelier.requests import MOODS, PALETTES
from atelier.works import Made
from models.painter.contradictions import check_colours, settle
from models.painter.generate import Painter
from models.painter.packs import Row
from models.painter.understand import Understanding, concepts_of
from models.painter.vocabulary import NAMES, number_at
from models.painter.wording import caption
from tests.models.painter_asks import ask, made, result


@pytest.fixture(scope="module")
def painter() -> Painter:
    return Painter.load(candidates=1)


@pytest.mark.parametrize(
    ("prompt", "lost", "kept"),
    [
        ("a sunny night over the sea", "sunny", "night"),
        ("the sea at dawn, at night", "night", "dawn"),
        ("a village in summer, in winter", "winter", "summer"),
        ("a sea with no boats, three boats", "three", "no boats"),
        ("阳光明媚的夜晚", "阳光", "夜晚"),
        ("冬天的村庄，夏天", "夏天", "冬天"),
        ("a clear sky, a storm over a lake", "storm", "clear sky"),
    ],
)
def test_words_that_cannot_all_be_drawn(prompt: str, lost: str, kept: str) -> None:
    lang = "zh" if prompt[0] > "z" else "en"
    settled = settle(prompt, lang)  # type: ignore[arg-type]
    assert lost not in settled.prompt
    assert kept in settled.prompt
    assert len(settled.notes) == 1
    assert lost not in caption(ask(prompt))


@pytest.mark.parametrize(
    "prompt",
    ["a rainy night", "the sea at night with a red moon and three boats", "a snowy storm", "夜晚的大雨",
     "two red boats and three white boats", "a foggy winter morning", "Starry Night by Van Gogh"],
)  # fmt: skip
def test_words_that_go_together_stay(prompt: str) -> None:
    settled = settle(prompt, "en")
    assert settled.prompt == prompt
    assert settled.notes == ()


@pytest.mark.parametrize(
    ("prompt", "kept", "told"),
    [
        ("a sea at night with no moon", "a sea at night", "moon"),
        ("a sea with no moon or stars, and three boats", "a sea and three boats", "moon, stars"),
        ("a calm sea, no clouds", "a calm sea", "clouds"),
        ("a garden without people in the rain", "a garden in the rain", "people"),
        ("a dog and not a cat", "a dog", "cat"),
        ("not a cat but a dog", "a dog", "cat"),
        ("a garden without a cat or a dog", "a garden", "cat or a dog"),
        ("a garden, no cats", "a garden", "cats"),
        ("no cats, a garden", "a garden", "cats"),
        ("a street at night, no parked cars, oil painting", "a street at night oil painting", "parked cars"),
        ("a garden; no cats or dogs", "a garden", "cats or dogs"),
        ("花园，不要猫，油画", "花园油画", "猫"),
        ("don't draw the moon, draw a sea", "draw a sea", "moon"),
        ("a sea. Do not paint any boats", "a sea", "boats"),
        ("a garden, don't show people", "a garden", "people"),
        ("不要画月亮，画大海", "画大海", "月亮"),
        ("大海，别画船", "大海", "船"),
        ("没有月亮和星星的夜晚", "夜晚", "月亮、星星"),
        ("无人的街道", "街道", "人"),
        ("没有猫的花园", "花园", "猫"),
    ],
)
def test_what_shall_not_be_there_is_left_out_and_said(prompt: str, kept: str, told: str) -> None:
    lang = "zh" if prompt[0] > "z" else "en"
    settled = settle(prompt, lang)  # type: ignore[arg-type]
    assert settled.prompt == kept
    assert settled.notes == (say("painter-without", lang, names=told),)  # type: ignore[arg-type]
    assert told not in caption(ask(prompt))


@pytest.mark.parametrize(
    "prompt",
    ["a sea with no boats", "no smoking", "a no entry sign", "not a cat", "no moon", "no, a cat",
     "no smoking, outline", "a red sign, no entry", "no cats", "oh no a cat", "a garden, no, a cat",
     "无边的大海", "无数星星", "not quite night", "没有船的大海", "a road without"],
)  # fmt: skip
def test_what_only_sounds_like_leaving_out_stays(prompt: str) -> None:
    assert settle(prompt, "en").prompt == prompt
    assert settle(prompt, "en").notes == ()


def test_colours_that_no_picture_has_are_refused(painter: Painter) -> None:
    for request in (
        ask("a rose in vivid colours", palette="monochrome"),
        ask("a black and white photo, vivid colors"),
        ask("黑白照片，色彩鲜艳"),
        ask("a sea, warm tones", palette="cool"),
    ):
        (answer,) = painter.generate([request])
        assert isinstance(answer, PersonError)
        assert "cannot both be" in answer.text("en")
        assert answer.exit_code == 2
    check_colours("warm colours against cool colours", None, "en")  # a contrast may be meant
    check_colours("a black and white cat, a bright star", "bright", "en")


def test_a_mood_gives_way_to_the_palette() -> None:
    said = caption(ask("a rose", mood="joyful", palette="monochrome"))
    assert "black and white" in said
    assert "vivid" not in said
    for mood in MOODS:
        for palette in PALETTES:
            words = caption(ask("x", mood=mood, palette=palette)).split(", ")
            assert len(words) == len(set(words))


def test_no_words_that_it_knows(painter: Painter) -> None:
    answers = painter.generate([ask("Ёлка и дом"), ask("12345"), ask("Ёлка and a house")])
    assert [type(answer) for answer in answers] == [BadInput, BadInput, Made]
    assert isinstance(answers[0], BadInput)
    assert "English and Chinese" in answers[0].text("en")
    assert "中文和英文" in answers[0].text("zh")


def test_scenes_are_understood(painter: Painter) -> None:
    labels = {
        "scene": True, "place": "sea", "time": "night", "weather": "storm", "season": "winter",
        "light": "moon", "boats": 2, "birds": 3, "lighthouse": True, "stars": True, "style": "scene oil",
    }  # fmt: skip
    row = Row(Path("scenes"), "scene-1", ("x",), labels=labels)
    other = Row(Path("p"), "y", ("y",), labels={"subject": "cat", "subject_zh": "猫"})
    understanding = Understanding(concepts_of([row, other]), painter.text)

    def understood(prompt: str, lang: str, *chosen: str) -> str:
        vector = painter.text.encode([prompt]).sentence[0]
        return understanding.sentence(prompt, vector, lang, chosen)  # type: ignore[arg-type]

    assert understood("ink wash boats", "en", "ink wash", "warm") == "Understood as: boat, ink wash, warm."
    assert (
        understood("A red moon over a stormy ocean at midnight with three white boats", "en")
        == "Understood as: moon, storm, sea, night, 3 boats, red, white."
    )
    assert understood("三艘船，夜晚的大海，没有鸟", "zh") == "我的理解：3 艘船、夜晚、大海、没有鸟。"
    assert understood("no wind, boats", "en") == "Understood as: boat."
    assert understood("a sea without any boats", "en") == "Understood as: sea, no boats."
    assert understood("a boat and a lighthouse", "en") == "Understood as: one boat, lighthouse."
    for many in ("nine boats", "12 boats", "twelve ships", "a hundred boats", "twenty-two white boats"):
        assert "at most 3 boats" in understood(f"{many} on the sea", "en")
    for many in ("十二艘船", "二十艘船", "一百艘船", "12艘船"):
        assert understood(f"{many}在大海上", "zh").startswith("我的理解：船、大海。"), many
    assert understood("两艘船在大海上", "zh") == "我的理解：2 艘船、大海。"
    assert "forest" not in understood("a forest", "en")  # no scene of these had one
    assert "ink wash" in understood("an ink painting of the sea", "en")


def test_numbers_are_read_whole() -> None:
    for words, number in {
        "12": 12, "twelve": 12, "twenty two": 22, "two hundred": 200, "a dozen": 12, "two dozen": 24,
        "十": 10, "十 二": 12, "二 十": 20, "一 百 二 十": 120, "两": 2, "no": 0, "0": 0, "1920": None,
        "many": None,
    }.items():  # fmt: skip
        said = ("with", *words.split())
        assert number_at(said, len(said) - 1) == number, words


def test_the_vocabulary_says_each_word_once() -> None:
    for lang in ("en", "zh"):
        every = [word for name in NAMES for word in getattr(name, lang)]
        assert len(every) == len(set(every))


def test_what_was_left_out_is_said(painter: Painter) -> None:
    told = result(made(painter, ask("a cat on a sunny night"))).understood
    assert "“sunny” and “night” cannot both be; I drew “night”." in told
    chinese = result(made(painter, ask("阳光明媚的夜晚，一只猫"))).understood
    assert "我画了“夜晚”" in chinese
