"""A version that ships, as the start of a further training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from atelier.errors import WeightsError
from atelier.versions import open_version

FILE = "painter.safetensors"


def card_of(folder: Path) -> dict[str, Any]:
    """The card of the painter's version in ``folder``. Raises :class:`WeightsError` for a damaged one."""
    return dict(open_version(folder, model="painter").card)


def has_part(folder: Path, part: str) -> bool:
    """Whether the version in ``folder`` has that part. Raises :class:`WeightsError` as :func:`part_of`."""
    return part in card_of(folder)["parameters"]


def part_of(folder: Path, part: str) -> dict[str, torch.Tensor]:
    """The float32 weights of one part (``decoder``, ``generator``, ``scale``) of the version in ``folder``.

    Raises :class:`WeightsError` for a version that is damaged or has no such part.
    """
    version = open_version(folder, model="painter")
    try:
        every = load_file(version.file(FILE))
    except (SafetensorError, OSError):
        raise WeightsError("weights-damaged", model="painter", path=str(folder / FILE)) from None
    prefix = f"{part}."
    found = {
        key.removeprefix(prefix): value.float() for key, value in every.items() if key.startswith(prefix)
    }
    if not found:
        raise WeightsError("weights-damaged", model="painter", path=str(folder / FILE))
    return found
