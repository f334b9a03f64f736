"""A new form is one entry of the table: every version that is there still loads, and writes it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from atelier.errors import WeightsError
from atelier.options import FORMS, MOODS
from atelier.requests import PoemRequest
from atelier.versions import shipped_folder, write_card
from models.poet import generate, vocabulary
from models.poet.decode import write
from models.poet.forms import FORM_TABLE, FormEntry, Line, Pattern
from models.poet.generate import Poet
from models.poet.version import load_tongue, save_tongue
from models.poet.vocabulary import Vocabulary

TERCET = FormEntry("en", (Pattern(tuple(Line(8, "a", "iambic") for _ in range(3)), (3,)),), "quatrain")


@pytest.fixture
def tercet(monkeypatch: pytest.MonkeyPatch) -> None:
    """A form more, first of all, and a mood."""
    for module in (generate, vocabulary):
        monkeypatch.setattr(module, "FORMS", ("tercet", *FORMS))
    monkeypatch.setattr(vocabulary, "MOODS", ("dreamy", *MOODS))
    monkeypatch.setitem(FORM_TABLE, "tercet", TERCET)  # type: ignore[arg-type]


@pytest.mark.usefixtures("tercet")
def test_what_ships_writes_a_form_that_came_later() -> None:
    poet = Poet.load()
    assert "tercet" in poet.forms
    asked = PoemRequest(topic="the sea", form="quatrain", seed=1).model_copy(update={"form": "tercet"})
    [[draft]] = write(poet.tongues["en"], poet.automata["en"], [poet.plan(asked)])
    lexicon, content = poet.tongues["en"].lexicon, poet.tongues["en"].vocabulary.content
    ends = [line[0] for line in draft.row.lines]
    assert len(set(ends)) == 3
    assert len({int(lexicon.rhyme[content + end]) for end in ends}) == 1
    assert poet.plan(asked.model_copy(update={"mood": "dreamy"})).mood == "dreamy"
    dreamy = poet.plan(asked.model_copy(update={"mood": "dreamy"}))
    assert write(poet.tongues["en"], poet.automata["en"], [dreamy])[0]


@pytest.mark.usefixtures("tercet")
def test_a_form_with_a_tag_that_was_never_taught_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = FormEntry("en", TERCET.patterns, "tercet")
    monkeypatch.setitem(FORM_TABLE, "tercet", entry)  # type: ignore[arg-type]
    assert "tercet" not in Poet.load().forms


def test_a_version_keeps_the_control_tokens_that_it_was_taught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tongue = load_tongue(shipped_folder("poet"), "zh")
    with monkeypatch.context() as later:
        later.setattr(vocabulary, "FORMS", ("新体", *FORMS))
        assert Vocabulary.of("zh", ["雪"]).control[4] == "新体"
        taught = Vocabulary.of("zh", tongue.vocabulary.tokens[tongue.vocabulary.content :], None)
    assert len(taught) == len(tongue.vocabulary) + 1
    assert Vocabulary.of("zh", ["雪"]).control == tongue.vocabulary.control
    save_tongue(tmp_path, tongue)
    told = json.loads((tmp_path / "zh.json").read_text("utf-8"))
    assert told["control"] == list(tongue.vocabulary.control)


@pytest.mark.parametrize("harm", ["first", "slots", "empty"])
def test_control_tokens_with_which_nothing_can_be_told_are_refused(tmp_path: Path, harm: str) -> None:
    home = shutil.copytree(shipped_folder("poet"), tmp_path / "v1")
    told = json.loads((home / "zh.json").read_text("utf-8"))
    control = list(load_tongue(home, "zh").vocabulary.control)
    wrong = {"first": [control[1], control[0], *control[2:]],
             "slots": [token for token in control if token != "<3 lines>"] + ["<3 lines>"],
             "empty": ["<none>"]}  # fmt: skip
    (home / "zh.json").write_text(json.dumps({**told, "control": wrong[harm]}), "utf-8")
    write_card(home, json.loads((home / "card.json").read_text("utf-8")))
    with pytest.raises(WeightsError, match=r"zh\.safetensors"):
        Poet.load(home)
