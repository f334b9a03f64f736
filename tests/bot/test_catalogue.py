"""A typed line becomes options; what is no option stays in the prompt."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atelier.errors import BadInput
from atelier.requests import REQUESTS, parse_request
from bot.catalogue import BY_NAME, COMMANDS, every
from bot.manual import manual
from bot.typed import parse_text


@pytest.mark.parametrize(
    ("name", "text", "options"),
    [
        ("paint", "a stormy sea", {"prompt": "a stormy sea"}),
        ("paint", "a sea style=photo seed=7", {"prompt": "a sea", "style": "photo", "seed": 7}),
        ("paint", "style=photo a sea", {"prompt": "a sea", "style": "photo"}),
        ("paint", "a sea --count=2", {"prompt": "a sea", "count": 2}),
        ("paint", "a sea at 3:15 with x=y", {"prompt": "a sea at 3:15 with x=y"}),
        ("poem", "雪 form=七绝", {"topic": "雪", "form": "七绝"}),
        ("poem", '雪 form："shakespearean sonnet"', {"topic": "雪", "form": "shakespearean sonnet"}),
        ("poem", "snow language=zh", {"topic": "snow", "language": "zh"}),
        ("melody", 'waltz key="D minor" tempo=90', {"description": "waltz", "key": "D minor", "tempo": 90}),
        ("paint", "", {"prompt": ""}),
        ("help", "anything", {"command": "anything"}),
    ],
)  # fmt: skip
def test_typed_options(name: str, text: str, options: dict[str, Any]) -> None:
    assert parse_text(BY_NAME[name], text) == options


def test_an_integer_that_is_none_is_named() -> None:
    with pytest.raises(BadInput, match="“soon” does not work for seed"):
        parse_text(BY_NAME["paint"], "a sea seed=soon")


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
