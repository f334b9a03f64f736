"""The prompt encoder as it serves: a checked version, loaded once, texts in, vectors out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from atelier.errors import WeightsError
from atelier.versions import open_version, sha256, shipped_folder
from models.text.network import Encoded, PromptEncoder
from models.text.packing import unpack
from models.text.tokens import tokens

FILE = "text.safetensors"


@dataclass(frozen=True, slots=True)
class TextEncoder:
    """English and Chinese texts to sentence vectors near all-MiniLM-L6-v2's."""

    network: PromptEncoder
    version: str
    sha256: str  # of the weights: what a painter was trained with

    @classmethod
    def load(cls, folder: Path | None = None, device: str = "cpu") -> Self:
        """The version in ``folder``, by default the one that ships.

        Raises :class:`WeightsError` for files that are missing, damaged or of another shape.
        """
        version = open_version(folder or shipped_folder("text"), model="text")
        return cls.from_file(version.file(FILE), version.name, device)

    @classmethod
    def from_file(cls, file: Path, version: str, device: str = "cpu") -> Self:
        """The weights in ``file``, of a version already checked. Raises :class:`WeightsError` likewise."""
        try:
            kept = load_file(file)
            state = unpack(kept)
            buckets, piece = state["table.weight"].shape
            # Versions 1 and 2 keep the table as it is, and know no borders.
            network = PromptEncoder(buckets=buckets, piece=piece, borders="table.weight" not in kept)
            network.load_state_dict(state)
            return cls(network.eval().requires_grad_(False).to(device), version, sha256(file))
        except (RuntimeError, ValueError, KeyError, SafetensorError, OSError):
            raise WeightsError("weights-damaged", model="text", path=str(file)) from None

    @torch.inference_mode()
    def encode(self, texts: Sequence[str], length: int | None = None) -> Encoded:
        """All texts in one pass, padded to ``length`` words if given."""
        found: Encoded = self.network(tokens(texts, length).to(next(self.network.parameters()).device))
        return found
