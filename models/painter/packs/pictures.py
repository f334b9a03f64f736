"""The pictures of rows, whichever layout their pack has."""

from __future__ import annotations

import io
import struct
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image

from atelier.errors import BadInput
from models.painter.packs.cifar import cifar_picture, is_cifar
from models.painter.packs.rows import Row

# What Pillow, tarfile and the file system raise for contents that are no picture.
_BROKEN = (
    OSError, KeyError, tarfile.TarError, ValueError, SyntaxError, EOFError, struct.error, IndexError,
    Image.DecompressionBombError,
)  # fmt: skip


def read_pictures(rows: Sequence[Row], size: int) -> Iterator[Image.Image]:
    """RGB pictures of ``rows``, in their order, ``size`` pixels square (centre crop, Lanczos).

    Raises :class:`BadInput` that names a picture which is missing or broken.
    """
    tars: dict[Path, tarfile.TarFile] = {}
    batches: dict[Path, bool] = {}
    try:
        for row in rows:
            if row.folder not in batches:
                batches[row.folder] = is_cifar(row.folder)
            try:
                if batches[row.folder]:
                    picture = Image.fromarray(cifar_picture(row))
                else:
                    picture = Image.open(_bytes(row, tars))
                square = _square(picture, size)
            except _BROKEN:
                raise BadInput("painter-broken-picture", pack=str(row.folder), file=row.file) from None
            yield square
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
