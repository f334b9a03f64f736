"""What the painter is asked in its evaluation: held-out captions of the packs, and made scenes."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.painter.attributes import mentions
from models.painter.data import Pictures, all_captions, load_pictures
from models.painter.packs import Row
from models.painter.scenes import load_scenes

SCENES = {"val": 10_000_000, "test": 20_000_000}  # first seeds; training's begin at 0
MANY = 1000  # captions of the packs, and as many scenes
# Captions and seeds to uint8 ``[N, 128, 128, 3]``: a painter, its parent, a baseline.
Sampler = Callable[[Sequence[str], Sequence[int]], NDArray[np.uint8]]


@dataclass(frozen=True, slots=True)
class Exam:
    """Rows with their real pictures, uint8 ``[N, 3, 128, 128]``, and one caption each."""

    rows: list[Row]
    pixels: NDArray[np.uint8]
    captions: list[str]
    chinese: list[str]  # empty where a row has none
    known: Collection[str]  # names of subjects that the version was trained on, lower case

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def real(self) -> torch.Tensor:
        """The real pictures."""
        return torch.from_numpy(self.pixels)

    def unseen(self, number: int) -> bool:
        """Whether this row is an emoji or an icon of a concept that was never seen in training."""
        return _object(self.rows[number]) and _subject(self.rows[number]) not in self.known

    def restyled(self, number: int) -> bool:
        """Whether its concept was seen in training, but not in this style.

        The packs keep all drawings of a concept in one split, so a held-out emoji or icon whose
        name is known nevertheless was seen in another pack, in that one's style.
        """
        return _object(self.rows[number]) and _subject(self.rows[number]) in self.known

    def first(self, limit: int) -> Exam:
        """What ``load_exam`` with this limit gives."""
        packs = [i for i in range(len(self)) if not self.scene(i)]
        scenes = [i for i in range(len(self)) if self.scene(i)]
        kept = packs[:limit] + scenes[:limit]
        return Exam(
            [self.rows[i] for i in kept], self.pixels[kept], [self.captions[i] for i in kept],
            [self.chinese[i] for i in kept], self.known,
        )  # fmt: skip

    def scene(self, number: int) -> bool:
        """Whether this row is a made scene."""
        return bool(self.rows[number].labels.get("scene"))


def load_exam(
    data: Path | None, known: Collection[str], cache: Path, *, split: str = "test", limit: int | None = None
) -> Exam:
    """Up to ``limit`` (1,000) rows of the packs and as many scenes, one caption of each, all by fixed seeds.

    Without ``data`` the scenes alone. Raises :class:`BadInput` for a pack that cannot be read.
    """
    many = limit or MANY
    parts = [load_scenes(SCENES[split], many, cache)]
    if data is not None:
        packs = load_pictures(data, [split], cache)
        order = [i for i, row in enumerate(packs.rows) if not row.labels.get("scene")]
        random.Random(0).shuffle(order)
        order = order[:many]
        parts.insert(0, Pictures([packs.rows[i] for i in order], packs.pixels[order], []))
    rows = [row for part in parts for row in part.rows]
    return Exam(
        rows,
        np.concatenate([np.asarray(part.pixels) for part in parts]),
        [_one(row, row.captions) for row in rows],
        [_one(row, all_captions(row)[len(row.captions) :]) for row in rows],
        known,
    )


def _one(row: Row, captions: Sequence[str]) -> str:
    """The caption that is asked of a row: by its name, so that it is the same in any company.

    Of a scene the first, which leaves nothing out.
    """
    if row.labels.get("scene"):
        return captions[0]
    return random.Random(f"{row.pack}/{row.file}").choice(captions) if captions else ""


def telling(row: Row) -> str:
    """The English caption that says most."""
    return max(row.captions, key=lambda said: (len(mentions(row, said)), len(said)))


def _object(row: Row) -> bool:
    return "emoji" in row.labels or row.labels.get("style") == "silhouette icon"


def _subject(row: Row) -> str:
    return str(row.labels.get("subject", "")).lower()
