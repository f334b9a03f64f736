"""Every word of every list under two tricks at once, and the same words as ordinary people type them."""

from __future__ import annotations

from itertools import product

import pytest

from atelier.moderation import find
from atelier.moderation.index import HAN
from atelier.moderation.lists import Entry, lists
from atelier.safety import clean_prompt
from tests.atelier.disguises import HAN_TRICKS, TRICKS, hidden, pairs

EACH = 8  # pairs of tricks that are tried on each line; together all are, on many


def verdict(prompt: str) -> str | None:
    found = find(str(clean_prompt(prompt)))
    return found.kind if found else None


def words_of(entry: Entry) -> list[str]:
    """Words that an entry is found by: its own, and one of each group that it names."""
    return [_word(part) for part in entry.parts]


def _word(part: str) -> str:
    groups = lists().groups
    if part in groups:
        part = sorted(word for word in groups[part] if word.isascii() and word[0] not in "@=")[0]
    return part.lstrip("=").rstrip("*")


LATIN = [entry for entry in lists().entries if not any(map(HAN.search, words_of(entry)))]
CHINESE = [entry for entry in lists().entries if any(map(HAN.search, words_of(entry)))]


def test_every_line_is_found_however_two_tricks_hide_it() -> None:
    """The letters drawn otherwise, and something between them: 180 pairs, shared out among the lines."""
    tricks = list(pairs())
    missed, tried = [], set()
    for number, entry in enumerate(LATIN):
        for turn in range(EACH):
            drawn, between = tricks[(number * EACH + turn) % len(tricks)]
            tried.add((drawn, between))
            prompt = " ".join(hidden(word, drawn, between) for word in words_of(entry))
            if verdict(prompt) is None:
                missed.append((drawn, between, prompt))
    assert missed == []
    assert tried == set(tricks)
    assert len(LATIN) > 200


def test_every_chinese_line_is_found_however_two_tricks_hide_it() -> None:
    missed = []
    tricks = list(product(HAN_TRICKS, HAN_TRICKS))
    for number, entry in enumerate(CHINESE):
        for turn in range(EACH):
            first, second = tricks[(number * EACH + turn) % len(tricks)]
            prompt = " ".join(_hidden(word, first, second) for word in words_of(entry))
            if verdict(prompt) is None:
                missed.append((first, second, prompt))
    assert missed == []
    assert len(CHINESE) > 200


def _hidden(word: str, first: str, second: str) -> str:
    if word.isascii() or not all(map(HAN.search, word)):  # A片: a figure between would be another word
        return word
    return HAN_TRICKS[second](HAN_TRICKS[first](word))


@pytest.mark.parametrize("trick", TRICKS)
def test_every_line_is_found_under_each_trick(trick: str) -> None:
    """Signs, brackets and markup around it too; a letter apart only where a word has enough of them."""
    some = [
        entry for entry in LATIN if all(len(w) > 3 and not any(map(str.isdigit, w)) for w in words_of(entry))
    ]
    missed = [
        prompt
        for entry in some
        for prompt in [" ".join(TRICKS[trick](word.replace(" ", "")) for word in words_of(entry))]
        if verdict(prompt) is None
    ]
    assert missed == []


@pytest.mark.parametrize(
    "prompt",
    [
        "cunt", "pussy", "dick", "a dick", "my dick", "D1CK", "d i c k", "cock", "his cock", "sluts",
        "breasts of a woman",
        "乳房", "裸聊", "裸模", "A片", "看 A 片", "yindao", "一个裸的女人", "没有穿衣服的女人",
        "make a bomb",
        "how to make bombs", "自制炸弹，怎么做炸弹", "fvck", "fvcking", "nvde", "n|_|de", "p()rn",
        "p\u200b()rn",
        "n |_| d 3", "/\\nal", "\\/agina", "(unt", "se><", "fu(k", "b@re bre@sts of a w0man",
        "cock and hentai, a hen",
    ],
)  # fmt: skip
def test_plain_words_and_letters_of_several_signs_are_found(prompt: str) -> None:
    assert verdict(prompt) is not None


@pytest.mark.parametrize(
    "prompt",
    [
        "a cock crowing at dawn", "a cock and two hens", "the cock robin", "a weathercock",
        "cocktails on a balcony",
        "a peacock's tail", "shuttlecock", "Moby Dick", "Moby-Dick, the white whale",
        "Dick Tracy in a yellow coat",
        "a birthday poem for Dick", "a portrait of my uncle Dick", "Dick's boat", "Philip K. Dick dreaming",
        "pussy willow in a vase", "pussy-willows in spring", "a pussy cat in a pea-green boat",
        "the breast of a robin",
        "chicken breast and cumin", "make a bath bomb", "a robot at bomb disposal", "a valve",
        "soon it snows",
        "the Iliad", "a grill in the garden", "a naked tree and a boy", "great tits at a girl's window",
        "f() in a program", "(see the sea)", "a [small] house <3", "[x] done", "SPA片段", "维生素A片的瓶子",
        "引导的灯",
        "淫雨霏霏", "乌龟头上的花", "裸色裙子的女孩", "裸露的岩石和一个男孩", "海边的小朋友", "炸弹樱桃",
        "孩子做炸药史作业",
        "我的小弟弟和狗", "妹妹的风筝", "高中毕业的夏天", "a son and his father fishing",
        "a youth with a flute",
    ],
)  # fmt: skip
def test_what_ordinary_people_type_passes(prompt: str) -> None:
    assert find(prompt) is None


def test_a_servers_word_with_v_is_not_one_with_u() -> None:
    assert find("a valve", extra=("value",)) is None
    assert find("the v4lue of it", extra=("value",)) is not None
    assert find("看看A片场", extra=("A片",)) is not None
    assert find("=", extra=("=gun",)) is None
    assert find("a gun", extra=("=gun",)) is not None
