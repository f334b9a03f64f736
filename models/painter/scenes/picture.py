"""From a scene to pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.painter.scenes.boats import birds, boats
from models.painter.scenes.buildings import bridge, houses, lighthouse, skyline
from models.painter.scenes.canvas import Canvas
from models.painter.scenes.places import ground, sky
from models.painter.scenes.styles import painted
from models.painter.scenes.vegetation import forest, trees
from models.painter.scenes.weather import weather
from models.painter.scenes.world import Scene

SIZE = 128


def render(scene: Scene, size: int = SIZE) -> NDArray[np.uint8]:
    """The picture, uint8 ``[size, size, 3]``; the same composition at every size."""
    return np.asarray(painted(_drawn(scene, size), scene) * 255 + 0.5, np.uint8)


def maps(scene: Scene, size: int = SIZE) -> NDArray[np.uint8]:
    """What is where: numbers of :data:`models.painter.scenes.canvas.CLASSES`, uint8 ``[size, size]``."""
    return _drawn(scene, size).classes


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
