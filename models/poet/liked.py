"""Words that people like: what votes add to the poet's choice among the words that would fit.

A network with millions of weights learns a whole poem by heart before it learns which of its words made it
liked; this asks for the words alone. Of the telling words of the works voted on those are taken, one
after another, that explain most of the votes that the others left unexplained (forward selection by the score
test), as long as one explains more than the best of as many words would by chance. Their log-odds of being
liked are added to the logits: p(w) exp(r(w)), which of all ways to choose words is the one of the most liking
for its distance from the shipped one (Peters et al. 2010, "Relative Entropy Policy Search", section 2).

Votes on one work say much the same, so that four of them count for less than four works (:data:`ALIKE`).
Nothing is taken that held-out people do not bear out.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from models.reward import logistic

LEAST = 4  # works that a word stands in
KEPT = 24  # words
MOST = 2.5  # nats, either way; nothing that was written before is never written any more
ALIKE = 0.5  # how much of a vote another one on the same work says already
SPREAD = 1.5  # nats that a word is expected to be liked or disliked by


@dataclass(frozen=True, slots=True)
class Said:
    """A work's telling words, and the weights of its votes either way."""

    words: frozenset[str]
    liked: float
    disliked: float

    @property
    def counted(self) -> tuple[float, float]:
        """The same two, for as many votes as they are worth."""
        total = self.liked + self.disliked
        share = 1 / (1 + ALIKE * max(0.0, total - 1))
        return self.liked * share, self.disliked * share


def learn(train: Sequence[Said], val: Sequence[Said]) -> dict[str, float]:
    """Nats by word; none where nothing is sure, or held-out people do not bear it out."""
    works: dict[str, int] = defaultdict(int)
    for one in train:
        for word in one.words:
            works[word] += 1
    names = sorted(word for word, count in works.items() if count >= LEAST)
    if not names or not val:
        return {}
    seen, liked, weight = _rows(train, names)
    taken: list[int] = []
    slope, bias = torch.zeros(0, dtype=torch.float64), _usual(liked, weight)
    while len(taken) < KEPT:
        gains = _gains(seen, liked, weight, torch.sigmoid(seen[:, taken] @ slope + bias))
        gains[taken] = 0.0
        best = int(gains.argmax())
        if float(gains[best]) < math.log(len(names)):
            break
        taken.append(best)
        slope, bias = logistic(seen[:, taken], liked, weight, 1 / (SPREAD**2 * float(weight.sum())))
    told = {
        names[at]: round(max(-MOST, min(MOST, nats)), 3)
        for at, nats in zip(taken, slope.tolist(), strict=True)
    }
    if not told or _loss(val, told, float(bias)) >= _loss(val, {}, float(_usual(liked, weight))):
        return {}
    return told


def _rows(said: Sequence[Said], names: Sequence[str]) -> tuple[Tensor, Tensor, Tensor]:
    """Each work twice, liked and disliked: words [2 N, W], what is said [2 N], weights [2 N]."""
    number = {name: at for at, name in enumerate(names)}
    seen = torch.zeros(len(said), len(names), dtype=torch.float64)
    for row, one in enumerate(said):
        seen[row, [number[word] for word in one.words if word in number]] = 1.0
    counted = torch.tensor([one.counted for one in said], dtype=torch.float64)
    liked = torch.cat([torch.ones(len(said)), torch.zeros(len(said))]).double()
    return torch.cat([seen, seen]), liked, torch.cat([counted[:, 0], counted[:, 1]])


def _usual(liked: Tensor, weight: Tensor) -> Tensor:
    share = ((liked * weight).sum() + 0.5) / (weight.sum() + 1)
    return torch.log(share / (1 - share))


def _gains(seen: Tensor, liked: Tensor, weight: Tensor, chance: Tensor) -> Tensor:
    """Nats that each word would explain beyond what is explained: half the score statistic, [W]."""
    spread = weight * chance * (1 - chance)
    mean = (seen * spread[:, None]).sum(0) / spread.sum().clamp(min=1e-9)
    apart = seen - mean
    score = (apart * (weight * (liked - chance))[:, None]).sum(0)
    sure = (apart.square() * spread[:, None]).sum(0).clamp(min=1e-9)
    return score.square() / sure / 2


def _loss(said: Sequence[Said], told: Mapping[str, float], bias: float) -> float:
    """What the votes were not foretold by, in nats."""
    total = 0.0
    for one in said:
        odds = bias + sum(told.get(word, 0.0) for word in one.words)
        total += one.liked * math.log1p(math.exp(-odds)) + one.disliked * math.log1p(math.exp(odds))
    return total
