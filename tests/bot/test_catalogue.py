"""A typed line becomes options; what is no option stays in the prompt."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atelier.errors import BadInput
from atelier.languages import Lang, is_option
from atelier.requests import REQUESTS, MelodyRequest, parse_request
from bot import command as command_module
from bot.catalogue import BY_NAME, COMMANDS, every
from bot.command import Option
from bot.manual import manual
from bot.studio import sentence
from bot.typed import parse_text


@pytest.mark.parametrize(
    ("name", "text", "options"),
    [
        ("paint", "a stormy sea", {"prompt": "a stormy sea"}),
        ("paint", "a sea style=photo seed=7", {"prompt": "a sea", "style": "photo", "seed": 7}),
        ("paint", "style=photo a sea", {"prompt": "a sea", "style": "photo"}),
        ("paint", "a sea Style=photo,of=old", {"prompt": "a sea,of=old", "style": "photo"}),
        ("melody", "notes=G,A,B,C:|", {"description": "", "notes": "G,A,B,C:|"}),
        ("paint", "a sea --count=2", {"prompt": "a sea", "count": 2}),
        ("paint", "a sea at 3:15 with x=y", {"prompt": "a sea at 3:15 with x=y"}),
        ("poem", "雪 form=七绝", {"topic": "雪", "form": "七绝"}),
        ("poem", '雪 form："shakespearean sonnet"', {"topic": "雪", "form": "shakespearean sonnet"}),
        ("poem", "snow language=zh", {"topic": "snow", "language": "zh"}),
        ("melody", 'waltz key="D minor" tempo=90', {"description": "waltz", "key": "D minor", "tempo": 90}),
        ("paint", "", {"prompt": ""}),
        ("poem", "雪 体裁：七绝 种子=7", {"topic": "雪", "form": "七绝", "seed": 7}),
        ("melody", "月光 乐器=古筝 速度=60", {"description": "月光", "instrument": "古筝", "tempo": 60}),
        ("paint", "海 海拔：三千米", {"prompt": "海 海拔：三千米"}),
        ("help", "anything", {"command": "anything"}),
        ("paint", "湖 风格＝水墨，情绪=calm", {"prompt": "湖", "style": "水墨", "mood": "calm"}),
        ("melody", "waltz key=D minor tempo=90", {"description": "waltz", "key": "D minor", "tempo": 90}),
        ("melody", "曲 key=「D minor」", {"description": "曲", "key": "D minor"}),
        ("melody", "a tune key=Bb notes=C,D,E,", {"description": "a tune", "key": "Bb", "notes": "C,D,E,"}),
        ("admin words", "water gun", {"add": "water gun"}),
        ("admin words", "add=water gun", {"add": "water gun"}),
        ("admin words", "remove=water gun", {"remove": "water gun"}),
        ("admin words", "add=gun remove=water pistol", {"add": "gun pistol", "remove": "water"}),
    ],
)  # fmt: skip
def test_typed_options(name: str, text: str, options: dict[str, Any]) -> None:
    command = next(command for command in every() if command.path == name)
    assert parse_text(command, text) == options


def test_notes_that_are_typed_are_a_tune_that_is_brought() -> None:
    request = BY_NAME["melody"].request({"description": "slower", "notes": "CDEF GABc"})
    assert isinstance(request, MelodyRequest)
    assert request.steer is not None
    assert request.steer.brought


@pytest.mark.parametrize(
    ("called", "typed"),
    [
        ("стиль (style)", "море стиль=ink"), ("clé", "une mer clé=ink"), ("Στυλ", "θάλασσα στυλ=ink"),
        ("סגנון", "ים סגנון=ink"), ("mot-clé", "mer mot-clé=ink"), ("スタイル（style）", "海 スタイル＝ink"),
        ("kiểu vẽ", "biển Kiểu vẽ=ink"),
    ],
)  # fmt: skip
def test_a_name_is_read_in_the_letters_of_its_language(
    called: str, typed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def named(name: str, lang: Lang) -> str:
        return called if name == "style" and lang == "zh" else name

    monkeypatch.setattr(command_module, "option_name", named)
    words, _, _ = typed.partition(" ")
    read = parse_text(BY_NAME["paint"], typed)
    assert read["style"] == "ink"
    assert read["prompt"].startswith(words)
    assert "=" not in read["prompt"]


@pytest.mark.parametrize(
    ("command", "typed", "option", "meant"),
    [
        ("paint", "a sea style=Watercolor", "style", "watercolour"),
        ("paint", "大海 风格=油画", "style", "painting"),
        ("poem", "snow form=七言絕句", "form", "七绝"),
        ("settings", "style=oil", "style", "painting"),
        ("settings", "form=Sonnet", "form", "shakespearean sonnet"),
    ],
)
def test_a_choice_is_taken_by_other_names_too(command: str, typed: str, option: str, meant: str) -> None:
    said = BY_NAME[command]
    assert said.fields(parse_text(said, typed))[option] == meant


def test_an_integer_that_is_none_is_named() -> None:
    with pytest.raises(BadInput, match="“soon” does not work for seed"):
        parse_text(BY_NAME["paint"], "a sea seed=soon")


def test_every_option_has_a_name_in_every_language_that_can_be_typed() -> None:
    for command in every():
        called = [name for option in command.options for name in option.called]
        assert len(called) == len(set(called)), command.path
        for option in command.options:
            assert is_option(option.name), option.name
            if option.type != "file" and not (command.kind and option.required):
                for name in option.called:
                    value = "7" if option.type == "integer" else "x"
                    assert parse_text(command, f"{name}={value}")[option.name] == option_value(option, value)


def option_value(option: Option, value: str) -> str | int:
    return int(value) if option.type == "integer" else value


def test_a_refusal_calls_an_option_what_its_reader_calls_it() -> None:
    with pytest.raises(BadInput) as refusal:
        BY_NAME["melody"].request({"description": "x", "tempo": 9999})
    assert refusal.value.text("zh") == "速度（tempo）不能是“9999”：请用 40 到 240 之间的整数。"
    assert refusal.value.text("en").startswith("“9999” does not work for tempo")
    assert sentence(refusal.value, "zh", lambda text: f"<{text}>").startswith("速度（tempo）不能是“<9999>”")
    with pytest.raises(BadInput) as refusal:
        parse_request("melody", {"description": "x", "tempi": 90})
    assert "“tempi”" in refusal.value.text("zh")
    assert "速度（tempo）" in refusal.value.text("zh")


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    for command in COMMANDS:
        with contextlib.suppress(BadInput):  # a refusal is an answer; any other error is not
            options = parse_text(command, text)
            if command.kind:
                parse_request(command.kind, command.fields(options))


def test_the_manual_is_what_make_docs_writes() -> None:
    written = (Path(__file__).parents[2] / "docs/commands.md").read_text("utf-8")
    assert written == manual(), "run `make docs`"
    for command in every():
        assert f"\n## /{command.path}\n" in written
        assert all(f"| `{option.name}`" in written for option in command.options)


def test_every_option_is_a_field_of_its_request() -> None:
    for command in COMMANDS:
        if command.kind:
            # "steer" is not typed: the buttons around a work set it, or an option that is read into it.
            # How dense and how wide a tune is, in figures, is asked on the command line alone.
            fields = set(REQUESTS[command.kind].model_fields) - {"steer", "density", "range"}
            plain = {option.field or option.name for option in command.options if not option.reads}
            assert plain == fields
            assert command.options[0].required
            assert not any(option.required for option in command.options[1:])
