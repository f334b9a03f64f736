"""The palette that words ask for is one that the picture has: what is drawn is moved towards it.

Colours are what a small network obeys last, and what is easiest to put right afterwards: the renderer of
scenes moves its own pictures to a palette in the same way (:func:`models.painter.palette.grade`). How far
each palette is moved was chosen on ``val``: as far as the evaluation encoder needs to see it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from atelier.requests import Palette
from models.painter.palette import LUMA, WORDS, Array, grade, palettes_of
from models.painter.vocabulary import COLOURING

# How far of the whole way, and how far where that is not seen as the palette. Black and white is no matter
# of degree; what is vivid the whole way hurts the eye.
REACH: dict[Palette, tuple[float, float]] = {
    "monochrome": (1.0, 1.0), "muted": (0.85, 1.0), "dark": (0.8, 1.0), "golden": (0.7, 1.0),
    "warm": (0.7, 1.0), "cool": (0.4, 1.0), "vivid": (0.3, 0.6), "bright": (1.0, 1.0),
}  # fmt: skip
_BRIGHT = 0.93  # of full intensity, the mean of each pixel's strongest colour
_MUTED = 0.16  # below it, the mean distance of its strongest from its weakest
_PALE = 0.055  # so much of that is left where colours are muted: less is no colour at all
_PARTS = re.compile(r"[,，;；.。、]")
_LED = re.compile(r"^(?:in|with) | (?:in|with) ")
_DEPICTING = re.compile(
    r"^(?:(?:a|an|the) )?(black and white|黑白)[ 的]?(?:photo|picture|painting|drawing|image|照片|画|图)"
)


def _phrases() -> dict[str, Palette]:
    found: dict[str, Palette] = {}
    for palette, said in COLOURING.items():
        for phrase in said.split(", "):
            found[phrase] = palette
    for palette, words in WORDS.items():
        for phrase in words.values():
            found[phrase] = palette
    return found


_PHRASES = _phrases()


def stated(caption: str) -> tuple[Palette, ...]:
    """The palettes that a caption asks for as a whole: "…, warm colors", "… in black and white", "，暗色".

    A word about one thing of the picture (a bright star, a black and white cat) is none.
    """
    plain = caption.lower().replace("colour", "color").replace(" & ", " and ")
    plain = re.sub(r"\btones\b", "colors", plain)
    found: list[Palette] = []
    for part in _PARTS.split(plain):
        led = [part.strip(), *(piece.strip() for piece in _LED.split(part)[1:])]
        for piece in led:
            pictured = _DEPICTING.match(piece)
            palette = _PHRASES.get(pictured.group(1) if pictured else piece)
            if palette and palette not in found:
                found.append(palette)
    return tuple(found)


def graded(pixels: NDArray[np.uint8], palettes: Sequence[Palette]) -> NDArray[np.uint8]:
    """``pixels`` [H, W, 3], moved towards each palette; further where it is not seen by then."""
    for palette in palettes:
        plain = pixels.astype(np.float32) / 255
        whole = np.clip(_whole_way(plain, palette), 0, 1)
        for reach in REACH[palette]:
            pixels = ((plain + (whole - plain) * reach) * 255).round().astype(np.uint8)
            if palette in palettes_of(pixels.transpose(2, 0, 1)):
                break
    return pixels


def _whole_way(picture: Array, palette: Palette) -> Array:
    """What the renderer does to its scenes, but for what would leave no colour in a pale picture."""
    if palette == "bright":
        mean = min(_BRIGHT, float(picture.max(2).mean()) + 1e-3)
        return np.asarray(picture ** min(1.0, np.log(_BRIGHT) / np.log(mean)))
    colour = float(np.ptp(picture, axis=2).mean())
    if palette == "muted" and colour < _MUTED:
        grey = (picture @ LUMA)[:, :, None]
        more = min(3.0, max(1.0, _PALE / max(1e-3, 0.72 * colour)))
        return np.asarray((grey + (picture - grey) * more) * 0.72 + 0.12)
    return grade(picture, palette)
