"""What falls, drifts and flashes in front of everything."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from models.painter.scenes.canvas import Array, Canvas
from models.painter.scenes.places import horizon_of
from models.painter.scenes.shapes import at
from models.painter.scenes.world import Scene


def weather(canvas: Canvas, scene: Scene) -> None:
    """Rain, snow, fog, or a storm with its lightning."""
    if scene.weather == "fog":
        _fog(canvas, scene)
    if scene.weather == "storm":
        _lightning(canvas, scene)
    if scene.weather in ("rain", "storm"):
        _rain(canvas, scene)
    if scene.weather == "snow":
        _snow(canvas, scene)


def _pale(scene: Scene) -> Array:
    return np.asarray(
        {
            "dawn": (0.86, 0.80, 0.82),
            "day": (0.86, 0.88, 0.90),
            "dusk": (0.66, 0.54, 0.56),
            "night": (0.26, 0.29, 0.38),
        }[scene.time],
        np.float32,
    )


def _fog(canvas: Canvas, scene: Scene) -> None:
    """Thickest at the horizon, in drifting banks."""
    near = np.exp(-(((canvas.y - horizon_of(scene)) / 0.30) ** 2))
    banks = 0.6 + 0.5 * canvas.cloudy(2, 7)
    canvas.paint(np.clip(near * banks, 0, 1) * np.ones_like(canvas.x), _pale(scene), None, 0.85)
    canvas.paint(np.ones((canvas.size, canvas.size), np.float32), _pale(scene), None, 0.22)


def _rain(canvas: Canvas, scene: Scene) -> None:
    lean = 0.035 if scene.weather == "rain" else 0.075
    streaks = []
    for x, y, near in canvas.rng.random((95, 3)):
        long, wide = 0.05 + 0.06 * near, 0.0035 + 0.004 * near
        away = -lean * (1 + near)
        streaks.append(at(x * 1.2 - 0.1, y * 1.1 - 0.1, 1, 0, 0, wide, 0, away + wide, -long, away, -long))
    canvas.paint(
        canvas.polygons(streaks), 0.35 * _pale(scene) + 0.65, None, 0.3 if scene.style == "glow" else 0.5
    )


def _snow(canvas: Canvas, scene: Scene) -> None:
    flakes = [(x, y, 0.0035 + 0.0085 * far**2) for x, y, far in canvas.rng.random((110, 3))]
    canvas.paint(canvas.circles(flakes), (1.0, 1.0, 1.0), None, 0.5 if scene.style == "glow" else 0.92)


def _lightning(canvas: Canvas, scene: Scene) -> None:
    """One forked bolt from the clouds to the horizon, and the sky bright around it."""
    across = canvas.rng.random()
    canvas.note("lightning", across)
    x = 0.15 + 0.7 * across
    points = [(x, 0.06)]
    end = horizon_of(scene)
    for i in range(6):
        x += (canvas.rng.random() - 0.5) * 0.15
        points.append((x, 0.06 + (end - 0.06) * (i + 1) / 6))
    bolt = [
        [ax - 0.007, ay, ax + 0.007, ay, bx + 0.006, by, bx - 0.006, by]
        for (ax, ay), (bx, by) in pairwise(points)
    ]
    bolt.append(at(*points[3], 1, -0.005, 0, 0.005, 0, 0.11, -0.14, 0.106, -0.14))
    line = np.interp(canvas.y[:, 0], [p[1] for p in points], [p[0] for p in points])
    glow = np.exp(-np.abs(canvas.x - line[:, None]) / 0.09) * np.clip(1.3 - canvas.y / end, 0, 1)
    canvas.paint(glow, (0.80, 0.82, 1.0), None, 0.5)
    canvas.paint(canvas.polygons(bolt), (1.0, 0.98, 0.90), "light")
