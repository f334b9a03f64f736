"""Which packs lie where, and their rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from atelier.errors import BadInput
from models.painter.packs.captions import TABLE, read_csv, read_jsonl
from models.painter.packs.cifar import is_cifar, read_cifar
from models.painter.packs.folders import is_classes, read_classes
from models.painter.packs.rows import CAPTIONS, Row

# In this order: a folder of classes may have a list of captions too, which says more.
_LAYOUTS: tuple[tuple[Callable[[Path], bool], Callable[[Path], list[Row]]], ...] = (
    (lambda pack: (pack / CAPTIONS).is_file(), read_jsonl),
    (lambda pack: (pack / TABLE).is_file(), read_csv),
    (is_cifar, read_cifar),
    (is_classes, read_classes),
)


def find_packs(data: Path) -> list[Path]:
    """The packs at ``data`` (itself, or folders below it), sorted. Raises :class:`BadInput` for none."""
    found = _below(data)
    if not found:
        raise BadInput("painter-no-packs", path=str(data))
    return found


def read_rows(pack: Path) -> list[Row]:
    """Every row of one pack. Raises :class:`BadInput` that names what is no row."""
    read = _reader(pack)
    if read is None:
        raise BadInput("painter-no-packs", path=str(pack))
    return read(pack)


def _below(folder: Path) -> list[Path]:
    inner = sorted(p for p in folder.iterdir() if p.is_dir()) if folder.is_dir() else []
    read = _reader(folder)
    # A pack with loose pictures looks like a class of the folder around it: lists go first.
    if read and (read is not read_classes or not any(_listed(child) for child in inner)):
        return [folder]
    return [pack for child in inner for pack in _below(child)]


def _listed(folder: Path) -> bool:
    return _reader(folder) not in (None, read_classes)


def _reader(folder: Path) -> Callable[[Path], list[Row]] | None:
    return next((read for fits, read in _LAYOUTS if folder.is_dir() and fits(folder)), None)
