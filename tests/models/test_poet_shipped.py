"""What ships: one poem of each form before the judge, and words whose sounds its arrays must have right.

The judge reads dictionaries. The repository holds none, so its tables are written here from the arrays that
ship; what these say is held against words and characters that were looked up by hand.
"""

from __future__ import annotations

import gzip
import json
from types import SimpleNamespace

import pytest

from atelier.requests import FORMS, Form
from models.poet.checker import METRICAL, REGULATED, Checker
from models.poet.generate import Poet
from models.poet.lexicon import LEVEL, OBLIQUE
from models.poet.render import lines_of
from models.poet.vocabulary import read_line
from tests.models.test_poet import HEADS, ask, poems

LINES = {"haiku": 3, "couplet": 2, "limerick": 5, "ballad": 8, "五律": 8, "鹧鸪天": 9}


@pytest.fixture(scope="module")
def shipped() -> Poet:
    return Poet.load()


@pytest.fixture(scope="module")
def checker(shipped: Poet, tmp_path_factory: pytest.TempPathFactory) -> Checker:
    home = tmp_path_factory.mktemp("sounds")
    english, chinese = shipped.tongues["en"], shipped.tongues["zh"]
    told = []
    for number in range(english.vocabulary.content, len(english.vocabulary)):
        length, stress, rhyme = (
            int(array[number])
            for array in (english.lexicon.length, english.lexicon.stress, english.lexicon.rhyme)
        )
        if length:
            digits = "".join("01"[stress >> at & 1] for at in range(length))
            told.append(f"{english.vocabulary.tokens[number]}\t{digits} {f'R{rhyme}' if rhyme else ''}\n")
    (home / "cmudict_rhyme.tsv.gz").write_bytes(gzip.compress("".join(told).encode()))
    characters = {}
    for number in range(chinese.vocabulary.content, len(chinese.vocabulary)):
        tone, rhyme = int(chinese.lexicon.tone[number]), int(chinese.lexicon.rhyme[number])
        if tone:
            groups = [f"{'平' if bit < 32 else '去'}{bit}" for bit in range(63) if rhyme >> bit & 1]
            tones = {LEVEL: "P", OBLIQUE: "Z", LEVEL | OBLIQUE: "PZ"}[tone]
            characters[chinese.vocabulary.tokens[number]] = {"tones": tones, "groups": groups}
    (home / "pingshui.json.gz").write_bytes(gzip.compress(json.dumps({"chars": characters}).encode()))
    return Checker(home)


@pytest.mark.parametrize("form", FORMS)
def test_what_ships_keeps_every_form(shipped: Poet, checker: Checker, form: Form) -> None:
    topic = "a stormy sea" if form.isascii() else "秋夜思乡"
    heads = {"acrostic": "ocean"}.get(form, HEADS.get(form))
    request = ask(form, topic, acrostic=heads) if heads else ask(form, topic)
    [poem] = poems(shipped, [request])
    assert checker.reasons(form, poem.lines, heads or "") == [], poem.lines
    assert len(poem.lines) == LINES.get(form, len(poem.lines))
    if form in REGULATED:
        assert checker.pingze(poem.lines) == [], poem.lines
    if form in METRICAL:
        assert all(checker.iambic(line) for line in poem.lines), poem.lines


@pytest.mark.parametrize(
    ("word", "stress"),
    [
        ("moon", "1"), ("river", "10"), ("garden", "10"), ("delight", "01"), ("tonight", "01"),
        ("remember", "010"), ("beautiful", "100"), ("forever", "010"), ("butterfly", "100"),
        ("eternal", "010"), ("every", "100"),
    ],
)  # fmt: skip
def test_syllables_and_stresses_that_ship_are_the_dictionarys(
    checker: Checker, word: str, stress: str
) -> None:
    assert checker.stresses(word) == stress


def test_rhymes_that_ship_are_the_dictionarys(checker: Checker) -> None:
    for pair in ("night light", "day gray", "love above", "cold gold", "sea me", "fair there"):
        assert checker.rhyme(*pair.split()), pair
    for pair in ("love move", "come home", "light delight", "moon sun", "river ever"):
        assert not checker.rhyme(*pair.split()), pair


def test_tones_that_ship_are_the_rhyme_books(checker: Checker) -> None:
    """白, 国, 竹, 石 are level today, and entering tones of old."""
    assert {checker.characters[character][0] for character in "天山风春来人家"} == {"P"}
    assert {checker.characters[character][0] for character in "月雪水白国竹石"} == {"Z"}
    assert checker.characters["看"][0] == "PZ"
    groups = {character: checker.characters[character][1] for character in "天年花家东风"}
    assert groups["天"] & groups["年"]
    assert groups["花"] & groups["家"]
    assert groups["东"] & groups["风"]
    assert not groups["天"] & groups["花"]


def test_shortened_words_get_their_apostrophe_back(shipped: Poet) -> None:
    automaton = shipped.automata["en"]

    def printed(line: str, tag: str) -> list[str]:
        tokens = [[automaton.index[word] for word in reversed(read_line(line))]]
        draft = SimpleNamespace(plan=SimpleNamespace(tag=tag), tokens=tokens)
        return lines_of(draft, automaton, [False] * len(automaton.words))  # type: ignore[arg-type]

    assert printed("tis night, and twas the moon", "quatrain") == ["'Tis night, and 'twas the moon"]
    assert printed("'Tis night", "haiku") == ["'tis night"]
    assert printed("the night is still.", "quatrain") == ["The night is still."]
