"""A model version: a folder of safetensors with a card, checked before it is loaded.

Shipped versions are read-only package data under ``models/weights/<model>/<version>/``;
trained ones have the same shape. ``card.json`` names every file with its SHA-256, so that a
damaged or half-copied version is refused with the command that mends it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from atelier.errors import WeightsError
from atelier.requests import Kind

Model = Literal["painter", "poet", "composer"]
MODELS: tuple[Model, ...] = get_args(Model)
SHIPPED = (*MODELS, "text", "upscaler")  # the last two serve the painter: its prompt encoder, larger pictures
MODEL_OF: dict[Kind, Model] = {"paint": "painter", "poem": "poet", "melody": "composer"}
LEARNERS: tuple[Model, ...] = ("painter", "poet", "composer")  # from votes
REDRAWN: tuple[Model, ...] = ("painter",)  # to learn, it makes works again, by the version that made them
CARD = "card.json"
GATE = "gate"  # where a card has the gate's verdict


@dataclass(frozen=True, slots=True)
class Version:
    """A checked version folder. ``card`` is the parsed ``card.json``."""

    model: str
    name: str
    folder: Path
    card: dict[str, Any]

    def file(self, name: str) -> Path:
        """The path of one of the card's files."""
        return self.folder / name


def shipped_root() -> Path:
    """The folder of shipped weights, found without importing ``models`` (which brings torch)."""
    spec = importlib.util.find_spec("models")
    if spec is None or not spec.submodule_search_locations:
        raise WeightsError("weights-none-installed")
    return Path(spec.submodule_search_locations[0]) / "weights"


def shipped_folder(model: str, root: Path | None = None) -> Path:
    """The one tracked version of ``model``. Raises :class:`WeightsError` when there is none."""
    home = (root or shipped_root()) / model
    found = [card.parent for card in home.glob(f"*/{CARD}")]
    if not found:
        raise WeightsError("weights-missing", model=model, path=str(home))
    return max(found, key=lambda folder: [int(n) for n in re.findall(r"\d+", folder.name)])  # v10 after v9


def ships(model: str) -> bool:
    """Whether a version of ``model`` is installed, as far as its folder tells."""
    try:
        shipped_folder(model)
    except WeightsError:
        return False
    return True


def open_version(folder: Path, *, model: str | None = None) -> Version:
    """Read and check the version in ``folder``: card present, every file whole.

    Raises :class:`WeightsError` that names the folder or file and the mending command.
    """
    name = model or folder.parent.name
    try:
        card = json.loads((folder / CARD).read_text("utf-8"))
        files: dict[str, str] = card["files"]
        version = Version(card["model"], card["version"], folder, card)
    except FileNotFoundError:
        raise WeightsError("weights-missing", model=name, path=str(folder)) from None
    except (ValueError, KeyError, TypeError):
        raise WeightsError("weights-damaged", model=name, path=str(folder / CARD)) from None
    for file, expected in files.items():
        path = folder / file
        if not path.is_file():
            raise WeightsError("weights-missing", model=name, path=str(path))
        if sha256(path) != expected:
            raise WeightsError("weights-damaged", model=name, path=str(path))
    return version


def folder_of(model: str, origin: str) -> Path:
    """Where a version of the records lies: ``shipped``, or the folder that is its origin."""
    return shipped_folder(model) if origin == "shipped" else Path(origin)


def taken_back(status: str, gate: dict[str, Any] | None) -> bool:
    """Whether a version that is rejected now had passed the gate: its trial or somebody took it back."""
    return status == "rejected" and bool((gate or {}).get("passed"))


def card_hash(version: Version) -> str:
    """One hash for a version: of its card, which names every file's own."""
    return sha256(version.folder / CARD)


def write_card(folder: Path, card: dict[str, Any]) -> Version:
    """Write ``card.json`` beside the files of ``folder``, with their hashes; returns the version.

    ``card`` has at least ``model``, ``version``, ``data`` (packs and licences), ``command``
    (what reproduces it), ``parameters`` and ``figures`` (as :class:`atelier.figures.Figures`). Killed at
    any moment, it leaves the card that was there before, or none.
    """
    beside = folder / f"{CARD}.part"
    files = {
        p.name: sha256(p)
        for p in sorted(folder.iterdir())
        if p.name not in (CARD, beside.name) and p.is_file()
    }
    text = json.dumps({**card, "files": files}, ensure_ascii=False, indent=1) + "\n"
    with beside.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(folder / CARD)
    return open_version(folder)


def sha256(path: Path) -> str:
    """The file's SHA-256 in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
