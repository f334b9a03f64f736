"""Every bad input gets one clear sentence; every good one becomes a request."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atelier.errors import BadInput
from atelier.requests import (
    FORMS,
    KINDS,
    MAX_PROMPT,
    MAX_SEED,
    REQUESTS,
    Kind,
    PoemRequest,
    canonical_key,
    parse_request,
)  # fmt: skip
from atelier.safety import clean_prompt, words_for_model

PROMPT = {kind: model.prompt_field for kind, model in REQUESTS.items()}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("empty", ["", "   ", "\n\t", "\x00\x00", "\u200b\u200d\ufeff", "\u202e\u2066", None])
def test_an_empty_prompt_is_refused(kind: Kind, empty: str | None) -> None:
    with pytest.raises(BadInput, match="say in words"):
        parse_request(kind, {PROMPT[kind]: empty})


@pytest.mark.parametrize("kind", KINDS)
def test_the_longest_prompt(kind: Kind) -> None:
    assert parse_request(kind, {PROMPT[kind]: "x" * MAX_PROMPT}).words == "x" * MAX_PROMPT
    with pytest.raises(BadInput, match=str(MAX_PROMPT)):
        parse_request(kind, {PROMPT[kind]: "x" * (MAX_PROMPT + 1)})


@pytest.mark.parametrize(
    ("kind", "options", "says"),
    [
        ("paint", {"style": "cubist"}, "photo"),
        ("paint", {"mood": "angry"}, "joyful"),
        ("paint", {"palette": "mauve"}, "warm"),
        ("paint", {"count": 5}, "1 to 4"),
        ("paint", {"count": 0}, "1 to 4"),
        ("paint", {"count": "many"}, "1 to 4"),
        ("paint", {"seed": -1}, f"0 to {MAX_SEED}"),
        ("paint", {"seed": MAX_SEED + 1}, f"0 to {MAX_SEED}"),
        ("paint", {"form": "haiku"}, "no option “form”"),
        ("poem", {"form": "epic"}, "haiku"),
        ("poem", {"lang": "fr"}, "en, zh"),
        ("poem", {"form": "haiku", "lang": "zh"}, "not written in Chinese"),
        ("poem", {"form": "七绝", "lang": "en"}, "not written in English"),
        ("poem", {"acrostic": "a" * 15}, "at most 14"),
        ("poem", {"acrostic": "a" * 41}, "at most 14"),
        ("poem", {"acrostic": "John3"}, "“John3” without its digits"),
        ("poem", {"acrostic": "rose", "form": "haiku"}, "acrostic"),
        ("melody", {"tempo": 39}, "40 to 240"),
        ("melody", {"tempo": 241}, "40 to 240"),
        ("melody", {"length": 200}, "4, 8, 16, 32"),
        ("melody", {"rhythm": "samba"}, "waltz"),
        ("melody", {"key": "H minor"}, "no key"),
        ("melody", {"key": 5}, "no key"),
    ],
)
def test_a_wrong_option_is_named_with_what_would_be_right(
    kind: Kind, options: dict[str, Any], says: str
) -> None:
    with pytest.raises(BadInput) as caught:
        parse_request(kind, {PROMPT[kind]: "a sea", **options})
    for lang in ("en", "zh"):
        text = caught.value.text(lang)
        assert text
        assert "\n" not in text
    assert says in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("a minor", "A minor"),
        ("Am", "A minor"),
        ("F#", "F# major"),
        ("B♭ major", "Bb major"),
        ("bb", "Bb major"),
        ("降B大调", "Bb major"),
        ("升f小调", "F# minor"),
        ("c-sharp minor", "C# minor"),
        ("E flat", "Eb major"),
    ],
)
def test_keys_as_people_write_them(written: str, key: str) -> None:
    assert canonical_key(written) == key


def test_the_form_of_a_poem_follows_what_was_said() -> None:
    def shape(**options: Any) -> tuple[str, str]:
        request = parse_request("poem", options)
        assert isinstance(request, PoemRequest)
        return request.written_in, request.written_as

    assert shape(topic="snow") == ("en", "quatrain")
    assert shape(topic="雪") == ("zh", "七绝")
    assert shape(topic="雪", lang="en") == ("en", "quatrain")
    assert shape(topic="雪", form="haiku") == ("en", "haiku")
    assert shape(topic="snow", acrostic="rose") == ("en", "acrostic")
    assert shape(topic="雪", acrostic="春夏秋冬") == ("zh", "藏头诗")
    assert shape(topic="moon", acrostic="春江花月") == ("zh", "藏头诗")
    assert shape(topic="海", acrostic="love") == ("en", "acrostic")
    assert shape(topic="snow", acrostic="the ocean waves") == ("en", "acrostic")
    assert shape(topic="snow", acrostic="never give up!!") == ("en", "acrostic")
    for form in FORMS:
        assert shape(topic="snow", form=form)[1] == form


def test_a_seed_is_drawn_once_and_kept() -> None:
    request = parse_request("paint", {"prompt": "a sea"})
    assert request.seed is None
    drawn = request.seeded()
    assert drawn.seed is not None
    assert drawn.seeded() is drawn


@given(st.text(max_size=200))
def test_a_clean_prompt_is_one_visible_line(text: str) -> None:
    clean = clean_prompt(text)
    assert isinstance(clean, str)
    assert clean == clean_prompt(clean)
    assert not any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn"} for c in clean)
    assert "\n" not in clean
    assert clean == clean.strip()


def test_emoji_and_right_to_left_words_are_kept_and_read() -> None:
    request = parse_request("paint", {"prompt": "🦋\ufe0f"})
    assert words_for_model(request.words) == "butterfly"
    assert parse_request("paint", {"prompt": "\u202eקשת בענן"}).words == "קשת בענן"
    assert words_for_model("a 🌊 at 🌅") == "a water wave at sunrise"


@pytest.mark.parametrize(
    ("emoji", "words"),
    [
        ("I ❤️ tea", "I heart tea"), ("♡♠", "heart spade"), ("☀️", "sun"), ("⭐★", "star star"),
        ("🍕🍺", "pizza beer"),
        ("😂", "laughter"), ("🇫🇷 in May", "flag in May"), ("🇫", ""), ("🌕", "full moon"),
        ("🖤", "black heart"), ("⚫", "black circle"), ("♞", "chess knight"),
        ("20°", "20 degree"), ("👋🏽", "waving hand"),
    ],
)  # fmt: skip
def test_an_emoji_is_what_it_shows_not_how_it_is_drawn(emoji: str, words: str) -> None:
    assert words_for_model(emoji) == words


def test_what_a_prompt_says_stays_text() -> None:
    for text in ("@everyone <b>hi</b> **bold** `x`", "[a](http://b)", "<@123> <script>"):
        assert parse_request("paint", {"prompt": text}).words == text


def test_a_wish_about_a_picture_is_refused_by_its_own_name() -> None:
    for steer, said in (({"wild": 3.0}, "wild: use a number from 0 to 2"), ({"upscale": 300}, "256, 512")):
        with pytest.raises(BadInput) as fault:
            parse_request("paint", {"prompt": "a sea", "steer": steer})
        assert said in fault.value.text("en")
        assert "steer" not in fault.value.text("en")


@pytest.mark.parametrize(
    ("written", "style"),
    [("oil", "painting"), ("Watercolor", "watercolour"), ("ink wash", "ink"), ("水墨", "ink"),
     ("線描", "outline"), ("3D", "3d"), ("Pixel  Art", "pixel")],
)  # fmt: skip
def test_a_style_is_taken_as_people_write_it(written: str, style: str) -> None:
    request = parse_request("paint", {"prompt": "a sea", "style": written})
    assert request.model_dump()["style"] == style


def test_an_unknown_style_is_refused_with_those_there_are() -> None:
    for written in ("scribble", 7, ""):
        with pytest.raises(BadInput, match="watercolour"):
            parse_request("paint", {"prompt": "a sea", "style": written})
