"""What the poet reads in a prompt: the words that it is about, its mood, its title, what lines begin with."""

from __future__ import annotations

import pytest

from atelier.requests import PoemRequest, parse_request
from models.poet.generate import Poet
from models.poet.topic import Topic, read_topic
from tests.models.test_poet import ask, poems, refusal


@pytest.fixture(scope="module")
def shipped() -> Poet:
    return Poet.load()


def read(poet: Poet, prompt: str) -> Topic:
    request = parse_request("poem", {"topic": prompt})
    assert isinstance(request, PoemRequest)
    return read_topic(prompt, poet.automata[request.written_in])


@pytest.mark.parametrize(
    ("prompt", "title"),
    [
        ("Can you write me a poem about the sea", "The Sea"),
        ("the sonnet of the sea", "The Sonnet of the Sea"),
        ("写一首七律，关于秋天", "秋天"), ("春天的七绝", "春天"), ("请写首", "无题"),
        ("Anna的生日", "Anna的生日"),
        ("iPhone 的春天", "iPhone的春天"), ("写一首关于Taylor Swift的诗", "Taylor Swift"),
        ("像李白那样写月亮", "月亮"), ("a poem by Shakespeare about love", "Love"), ("❤️", "Heart"),
        ("☀️的夜", "日的夜"),
    ],
)  # fmt: skip
def test_a_title_is_what_the_poem_is_about(shipped: Poet, prompt: str, title: str) -> None:
    assert read(shipped, prompt).title == title


@pytest.mark.parametrize(
    ("traditional", "simple"),
    [("春風", "春风"), ("夢", "梦"), ("愛情", "爱情"), ("乾坤", "乾坤"), ("裏", "里")],
)
def test_traditional_characters_are_read(shipped: Poet, traditional: str, simple: str) -> None:
    assert read(shipped, traditional) == read(shipped, simple)
    assert read(shipped, traditional).title == simple


def test_an_acrostic_in_traditional_characters_is_spelled_in_simplified_ones(shipped: Poet) -> None:
    [poem] = poems(shipped, [PoemRequest(topic="春", acrostic="國泰民安", seed=1)])
    assert [line[0] for line in poem.lines] == list("国泰民安")


def test_lines_begin_with_letters_of_what_was_asked_about(shipped: Poet) -> None:
    request = PoemRequest(topic="an acrostic about roses", form="acrostic", seed=1)
    assert len(shipped.plan(request).pattern.lines) == len("roses")
    spaced = PoemRequest(topic="snow", acrostic="never give up!!", seed=1)
    assert len(shipped.plan(spaced).pattern.lines) == len("nevergiveup")
    assert refusal(shipped, PoemRequest(topic="12 roses", form="acrostic", seed=1)).key == "poet-acrostic-en"


def test_a_mood_that_was_asked_for_is_the_poems(shipped: Poet) -> None:
    assert shipped.plan(ask(topic="I want a sad poem about my dog")).mood == "sad"
    assert shipped.plan(ask(topic="an epic ballad about a cat")).mood == "epic"
    assert shipped.plan(ask(topic="写一首悲伤的七绝，关于大海")).mood == "sad"
