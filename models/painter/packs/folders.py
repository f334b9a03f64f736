"""Packs whose folders' names are the captions: torchvision's ImageFolder, with or without splits.

``pack/rose/1.jpg`` or ``pack/train/rose/1.jpg``; the folder ``golden_retriever`` becomes the caption
"a photo of a golden retriever".
"""

from __future__ import annotations

import os
from pathlib import Path

from models import vision
from models.painter.packs.rows import Row, split_of

_SPLITS = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
}
_PICTURES = (
    ".jpg",
    ".jpeg",
    ".png",
    ".ppm",
    ".bmp",
    ".pgm",
    ".tif",
    ".tiff",
    ".webp",
)  # ImageFolder's own list


def is_classes(pack: Path) -> bool:
    """Whether folders with pictures lie in ``pack``, or in its folders ``train``, ``val``, ``test``."""
    return any(_shows(folder) for part in (pack, *_split_folders(pack)) for folder in _folders(part))


def read_classes(pack: Path) -> list[Row]:
    """A row a picture; a folder that is no split's name is divided by the files' names.

    A class without a picture is left out.
    """
    splits = _split_folders(pack)
    if any(_shows(folder) for folder in splits):
        splits = []  # classes that happen to be called so
    rows = []
    for part in splits or [pack]:
        found = vision.part("datasets").ImageFolder(str(part), loader=str, allow_empty=True)
        for path, number in found.samples:
            file = Path(path).relative_to(pack).as_posix()
            name = " ".join(found.classes[number].replace("_", " ").split())
            split = _SPLITS[part.name.lower()] if splits else split_of(file)
            rows.append(Row(pack, file, (photo_of(name),), None, (), {"subject": name}, file, split))
    return rows


def photo_of(name: str) -> str:
    """The caption of a class."""
    return f"a photo of {'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _split_folders(pack: Path) -> list[Path]:
    return [folder for folder in _folders(pack) if folder.name.lower() in _SPLITS]


def _folders(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))


def _shows(folder: Path) -> bool:
    """Whether a picture lies in it: the first one ends the search."""
    with os.scandir(folder) as entries:
        return any(entry.name.lower().endswith(_PICTURES) and entry.is_file() for entry in entries)
