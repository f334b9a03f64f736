"""What things are, said in other words: a dictionary's glosses lead to the word they explain.

So the encoder learns what no single word tells it ("a large feline with a mane" is near a lion):
a reverse dictionary (Hill et al. 2016, "Learning to Understand Phrases by Embedding the
Dictionary"). Chinese glosses are the English ones word by word, through the Chinese dictionary
turned round: poor grammar, but the encoder mostly weighs words.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping, Sequence

from models.painter.packs import Row
from models.text.data import Pair
from models.text.dictionary import Entry
from models.text.tokens import words
from models.text.wordnet import Sense

DROPPED = 0.25  # of a gloss's words, in its second telling
CLEAR = 0.7  # of its words must be found, or a gloss is not told in Chinese

# Words that join: in Chinese, or left out. They part a text into phrases.
_JOINTS = {
    "of": "", "with": "有", "having": "有", "that": "", "which": "", "for": "用来", "in": "在", "on": "在",
    "and": "和", "or": "或", "to": "", "by": "", "from": "从", "without": "没有", "into": "",
    "used": "用来", "at": "在", "as": "作", "is": "", "are": "", "its": "", "their": "", "it": "",
    "usually": "", "who": "", "where": "", "through": "", "especially": "", "any": "", "various": "",
    "numerous": "", "several": "几", "one": "一",
}  # fmt: skip
_PLAIN = {
    "large": "大", "small": "小", "very": "很", "not": "不", "long": "长", "short": "短", "big": "大",
    "tiny": "小小的", "two": "两", "three": "三", "four": "四", "six": "六", "eight": "八", "red": "红色",
    "white": "白色", "black": "黑色", "yellow": "黄色", "green": "绿色", "blue": "蓝色", "animal": "动物",
    "person": "人", "someone": "人", "people": "人", "man": "男人", "woman": "女人", "made": "做的",
    "like": "像", "bird": "鸟", "water": "水", "cannot": "不能",
}  # fmt: skip
_ENDINGS = (("ies", "y"), ("es", ""), ("s", ""), ("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e"))
_ARTICLES = {"a", "an", "the", "some"}


class Interpreter:
    """English to Chinese, word by word; of several words the one that many others are made of is likelier."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        inside: dict[str, int] = {}
        for entry in entries:
            long = entry.chinese
            for a in range(len(long)):
                for b in range(a + 1, len(long) + 1):
                    inside[long[a:b]] = inside.get(long[a:b], 0) + 1
        self.words: dict[str, tuple[list[str], list[float]]] = {}
        for entry in entries:
            usual = min(inside[entry.chinese], 20) * (1.0 if len(entry.chinese) > 1 else 0.2)
            for place, sense in enumerate(entry.senses):
                found = self.words.setdefault(sense.lower(), ([], []))
                found[0].append(entry.chinese)
                found[1].append(usual * (1.0, 0.3, 0.15)[min(place, 2)])

    def word(self, english: str, chance: random.Random) -> str | None:
        """One of the Chinese words for an English one, in the form it has or without its ending."""
        if english in _PLAIN:
            return _PLAIN[english]
        for form in _forms(english):
            if form in self.words:
                return chance.choices(*self.words[form])[0]
        return None

    def __call__(self, english: str, chance: random.Random) -> str | None:
        """``english`` in Chinese words; None where too few of them are known."""
        said = [word for word in words(english) if word not in _ARTICLES]
        phrases: list[list[str]] = [[]]
        lost, at = 0, 0
        while at < len(said):
            pair = " ".join(said[at : at + 2])
            if said[at] in _JOINTS:
                phrases.append([_JOINTS[said[at]]])
            elif at + 1 < len(said) and pair in self.words:
                phrases[-1].append(chance.choices(*self.words[pair])[0])
                at += 1
            elif (found := self.word(said[at], chance)) is not None:
                phrases[-1].append(found)
            else:
                lost += 1
            at += 1
        told = sum(len(phrase) for phrase in phrases)
        if not told or lost > (1 - CLEAR) * (told + lost):
            return None
        if chance.random() < 0.6:  # what describes a thing stands before it
            phrases.reverse()
        joint = chance.choice(("的", "的", "，", ""))
        return joint.join("".join(phrase) for phrase in phrases if any(phrase))


def _forms(word: str) -> Iterable[str]:
    yield word
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 2:
            yield word.removesuffix(ending) + instead


def gloss_pairs(
    things: Mapping[str, Sense], known: Collection[str], interpreter: Interpreter, seed: int
) -> tuple[list[Pair], list[Pair]]:
    """English and Chinese glosses of the things whose names are made of ``known`` words."""
    chance = random.Random(f"glosses/{seed}")
    english: dict[Pair, None] = {}
    chinese: dict[Pair, None] = {}
    for word, sense in things.items():
        if not all(part in known for part in word.split(" ")):
            continue
        for gloss in sense.glosses:
            meant = (word, word, gloss)
            english[Pair(gloss, meant)] = None
            fewer = [part for part in gloss.split(" ") if chance.random() > DROPPED]
            english[Pair(" ".join(fewer), meant)] = None
            for _ in range(2):
                said = interpreter(gloss if chance.random() < 0.5 else " ".join(fewer), chance)
                if said:
                    chinese[Pair(said, meant)] = None
    return list(english), list(chinese)


def keyword_pairs(rows: Iterable[Row], interpreter: Interpreter, seed: int, times: int = 6) -> list[Pair]:
    """Some of the keywords of a picture's subject, in both languages: near the subject."""
    chance = random.Random(f"keywords/{seed}")
    named = {
        str(row.labels["subject"]): [str(word) for word in row.labels["keywords"]]
        for row in rows
        if row.labels.get("subject") and row.labels.get("keywords")
    }
    found: dict[Pair, None] = {}
    for subject, keywords in sorted(named.items()):
        for _ in range(times):
            some = chance.sample(keywords, min(len(keywords), chance.randint(2, 4)))
            said = chance.choice((", ", " ")).join(some)
            meant = (subject, subject, said)
            found[Pair(said, meant)] = None
            if chinese := interpreter(said, chance):
                found[Pair(chinese, meant)] = None
    return list(found)
