"""How each token sounds, as arrays: made by training, shipped beside the weights.

English: syllables, primary stresses and rhyme class of the first pronunciation in CMUdict, whose
table gives ``word<TAB>stress rhymepart|...`` (the rhyme part runs from the last stressed vowel on).
Chinese: tones and rhyme groups of Pingshui.
"""

from __future__ import annotations

import gzip
import json
import math
from collections import Counter
from dataclasses import dataclass, fields
from pathlib import Path

import torch
from torch import Tensor

from models.poet.vocabulary import Vocabulary

LEVEL, OBLIQUE = 1, 2  # bits of `tone`: 平, 仄; a character that can be either has both
OBLIQUE_GROUPS = range(32, 62)  # bits of `rhyme`: the thirty largest oblique groups; those below are level


@dataclass(frozen=True)
class Lexicon:
    """One value a token, 0 for control tokens and marks. ``V`` is the vocabulary's size.

    ``length`` uint8: syllables, or 1 for a character. ``stress`` uint8: bit i is set where
    syllable i has primary stress. ``rhyme`` int64 bit set of rhyme groups (Chinese) or rhyme
    class + 1 (English). ``tone`` uint8: LEVEL, OBLIQUE or both; 0 where the table does not
    say. ``ends`` float32: log(1 + times it ended a line). ``weight`` float32: how much it says of a
    poem's topic (0: nothing). ``capital`` uint8: written with a capital.
    """

    length: Tensor
    stress: Tensor
    rhyme: Tensor
    tone: Tensor
    ends: Tensor
    weight: Tensor
    capital: Tensor

    def arrays(self) -> dict[str, Tensor]:
        """The arrays by name, small, as they ship."""
        rhyme = torch.int64 if int(self.rhyme.max()) > 2**31 - 1 else torch.int32
        small = {"ends": torch.float16, "weight": torch.float16, "rhyme": rhyme}
        return {f.name: getattr(self, f.name).to(small.get(f.name, torch.uint8)) for f in fields(self)}

    @classmethod
    def of(cls, arrays: dict[str, Tensor], size: int) -> Lexicon:
        """From shipped arrays. Raises ``ValueError`` where one is missing or not ``size`` long."""
        wide = {"ends": torch.float32, "weight": torch.float32}
        held = {}
        for field in fields(cls):
            if field.name not in arrays or arrays[field.name].shape != (size,):
                raise ValueError(field.name)
            held[field.name] = arrays[field.name].to(wide.get(field.name, torch.int64))
        return cls(**held)


def read_cmudict(path: Path) -> dict[str, tuple[str, str]]:
    """Word → (stress digits, rhyme part) of its first pronunciation."""
    sounds = {}
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        for row in rows:
            word, _, said = row.rstrip("\n").partition("\t")
            stress, _, rhyme = said.split("|")[0].partition(" ")
            if stress.isdigit():
                sounds[word] = (stress, rhyme)
    return sounds


def read_pingshui(path: Path) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Character → (tone bits, its rhyme groups; those of oblique tones begin with 上, 去 or 入)."""
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        rows = json.load(stream)["chars"]
    read = {}
    for character, row in rows.items():
        tone = {"P": LEVEL, "Z": OBLIQUE, "PZ": LEVEL | OBLIQUE}[row["tones"]]
        read[character] = (tone, tuple(row["groups"]))
    return read


def english_lexicon(
    vocabulary: Vocabulary,
    sounds: dict[str, tuple[str, str]],
    ends: Counter[str],
    capitals: set[str],
    weights: Tensor,
) -> Lexicon:
    """The arrays for English; ``capitals`` are the words that are written with one."""
    size = len(vocabulary)
    length, stress, rhyme = (torch.zeros(size, dtype=torch.int64) for _ in range(3))
    classes: dict[str, int] = {}
    for number in range(vocabulary.content, size):
        if vocabulary.is_mark(number):
            continue
        digits, part = sounds[vocabulary.tokens[number]]
        length[number] = len(digits)
        stress[number] = sum(1 << i for i, digit in enumerate(digits) if digit == "1")
        if "1" in digits:
            rhyme[number] = classes.setdefault(part, len(classes) + 1)
    return Lexicon(
        length, stress, rhyme, torch.zeros_like(length), _ends(vocabulary, ends), weights,
        torch.tensor([int(token in capitals) for token in vocabulary.tokens]),
    )  # fmt: skip


def chinese_lexicon(
    vocabulary: Vocabulary,
    sounds: dict[str, tuple[int, tuple[str, ...]]],
    ends: Counter[str],
    weights: Tensor,
) -> Lexicon:
    """The arrays for Chinese."""
    size = len(vocabulary)
    level = sorted({group for _, held in sounds.values() for group in held if group[0] not in "上去入"})
    bit = {group: 1 << i for i, group in enumerate(level)}
    held_by = Counter(
        group
        for token in vocabulary.tokens[vocabulary.content :]
        for group in sounds.get(token, (0, ()))[1]
        if group[0] in "上去入"
    )
    largest = sorted(held_by, key=lambda group: (-held_by[group], group))[: len(OBLIQUE_GROUPS)]
    bit |= {group: 1 << i for i, group in zip(OBLIQUE_GROUPS, largest, strict=False)}
    length, rhyme, tone = (torch.zeros(size, dtype=torch.int64) for _ in range(3))
    for number in range(vocabulary.content, size):
        said, held = sounds.get(vocabulary.tokens[number], (0, ()))
        length[number], tone[number] = 1, said
        rhyme[number] = sum(bit.get(group, 0) for group in held)
    zero = torch.zeros_like(length)
    return Lexicon(length, zero, rhyme, tone, _ends(vocabulary, ends), weights, zero)


def topic_weights(vocabulary: Vocabulary, poems_with: Counter[int], poems: int, silent: set[str]) -> Tensor:
    """Inverse document frequency of content tokens, at least 0.1; 0 for marks and what is ``silent``."""
    weights = torch.zeros(len(vocabulary))
    for number in range(vocabulary.content, len(vocabulary)):
        if not vocabulary.is_mark(number) and vocabulary.tokens[number] not in silent:
            weights[number] = max(0.1, math.log((1 + poems) / (1 + poems_with[number])) - 1.0)
    return weights


def _ends(vocabulary: Vocabulary, ends: Counter[str]) -> Tensor:
    return torch.tensor([math.log1p(ends[token]) for token in vocabulary.tokens])
