"""Outlines that several things are made of; all places are in 0..1, y downwards."""

from __future__ import annotations

from models.painter.scenes.canvas import Canvas, Colour

Shape = list[float]  # a polygon: x, y, x, y, ...
Circle = tuple[float, float, float]  # x, y, radius


def at(x: float, y: float, size: float, *offsets: float) -> Shape:
    """A polygon around ``x``, ``y``: ``offsets`` (right, up, right, up, ...) in units of ``size``."""
    return [(y - v * size) if i % 2 else (x + v * size) for i, v in enumerate(offsets)]


def box(x: float, y: float, wide: float, tall: float) -> Shape:
    """A rectangle that stands on ``y``."""
    return [x - wide / 2, y, x + wide / 2, y, x + wide / 2, y - tall, x - wide / 2, y - tall]


def spots(canvas: Canvas, count: int, low: float = 0.12, high: float = 0.88) -> list[float]:
    """``count`` places along x that keep their distance, in random order."""
    step = (high - low) / max(1, count)
    found = [low + step * (i + 0.25 + 0.5 * canvas.rng.random()) for i in range(count)]
    return [found[i] for i in canvas.rng.permutation(count)]


def pick(canvas: Canvas, colours: tuple[Colour, ...]) -> Colour:
    """One of ``colours``."""
    return colours[int(canvas.rng.integers(len(colours)))]
