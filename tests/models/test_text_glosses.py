"""What things are, in other words: WordNet's files, glosses in two languages, keywords."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from atelier.errors import BadInput
from models.painter.packs import Row
from models.text.dictionary import Entry
from models.text.glosses import Interpreter, gloss_pairs, keyword_pairs
from models.text.material import SHARES, Wanted, material, sources
from models.text.synonyms import synonyms
from models.text.wordnet import Sense, read_things

# In the format of wndb(5WN): the licence indented, then a line for each meaning, or for each word.
DATA = """\
  1 This stands where the licence does.
00000101 05 n 02 lion 0 king_of_beasts 0 000 | big (wild) cat with a `mane`; lives in prides; "it roars"
00000202 18 n 01 lion 1 000 | a celebrity who is lionized
00000303 04 n 01 walk 0 000 | the act of walking on foot
00000404 06 n 02 lamp 0 Lamp 0 000 | an artificial source of light; an oven
00000505 19 n 01 Venus 0 000 | the second planet from the sun
"""
INDEX = """\
  1 This stands where the licence does.
king_of_beasts n 1 1 @ 1 0 00000101
lamp n 1 0 1 0 00000404
lion n 2 1 @ 2 1 00000101 00000202
venus n 1 0 1 0 00000505
walk n 1 0 1 0 00000303
"""
WANTED = Wanted(vocabulary=9, dictionary=400, phrases=60, exchanged=40, landscapes=5, wordnet=None, seed=0)
LION = Sense(("lion", "king of beasts"), ("big cat with a mane", "lives in prides"))
ENTRIES = [
    Entry("猫", ("cat",)), Entry("鬃毛", ("mane",)), Entry("狮子", ("lion",)),
    Entry("大猫", ("big cat", "cat")), Entry("家猫", ("house cat", "cat")),
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data.noun").write_text(DATA, "utf-8")
    (tmp_path / "index.noun").write_text(INDEX, "utf-8")
    return tmp_path


def test_things_are_read_by_their_usual_sense(folder: Path) -> None:
    things = read_things(folder)
    assert set(things) == {"king of beasts", "lamp", "lion"}  # an act is no thing, Venus no word for one
    assert things["lion"] == things["king of beasts"] == LION
    assert things["lamp"] == Sense(("lamp",), ("an artificial source of light",))  # two words say too little


def test_a_folder_without_wordnet_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="WordNet"):
        read_things(tmp_path)


def test_english_is_told_in_chinese_words() -> None:
    tell = Interpreter(ENTRIES)
    said = {tell("a large cat with manes", random.Random(i)) for i in range(40)}
    assert all(text and "大" in text and "猫" in text and "鬃毛" in text for text in said)
    assert len(said) > 3  # other words, another order
    assert tell("the cat", random.Random(0)) in {"猫", "大猫", "家猫"}
    assert tell("quantum flux of cats", random.Random(0)) is None  # too little of it is known
    assert tell("", random.Random(0)) is None


def test_the_usual_word_is_likelier() -> None:
    """猫 is part of others, and its first sense is meant: it is said more often than 家猫."""
    entries = [*ENTRIES, Entry("熊猫", ("panda",)), Entry("猫头鹰", ("owl",)), Entry("山猫儿", ("lynx",))]
    tell = Interpreter([*entries, Entry("家", ("home",))])
    said = [tell.word("cat", random.Random(i)) for i in range(300)]
    assert said.count("猫") > said.count("家猫") > 0


def test_glosses_lead_to_what_they_explain() -> None:
    things = {"lion": LION, "strange thing": Sense(("strange thing",), ("a very odd cat indeed",))}
    english, chinese = gloss_pairs(things, {"lion"}, Interpreter(ENTRIES), 0)
    assert (english, chinese) == gloss_pairs(things, {"lion"}, Interpreter(ENTRIES), 0)
    assert all(pair.meanings[:2] == ("lion", "lion") for pair in (*english, *chinese))
    assert {pair.text for pair in english} >= set(LION.glosses)
    assert all("猫" in pair.text for pair in chinese)
    assert chinese


def test_keywords_are_near_their_subject() -> None:
    row = Row(
        Path("pack"), "a.png", ("a lion",), None, ("狮子",),
        {"subject": "lion", "keywords": ["cat", "mane", "Leo", "zodiac"]},
    )  # fmt: skip
    made = keyword_pairs([row, row], Interpreter(ENTRIES), 0)
    assert made == keyword_pairs([row], Interpreter(ENTRIES), 0)
    assert all(pair.meanings[:2] == ("lion", "lion") for pair in made)
    english = [pair for pair in made if pair.text == pair.meanings[2]]
    assert 2 <= len(english) <= 6
    assert all(set(p.text.replace(",", "").split()) <= {"cat", "mane", "Leo", "zodiac"} for p in english)
    assert keyword_pairs([], Interpreter(ENTRIES), 0) == []


def test_every_source_is_read_and_none_holds_a_synonym(folder: Path) -> None:
    class Known:
        """The teacher's vocabulary, all that gathering asks of it."""

        def vocabulary(self) -> list[str]:
            return ["cat", "large", "light", "source", "artificial", "lion", "lamp", "lives", "prides"]

    held = next(one for one in synonyms() if one.lang == "en")
    row = Row(
        Path("pack"), "a.png", ("a lion in flat style", held.text, f"{held.text}!"), None,
        ("狮子", "扁平风格的狮子"), {"subject": "lion", "subject_zh": "狮子", "keywords": ["cat", "mane"]},
    )  # fmt: skip
    found = sources(replace(WANTED, wordnet=folder), [row], Known())  # type: ignore[arg-type]
    assert set(found) == set(SHARES)
    assert all(found.values())
    texts = {pair.text for pairs in found.values() for pair in pairs}
    assert {"a lion in flat style", "an artificial source of light", "灯"} <= texts
    assert not any(held.text in text for text in texts)
    without = sources(WANTED, [row], Known())  # type: ignore[arg-type]
    assert not without["glosses"]


def test_material_of_an_older_kind_is_refused(tmp_path: Path) -> None:
    torch.save({"pieces": torch.zeros(1)}, tmp_path / "text-material.pt")
    with pytest.raises(BadInput, match="text-material"):
        material(WANTED, [], tmp_path)


def test_shares_are_parts_of_one() -> None:
    assert sum(SHARES.values()) == pytest.approx(1)
