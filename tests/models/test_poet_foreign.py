"""Other people's language models behind our forms: any tokenizer, every form, both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from atelier.errors import BadInput
from atelier.requests import Form, form_language
from atelier.settings import Settings as Variables
from models.loading import load_model
from models.poet.checker import REGULATED, Checker
from models.poet.data import find_rows, words_of
from models.poet.forms import patterns_of
from models.poet.generate import Poet
from models.poet.originality import line_key
from models.poet.row import Row
from models.poet.settings import Settings
from models.poet.spelling import Spelling, token_bytes
from models.poet.train import train
from tests.models.foreign_models import byte_level, sentence_pieces, word_pieces
from tests.models.poet_verse import write_pack
from tests.models.test_poet import WRITTEN, ask, poems, refusal
from tests.models.test_poet_train import TINY

pytestmark = pytest.mark.usefixtures("few_candidates")


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pack(tmp_path_factory.mktemp("pack"))


@pytest.fixture(scope="module")
def folder(pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A version whose lexicon is the pack's; what its own network has learnt does not matter here."""
    out = tmp_path_factory.mktemp("trained") / "v1"
    return train(Settings(pack, out, **{**TINY, "steps": 1})).folder  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def hub(pack: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    home = tmp_path_factory.mktemp("hub")
    return {
        "bytes": byte_level(pack, home / "bytes"),
        "pieces": sentence_pieces(pack, home / "pieces"),
        "english": sentence_pieces(pack, home / "english", "en"),
        "words": word_pieces(pack, home / "words"),
    }


@pytest.fixture(scope="module")
def poets(folder: Path, hub: dict[str, Path]) -> dict[str, Poet]:
    return {name: Poet.load(folder, foreign=str(path)) for name, path in hub.items()}


# What tokens spell


@pytest.mark.parametrize("kind", ["bytes", "pieces", "words"])
def test_what_tokens_are_read_to_write_is_what_they_write(poets: dict[str, Poet], kind: str) -> None:
    foreign = poets[kind].foreign
    assert foreign is not None
    pieces = token_bytes(foreign.tokenizer, foreign.size)
    text = "the silver river in the morning" + ("春江花月" if kind != "words" else "")
    ids = foreign.tokenizer(text, add_special_tokens=False)["input_ids"]
    assert b"".join(pieces[i] or b"?" for i in ids).decode().strip() == text
    assert len(ids) > 7 or kind == "words"  # there are words of several tokens


def test_a_word_is_spelled_by_whatever_tokens_there_are() -> None:
    words = ["snow", "snowy", "of"]
    pieces = [b" sn", b"ow", b"y", b" of the", b"sno", b"w", b" ", None, b"of", b" snow", b"Of", b"S", b"now"]
    every = torch.ones(3, dtype=torch.bool)
    spelling = Spelling(pieces, words, every, torch.zeros(3), spaces=True)
    assert spelling.spelled.tolist() == [True, True, True]
    only = torch.tensor([text == b"snowy" for text in spelling.surfaces])
    assert sorted(spelling.after(b"", spaced=True).viable(only).tolist()) == [0, 9]
    assert sorted(spelling.after(b"sn").viable(only).tolist()) == [1]
    assert sorted(spelling.after(b"snow").viable(only).tolist()) == [2]
    assert spelling.after(b"snowy").viable(only).tolist() == []
    lacking = Spelling([b" sn", b"ow"], words, every, torch.zeros(3), spaces=True)
    assert lacking.spelled.tolist() == [True, False, False]


# Every form, by every tokenizer


@pytest.mark.parametrize("kind", ["bytes", "pieces"])
@pytest.mark.parametrize("form", WRITTEN)
def test_every_form_is_exact_by_somebody_else(
    poets: dict[str, Poet], pack: Path, kind: str, form: Form
) -> None:
    checker = Checker(pack)
    topic = "the silver river" if form_language(form) == "en" else "春江"
    requests = [ask(form, topic, 3)]
    for request, poem in zip(requests, poems(poets[kind], requests), strict=True):
        assert checker.reasons(form, poem.lines, request.acrostic or "") == [], poem.lines
        assert poem.version == f"v1+{kind}"
        if form in REGULATED:
            assert checker.pingze(poem.lines) == [], poem.lines
        if form_language(form) == "en":
            told = [word for line in poem.lines for word in checker._spoken(line)]
            assert set(told) <= set(checker.words)
        if form in ("ballad", "shakespearean sonnet", "petrarchan sonnet", "quatrain"):
            assert all(checker.iambic(line) for line in poem.lines), poem.lines


def test_pieces_of_words_without_any_mark_end_their_lines_too(poets: dict[str, Poet], pack: Path) -> None:
    for poem in poems(poets["words"], [ask("quatrain", seed=3), ask("haiku", seed=4)]):
        assert Checker(pack).reasons(poem.form, poem.lines) == []


def test_no_line_of_a_training_poem_is_put_out(poets: dict[str, Poet], pack: Path) -> None:
    known = {
        line_key(words_of(line, "zh"), "zh") for row in find_rows(pack, "zh")[0] for line in row["lines"]
    }
    written = poems(poets["pieces"], [ask("五绝", "春", seed) for seed in range(4)])
    assert not known & {line for poem in written for line in poem.lines}


def test_forms_of_both_languages_are_written_in_one_call_as_alone(poets: dict[str, Poet]) -> None:
    mixed = [ask("haiku"), ask("七绝", "春江"), ask("couplet", "winter", 5), ask("浣溪沙", "雪")]
    poet = poets["bytes"]
    assert poet.generate(mixed) == [poet.generate([request])[0] for request in mixed]


def test_tokens_of_several_characters_are_used(poets: dict[str, Poet]) -> None:
    foreign = poets["pieces"].foreign
    assert foreign is not None
    assert len(foreign._forward["zh"]._tokens) > 0


def test_what_nobody_would_print_is_masked_forwards_too(poets: dict[str, Poet]) -> None:
    foreign = poets["bytes"].foreign
    assert foreign is not None
    english, chinese = foreign._forward["en"], foreign._forward["zh"]
    a, old, silver = (english.form.index[word] for word in ("a", "old", "silver"))
    place = english.place(Row(patterns_of("free")[0]))
    assert english._words(place)[[old, silver]].tolist() == [True, True]
    assert english._words(english._commit(place, a))[[old, silver]].tolist() == [False, True]
    assert not bool(place.ends[a])
    headed = chinese.place(Row(patterns_of("藏头诗", "春江")[0]))
    told = [bool(mask[chinese.form.index["春"]]) for mask in chinese._characters_at(headed)]
    assert told[:6] == [True, False, False, False, False, False]


def test_a_window_too_short_for_the_poem_is_a_refusal(pack: Path, folder: Path, hub: dict[str, Path]) -> None:
    poet = Poet.load(folder, foreign=str(hub["bytes"]))
    assert poet.foreign is not None
    poet.foreign.room = 40
    assert refusal(poet, ask("shakespearean sonnet")).key == "poet-stuck"


# Refusals


def test_a_tokenizer_without_chinese_writes_english_alone(poets: dict[str, Poet], pack: Path) -> None:
    assert refusal(poets["english"], ask("五绝", "春江")).key == "poet-foreign-zh"
    (poem,) = poems(poets["english"], [ask("quatrain")])
    assert Checker(pack).reasons("quatrain", poem.lines) == []


def test_what_is_no_model_is_named(folder: Path, hub: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(BadInput) as told:
        Poet.load(folder, foreign=str(tmp_path))
    assert (told.value.key, str(tmp_path) in str(told.value)) == ("poet-foreign-folder", True)
    with pytest.raises(BadInput) as told:
        Poet.load(folder, foreign=str(tmp_path / "nowhere"))
    assert told.value.key == "poet-foreign-missing"
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "llama"}), "utf-8")
    with pytest.raises(BadInput):
        Poet.load(folder, foreign=str(tmp_path))


def test_the_setting_reaches_the_poet(
    folder: Path, hub: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATELIER_POEM_MODEL", str(hub["pieces"]))
    poet = load_model("poem", folder, poem_model=Variables.load().poem_model)
    assert poet.version == "v1+pieces"
