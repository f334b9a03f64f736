"""What a picture's colours are called, measured from pixels; and how colours are moved to a palette."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from atelier.languages import Lang
from atelier.requests import Palette

Array = NDArray[np.floating[Any]]
LUMA = np.asarray((0.30, 0.59, 0.11), np.float32)

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


def grade(picture: Array, palette: Palette | None) -> Array:
    """Move the colours of [S, S, 3] to a palette, far enough that ``palettes_of`` finds it."""
    if palette is None:
        return picture
    grey = (picture @ LUMA)[:, :, None]
    chroma = max(0.08, float(np.ptp(picture, axis=2).mean()))
    match palette:
        case "monochrome":
            return np.repeat(np.clip((grey - 0.45) * 1.15 + 0.5, 0, 1), 3, 2)
        case "warm":
            return (
                picture * 0.62
                + grey * np.asarray((0.52, 0.33, 0.14), np.float32)
                + np.asarray((0.10, 0.03, -0.02), np.float32)
            )
        case "cool":
            return (
                picture * 0.52
                + grey * np.asarray((0.26, 0.44, 0.58), np.float32)
                + np.asarray((-0.02, 0.03, 0.10), np.float32)
            )
        case "golden":
            return (
                grey * np.asarray((1.05, 0.82, 0.40), np.float32) * 0.7
                + picture * 0.26
                + np.asarray((0.22, 0.15, 0.0), np.float32)
            )
        case "bright":
            lifted = picture ** min(
                1.0, np.log(0.90) / np.log(min(0.95, float(picture.max(2).mean()) + 1e-3))
            )
            return np.asarray(lifted + (lifted - lifted.mean(2, keepdims=True)) * 0.35)
        case "dark":
            return picture * min(0.6, 0.22 / max(0.1, float(picture.mean())))
        case "vivid":
            return grey * 0.9 + 0.05 + (picture - grey) * max(1.6, 0.62 / chroma)
        case "muted":
            return (grey + (picture - grey) * min(0.5, 0.11 / chroma)) * 0.72 + 0.12
