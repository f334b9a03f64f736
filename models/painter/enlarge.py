"""Pictures larger than the painter draws them, by the upscaler that ships beside it."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from atelier.errors import Unavailable, WeightsError
from atelier.requests import Size
from atelier.versions import shipped_folder


def enlarged(pixels: Sequence[NDArray[np.uint8]], size: Size) -> list[NDArray[np.uint8]]:
    """Each picture uint8 ``[128, 128, 3]`` → ``[size, size, 3]``, one at a time.

    Raises :class:`Unavailable` where there is no upscaler, :class:`WeightsError` for a damaged one.
    """
    upscaler = _upscaler()
    return [upscaler(one[None], size // one.shape[0])[0] for one in pixels]


@cache
def _upscaler() -> Any:
    try:
        # By name: a painter without it paints all the same, 128 pixels wide.
        kind = importlib.import_module("models.painter.upscale").Upscaler
        return kind.load(shipped_folder("upscaler"))
    except ModuleNotFoundError:
        raise Unavailable("painter-no-upscaler") from None
    except WeightsError as fault:
        raise (Unavailable("painter-no-upscaler") if fault.key == "weights-missing" else fault) from None
