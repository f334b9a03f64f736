"""Pictures larger than the painter draws them, by the upscaler that ships beside it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from atelier.errors import Unavailable, WeightsError
from atelier.requests import Size
from atelier.versions import shipped_folder
from models.upscaler.generate import Upscaler


def enlarged(pixels: Sequence[NDArray[np.uint8]], size: Size, device: str = "cpu") -> list[NDArray[np.uint8]]:
    """Each picture uint8 ``[128, 128, 3]`` → ``[size, size, 3]``, one at a time.

    Raises :class:`Unavailable` where there is no upscaler, :class:`WeightsError` for a damaged one.
    """
    upscaler = _upscaler(device)
    return [upscaler.enlarge(one, size // one.shape[0]) for one in pixels]


@cache
def _upscaler(device: str) -> Upscaler:
    try:
        return Upscaler.load(shipped_folder("upscaler"), device)
    except WeightsError as fault:
        # A painter without it paints all the same, 128 pixels wide.
        raise (Unavailable("painter-no-upscaler") if fault.key == "weights-missing" else fault) from None
