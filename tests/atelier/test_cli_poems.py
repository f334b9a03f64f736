"""Poems that a command line starts from: results in JSON, poems' own files, text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from atelier.cli.poems import read, started
from atelier.errors import BadInput
from atelier.requests import PoemRequest
from atelier.works import PoemResult
from models.poet.render import artefact

LINES = ["the stars in the snow,", "the blue, green and black and blue,", "it is full of white."]
CHINESE = ["江南雪未干", "海北日中看", "不作风波后", "千年不耐寒"]


def options(**given: Any) -> dict[str, Any]:
    unsaid = dict.fromkeys(("topic", "form", "source", "continue", "vary", "strength"))
    return {**unsaid, **given}


def test_a_poem_is_read_however_it_was_kept(tmp_path: Path) -> None:
    for lang, form, lines in (("en", "haiku", LINES), ("zh", "五绝", CHINESE)):
        told = {"lang": lang, "title": "Snow", "lines": lines, "stanzas": [len(lines)]}
        result = PoemResult.model_validate({"form": form, "seed": 1, "version": "v1", **told})
        request = PoemRequest.model_validate({"topic": "snow", "form": form, "seed": 1})
        kept = {
            "poem.json": json.dumps(result.model_dump(mode="json"), ensure_ascii=False).encode(),
            "poem.txt": artefact(result, request, "v1").data,
            "lines.txt": "\r\n".join(lines).encode("utf-8-sig"),
        }
        for name, data in kept.items():
            path = tmp_path / name
            path.write_bytes(data)
            found = read(path)
            assert found["lines"] == lines, name
            assert found.get("form") == (form if name != "lines.txt" else None)
            made = started(options(vary=path, strength="strong"))
            assert made["steer"] == {"way": "vary", "lines": lines, "strength": "strong", "part": 2}
            assert made["topic"] == ("Snow" if name != "lines.txt" else "a variation")


def test_words_and_form_of_ones_own_win(tmp_path: Path) -> None:
    path = tmp_path / "poem.txt"
    path.write_text("\n".join(LINES), "utf-8")
    made = started(options(**{"continue": path, "topic": "rain", "form": "haiku"}))
    assert (made["topic"], made["form"], made["steer"]["way"]) == ("rain", "haiku", "continue")
    assert started(options(topic="rain")) == {"topic": "rain", "form": None, "source": None}


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({"strength": "strong"}, "steer-needs"),
        ({"vary": "p", "continue": "p"}, "poem-one-way"),
        ({"vary": "p", "source": "q"}, "steer-with-from"),
        ({"vary": "p", "strength": "wild"}, "bad-choice"),
        ({"vary": "none.txt"}, "bad-from"),
        ({"vary": "binary"}, "bad-from"),
        ({"vary": "empty"}, "poem-no-lines"),
        ({"vary": "large"}, "poem-no-lines"),
        ({"vary": "many"}, "poem-no-lines"),
        ({"vary": "wide"}, "poem-no-lines"),
        ({"vary": "list.json"}, "poem-no-lines"),
    ],
)
def test_what_is_no_poem_is_refused(tmp_path: Path, given: dict[str, str], key: str) -> None:
    files = {
        "p": b"a line", "binary": b"\xff\xfe\x00", "empty": b" \n\n ", "large": b"line\n" * 20_000,
        "many": b"line\n" * 33, "wide": b"x" * 201, "list.json": b'{"lines": [1, 2]}',
    }  # fmt: skip
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    paths = {
        name: tmp_path / value if name in ("vary", "continue") else value for name, value in given.items()
    }
    with pytest.raises(BadInput) as refused:
        started(options(**paths))
    assert refused.value.key == key
