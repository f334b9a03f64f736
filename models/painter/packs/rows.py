"""One captioned picture, and what is said of many."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CAPTIONS = "captions.jsonl"


@dataclass(frozen=True, slots=True)
class Row:
    """One captioned picture of a pack; ``folder`` is the pack's."""

    folder: Path
    file: str
    captions: tuple[str, ...]
    tar: str | None = None
    zh_captions: tuple[str, ...] = ()
    labels: dict[str, Any] = field(default_factory=dict, hash=False)
    concept: str = ""
    split: str = "train"
    license: str = ""

    @property
    def pack(self) -> str:
        """The pack's name: its folder's."""
        return self.folder.name


def split_of(concept: str, held_out: bool = True) -> str:
    """The split of a row that names none: 90 % ``train``, 5 % ``val``, 5 % ``test``.

    A function of the concept (or the file's name) alone, so it is the same on every machine and
    stays what it is when rows are added. Without ``held_out`` there is no ``test``.
    """
    number = int.from_bytes(hashlib.sha256(concept.encode()).digest()[:8], "big") % 100
    if number < 90:
        return "train"
    return "val" if number < 95 or not held_out else "test"


def credit(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """For a card: how many rows of which pack, under which licence."""
    found = Counter((row.pack, "PD-Art" if row.license.startswith("PD-Art") else row.license) for row in rows)
    return [
        {"pack": pack, "licence": licence, "rows": count} for (pack, licence), count in sorted(found.items())
    ]
