"""What a picture's colours are called: the palettes of a request, measured from pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from atelier.languages import Lang
from atelier.requests import Palette

WORDS: dict[Palette, dict[Lang, str]] = {
    "warm": {"en": "warm colors", "zh": "暖色调"},
    "cool": {"en": "cool colors", "zh": "冷色调"},
    "bright": {"en": "bright", "zh": "明亮"},
    "dark": {"en": "dark", "zh": "昏暗"},
    "vivid": {"en": "vivid colors", "zh": "色彩鲜艳"},
    "muted": {"en": "muted colors", "zh": "色彩柔和"},
    "golden": {"en": "golden", "zh": "金色"},
    "monochrome": {"en": "black and white", "zh": "黑白"},
}


def palettes_of(picture: NDArray[np.uint8]) -> list[Palette]:
    """The palettes that a picture ``[3, H, W]`` clearly has; thresholds in shares of full intensity."""
    rgb = picture.reshape(3, -1).astype(np.float32) / 255
    high, low = rgb.max(0), rgb.min(0)
    chroma = high - low
    red, green, blue = rgb.mean(1)
    light, colour = float(high.mean()), float(chroma.mean())
    if colour < 0.05:
        return ["monochrome", *(["dark"] if light < 0.35 else [])]  # type: ignore[list-item]
    found: list[Palette] = []
    if red - blue > 0.14:
        found.append("warm")
    if blue - red > 0.03:
        found.append("cool")
    if red - blue > 0.25 and green - blue > 0.13 and light > 0.45:
        found.append("golden")
    if light > 0.85:
        found.append("bright")
    if light < 0.38:
        found.append("dark")
    if colour > 0.42:
        found.append("vivid")
    if colour < 0.16 and light < 0.8:
        found.append("muted")
    return found
