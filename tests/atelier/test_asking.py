"""How people ask for a poem in a prompt: the form that they name, and what is left to write about."""

from __future__ import annotations

import pytest

from atelier import asking
from atelier.errors import BadInput
from atelier.options import FORMS
from atelier.requests import PoemRequest, parse_request


@pytest.mark.parametrize(
    ("prompt", "form", "about"),
    [
        ("write a haiku about the sea", "haiku", "the sea"),
        ("a limerick about a cat", "limerick", "a cat"),
        ("Please write me a short, funny limerick about my boss", "limerick", "my boss"),
        ("could you please write a Petrarchan sonnet on the stars?", "petrarchan sonnet", "the stars"),
        ("poem in the form of a sonnet about snow", "shakespearean sonnet", "snow"),
        ("love in sonnet form", "shakespearean sonnet", "love"),
        ("the moon, a haiku", "haiku", "the moon"),
        ("haiku: the sea", "haiku", "the sea"),
        ("a free verse poem about the city", "free", "the city"),
        ("write a haiku in the style of Keats about frogs", "haiku", "frogs"),
        ("a haiku, please", "haiku", ""),
        ("写一首七律，关于秋天", "七律", "秋天"),
        ("寫一首七言絕句，關於春風", "七绝", "春风"),
        ("七绝：春天", "七绝", "春天"),
        ("春天的七绝", "七绝", "春天"),
        ("请帮我写一首描写月亮的五言绝句", "五绝", "月亮"),
        ("以春天为题写一首七律", "七律", "春天"),
        ("用七律写秋天", "七律", "秋天"),
        ("春天，写一首七律", "七律", "春天"),
        ("填一阕如梦令，写雪", "如梦令", "雪"),
        ("浣溪沙·初夏", "浣溪沙", "初夏"),
    ],
)
def test_a_form_that_is_asked_for_is_named(prompt: str, form: str, about: str) -> None:
    said = asking.read(prompt)
    assert (said.form, said.about) == (form, about)


@pytest.mark.parametrize(
    "prompt",
    [
        "the sonnet of the sea", "ballad singer", "Ballad of a Thin Man", "my haiku teacher",
        "sonnet lovers on the beach", "the last poem of Keats", "free", "give peace a chance",
        "show me the way home", "七绝圣手", "浣溪沙里的女子", "写信", "做梦", "想家", "来年", "唐诗", "歌词",
    ],
)  # fmt: skip
def test_a_topic_stays_a_topic(prompt: str) -> None:
    assert asking.read(prompt) == asking.Asking(prompt)


@pytest.mark.parametrize(
    ("prompt", "about"),
    [
        ("Can you write me a poem about the sea", "the sea"),
        ("I want a sad poem about my dog", "my dog"),
        ("write about the sea", "the sea"),
        ("写一首春天", "春天"),
        ("请写首", ""),
        ("来一首关于大海的诗吧", "大海"),
        ("写月亮", "月亮"),
    ],
)
def test_the_words_that_ask_are_no_topic(prompt: str, about: str) -> None:
    said = asking.read(prompt)
    assert (said.form, said.about) == (None, about)


def asked(**options: str) -> PoemRequest:
    request = parse_request("poem", options)
    assert isinstance(request, PoemRequest)
    return request


def test_the_form_is_kept_with_the_request() -> None:
    """So that history, details and 🔁 show it, and whoever reads the request again reads the same."""
    request = asked(topic="a limerick about a cat")
    assert (request.form, request.topic) == ("limerick", "a limerick about a cat")
    assert parse_request("poem", request.model_dump(mode="json")) == request
    assert asked(topic="a limerick about a cat", form="haiku").form == "haiku"
    assert asked(topic="the ballad of a cat").form is None
    with pytest.raises(BadInput, match="cannot be an acrostic"):
        asked(topic="a limerick about a cat", acrostic="tom")
    with pytest.raises(BadInput, match="not written in Chinese"):
        asked(topic="a limerick about a cat", lang="zh")


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("Haiku", "haiku"), ("haiku ", "haiku"), ("free verse", "free"), ("Free  Verse", "free"),
        ("sonnet", "shakespearean sonnet"), ("七言絕句", "七绝"), ("七言绝句", "七绝"), ("五言律詩", "五律"),
        *((form, form) for form in FORMS),
    ],
)  # fmt: skip
def test_forms_as_people_write_them(written: str, form: str) -> None:
    assert asked(topic="snow", form=written).form == form


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("write me a villanelle about rain", "villanelle"),
        ("A Sestina of the sea", "Sestina"),
        ("rain, as a sad tanka", None),
        ("rain, as a tanka", "tanka"),
        ("写一首满江红，关于长城", "满江红"),
        ("寫一首滿江紅", "满江红"),
        ("满江红·长城", "满江红"),
        ("请写一首长城的沁园春", "沁园春"),
        ("the tanka master", None),
        ("a haiku about a villanelle", None),
        ("写一首关于虞美人的诗", None),
        ("一剪梅", None),
    ],
)
def test_a_form_that_nobody_here_writes_is_refused_by_name(prompt: str, name: str | None) -> None:
    assert asking.unwritten(prompt) == name
    if name is None:
        assert parse_request("poem", {"topic": prompt}).kind == "poem"
        return
    with pytest.raises(BadInput) as caught:
        parse_request("poem", {"topic": prompt})
    assert (caught.value.key, caught.value.params["value"]) == ("bad-choice", name)
    assert "haiku" in str(caught.value)
    parse_request("poem", {"topic": prompt, "form": "haiku"})  # that is what it is about, then
