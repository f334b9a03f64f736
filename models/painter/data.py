"""From data packs to training batches: pictures once in memory-mapped bytes, captions as they are drawn.

A batch of step ``i`` is a function of (seed, stage, i) alone, so a resumed run sees exactly what
an undisturbed one would have seen.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from atelier.errors import BadInput
from atelier.languages import language_of
from atelier.requests import Palette
from models.painter.packs import Row, find_packs, read_pictures, read_rows
from models.painter.palette import WORDS, palettes_of
from models.painter.stack import Stack

SIZE = 128
SCENES = {"train": 0, "val": 10_000_000}  # the first scene's seed; the evaluation's are others still
_NUDE = re.compile(
    r"\b(nudes?|naked|venus|bathers?|bathing|odalisque|leda|dana[eë]|susanna|nymphs?|olympia)\b", re.I
)
_FIGURES = {"figures", "people", None}


@dataclass(frozen=True, slots=True)
class Pictures:
    """Rows with their pixels: uint8 ``[N, 3, 128, 128]``, and the palettes measured from them."""

    rows: list[Row]
    pixels: NDArray[np.uint8] | Stack[np.uint8]  # in memory, or in files and read as asked
    palettes: list[list[Palette]]

    def __len__(self) -> int:
        return len(self.rows)

    def batch(self, chosen: Sequence[int]) -> torch.Tensor:
        """Pictures as float32 ``[B, 3, 128, 128]`` in -1..1."""
        return torch.from_numpy(self.pixels[np.asarray(chosen)]).float() / 127.5 - 1

    def select(self, chosen: Sequence[int]) -> Pictures:
        """Some of them, in this order; no pixel is copied."""
        return Pictures(
            [self.rows[i] for i in chosen], Stack([self.pixels], np.asarray(chosen, np.intp)),
            [self.palettes[i] for i in chosen],
        )  # fmt: skip


def joined(parts: Sequence[Pictures]) -> Pictures:
    """All pictures of ``parts``, one part after the other; no pixel is copied."""
    return Pictures(
        list(chain.from_iterable(part.rows for part in parts)),
        Stack([part.pixels for part in parts]),
        list(chain.from_iterable(part.palettes for part in parts)),
    )


def load_split(data: Path | None, split: str, scenes: int, cache: Path) -> Pictures:
    """The pictures of ``split`` at ``data``, and made scenes: ``scenes`` for ``train``, 1/32 for ``val``.

    Raises :class:`BadInput` as :func:`load_pictures` does, or where there are neither packs nor scenes.
    """
    if data is None and not scenes:
        raise BadInput("painter-no-data")
    parts = [] if data is None else [load_pictures(data, [split], cache)]
    if scenes:
        # Here, since the scenes' rows are made of this module's pictures.
        from models.painter.scenes import load_scenes

        count = scenes if split == "train" else min(1000, max(8, scenes // 32))
        parts.append(load_scenes(SCENES[split], count, cache))
    return joined(parts)


def load_pictures(data: Path, splits: Sequence[str], cache: Path, size: int = SIZE) -> Pictures:
    """The usable rows of ``splits`` (``test``: neither train nor val) of every pack at ``data``.

    Decoded once into ``cache``. Raises :class:`BadInput` for no packs, a bad row, a broken picture.
    """
    rows = [
        row
        for pack in find_packs(data)
        for row in read_rows(pack)
        if (row.split if row.split in ("train", "val") else "test") in splits and usable(row)
    ]
    told = [[str(r.folder), r.file, r.tar] for r in rows]
    key = hashlib.sha256(json.dumps([told, size]).encode()).hexdigest()[:16]
    path = cache / f"pictures-{key}.npy"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        made = np.lib.format.open_memmap(part, "w+", np.uint8, (len(rows), 3, size, size))
        for i, picture in enumerate(read_pictures(rows, size)):
            made[i] = np.asarray(picture).transpose(2, 0, 1)
        made.flush()
        part.rename(path)
    pixels: NDArray[np.uint8] = np.load(path, mmap_mode="r")
    seen = path.with_suffix(".json")  # the palettes; None: not to be used
    if not seen.exists():
        measured = [
            None if _shows_skin(row, picture) else palettes_of(picture)
            for row, picture in zip(rows, pixels, strict=True)
        ]
        seen.write_text(json.dumps(measured), "utf-8")
    palettes = json.loads(seen.read_text("utf-8"))
    kept = [i for i, found in enumerate(palettes) if found is not None]
    return Pictures(rows, pixels, palettes).select(kept)


def usable(row: Row) -> bool:
    """False for what the labels call noise (``clean``) or whose title names a classical nude."""
    said = " ".join((str(row.labels.get("title", "")), *row.captions))
    return row.labels.get("clean") is not False and not ("artist" in row.labels and _NUDE.search(said))


def _shows_skin(row: Row, picture: NDArray[np.uint8]) -> bool:
    """A simple filter for the nudes that labels miss: figures of which much has the colour of skin.

    The YCbCr box of Chai and Ngan 1999 ("Face segmentation using skin-color map"); portraits,
    landscapes and monochrome prints are let through.
    """
    if "artist" not in row.labels or row.labels.get("subject") not in _FIGURES:
        return False
    red, green, blue = picture.reshape(3, -1).astype(np.float32)
    cb = 128 - 0.169 * red - 0.331 * green + 0.5 * blue
    cr = 128 + 0.5 * red - 0.419 * green - 0.081 * blue
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    skin = (cb > 90) & (cb < 122) & (cr > 138) & (cr < 165) & (luma > 110)
    return bool(skin.mean() > 0.4)


def all_captions(row: Row) -> tuple[str, ...]:
    """English and Chinese captions; a silhouette's Chinese one is made of its colours' names."""
    if "fg_zh" in row.labels and not row.zh_captions:
        front, back = row.labels["fg_zh"], row.labels["bg_zh"]
        return (*row.captions, f"{front}的剪影图标，{back}背景")
    return row.captions + row.zh_captions


def draw_caption(row: Row, palettes: Sequence[Palette], rng: random.Random, dropout: float = 0.1) -> str:
    """One caption of a picture, now and then with its palette; empty with probability ``dropout``.

    A Chinese caption as often as an English one, where the row has both. Of a made scene's captions
    the long ones, which leave nothing out, come in proportion to their length.
    """
    if rng.random() < dropout:
        return ""
    every = all_captions(row)
    chinese = [c for c in every if language_of(c) == "zh"]
    english = [c for c in every if language_of(c) == "en"]
    known = chinese if chinese and (not english or rng.random() < 0.4) else english
    said = rng.choices(known, [len(c) for c in known])[0] if row.labels.get("scene") else rng.choice(known)
    if palettes and rng.random() < 0.25:
        lang = language_of(said)
        said += ("，" if lang == "zh" else ", ") + WORDS[rng.choice(palettes)][lang]
    return said


def flippable(row: Row) -> bool:
    """Whether a mirror image still fits the words: nothing left or right, no signs and letters."""
    said = " ".join(row.captions).lower()
    words = re.search(r"\b(left|right|clock|letters?|sign|flag|button|arrow|text)\b", said)
    return not (words or re.search("[左右]", "".join(row.zh_captions)))


def rng_of(seed: int, stage: str, step: int) -> tuple[random.Random, torch.Generator]:
    """The two generators of one training step."""
    digest = hashlib.sha256(f"{seed}/{stage}/{step}".encode()).digest()
    number = int.from_bytes(digest[:7], "big")
    return random.Random(number), torch.Generator().manual_seed(number)
