"""A canvas of numbers: colours and classes under masks, noise that looks the same at every size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Array = NDArray[np.floating[Any]]  # float32 in 0..1, if nothing else is said
Colour = tuple[float, float, float]
CLASSES = ("sky", "cloud", "light", "mountain", "water", "ground", "vegetation", "building", "boat", "bird")
_OVER = 2  # masks of things are drawn so many times larger, then reduced: smooth edges


class Canvas:
    """``colour`` float32 [S, S, 3] in 0..1, ``classes`` uint8 [S, S]; places are in 0..1, y downwards."""

    def __init__(self, size: int, seed: int) -> None:
        self.size = size
        self.rng = np.random.default_rng(seed)
        self.colour: Array = np.zeros((size, size, 3), np.float32)
        self.classes = np.zeros((size, size), np.uint8)
        self.things: list[tuple[str, tuple[float, ...]]] = []  # what was placed: see :meth:`note`
        line = (np.arange(size, dtype=np.float32) + 0.5) / size
        self.x, self.y = line[None, :], line[:, None]

    def paint(self, mask: Array, colour: Colour | Array, kind: str | None = None, share: float = 1.0) -> None:
        """``colour`` over what is there, where ``mask`` [S, S] (0..1) is; ``kind`` names its class."""
        over = np.asarray(colour, np.float32)
        self.colour += (mask * share)[:, :, None] * (over - self.colour)
        if kind is not None:
            self.classes[mask > 0.5] = CLASSES.index(kind)

    def note(self, kind: str, *shares: float) -> None:
        """Remember a thing that was placed and the numbers in 0..1 that chance gave it, its place first."""
        self.things.append((kind, shares))

    def below(self, height: Array) -> Array:
        """The mask below the line ``height`` [S] (one y a column), smooth at the edge."""
        return np.clip((self.y - height[None, :]) * self.size + 0.5, 0, 1)

    def disc(self, x: float, y: float, radius: float) -> Array:
        """A filled circle's mask."""
        far = np.hypot(self.x - x, self.y - y)
        return np.clip((radius - far) * self.size + 0.5, 0, 1)

    def shapes(
        self, draw: Callable[[ImageDraw.ImageDraw, Callable[[Sequence[float]], list[float]]], None]
    ) -> Array:
        """The mask of what ``draw(pen, scaled)`` draws with 255; ``scaled`` turns 0..1 into its units."""
        wide = self.size * _OVER
        image = Image.new("L", (wide, wide), 0)
        draw(ImageDraw.Draw(image), lambda points: [p * wide for p in points])
        return np.asarray(image.reduce(_OVER), np.float32) / 255

    def polygons(self, shapes: Sequence[Sequence[float]]) -> Array:
        """The mask of polygons, each x, y, x, y, ..."""

        def draw(pen: ImageDraw.ImageDraw, scaled: Callable[[Sequence[float]], list[float]]) -> None:
            for shape in shapes:
                pen.polygon(scaled(shape), fill=255)

        return self.shapes(draw)

    def circles(self, circles: Sequence[tuple[float, float, float]]) -> Array:
        """The mask of filled circles x, y, radius; as many as one likes in the time of one."""

        def draw(pen: ImageDraw.ImageDraw, scaled: Callable[[Sequence[float]], list[float]]) -> None:
            for x, y, r in circles:
                pen.ellipse(scaled([x - r, y - r, x + r, y + r]), fill=255)

        return self.shapes(draw)

    def noise(self, across: int, down: int | None = None) -> Array:
        """Smooth noise [S, S] in about 0..1 with ``across`` x ``down`` hills; alike at every size."""
        grid = self.rng.random((down or across, across), np.float32)
        image = Image.fromarray(grid).resize((self.size, self.size), Image.Resampling.BICUBIC)
        return np.asarray(image, np.float32)

    def cloudy(self, across: int = 4, down: int = 5) -> Array:
        """Fractal noise [S, S] in about 0..1: three octaves."""
        octaves = ((1, 1, 0.55), (2, 2, 0.3), (5, 4, 0.15))
        return np.asarray(sum(self.noise(x * across, y * down) * share for x, y, share in octaves))

    def line(self, hills: int) -> Array:
        """Smooth noise along x, [S] in 0..1."""
        grid = self.rng.random((1, hills), np.float32)
        image = Image.fromarray(grid).resize((self.size, 1), Image.Resampling.BICUBIC)
        found: Array = np.asarray(image, np.float32)[0]
        return found

    def ridge(self, peaks: int, rough: float = 0.4) -> Array:
        """A mountain's outline along x, [S] in about 0..1: slopes between random peaks, and crags."""
        n = 2 * peaks + 1
        heights = self.rng.random(n)
        heights[1::2] = 0.55 + 0.45 * heights[1::2]
        heights[::2] *= 0.4
        spots = np.linspace(-0.1, 1.1, n)
        spots[1:-1] += (self.rng.random(n - 2) - 0.5) * 0.8 / n
        outline = np.interp(self.x[0], spots, heights)
        small = np.interp(self.x[0], np.linspace(0, 1, 40), self.rng.random(40)) - 0.5
        return np.asarray(outline + small * 0.25 * rough, np.float32)


def mix(a: Colour | Array, b: Colour | Array, share: float) -> Array:
    """``a`` moved towards ``b``."""
    first, second = np.asarray(a, np.float32), np.asarray(b, np.float32)
    return first + (second - first) * np.float32(share)


def blur(picture: Array, radius: float) -> Array:
    """A cheap wide blur of [S, S, C]: down to a few pixels and smoothly up again."""
    size = picture.shape[0]
    small = max(4, int(size / radius))
    parts = [
        np.asarray(
            Image.fromarray(np.ascontiguousarray(picture[:, :, c]))
            .resize((small, small), Image.Resampling.BOX)
            .resize((size, size), Image.Resampling.BICUBIC)
        )
        for c in range(picture.shape[2])
    ]
    return np.stack(parts, 2).astype(np.float32)
