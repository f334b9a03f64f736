"""Trees of the seasons, forests and cacti."""

from __future__ import annotations

import numpy as np

from models.painter.scenes.canvas import Canvas, mix
from models.painter.scenes.places import GREENS, horizon_of, lit
from models.painter.scenes.shapes import Circle, Shape, at, box, spots
from models.painter.scenes.world import Scene


def _conifer(x: float, y: float, tall: float) -> list[Shape]:
    """Three tiers of branches."""
    return [
        at(x, y, tall, -half, low, half, low, 0.01 * tier, high)
        for tier, (low, high, half) in enumerate(((0.10, 0.55, 0.23), (0.36, 0.78, 0.18), (0.62, 1.0, 0.12)))
    ]


def _broad(x: float, y: float, tall: float) -> list[Circle]:
    """The crown of a broad-leaved tree."""
    r = tall * 0.24
    low = y - tall * 0.56
    return [
        (x, y - tall * 0.72, r),
        (x - r * 0.8, low, r * 0.78),
        (x + r * 0.8, low, r * 0.78),
        (x, y - tall * 0.52, r * 0.8),
    ]


def forest(canvas: Canvas, scene: Scene) -> None:
    """Four rows of trees, the far ones pale with the air between."""
    green = GREENS[scene.season] if scene.season != "winter" else (0.62, 0.72, 0.74)
    for row in range(4):
        y, tall = horizon_of(scene) + 0.03 + 0.12 * row, 0.26 + 0.10 * row
        shade = mix(green, (0.05, 0.15, 0.12), 0.10 + 0.17 * row)
        if row == 0:
            shade = mix(shade, (0.70, 0.76, 0.80), 0.35)
        tiers: list[Shape] = []
        crowns: list[Circle] = []
        trunks: list[Shape] = []
        for x in spots(canvas, 11 - 2 * row, -0.05, 1.05):
            h, foot = tall * (0.75 + 0.4 * canvas.rng.random()), y + 0.03 * canvas.rng.random()
            trunks.append(box(x, foot, 0.014 + 0.004 * row, h * 0.45))
            if canvas.rng.random() < (0.8 if scene.season == "autumn" else 0.35):
                crowns += _broad(x, foot, h)
            else:
                tiers += _conifer(x, foot, h)
        canvas.paint(canvas.polygons(trunks), lit(scene, (0.26, 0.18, 0.13)), "vegetation")
        leaves = np.maximum(canvas.polygons(tiers), canvas.circles(crowns))
        canvas.paint(leaves, lit(scene, shade), "vegetation")
        bright = np.clip(canvas.noise(9, 12) - 0.5, 0, 1) * leaves
        canvas.paint(bright, lit(scene, mix(shade, (1, 0.95, 0.7), 0.5)), None, 0.9)


def trees(canvas: Canvas, scene: Scene) -> None:
    """The trees that are counted, on land; in the desert they are cacti."""
    foot = {"lake": 0.97, "river": 0.74, "desert": 0.80}.get(scene.place, 0.84)
    places = drawn = spots(canvas, scene.trees, 0.06, 0.94)
    if scene.place in ("river", "lake"):  # on the banks, not in the water
        places = [x * 0.36 if i % 2 else 1 - x * 0.36 for i, x in enumerate(places)]
    for x, spot in zip(places, drawn, strict=True):
        down, high = canvas.rng.random(), canvas.rng.random()
        y, tall = foot + 0.06 * down, 0.30 + 0.10 * high
        canvas.note("tree", (spot - 0.06) / 0.88, high)
        if scene.place == "desert":
            _cactus(canvas, scene, x, y, tall * 0.8)
        else:
            _tree(canvas, scene, x, y, tall)


def _tree(canvas: Canvas, scene: Scene, x: float, y: float, tall: float) -> None:
    canvas.paint(
        canvas.polygons([box(x, y, 0.022, tall * 0.6)]), lit(scene, (0.30, 0.20, 0.14)), "vegetation"
    )
    green = (0.90, 0.93, 0.97) if scene.season == "winter" else GREENS[scene.season]
    if scene.season == "spring" and canvas.rng.random() < 0.6:
        green = (0.97, 0.72, 0.80)  # in blossom
    shade = mix(green, (0.06, 0.16, 0.10), 0.35 if scene.season == "summer" else 0.12)
    broad = canvas.rng.random() < 0.6
    crown = canvas.circles(_broad(x, y, tall)) if broad else canvas.polygons(_conifer(x, y, tall))
    canvas.paint(crown, lit(scene, shade), "vegetation")
    sunny = crown * np.clip(x - canvas.x + canvas.noise(12) * 0.1, 0, 0.1) * 8
    canvas.paint(sunny, lit(scene, mix(shade, (1, 1, 0.8), 0.4)), None, 0.6)


def _cactus(canvas: Canvas, scene: Scene, x: float, y: float, tall: float) -> None:
    wide = 0.034
    parts = [box(x, y, wide, tall)]
    for side, low in ((-1, 0.35), (1, 0.5)):
        arm = x + side * wide * 1.6
        parts.append(box((x + arm) / 2, y - low * tall, wide * 1.9, wide * 0.7))
        parts.append(box(arm, y - low * tall, wide * 0.7, tall * 0.34))
    canvas.paint(canvas.polygons(parts), lit(scene, (0.20, 0.46, 0.26)), "vegetation")
