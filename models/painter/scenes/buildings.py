"""Houses, a lighthouse, a bridge and a city's towers; their windows are lit when it is dark."""

from __future__ import annotations

import numpy as np

from models.painter.scenes.canvas import Array, Canvas, Colour, mix
from models.painter.scenes.places import SIDES, horizon_of, lit
from models.painter.scenes.shapes import Shape, at, box, pick, spots
from models.painter.scenes.world import Scene

_LAMP: Colour = (1.0, 0.82, 0.42)
_WALLS: tuple[Colour, ...] = ((0.94, 0.90, 0.80), (0.86, 0.70, 0.52), (0.78, 0.42, 0.32), (0.70, 0.76, 0.82))
_ROOFS: tuple[Colour, ...] = ((0.66, 0.22, 0.16), (0.40, 0.26, 0.20), (0.30, 0.34, 0.44))


def _panes(scene: Scene, by_day: Colour) -> Array:
    """What windows look like now."""
    lamps = scene.time in ("dusk", "night") or scene.weather in ("storm", "rain", "fog")
    return np.asarray(_LAMP, np.float32) if lamps else lit(scene, by_day)


def houses(canvas: Canvas, scene: Scene) -> None:
    """The houses that are counted; a village's are larger."""
    foot = {"lake": 0.545, "river": 0.60, "mountains": 0.80, "field": 0.66}.get(scene.place, 0.76)
    places = drawn = spots(canvas, scene.houses, 0.08, 0.92)
    if scene.place == "river":
        places = [0.05 + x * 0.26 if i % 2 else 0.95 - x * 0.26 for i, x in enumerate(places)]
    for x, spot in zip(places, drawn, strict=True):
        down, large = canvas.rng.random(), canvas.rng.random()
        y = foot + 0.10 * down * (scene.place == "village")
        _house(canvas, scene, x, y, (0.16 if scene.place == "village" else 0.11) * (0.85 + 0.35 * large))
        canvas.note("house", (spot - 0.08) / 0.84, down, large)


def _house(canvas: Canvas, scene: Scene, x: float, y: float, size: float) -> None:
    wall, roof = lit(scene, pick(canvas, _WALLS)), lit(scene, pick(canvas, _ROOFS))
    if scene.season == "winter":
        roof = lit(scene, (0.95, 0.97, 1.0))
    canvas.paint(canvas.polygons([box(x, y, size, size * 0.62)]), wall, "building")
    shaded = box(x + size * 0.3, y, size * 0.4, size * 0.62)
    canvas.paint(canvas.polygons([shaded]), wall * 0.8)
    chimney = at(x, y, size, 0.18, 0.6, 0.32, 0.6, 0.32, 1.15, 0.18, 1.15)
    canvas.paint(canvas.polygons([chimney]), roof * 0.8, "building")
    slopes = at(x, y, size, -0.6, 0.62, 0.6, 0.62, 0.32, 1.12, -0.32, 1.12)
    canvas.paint(canvas.polygons([slopes]), roof, "building")
    windows = [box(x + side * size, y - size * 0.22, size * 0.2, size * 0.22) for side in (-0.25, 0.25)]
    canvas.paint(canvas.polygons(windows), _panes(scene, (0.35, 0.45, 0.58)), "building")
    canvas.paint(canvas.polygons([box(x, y, size * 0.16, size * 0.32)]), lit(scene, (0.34, 0.20, 0.14)))


def lighthouse(canvas: Canvas, scene: Scene) -> None:
    """White with two red bands, on a rock; its beam is seen in the dark, in fog and in storms."""
    horizon = horizon_of(scene)
    x = 1 - SIDES[scene.side] if scene.side != "centre" else 0.84
    rock = at(x, horizon, 1, -0.17, -0.1, -0.1, 0, -0.04, 0.03, 0.08, 0.02, 0.15, -0.04, 0.19, -0.1)
    canvas.paint(canvas.polygons([rock]), lit(scene, (0.32, 0.29, 0.28)), "ground")
    tall = 0.40

    def band(low: float, high: float) -> Shape:
        a, b = 0.052 - 0.018 * low, 0.052 - 0.018 * high
        return at(x, horizon, 1, -a, tall * low, a, tall * low, b, tall * high, -b, tall * high)

    canvas.paint(canvas.polygons([band(0, 1)]), lit(scene, (0.97, 0.95, 0.92)), "building")
    canvas.paint(canvas.polygons([band(0.14, 0.34), band(0.56, 0.78)]), lit(scene, (0.82, 0.16, 0.14)))
    top = horizon - tall
    canvas.paint(canvas.polygons([box(x, top, 0.052, 0.05)]), _LAMP, "building")
    cap = at(x, top, 1, -0.04, 0.05, 0.04, 0.05, 0, 0.09)
    canvas.paint(canvas.polygons([cap]), lit(scene, (0.55, 0.12, 0.12)), "building")
    if scene.time in ("dusk", "night") or scene.weather in ("fog", "storm"):
        way = -0.8 if x > 0.5 else 0.8
        beam = canvas.polygons([at(x, top, 1, 0, 0.025, way, 0.14, way, -0.09)])
        canvas.paint(beam * np.clip(1 - np.abs(canvas.x - x) / 0.8, 0, 1), (1.0, 0.95, 0.75), None, 0.45)
        far = np.hypot(canvas.x - x, canvas.y - top + 0.025)
        canvas.paint(np.exp(-((far / 0.07) ** 2)), _LAMP, None, 0.6)


def bridge(canvas: Canvas, scene: Scene) -> None:
    """A stone arch over the river."""
    foot = 0.70
    across, arch = np.linspace(0, 1, 17), np.linspace(1, 0, 13)

    def curve(start: float, end: float, height: float, low: float, way: Array) -> Shape:
        along = start + (end - start) * way
        heights = low - height * np.sin(way * np.pi)
        return [float(v) for point in zip(along, heights, strict=True) for v in point]

    top = curve(0.02, 0.98, 0.13, foot - 0.055, across)
    under = curve(0.20, 0.80, 0.15, foot + 0.07, arch)
    body = canvas.polygons([[*top, 0.98, foot + 0.09, *under, 0.02, foot + 0.09]])
    stone = lit(scene, (0.62, 0.56, 0.50))
    canvas.paint(body, stone, "building")
    canvas.paint(body * np.clip((canvas.noise(14, 14) - 0.5) * 3, 0, 1), stone * 0.78, None, 0.8)
    rail = curve(0.02, 0.98, 0.13, foot - 0.030, across) + curve(0.02, 0.98, 0.13, foot - 0.044, across[::-1])
    canvas.paint(canvas.polygons([rail]), stone * 0.7, None, 0.8)


def skyline(canvas: Canvas, scene: Scene) -> None:
    """Two rows of towers, the far one pale in the haze."""
    foot = horizon_of(scene) + 0.02
    haze = canvas.colour[int(canvas.size * 0.6)].mean(0)
    far = [_tower(canvas, x, foot, 1.0, 0.46) for x in spots(canvas, 11, -0.02, 1.02)]
    body = mix(lit(scene, (0.44, 0.48, 0.58)), haze, 0.45)
    canvas.paint(canvas.polygons([part for parts in far for part in parts]), body, "building")
    near = [_tower(canvas, x, foot, 1.25, 0.34) for x in spots(canvas, 8, -0.02, 1.02)]
    body = lit(scene, (0.34, 0.38, 0.48))
    canvas.paint(canvas.polygons([part for parts in near for part in parts]), body, "building")
    panes = [pane for parts in near for pane in _windows(parts[0])]
    bright = canvas.rng.random(len(panes)) < 0.55
    shining = [pane for pane, on in zip(panes, bright, strict=True) if on]
    dull = [pane for pane, on in zip(panes, bright, strict=True) if not on]
    canvas.paint(canvas.polygons(shining), _panes(scene, (0.66, 0.78, 0.90)), None, 0.95)
    canvas.paint(canvas.polygons(dull), body * 0.6, None, 0.8)
    if scene.time in ("dusk", "night") or scene.weather == "rain":  # lamps on wet asphalt
        street = canvas.below(np.full(canvas.size, foot, np.float32))
        canvas.paint(street * np.clip((canvas.noise(22, 3) - 0.55) * 4, 0, 1), _LAMP, None, 0.35)


def _tower(canvas: Canvas, x: float, foot: float, scale: float, most: float) -> list[Shape]:
    wide = (0.075 + 0.05 * canvas.rng.random()) * scale
    tall = most * (0.45 + 0.75 * canvas.rng.random())
    parts = [box(x, foot, wide, tall)]
    if canvas.rng.random() < 0.3:  # a smaller storey and a spire
        parts += [box(x, foot - tall, wide * 0.5, 0.05), box(x, foot - tall - 0.05, wide * 0.08, 0.06)]
    return parts


def _windows(tower: Shape) -> list[Shape]:
    left, foot, right, top = tower[0], tower[1], tower[2], tower[5]
    return [
        box(left + (right - left) * 0.14 + 0.024 * column, foot - 0.02 - 0.032 * row, 0.011, 0.016)
        for column in range(max(2, int((right - left) / 0.024)))
        for row in range(int((foot - top) / 0.032))
    ]
