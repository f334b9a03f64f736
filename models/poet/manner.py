"""In the manner of a poet: the words that the poet uses more than others, and how a prompt asks for it.

The network was never told who wrote what. What it can honestly do is lean towards a poet's own words where
several would fit: each has a log-odds against all others, with a prior that keeps rare words small (Monroe,
Colaresi & Quinn 2008, "Fightin' Words"). Training makes the table of everybody with work enough.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from atelier.languages import Lang
from models.poet.poets import ALIASES, POETS
from models.poet.vocabulary import Vocabulary

LEAST = 100  # training poems
KEPT = 80  # words a poet
PRIOR = 2000.0  # words of everybody's that a poet's own counts are mixed with
STRENGTH = 1.5  # of a poet's log-odds, added to logits
MOST = 2.5  # log-odds, either way

_EN = re.compile(
    r"[,;:]?\s*\b(?:written\s+)?in\s+the\s+(?:manner|style|voice)\s+of\s+"
    r"(?!(?:an?|the|my|our|your|his|her|its|their|this|that|some|old)\b)"
    r"(?P<name>[^\W\d_][\w.'’-]*(?:\s+(?!(?:about|on|of|for|with|in|at|and|to)\b)[\w.'’-]+){0,3}?)"
    r"(?=\s*(?:$|[,;:.!?])|\s+(?:about|on|of|for|with|in|at|and|to)\b)[,;:]?(?:\s+(?:about|on)\b)?",
    re.IGNORECASE,
)
_NAME = r"(?P<name>[㐀-䶿一-鿿]{1,4}?(?:·[㐀-䶿一-鿿]{1,6}?)?)"
_LIKE = r"的?(?:风格|诗风|笔法|笔意|口吻|语气|手法)"
_WRITE = r"[，,。、：:；;]?\s*(?:来?[写作](?:一?首)?|来一?首|咏|赋)?(?:关于)?"
_ZH = (
    re.compile(
        r"[，,、]?\s*(?:模仿|效仿|仿照|仿)(?![佛古生真宋])" + _NAME
        + rf"(?:(?:{_LIKE}|体)?(?=$|[\s，,。、：:；;！!？?]|写|作|咏|赋|来)|{_LIKE}|的)" + _WRITE
    ),
    re.compile(rf"(?:^|(?<=[\s，,。、：:；;]))[用以按]{_NAME}{_LIKE}" + _WRITE),
)  # fmt: skip


def _either(names: Iterable[str]) -> str:
    return "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in sorted(names, key=len, reverse=True))


# Without the word “manner” only somebody known is meant, or a whole name (a poem by Bob Dylan about …).
_SURNAMES = {name.split()[-1] for name in POETS["en"]}
_KNOWN = _either({*POETS["en"], *(name for name in ALIASES if name.isascii())})
_SOMEBODY = rf"(?P<name>{_KNOWN}|(?-i:{_either(_SURNAMES)}))"
_ANYBODY = rf"(?P<name>{_KNOWN}|(?-i:{_either(_SURNAMES)}|[A-Z][\w.-]*(?:\s+[A-Z][\w.-]*){{1,3}}))"
_THEN = r"(?=\s+(?:about|on|of)\b|\s*[,;:.!?]|\s*$)"
_NAMED_EN = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"[,;:]?\s*\b(?:written\s+)?in\s+{_ANYBODY}['’]s?\s+(?:own\s+)?(?:style|manner|voice)\b"
        r"[,;:]?(?:\s+(?:about|on)\b)?",
        r"\b(?:poem|poetry|verse|haiku|sonnet|quatrain|limerick|ballad|couplet)s?"
        rf"(?P<cut>\s+(?:by|like|à\s+la)\s+{_ANYBODY}){_THEN}",
        rf"[,;:]?\s*\b(?:like|à\s+la)\s+{_SOMEBODY}(?:\s+would(?:\s+have)?(?:\s+writ(?:e|ten))?(?:\s+it)?)?{_THEN}",
    )
)
_KNOWN_ZH = rf"(?P<name>{_either({*POETS['zh'], *(name for name in ALIASES if not name.isascii())})})"
_NAMED_ZH = (
    re.compile(
        rf"[，,、]?\s*(?:像|学着?){_KNOWN_ZH}(?:(?:那样|那般|一样|一般|似的)[地来]?(?=$|[\s，,。、：:；;写作咏赋])"
        r"|(?=来?[写作咏赋]))" + _WRITE
    ),
    re.compile(rf"[，,、]?\s*{_KNOWN_ZH}{_LIKE}的?" + _WRITE),
)


def asked(prompt: str) -> tuple[str, str | None]:
    """A prompt without the words that ask for a manner, and whose it asks for (None: nobody's)."""
    for pattern in (_EN, *_ZH, *_NAMED_EN, *_NAMED_ZH):
        if found := pattern.search(prompt):
            start = found.start("cut" if "cut" in pattern.groupindex else 0)
            rest = f"{prompt[:start].rstrip()} {prompt[found.end() :].lstrip()}".strip(" ，,。、：:；;")
            return rest, found["name"].strip(" .'’-")
    return prompt, None


Words = Callable[[str, Lang], list[str]]  # of a line


@dataclass(frozen=True)
class Manner:
    """``words``: content words of the vocabulary → their log-odds in ``name``'s ``poems`` training poems."""

    name: str
    poems: int
    words: dict[str, float]

    def leaning(self, vocabulary: Vocabulary) -> Tensor:
        """What is added to the logits of content tokens [W]."""
        added = torch.zeros(len(vocabulary) - vocabulary.content)
        for word, odds in self.words.items():
            number = vocabulary.numbers.get(word, 0)
            if number >= vocabulary.content:
                added[number - vocabulary.content] = STRENGTH * odds
        return added


def find(name: str, manners: Mapping[str, Manner]) -> Manner | None:
    """Who is called ``name``: a whole name, another name, or a surname that only one has."""
    said = " ".join(re.sub(r"[.·-]", " ", name).lower().split())
    said = ALIASES.get(said, ALIASES.get(said.replace(" ", ""), said))
    whole = {" ".join(held.replace(".", " ").lower().split()): manner for held, manner in manners.items()}
    if said in whole:
        return whole[said]
    short = [manner for held, manner in whole.items() if " " in held and held.split()[-1] == said]
    return short[0] if len(short) == 1 else None


def learn(rows: Iterable[dict[str, Any]], vocabulary: Vocabulary, words_of: Words) -> dict[str, Manner]:
    """The manners of those of :data:`POETS` who wrote at least :data:`LEAST` of the training ``rows``."""
    lang = vocabulary.lang
    names = {author: name for name, authors in POETS[lang].items() for author in authors}
    own: dict[str, Counter[str]] = {name: Counter() for name in POETS[lang]}
    poems, everybody = Counter[str](), Counter[str]()
    for row in rows:
        if row["split"] != "train":
            continue
        said = [word for line in row["lines"] for word in words_of(line, lang) if word[0].isalpha()]
        everybody.update(said)
        if name := names.get(str(row.get("author"))):
            poems[name] += 1
            own[name].update(said)
    total = sum(everybody.values())
    return {
        name: Manner(name, poems[name], _odds(own[name], everybody, total, vocabulary))
        for name in POETS[lang]
        if poems[name] >= LEAST
    }


def _odds(own: Counter[str], everybody: Counter[str], total: int, vocabulary: Vocabulary) -> dict[str, float]:
    """The log-odds of the words that tell the most of a poet: often used, and unlike the others."""
    many = sum(own.values())
    found = {}
    for word in own:
        if vocabulary.numbers.get(word, 0) < vocabulary.content:
            continue
        prior = everybody[word] / total
        mine = own[word] + PRIOR * prior
        rest = everybody[word] - own[word] + PRIOR * prior
        odds = math.log(mine / (many + PRIOR - mine)) - math.log(rest / (total - many + PRIOR - rest))
        spread = math.sqrt(1 / mine + 1 / rest)
        found[word] = (odds / spread, odds)
    telling = sorted(found, key=lambda word: -found[word][0])[:KEPT]
    return {word: round(min(MOST, found[word][1]), 2) for word in telling if found[word][1] > 0}
