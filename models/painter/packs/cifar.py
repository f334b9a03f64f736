"""CIFAR-10 (Krizhevsky 2009) as its authors publish it for Python; class names are the captions."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from atelier.errors import BadInput
from models import vision
from models.painter.packs.folders import photo_of
from models.painter.packs.rows import Row, split_of

CHINESE = {
    "airplane": "飞机", "automobile": "汽车", "bird": "鸟", "cat": "猫", "deer": "鹿", "dog": "狗",
    "frog": "青蛙", "horse": "马", "ship": "轮船", "truck": "卡车",
}  # fmt: skip


def is_cifar(pack: Path) -> bool:
    """Whether its batches lie in ``pack``."""
    return (pack / "batches.meta").is_file() and (pack / "test_batch").is_file()


def read_cifar(pack: Path) -> list[Row]:
    """Rows ``train/0``..., of which 10 % are ``val``, and ``test/0``..., all ``test``.

    Raises :class:`BadInput` that names a batch whose contents are not the published ones.
    """
    rows = []
    for part in ("train", "test"):
        _, numbers, names = _read(pack, part)
        for i, number in enumerate(numbers):
            name = names[number]
            chinese = CHINESE.get(name)
            labels = {"subject": name} | ({"subject_zh": chinese} if chinese else {})
            file = f"{part}/{i}"
            rows.append(Row(
                pack, file, (photo_of(name),), None, (f"一张{chinese}的照片",) if chinese else (), labels,
                file, "test" if part == "test" else split_of(file, held_out=False),
            ))  # fmt: skip
    return rows


def cifar_picture(row: Row) -> NDArray[np.uint8]:
    """The pixels of a row, uint8 ``[32, 32, 3]``."""
    part, _, number = row.file.partition("/")
    picture: NDArray[np.uint8] = _read(row.folder, part)[0][int(number)]
    return picture


@lru_cache(maxsize=2)
def _read(pack: Path, part: str) -> tuple[NDArray[np.uint8], list[int], list[str]]:
    """Pixels [N, 32, 32, 3], class numbers and class names of one part, by torchvision's loader.

    The batches are pickles: they are opened only where their MD5 is the published one.
    """
    datasets = vision.part("datasets")
    kind: Any = type("CIFAR10", (datasets.CIFAR10,), {"base_folder": pack.name})
    meta = (kind.meta["filename"], kind.meta["md5"])
    for name, md5 in [*kind.train_list, *kind.test_list, meta]:
        if not vision.part("datasets.utils").check_integrity(str(pack / name), md5):
            raise BadInput("painter-broken-picture", pack=str(pack), file=name)
    found = kind(str(pack.parent), train=part == "train")
    return found.data, found.targets, found.classes
