"""From a scene to pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.painter.scenes.boats import birds, boats
from models.painter.scenes.buildings import bridge, houses, lighthouse, skyline
from models.painter.scenes.canvas import Canvas
from models.painter.scenes.places import SIDES, ground, sky
from models.painter.scenes.styles import painted
from models.painter.scenes.vegetation import forest, trees
from models.painter.scenes.weather import weather
from models.painter.scenes.world import Scene

SIZE = 128
_TINY = 8  # pixels: chance is the same at every size
_COUNTS = {"boat": (3, 4), "house": (5, 3), "tree": (3, 2), "flock": (1, 2), "lightning": (1, 1)}
_SLOTS: dict[str, tuple[int, int, int]] = {}  # of a kind: its first number, how many things, numbers of each
SLOTS = 0
for _kind, (_many, _each) in _COUNTS.items():
    _SLOTS[_kind] = (SLOTS, _many, _each)
    SLOTS += _many * _each
LIGHT_SIDE = SLOTS  # the number that says where the sun or moon stands
SLOTS += 1


def render(scene: Scene, size: int = SIZE) -> NDArray[np.uint8]:
    """The picture, uint8 ``[size, size, 3]``; the same composition at every size."""
    return np.asarray(painted(_drawn(scene, size), scene) * 255 + 0.5, np.uint8)


def maps(scene: Scene, size: int = SIZE) -> NDArray[np.uint8]:
    """What is where: numbers of :data:`models.painter.scenes.canvas.CLASSES`, uint8 ``[size, size]``."""
    return _drawn(scene, size).classes


def chances(scene: Scene) -> NDArray[np.float32]:
    """What chance gave the things that were placed, float32 ``[SLOTS]`` in 0..1; NaN where nothing is.

    Everything that words leave open about boats, houses, trees, birds and lightning, and the side of
    the sun or moon, which words may tell. Things of one kind are told from left to right; a place is
    told within the part of the width that is its own, one of a few choices as all of its share of 0..1.
    """
    found = np.full(SLOTS, np.nan, np.float32)
    things = _drawn(scene, _TINY).things
    spare = np.random.default_rng([scene.seed, 1])
    for kind, (first, many, _) in _SLOTS.items():
        here = sorted(shares for name, shares in things if name == kind)
        for i, (place, *rest) in enumerate(here[:many]):
            own = place if kind in ("flock", "lightning") else (place * len(here) - i - 0.25) * 2
            if kind == "boat":  # one of three colours of sail
                rest[2] += (float(spare.random()) - 0.5) / 3
            told = (own, *rest)
            found[first + i * len(told) : first + (i + 1) * len(told)] = told
    if scene.light != "none":
        found[LIGHT_SIDE] = (list(SIDES).index(scene.side) + float(spare.random())) / len(SIDES)
    return np.clip(found, 1e-3, 1 - 1e-3)


def _drawn(scene: Scene, size: int) -> Canvas:
    canvas = Canvas(size, scene.seed)
    sky(canvas, scene)
    ground(canvas, scene)
    if scene.place == "city":
        skyline(canvas, scene)
    if scene.place == "forest":
        forest(canvas, scene)
    if scene.bridge:
        bridge(canvas, scene)
    if scene.lighthouse:
        lighthouse(canvas, scene)
    for paint in (houses, trees, boats, birds):  # each as many as the scene has
        paint(canvas, scene)
    weather(canvas, scene)
    return canvas
