"""对仗: how well the two lines of a couplet answer each other, character by character.

In the middle couplets of regulated verse what stands at one place of both lines is of one kind: a number
answers a number, a mountain a stream, a colour a colour. Which characters answer each other is counted in
the middle couplets of training poems: pointwise mutual information (with a smoothed second marginal: Levy,
Goldberg & Dagan 2015, section 3.2), of which the largest :data:`RANK` eigenvectors are kept, so that what was
never seen together is judged by its kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from models.poet.forms import MIDDLE
from models.poet.vocabulary import Vocabulary

RANK = 32
SMOOTHED = 0.5  # the power of the second marginal
UNSEEN = 0.3  # added to what was counted and to what was to be expected
SAME = -0.5  # what a character is worth that answers itself, or that nothing is known of
REGULATED = ("五律", "七律")


@dataclass(frozen=True)
class Parallel:
    """``vectors`` [W, K] of content tokens, ``signs`` [K]: two answer by the sum of signs * u * v."""

    vectors: Tensor
    signs: Tensor

    def answer(self, upper: Sequence[int], lower: Sequence[int]) -> float:
        """The mean of a couplet's places: content tokens [N] each, in one order; below 0: not one of them."""
        if len(upper) != len(lower) or not upper:
            return SAME
        one, two = torch.tensor(upper), torch.tensor(lower)
        each = (self.vectors[one.clamp(min=0)] * self.signs * self.vectors[two.clamp(min=0)]).sum(1)
        return float(each.masked_fill((one == two) | (one < 0) | (two < 0), SAME).mean())

    def arrays(self) -> dict[str, Tensor]:
        """For the version folder."""
        return {"vectors": self.vectors.to(torch.float16), "signs": self.signs.to(torch.int8)}

    @classmethod
    def of(cls, arrays: dict[str, Tensor], size: int) -> Parallel:
        """From :meth:`arrays`. Raises ``ValueError`` where they are not of ``size`` content tokens."""
        made = cls(arrays["vectors"].float(), arrays["signs"].float())
        if made.vectors.shape != (size, len(made.signs)):
            raise ValueError("parallel")
        return made


def middles(rows: Iterable[dict[str, Any]], split: str) -> Iterable[tuple[str, str]]:
    """The middle couplets of the regulated poems of ``split``."""
    for row in rows:
        if row["split"] == split and row["form"] in REGULATED and len(row["lines"]) == 8:
            yield from ((row["lines"][at], row["lines"][at + 1]) for at in MIDDLE)


def answers(rows: Iterable[dict[str, Any]], vocabulary: Vocabulary, split: str = "train") -> Parallel | None:
    """Which characters answer each other in the poems of ``split``; None where none are regulated."""
    return learn(middles(rows, split), vocabulary)


def learn(couplets: Iterable[tuple[str, str]], vocabulary: Vocabulary, rank: int = RANK) -> Parallel | None:
    """Which content tokens answer each other in ``couplets``; None where there are none."""
    size = len(vocabulary) - vocabulary.content
    numbers = {token: at for at, token in enumerate(vocabulary.tokens[vocabulary.content :])}
    pairs = [
        (numbers[one], numbers[two])
        for upper, lower in couplets
        for one, two in zip(upper, lower, strict=False)
        if one != two and one in numbers and two in numbers
    ]
    if not pairs:
        return None
    counted = torch.zeros(size * size)
    at = torch.tensor(pairs)
    counted.index_add_(0, at[:, 0] * size + at[:, 1], torch.ones(len(at)))
    counts = counted.view(size, size)
    return of_counts(counts + counts.T, rank)


def of_counts(counts: Tensor, rank: int = RANK) -> Parallel:
    """From how often two content tokens stood at one place, [W, W], both ways."""
    often = counts.sum(1)
    smoothed = often**SMOOTHED
    expected = often.outer(smoothed / smoothed.sum())
    told = ((counts + UNSEEN) / (expected + UNSEEN)).log_()
    told = (told + told.T) / 2
    values, vectors = _largest(told, min(rank, len(told)))
    return Parallel(vectors * values.abs().sqrt(), values.sign())


def _largest(matrix: Tensor, rank: int) -> tuple[Tensor, Tensor]:
    """The ``rank`` eigenvalues of a symmetric matrix that are largest, and their vectors [N, rank].

    Subspace iteration with a random start (Halko, Martinsson & Tropp 2011, algorithm 4.4).
    """
    wide = min(len(matrix), rank + 16)
    basis = torch.randn(len(matrix), wide, generator=torch.Generator().manual_seed(0))
    for _ in range(6):
        basis = torch.linalg.qr(matrix @ basis).Q
    values, inner = torch.linalg.eigh(basis.T @ matrix @ basis)
    order = values.abs().argsort(descending=True)[:rank]
    return values[order], (basis @ inner)[:, order]
