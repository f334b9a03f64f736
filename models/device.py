"""Where a model runs: one place that reads the device and thread settings."""

from __future__ import annotations

import torch

from atelier.errors import BadInput


def resolve(device: str, threads: int = 0) -> str:
    """``auto`` → the first GPU, else the CPU. Sets torch's thread count (0 leaves it).

    Raises :class:`BadInput` when a device is named that this machine has not.
    """
    if threads:
        torch.set_num_threads(threads)
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError):
        raise BadInput("bad-device", device=device) from None
    return device
