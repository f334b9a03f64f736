"""How a scene is painted: palettes, and six styles that see only colours."""

from __future__ import annotations

import numpy as np
from PIL import Image

from models.painter.palette import LUMA, grade
from models.painter.scenes.canvas import CLASSES, Array, Canvas, blur
from models.painter.scenes.world import Scene

_DARKEST = 0.17  # mean intensity
_CELLS = 64  # a side, of the pixel style
_BAYER = np.asarray(((0, 8, 2, 10), (12, 4, 14, 6), (3, 11, 1, 9), (15, 7, 13, 5)), np.float32) / 16 - 0.47


def painted(canvas: Canvas, scene: Scene) -> Array:
    """The finished picture of a canvas, float32 [S, S, 3] in 0..1."""
    plain = np.clip(canvas.colour, 0, 1)
    light = float(plain.mean())
    if light < _DARKEST:  # a stormy night must still show what is in it
        plain = plain ** (np.log(_DARKEST) / np.log(max(light, 1e-3)))
    picture = np.clip(grade(plain, scene.palette), 0, 1)
    match scene.style:
        case "oil":
            return _oil(canvas, picture)
        case "watercolour":
            return _watercolour(canvas, picture)
        case "ink":
            return _ink(canvas, picture, scene)
        case "poster":
            return _poster(picture)
        case "pixel":
            return _pixel(picture)
        case "glow":
            return _glow(canvas, picture)


def _warped(canvas: Canvas, picture: Array, reach: float, hills: int) -> Array:
    """Every pixel taken from a little beside it: an unsteady hand."""
    size = canvas.size
    dx, dy = ((canvas.noise(hills) - 0.5) * 2 * reach * size for _ in range(2))
    rows = np.clip(np.arange(size)[:, None] + dy, 0, size - 1).astype(np.intp)
    columns = np.clip(np.arange(size)[None, :] + dx, 0, size - 1).astype(np.intp)
    return picture[rows, columns]


def _oil(canvas: Canvas, picture: Array) -> Array:
    """Dabs of one colour each, laid along the hills of a noise, with the light on their ridges."""
    dabs = _warped(canvas, picture, 0.011, 36)
    bristle = canvas.noise(64, 20) * 0.6 + canvas.noise(28, 64) * 0.4
    ridge = (bristle - np.roll(bristle, 1, 0))[:, :, None]
    return np.clip(dabs * (1 + 0.07 * (canvas.noise(18) - 0.5)[:, :, None]) + 0.16 * ridge, 0, 1)


def _watercolour(canvas: Canvas, picture: Array) -> Array:
    """Thin colour on white paper: pooled at the edges, granular, the sheet's rim left bare."""
    wet = _warped(canvas, picture, 0.013, 12)
    soft = blur(wet, 0.016 * canvas.size)
    edge = np.abs(wet - soft).mean(2, keepdims=True)
    thin = 1 - (1 - (wet * 0.45 + soft * 0.55)) * (0.72 + 0.16 * canvas.cloudy(5, 5)[:, :, None])
    thin = thin * (1 - 1.1 * edge) - 0.035 * (canvas.noise(64)[:, :, None] - 0.5)
    rim = np.minimum(np.minimum(canvas.x, 1 - canvas.x), np.minimum(canvas.y, 1 - canvas.y))
    bare = np.clip((rim - 0.028 - 0.035 * (canvas.noise(11) - 0.3)) * 60, 0, 1)[:, :, None]
    paper = np.asarray((0.985, 0.975, 0.95), np.float32)
    return np.asarray(np.clip(paper + (thin - paper) * bare, 0, 1))


def _ink(canvas: Canvas, picture: Array, scene: Scene) -> Array:
    """水墨: five tones of ink on warm paper; only the sun or moon and the seal have a colour."""
    wet = _warped(canvas, picture, 0.010, 16)
    grey = wet @ LUMA
    low, high = np.quantile(grey[::4, ::4], (0.03, 0.97))  # ink has the paper's whole range at any hour
    tone = 1 - np.clip((grey - low) / max(0.12, high - low), 0, 1)
    tone = tone * {"night": 0.95, "dusk": 0.88}.get(scene.time, 0.82)
    tone = 0.55 * tone + 0.45 * np.round(tone * 4) / 4
    wash = np.clip(tone**1.35 * (0.80 + 0.35 * canvas.cloudy(5, 5)), 0, 0.95)[:, :, None]
    paper, ink = np.asarray((0.95, 0.92, 0.85), np.float32), np.asarray((0.09, 0.09, 0.11), np.float32)
    made = paper + (ink - paper) * wash
    if scene.light != "none" and scene.hue == "red":
        red = (canvas.classes == CLASSES.index("light")).astype(np.float32)[:, :, None]
        red = _warped(canvas, red, 0.010, 16)
        made = made + (np.asarray((0.80, 0.14, 0.10), np.float32) - made) * red
    seal = ((np.abs(canvas.x - 0.90) < 0.040) & (np.abs(canvas.y - 0.90) < 0.040)).astype(np.float32)
    sign = ((np.abs(canvas.x - 0.90) < 0.006) | (np.abs(canvas.y - 0.90) < 0.006)) & (
        np.abs(canvas.x - 0.90) < 0.026
    )
    made = made + (np.asarray((0.76, 0.14, 0.11), np.float32) - made) * (seal * (1 - sign * 0.85))[:, :, None]
    return np.asarray(np.clip(made, 0, 1))


def _poster(picture: Array) -> Array:
    """Few flat colours: each channel in six steps, a little bolder."""
    grey = (picture @ LUMA)[:, :, None]
    bold = np.clip(grey + (picture - grey) * 1.25, 0, 1)
    return np.round(bold * 5) / 5 * 0.94 + 0.03


def _pixel(picture: Array) -> Array:
    """Large square pixels, each channel in five steps, dithered in a 4 x 4 pattern."""
    size = picture.shape[0]
    whole = Image.fromarray((picture * 255).astype(np.uint8))
    small = np.asarray(whole.resize((_CELLS, _CELLS), Image.Resampling.BOX), np.float32) / 255
    pattern = np.tile(_BAYER, (_CELLS // 4, _CELLS // 4))[:, :, None]
    steps = np.clip(np.round(small * 6 + pattern * 0.45) / 6, 0, 1)
    large = Image.fromarray((steps * 255).astype(np.uint8)).resize((size, size), Image.Resampling.NEAREST)
    return np.asarray(large, np.float32) / 255


def _glow(canvas: Canvas, picture: Array) -> Array:
    """Neon: darkened, outlines and all that is bright shining into their surroundings."""
    soft = blur(picture, 0.03 * canvas.size)
    edge = np.clip(np.abs(picture - soft).max(2, keepdims=True) * 3.2, 0, 1)
    grey = (picture @ LUMA)[:, :, None]
    dim = min(1.0, 0.34 / max(0.1, float(grey.mean())))  # by day too it is a picture of light in the dark
    bold = np.clip(grey + (picture - grey) * 1.8, 0, 1) * dim
    neon = np.stack(
        np.broadcast_arrays(0.55 + 0.45 * canvas.x, 0.35 + 0.5 * canvas.y, 1 - 0.25 * canvas.x), 2
    )
    lines = edge * (0.35 * neon + 0.75 * bold)
    bright = bold * np.clip((grey * dim - 0.5) * 2.2, 0, 1)
    halo = blur(lines + bright, 0.05 * canvas.size)
    return np.asarray(np.clip(bold * 0.42 + lines * 0.75 + bright * 0.5 + halo * 0.75, 0, 1))
