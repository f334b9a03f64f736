"""Landscapes that the program imagines, paints and describes: training pictures without any data.

``imagine`` a :class:`Scene` from a seed, ``render`` it at any size, tell its ``captions``. A picture
of 128 px takes some ten milliseconds and is nobody else's work.
"""

from models.painter.scenes.load import load_scenes, row_of
from models.painter.scenes.picture import maps, render
from models.painter.scenes.wording import captions
from models.painter.scenes.world import (
    LIGHTS,
    PLACES,
    SEASONS,
    STYLES,
    TIMES,
    WEATHERS,
    Scene,
    imagine,
)  # fmt: skip

__all__ = [
    "LIGHTS", "PLACES", "SEASONS", "STYLES", "TIMES", "WEATHERS", "Scene", "captions", "imagine",
    "load_scenes", "maps", "render", "row_of",
]  # fmt: skip
