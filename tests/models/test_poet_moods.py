"""A mood that is asked for is heard in the poem's words."""

from __future__ import annotations

import pytest

from atelier.languages import Lang
from atelier.requests import MOODS, Form, PoemRequest
from atelier.works import Made, PoemResult
from models.poet.data import words_of
from models.poet.generate import Poet
from models.poet.moods import AWAY, TOWARDS, leaning, mood_of


@pytest.fixture(scope="module")
def shipped() -> Poet:
    return Poet.load()


def test_its_words_come_sooner_and_those_of_other_moods_later() -> None:
    added = leaning("sad", "en", {"weep": 0, "merry": 1, "stone": 2})
    assert added.tolist() == pytest.approx([TOWARDS, -AWAY, 0.0])


@pytest.mark.parametrize(("lang", "form", "topic"), [("en", "quatrain", "a garden"), ("zh", "七绝", "山居")])
def test_a_poem_has_the_mood_that_was_asked_for(shipped: Poet, lang: Lang, form: Form, topic: str) -> None:
    requests = [
        PoemRequest(topic=topic, form=form, mood=mood, seed=seed) for mood in MOODS for seed in range(2)
    ]
    heard = []
    for request, made in zip(requests, shipped.generate(requests), strict=True):
        assert isinstance(made, Made)
        assert isinstance(made.result, PoemResult)
        said = [word for line in made.result.lines for word in words_of(line.lower(), lang)]
        heard.append(mood_of(said, lang) == request.mood)
    assert sum(heard) >= len(heard) / 2
