"""The upscaler as it serves: a checked version, loaded once; small pictures in, large ones out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file

from atelier.errors import WeightsError
from atelier.versions import open_version, shipped_folder
from models.upscaler.network import Enlarger, Shape

FILE = "upscaler.safetensors"


@dataclass(frozen=True, slots=True)
class Upscaler:
    """The network with the version that it came from."""

    network: Enlarger
    version: str
    device: str = "cpu"

    @classmethod
    def load(cls, folder: Path | None = None, device: str = "cpu") -> Self:
        """The version in ``folder``, by default the one that ships.

        Raises :class:`WeightsError` for files that are missing, damaged or of another shape.
        """
        version = open_version(folder or shipped_folder("upscaler"), model="upscaler")
        try:
            network = Enlarger(Shape.from_dict(version.card["shape"]))
            network.load_state_dict({k: v.float() for k, v in load_file(version.file(FILE)).items()})
        except (RuntimeError, SafetensorError, KeyError, TypeError, ValueError, OSError):
            raise WeightsError("weights-damaged", model="upscaler", path=str(version.file(FILE))) from None
        network.eval().requires_grad_(False).to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        return cls(network, version.name, device)

    @torch.inference_mode()
    def enlarge(self, pixels: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
        """One picture uint8 ``[H, W, 3]`` → ``[factor * H, factor * W, 3]``; ``factor`` is 2 or 4."""
        picture = tensor_of(pixels[None]).to(self.device, memory_format=torch.channels_last)
        made: NDArray[np.uint8] = pixels_of(self.network(picture, factor))[0]
        return made


def pixels_of(pictures: torch.Tensor) -> NDArray[np.uint8]:
    """[B, 3, H, W] in -1..1 → uint8 [B, H, W, 3]."""
    levels = ((pictures.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
    found: NDArray[np.uint8] = levels.permute(0, 2, 3, 1).cpu().numpy()
    return found


def tensor_of(pixels: NDArray[np.uint8]) -> torch.Tensor:
    """uint8 [B, H, W, 3] → float32 [B, 3, H, W] in -1..1."""
    return torch.from_numpy(pixels.transpose(0, 3, 1, 2).copy()).float() / 127.5 - 1
