"""Data packs of captioned pictures: a folder with ``captions.jsonl``, its pictures loose or in tars.

One JSON object a line: ``file``, ``captions`` (English) and, as far as known, ``tar``,
``zh_captions``, ``labels`` (a mapping), ``concept``, ``split`` (``train``, ``val``, else held
out), ``source``, ``license``.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from atelier.errors import BadInput

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


def find_packs(data: Path) -> list[Path]:
    """The packs at ``data`` (itself, or folders below it), sorted. Raises :class:`BadInput` for none."""
    found = [data] if (data / CAPTIONS).is_file() else sorted(p.parent for p in data.rglob(CAPTIONS))
    if not found:
        raise BadInput("painter-no-packs", path=str(data))
    return found


def read_rows(pack: Path) -> list[Row]:
    """Every row of one pack. Raises :class:`BadInput` that names the line which is no row."""
    rows = []
    for number, line in enumerate((pack / CAPTIONS).read_text("utf-8").splitlines(), 1):
        try:
            said = json.loads(line)
            rows.append(
                Row(
                    pack,
                    str(said["file"]),
                    tuple(said["captions"]),
                    said.get("tar"),
                    tuple(said.get("zh_captions") or ()),
                    dict(said.get("labels") or {}),
                    str(said.get("concept") or said["file"]),
                    str(said.get("split", "train")),
                    str(said.get("license", "")),
                )
            )
        except (ValueError, KeyError, TypeError):
            raise BadInput("painter-bad-row", path=str(pack / CAPTIONS), line=str(number)) from None
    return rows


def read_pictures(rows: Sequence[Row], size: int) -> Iterator[Image.Image]:
    """RGB pictures of ``rows``, in their order, ``size`` pixels square (centre crop, Lanczos).

    Raises :class:`BadInput` that names a picture which is missing or broken.
    """
    tars: dict[Path, tarfile.TarFile] = {}
    try:
        for row in rows:
            try:
                yield _square(Image.open(_bytes(row, tars)), size)
            except (OSError, KeyError, tarfile.TarError, ValueError):
                raise BadInput("painter-broken-picture", pack=str(row.folder), file=row.file) from None
    finally:
        for tar in tars.values():
            tar.close()


def _bytes(row: Row, tars: dict[Path, tarfile.TarFile]) -> io.BytesIO:
    if row.tar is None:
        return io.BytesIO((row.folder / row.file).read_bytes())
    path = row.folder / row.tar
    if path not in tars:
        tars[path] = tarfile.open(path)  # noqa: SIM115 - closed by read_pictures, after many reads
    member = tars[path].extractfile(row.file)
    if member is None:
        raise KeyError(row.file)
    return io.BytesIO(member.read())


def _square(picture: Image.Image, size: int) -> Image.Image:
    picture = picture.convert("RGB")
    if picture.size != (size, size):
        side = min(picture.size)
        left, top = (picture.width - side) // 2, (picture.height - side) // 2
        box = (left, top, left + side, top + side)
        picture = picture.resize((size, size), Image.Resampling.LANCZOS, box=box)
    return picture


def credit(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """For a card: how many rows of which pack, under which licence."""
    found = Counter((row.pack, "PD-Art" if row.license.startswith("PD-Art") else row.license) for row in rows)
    return [
        {"pack": pack, "licence": licence, "rows": count} for (pack, licence), count in sorted(found.items())
    ]
