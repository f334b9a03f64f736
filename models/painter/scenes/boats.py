"""Boats on the water, and birds above it."""

from __future__ import annotations

import numpy as np

from models.painter.scenes.canvas import Canvas, Colour, mix
from models.painter.scenes.places import horizon_of, lit
from models.painter.scenes.shapes import at, pick, spots
from models.painter.scenes.world import Scene

_SAILS: tuple[Colour, ...] = ((0.97, 0.95, 0.88), (0.86, 0.26, 0.20), (0.95, 0.75, 0.30))


def boats(canvas: Canvas, scene: Scene) -> None:
    """Sailing boats that are apart from one another, so that they can be counted."""
    narrow = scene.place == "river"
    low, high = (0.38, 0.72) if narrow else (0.10, 0.90)
    places = spots(canvas, scene.boats, low, high)
    depths = sorted(0.22 + 0.5 * canvas.rng.random() for _ in places)
    if narrow:
        depths = [0.45 + 0.5 * (i + 0.5) / len(places) for i in range(len(places))]
    horizon = horizon_of(scene)
    for x, depth in zip(places, depths, strict=True):
        y = horizon + (1 - horizon) * min(0.82, depth)
        way, sail = _boat(canvas, scene, x, y, (0.15 + 0.13 * depth) * (0.8 if narrow else 1.0))
        canvas.note("boat", (x - low) / (high - low), (depth - 0.22) * 2, way, sail)


def _boat(canvas: Canvas, scene: Scene, x: float, y: float, size: float) -> tuple[float, float]:
    """Draw one; what chance said of its way and its sail, in 0..1."""
    chance = canvas.rng.random()
    way = 1 if chance < 0.5 else -1
    hull = at(x, y, size, -0.5, 0.16, 0.5, 0.16, 0.34, 0, -0.34, 0)
    mast = at(x, y, size, -0.022, 0.14, 0.022, 0.14, 0.022, 1.09, -0.022, 1.09)
    main = at(x, y, size, way * 0.05, 0.24, way * 0.05, 1.05, way * 0.5, 0.26)
    jib = at(x, y, size, way * -0.05, 0.24, way * -0.05, 0.9, way * -0.36, 0.26)
    cloth = pick(canvas, _SAILS)
    sail = mix(lit(scene, cloth), (1, 0.97, 0.9), 0.18)
    wood = lit(scene, (0.42, 0.22, 0.13))
    mirrored = [
        [v if i % 2 == 0 else y + 0.7 * (y - v) for i, v in enumerate(shape)] for shape in (hull, main, jib)
    ]
    broken = np.clip((canvas.noise(5, 40) - 0.3) * 3, 0, 1)
    canvas.paint(canvas.polygons(mirrored) * broken, mix(sail * 0.6, wood, 0.5), None, 0.45)
    canvas.paint(canvas.polygons([mast]), wood * 0.7, "boat")
    canvas.paint(canvas.polygons([main, jib]), sail, "boat")
    canvas.paint(canvas.polygons([main]), sail * 0.86, None, 0.5)
    canvas.paint(canvas.polygons([hull]), wood, "boat")
    rim = at(x, y, size, -0.5, 0.17, 0.5, 0.17, 0.47, 0.12, -0.47, 0.12)
    canvas.paint(canvas.polygons([rim]), mix(wood, (0.95, 0.9, 0.8), 0.55))
    return chance, (_SAILS.index(cloth) + 0.5) / len(_SAILS)


def birds(canvas: Canvas, scene: Scene) -> None:
    """A flock in a shallow V."""
    strokes = []
    across, up = canvas.rng.random(), canvas.rng.random()
    middle, high = 0.2 + 0.6 * across, 0.14 + 0.12 * up
    canvas.note("flock", across, up)
    for i in range(scene.birds):
        away = i - (scene.birds - 1) / 2
        x, y = middle + away * 0.085, high + 0.03 * abs(away) + 0.02 * canvas.rng.random()
        wide = 0.030 + 0.012 * canvas.rng.random()
        strokes += [at(x, y, 1, 0, 0, side, 0.020, side / 2, 0.023, 0, 0.010) for side in (-wide, wide)]
    canvas.paint(canvas.polygons(strokes), (0.10, 0.11, 0.15), "bird")
