"""Measures of drawn pictures, all in the evaluation encoder's features."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import torch
import torch.nn.functional as F

from models.painter.attributes import attribute_of, belies, mentions, states
from models.painter.judge import Jury
from models.painter.packs import Row
from models.text.evaluate import label_of

AMONG = 100
FEWEST = 20  # rows: with fewer no share is worth printing


@dataclass(frozen=True, slots=True)
class Usual:
    """A Gaussian fitted to features: ``mean`` [D], and the root and the trace of its covariance [D, D]."""

    mean: torch.Tensor
    root: torch.Tensor
    trace: float

    @classmethod
    def of(cls, features: torch.Tensor) -> Self:
        """Of features ``[N, D]``."""
        spread = torch.cov(features.double().T)
        values, vectors = torch.linalg.eigh(spread)
        root = vectors @ torch.diag(values.clamp(min=0).sqrt()) @ vectors.T
        return cls(features.double().mean(0), root, float(spread.trace()))

    def distance(self, features: torch.Tensor) -> float:
        """Fréchet distance of a Gaussian fitted to ``features`` [N, D] (Heusel et al. 2017, eq. 6)."""
        spread = torch.cov(features.double().T)
        # The trace of the root of a product: from the eigenvalues of the symmetric form.
        cross = torch.linalg.eigvalsh(self.root @ spread @ self.root).clamp(min=0).sqrt().sum()
        moved = (self.mean - features.double().mean(0)).square().sum()
        return float(moved + self.trace + spread.trace() - 2 * cross)


def frechet(a: torch.Tensor, b: torch.Tensor) -> float:
    """Fréchet distance of two Gaussians fitted to features ``[N, D]``."""
    return Usual.of(a).distance(b)


def crossed(made: torch.Tensor, real: torch.Tensor) -> float:
    """Fréchet distance of what was drawn for one half of the captions to real pictures of the other.

    Features ``[N, D]`` of the same rows; the mean of both ways. ``crossed(real, real)`` is the
    distance of two disjoint real halves.
    """
    return (frechet(made[::2], real[1::2]) + frechet(made[1::2], real[::2])) / 2


def recalls(
    jury: Jury, features: torch.Tensor, sentences: torch.Tensor, rows: Sequence[Row],
    captions: Sequence[str], asked: Sequence[int],
) -> float:  # fmt: skip
    """R-precision (Xu et al. 2018, section 4.1) of the pictures ``asked``: 0..1.

    How often a picture's own caption has the highest cosine among 100. ``features`` [N, 160],
    ``sentences`` [N, 384] and the rest are of all rows, from which the 99 others are drawn: of
    another label, and saying something that is not true of the picture (two captions may both
    be right: "a tulip", "a red tulip").
    """
    match = jury.match(features, sentences)
    said = [mentions(row, caption) for row, caption in zip(rows, captions, strict=True)]
    labels = [label_of(row) for row in rows]
    right = 0
    for i in asked:
        order = random.Random(i).sample(range(len(rows)), len(rows))
        rivals: dict[str, int] = {}
        for j in order:
            if labels[j] != labels[i] and captions[j] not in rivals and belies(rows[i], said[j]):
                rivals[captions[j]] = j
                if len(rivals) == AMONG - 1:
                    break
        right += bool(match[i, i] > match[i, list(rivals.values())].max()) if rivals else 0
    return right / max(1, len(asked))


def accuracy(
    jury: Jury, features: torch.Tensor, rows: Sequence[Row], captions: Sequence[str],
    attributes: Sequence[str], asked: Sequence[int],
) -> dict[str, float]:  # fmt: skip
    """How often the judge sees what the caption states, an attribute: 0..1.

    Over the rows ``asked`` whose caption states it and whose value the judge knows; an attribute
    that too few state is left out.
    """
    found = {}
    for attribute in attributes:
        if attribute not in jury.names:
            continue
        known = set(jury.names[attribute])
        held = [
            i for i in asked
            if attribute_of(rows[i], attribute) in known and states(rows[i], captions[i], attribute)
        ]  # fmt: skip
        if len(held) >= FEWEST:
            seen = jury.guess(features[held], attribute)
            right = [attribute_of(rows[i], attribute) == g for i, g in zip(held, seen, strict=True)]
            found[attribute] = sum(right) / len(right)
    return found


def mean_of(found: dict[str, float]) -> float | None:
    """The mean of some accuracies; None of none."""
    return sum(found.values()) / len(found) if found else None


def pairs_of(rows: Sequence[Row]) -> list[tuple[int, int]]:
    """Two pictures of every label that has two."""
    by: dict[str, list[int]] = {}
    for i, row in enumerate(rows):
        if not row.labels.get("scene"):  # each is one of its kind
            by.setdefault(label_of(row), []).append(i)
    return [(found[0], found[1]) for found in by.values() if len(found) > 1]


def apart(one: torch.Tensor, two: torch.Tensor) -> float:
    """Mean distance of features, pair by pair."""
    return float(torch.linalg.vector_norm(one - two, dim=1).mean())


def descriptors(pictures: torch.Tensor) -> torch.Tensor:
    """What copies are found by: 32x32 pixels, centred and of unit length, float32 ``[N, 3072]``.

    Plain pixels and not features, for a copy is the same picture and not one of the same kind;
    centred, so that a plain picture is not near to everything.
    """
    parts = [
        F.avg_pool2d(part.float(), part.shape[2] // 32).flatten(1) for part in torch.split(pictures, 512)
    ]
    small = torch.cat(parts)
    return F.normalize(small - small.mean(1, keepdim=True), dim=1)


def nearest(found: torch.Tensor, among: torch.Tensor, batch: int = 4096) -> torch.Tensor:
    """Distance of each of ``found`` [N, D] to the nearest of ``among`` [M, D], both of unit length: [N]."""
    best = torch.full((len(found),), -1.0)
    for part in torch.split(among, batch):
        best = torch.maximum(best, (found @ part.T).amax(1))
    return (2 - 2 * best).clamp(min=0).sqrt()


def copies(made: torch.Tensor, real: torch.Tensor, train: torch.Tensor) -> float:
    """Share of ``made`` nearer to a training picture than 99 % of held-out ``real`` ones are.

    All uint8 ``[N, 3, 128, 128]``; mirror images of training pictures count too.
    """
    known = torch.cat([descriptors(train), descriptors(train.flip(3))])
    usual = nearest(descriptors(real), known)
    return float((nearest(descriptors(made), known) < usual.quantile(0.01)).float().mean())
