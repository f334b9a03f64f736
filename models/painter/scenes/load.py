"""Scenes as training pictures: rows like any pack's, pixels rendered once into a memory-mapped file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.painter.data import Pictures
from models.painter.packs import Row
from models.painter.scenes.picture import SIZE, render
from models.painter.scenes.wording import captions
from models.painter.scenes.world import Scene, imagine
from models.painter.stack import Stack

_FOLDER = Path("scenes")  # names the pack; there is no such folder
_EDITION = 2  # of the renderer: another number where the same seed gives another picture


def row_of(scene: Scene) -> Row:
    """A scene as a pack's row, every attribute in its labels.

    Its file's name carries the edition: what is kept of older pictures must not be taken for it.
    """
    en, zh = captions(scene)
    return Row(
        _FOLDER, f"scene-{_EDITION}-{scene.seed}", en, zh_captions=zh, labels=scene.labels(),
        concept=f"scene-{scene.seed}", license="CC0-1.0",
    )  # fmt: skip


def load_scenes(first_seed: int, count: int, cache: Path, size: int = SIZE) -> Pictures:
    """The scenes of ``count`` seeds from ``first_seed``, rendered into the folder ``cache``.

    Goes on where it was stopped, and keeps one file a thousand scenes, so that a larger ``count``
    finds the smaller one's.
    """
    cache.mkdir(parents=True, exist_ok=True)
    parts = [
        _shelf(first, min(1000, first_seed + count - first), cache, size)
        for first in range(first_seed, first_seed + count, 1000)
    ]
    scenes = [imagine(seed) for seed in range(first_seed, first_seed + count)]
    palettes = [[scene.palette] if scene.palette else [] for scene in scenes]
    return Pictures([row_of(scene) for scene in scenes], Stack(parts), palettes)


def _shelf(first: int, count: int, cache: Path, size: int) -> NDArray[np.uint8]:
    path = cache / f"scenes-{_EDITION}-{size}-{first}-{count}.npy"
    if not path.exists():
        part = path.with_suffix(".part")
        made = np.stack(
            [render(imagine(seed), size).transpose(2, 0, 1) for seed in range(first, first + count)]
        )
        with part.open("wb") as file:
            np.save(file, made)
        part.rename(path)
    found: NDArray[np.uint8] = np.load(path, mmap_mode="r")
    return found
