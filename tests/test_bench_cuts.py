"""The three cuts of ``atelier bench cuts`` say the same verse, and are counted alike."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bench.cuts import CUTS, Speech, batches, bits, characters, trained
from models.poet.data import PREFIX
from models.poet.settings import Settings
from tests.models.poet_verse import write_pack


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Speech:
    """With some words that the poet would not know."""
    return Speech.read(write_pack(tmp_path_factory.mktemp("pack")), 60)


def test_a_cut_says_every_word(speech: Speech) -> None:
    content, words = speech.vocabulary.content, speech.vocabulary.tokens
    whole = speech.encoded(speech.poems["test"][0], random.Random(0))
    spoken = [(words[t], left) for t, left, _ in whole[PREFIX:] if t >= content]
    assert any(t >= speech.known for t, *_ in whole)

    rows, of = CUTS["words"](speech).of(whole)
    assert len(rows) == len(whole)
    assert [words[t] for t in of[PREFIX:] if t >= content] == [word for word, _ in spoken]

    cut = CUTS["subwords"](speech)
    rows, of = cut.of(whole)
    letters, told = "", []
    for (piece, left, _), word in zip(rows[PREFIX:], of[PREFIX:], strict=True):
        if word < content:
            continue
        letters = cut.vocabulary.tokens[piece] + letters  # read from its end
        if letters == f"Ġ{words[word]}":
            told.append((words[word], left))
            letters = ""
    assert told == spoken

    cut = CUTS["rhymed"](speech)
    rows, of = cut.of(whole)
    added = [at for at, (token, *_) in enumerate(rows) if cut.vocabulary.tokens[token].startswith("<rhyme")]
    assert added
    assert all(rows[at - 1][0] < content for at in added)  # right after what opens the line
    assert [t for at, t in enumerate(of) if at not in added] == [t for t, *_ in whole]


def test_all_are_counted_on_the_same_letters(speech: Speech) -> None:
    settings = Settings(Path(), Path(), en_layers=1, tokens=256)
    every, known = characters(speech, speech.vocabulary.content)
    assert 0 < known < every
    for of in CUTS.values():
        cut = of(speech)
        (slots, targets), count = next(batches(cut, speech, settings))
        assert slots.shape[0] == count == targets.shape[0]
        before, told = trained(cut, speech, settings, 0.0)
        after, _ = trained(cut, speech, settings, 1.5)
        assert told == {"steps": 0.0, "poems": 0.0}
        assert bits(after, cut, speech)[0] < bits(before, cut, speech)[0]
