"""Which words keep company: what else a poem about the sea speaks of.

Counted in passages of training poems: pointwise mutual information (Church and Hanks 1990, section 3) of
words that say something, shrunk by :data:`SHRINK` passages seen and expected, so that rare words promise
little, and only where they meet surely more often than by chance (z, section 4 of Manning and Schütze 1999,
chapter 5). A small model knows little of that; a topic in its tags alone left it at the moon and the wind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from models.poet.data import words_of
from models.poet.lexicon import Lexicon
from models.poet.vocabulary import Vocabulary

PASSAGE = 4  # lines
KEPT = 32  # of each word, the closest
SHRINK = 8.0
SURE = 3.0  # standard deviations above chance
CLOSEST = 2.0  # nats; more than that is told as 1
STRENGTH = 2.0  # nats that are added to the logit of a word of closeness 1
LEVELS = 255


@dataclass(frozen=True)
class Associations:
    """``starts`` [W + 1]: where the ``words`` [N] of each content token begin; ``closeness`` [N] in 0..1."""

    starts: Tensor
    words: Tensor
    closeness: Tensor

    def leaning(self, topics: Sequence[int]) -> Tensor:
        """What is added to the logits of content tokens [W] in a poem about ``topics``."""
        added = torch.zeros(len(self.starts) - 1)
        for topic in topics:
            its = slice(int(self.starts[topic]), int(self.starts[topic + 1]))
            added[self.words[its]] += self.closeness[its]
        added[list(topics)] = 0.0  # which the decoder sees to itself
        return STRENGTH * added.clamp_(max=1.0)

    def arrays(self) -> dict[str, Tensor]:
        """For the version folder."""
        return {
            "starts": self.starts.to(torch.int32),
            "words": self.words.to(torch.int16),
            "closeness": (self.closeness * LEVELS).round().to(torch.uint8),
        }

    @classmethod
    def of(cls, arrays: dict[str, Tensor], size: int) -> Associations:
        """From :meth:`arrays`. Raises ``ValueError`` where they are not of ``size`` content tokens."""
        made = cls(arrays["starts"].long(), arrays["words"].long(), arrays["closeness"].float() / LEVELS)
        ends = made.starts[[0, -1]].tolist() if len(made.starts) == size + 1 else None
        if ends != [0, len(made.words)] or made.words.shape != made.closeness.shape:
            raise ValueError("associations")
        if len(made.words) and not 0 <= int(made.words.min()) <= int(made.words.max()) < size:
            raise ValueError("associations")
        return made


def learn(
    rows: Iterable[dict[str, Any]], vocabulary: Vocabulary, lexicon: Lexicon, split: str = "train"
) -> Associations | None:
    """The company of each word that says something, in the poems of ``split``; None where there are none."""
    size = len(vocabulary) - vocabulary.content
    telling = (lexicon.weight[vocabulary.content :] > 0).tolist()
    met, often, passages = torch.zeros(size, size), torch.zeros(size), 0
    for row in rows:
        if row["split"] != split:
            continue
        for start in range(0, len(row["lines"]), PASSAGE):
            found = {
                number - vocabulary.content
                for line in row["lines"][start : start + PASSAGE]
                for number in vocabulary.content_of(words_of(line, vocabulary.lang))
            }
            said = torch.tensor(sorted(n for n in found if n >= 0 and telling[n]), dtype=torch.long)
            met[said[:, None], said] += 1
            often[said] += 1
            passages += 1
    if not passages:
        return None
    starts, words, closeness = [0], [], []
    for number in range(size):
        expected = often * often[number] / passages
        told = ((met[number] + SHRINK) / (expected + SHRINK)).log()
        told[(met[number] - expected) < SURE * (expected + 1).sqrt()] = 0.0
        told[number] = 0.0
        values, order = told.topk(min(KEPT, size))
        kept = int((values > 0).sum())
        words.append(order[:kept])
        closeness.append((values[:kept] / CLOSEST).clamp(max=1.0))
        starts.append(starts[-1] + kept)
    return Associations(torch.tensor(starts), torch.cat(words), torch.cat(closeness))
