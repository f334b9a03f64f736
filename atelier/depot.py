"""Trained versions on the shelf: put there whole, fetched by whoever lacks one, checked by hash.

A version's row says where it lies on the machine that trained it, and the hash of its card, which names
every file's own. On another machine it is fetched once into that machine's folder of versions. Nothing
that was fetched is used, or even stands in its place, before every hash of it is right.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from pathlib import Path
from typing import Any

from atelier.artefacts import Shelf
from atelier.errors import BadInput, Gone, WeightsError
from atelier.store import Store, VersionRow
from atelier.versions import CARD, Model, Version, card_hash, folder_of, open_version, sha256


def put(shelf: Shelf, version: Version) -> None:
    """Put a checked version on the shelf; its card last, so that one with a card is whole.

    Raises ``Unavailable("artefacts-down")``.
    """
    home = _home(version.model, card_hash(version))
    for name in (*version.card["files"], CARD):
        shelf.put(f"{home}/{name}", version.file(name).read_bytes())


def holds(shelf: Shelf, row: VersionRow) -> bool:
    """Whether the shelf has this version. Raises ``Unavailable("artefacts-down")``."""
    try:
        card = shelf.get(f"{_home(row.model, row.sha256)}/{CARD}")
    except Gone:
        return False
    return hashlib.sha256(card).hexdigest() == row.sha256


def at_hand(store: Store, shelf: Shelf, home: Path, model: Model, origin: str) -> Path:
    """The folder on this machine of the version that the records call ``origin``; fetched if it is not here.

    ``home`` is this machine's folder of versions. Raises :class:`WeightsError` where it is nowhere, or not
    what was written down, and ``Unavailable`` where the shelf or the records are down.
    """
    folder = folder_of(model, origin)
    row = next((row for row in store.versions(model) if row.origin == origin), None)
    if origin == "shipped" or row is None or _is(folder, row):
        return folder
    kept = home / model / row.version
    if not _is(kept, row):
        _fetch(shelf, row, kept, folder)
    return kept


def _fetch(shelf: Shelf, row: VersionRow, kept: Path, origin: Path) -> None:
    beside = kept.with_name(f"{kept.name}.{secrets.token_hex(4)}.part")
    try:
        beside.mkdir(parents=True)
        _write(beside / CARD, _read(shelf, row, CARD, row.sha256, origin))
        for name, expected in _files(beside / CARD, row).items():
            _write(beside / name, _read(shelf, row, name, expected, origin))
        open_version(beside, model=row.model)
        if kept.exists() and not _is(kept, row):  # of an earlier life of this machine
            shutil.rmtree(kept)
        if not kept.exists():
            beside.replace(kept)
    except OSError as fault:
        if not _is(kept, row):  # else another process of this machine was first
            raise BadInput("bad-out", path=str(kept), why=fault.strerror or str(fault)) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _files(card: Path, row: VersionRow) -> dict[str, str]:
    told: dict[str, Any] = json.loads(card.read_bytes())  # whose hash is right
    files: dict[str, str] = told["files"]
    if any(Path(name).name != name for name in files):
        raise WeightsError("weights-damaged", model=row.model, path=str(card))
    return files


def _read(shelf: Shelf, row: VersionRow, name: str, expected: str, origin: Path) -> bytes:
    key = f"{_home(row.model, row.sha256)}/{name}"
    try:
        data = shelf.get(key)
    except Gone:
        raise WeightsError("weights-missing", model=row.model, path=str(origin / name)) from None
    if hashlib.sha256(data).hexdigest() != expected:
        raise WeightsError("weights-damaged", model=row.model, path=key)
    return data


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    path.chmod(0o444)


def _is(folder: Path, row: VersionRow) -> bool:
    """Whether the version of the row lies there, as far as its card says."""
    card = folder / CARD
    return card.is_file() and sha256(card) == row.sha256


def _home(model: str, digest: str) -> str:
    return f"versions/{model}/{digest}"
