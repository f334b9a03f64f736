"""Where a scene is: sky, water and land, painted from the back to the front."""

from __future__ import annotations

import numpy as np

from models.painter.scenes.canvas import Array, Canvas, Colour, mix
from models.painter.scenes.world import Scene

_SKIES: dict[str, tuple[Colour, Colour]] = {  # zenith, horizon
    "dawn": ((0.42, 0.52, 0.80), (1.0, 0.76, 0.66)),
    "day": ((0.20, 0.48, 0.90), (0.78, 0.90, 0.98)),
    "dusk": ((0.24, 0.18, 0.44), (0.99, 0.50, 0.24)),
    "night": ((0.03, 0.05, 0.17), (0.15, 0.21, 0.42)),
}
GREENS: dict[str, Colour] = {
    "spring": (0.52, 0.74, 0.34), "summer": (0.22, 0.50, 0.20),
    "autumn": (0.78, 0.46, 0.16), "winter": (0.90, 0.93, 0.97),
}  # fmt: skip
_HUES: dict[str, Colour] = {
    "golden": (1.0, 0.86, 0.45), "white": (1.0, 0.99, 0.94), "red": (0.90, 0.16, 0.12),
    "orange": (1.0, 0.55, 0.15), "silver": (0.82, 0.88, 0.97),
}  # fmt: skip
_DAYLIGHT = {"dawn": 0.82, "day": 1.0, "dusk": 0.62, "night": 0.34}
SIDES = {"left": 0.24, "centre": 0.5, "right": 0.76}


def horizon_of(scene: Scene) -> float:
    """The height of the horizon, 0 (top) to 1."""
    return {"sea": 0.52, "lake": 0.50, "river": 0.48, "desert": 0.55, "city": 0.80}.get(scene.place, 0.56)


def lit(scene: Scene, colour: Colour | Array) -> Array:
    """A thing's own colour in the light of the hour and the weather."""
    _, glow = _SKIES[scene.time]
    share = _DAYLIGHT[scene.time] * (0.75 if scene.weather in ("rain", "storm") else 1.0)
    seen = np.asarray(colour, np.float32) * np.float32(share)
    return mix(seen, glow, 0.18 if scene.time != "day" else 0.0)


def sky(canvas: Canvas, scene: Scene) -> None:
    """Gradient, stars, the sun or moon with its glow, clouds."""
    top, low = (np.asarray(c, np.float32) for c in _SKIES[scene.time])
    dull: Colour = (0.12, 0.13, 0.18) if scene.time == "night" else (0.62, 0.65, 0.70)
    grey = {"clear": 0.0, "cloudy": 0.35, "rain": 0.7, "snow": 0.6, "storm": 0.9, "fog": 0.6}[scene.weather]
    if scene.weather == "storm":
        dull = (0.06, 0.07, 0.11) if scene.time == "night" else (0.22, 0.24, 0.30)
    top, low = mix(top, dull, grey), mix(low, dull, grey * 0.85)
    way = np.clip(canvas.y / horizon_of(scene), 0, 1)[:, :, None] ** 1.3
    canvas.colour += top + (low - top) * way
    if scene.stars:
        for _ in range(70):
            x, y, size = canvas.rng.random(3)
            canvas.paint(canvas.disc(x, y * 0.6, 0.002 + 0.006 * size**3), (1, 1, 0.92), None, 0.9)
    if scene.light != "none":
        _light(canvas, scene)
    if scene.weather != "clear":
        _clouds(canvas, scene)


def place_of_light(scene: Scene) -> tuple[float, float, float]:
    """x, y and radius of the sun or moon."""
    high = 0.2 if scene.light == "moon" or scene.time == "day" else horizon_of(scene) - 0.14
    return SIDES[scene.side], high, 0.075 if scene.light == "sun" else 0.085


def hue_of(scene: Scene) -> Colour:
    """The colour of the sun or moon."""
    return _HUES[scene.hue or "white"]


def _light(canvas: Canvas, scene: Scene) -> None:
    x, y, radius = place_of_light(scene)
    far = np.hypot(canvas.x - x, canvas.y - y)
    canvas.paint(np.exp(-((far / 0.28) ** 2)), hue_of(scene), None, 0.35)
    disc = canvas.disc(x, y, radius)
    canvas.paint(disc, hue_of(scene), "light")
    if scene.light == "moon":  # seas on the moon tell it from the sun, whatever its colour
        for dx, dy, r in ((-0.3, -0.2, 0.3), (0.3, 0.25, 0.24), (-0.1, 0.45, 0.16)):
            spot = canvas.disc(x + dx * radius, y + dy * radius, r * radius)
            canvas.paint(spot, mix(hue_of(scene), (0.2, 0.2, 0.3), 0.35), None, 0.8)


def _clouds(canvas: Canvas, scene: Scene) -> None:
    cover = {"cloudy": 0.56, "rain": 0.44, "storm": 0.40, "snow": 0.5, "fog": 0.6}[scene.weather]
    mass = np.clip((canvas.cloudy(4, 7) - cover) * 5, 0, 1) * np.clip(
        1.25 - canvas.y / horizon_of(scene), 0, 1
    )
    bright = {"storm": 0.30, "rain": 0.62, "snow": 0.86, "fog": 0.85, "cloudy": 0.97}[scene.weather]
    canvas.paint(mass, lit(scene, (bright, bright, bright * 1.02)), "cloud", 0.8)


def ground(canvas: Canvas, scene: Scene) -> None:
    """Everything below the horizon (and the mountains that rise above it)."""
    horizon = horizon_of(scene)
    if scene.place in ("lake", "mountains", "river", "village"):
        layers = {"mountains": 3, "lake": 1}.get(scene.place, 1)
        for layer in range(layers):
            _mountain(canvas, scene, layer, layers, horizon)
    below = canvas.below(np.full(canvas.size, horizon, np.float32))
    if scene.place in ("sea", "lake"):
        _water(canvas, scene, below)
        if scene.place == "lake":
            shore = canvas.below(0.93 - 0.05 * canvas.line(5))
            canvas.paint(shore, lit(scene, GREENS[scene.season]), "vegetation")
    elif scene.place == "desert":
        for layer in range(3):
            edge = horizon + 0.13 * layer - (0.09 - 0.01 * layer) * canvas.line(4)
            shade = mix((0.93, 0.76, 0.50), (0.74, 0.46, 0.26), layer * 0.38)
            canvas.paint(canvas.below(edge), lit(scene, shade), "ground")
            canvas.paint(canvas.below(edge + 0.03) * canvas.noise(3, 2), lit(scene, shade * 0.7), None, 0.4)
    elif scene.place == "city":
        canvas.paint(below, lit(scene, (0.30, 0.31, 0.36)), "ground")
    else:
        _land(canvas, scene, horizon)
    if scene.place == "river":
        _stream(canvas, scene, horizon)


def _mountain(canvas: Canvas, scene: Scene, layer: int, layers: int, horizon: float) -> None:
    tall = 0.40 if scene.place == "mountains" else 0.17
    outline = canvas.ridge(3 + layer)
    edge = horizon + 0.02 + 0.09 * layer - (tall - 0.09 * layer) * outline
    stone = lit(scene, mix((0.42, 0.46, 0.60), GREENS[scene.season], 0.25 * layer))
    haze = np.asarray(canvas.colour[: max(1, canvas.size // 2)].mean((0, 1)))
    body = canvas.below(edge)
    canvas.paint(body, mix(stone, haze, 0.45 * (1 - layer / max(1, layers))), "mountain")
    slope = np.gradient(edge) * canvas.size  # one flank in the light, one in the shade
    canvas.paint(body * np.clip(slope, 0, 1)[None, :], stone * 0.6, None, 0.35)
    if layer == 0 and scene.place == "mountains":
        cap = body * (1 - canvas.below(horizon - tall * 0.52 + 0.05 * canvas.line(24)))
        canvas.paint(cap, lit(scene, (0.95, 0.97, 1.0)), None, 0.9)


def _water(canvas: Canvas, scene: Scene, mask: Array) -> None:
    """The sky's mirror, darker below; waves by the weather; a path of light under the sun or moon."""
    horizon = horizon_of(scene)
    mirrored = np.clip((2 * horizon - canvas.y[:, 0]) * canvas.size, 0, canvas.size - 1).astype(int)
    own = lit(scene, (0.10, 0.36, 0.52))
    deep = np.clip((canvas.y - horizon) / (1 - horizon), 0, 1)[:, :, None]
    surface = canvas.colour[mirrored] * (0.72 - 0.3 * deep) + own * (0.22 + 0.3 * deep)
    canvas.paint(mask, surface, "water")
    rough = {"storm": 0.55, "rain": 0.25}.get(scene.weather, 0.10)
    waves = canvas.noise(6, 26) * 0.6 + canvas.noise(14, 48) * 0.4
    canvas.paint(mask * np.clip((waves - 0.55) * 4, 0, 1), lit(scene, (0.9, 0.95, 1.0)), None, rough)
    canvas.paint(mask * np.clip((0.42 - waves) * 4, 0, 1), own * 0.5, None, rough)
    if scene.light != "none":
        x, _, radius = place_of_light(scene)
        wide = radius * (0.6 + 1.2 * np.clip(canvas.y - horizon, 0, 1))
        path = np.clip(1 - np.abs(canvas.x - x) / wide, 0, 1) * np.clip((waves - 0.4) * 5, 0, 1)
        canvas.paint(mask * path, hue_of(scene), None, 0.85)


def _land(canvas: Canvas, scene: Scene, horizon: float) -> None:
    green = GREENS[scene.season]
    for layer in range(3):
        edge = horizon + 0.11 * layer - 0.06 * canvas.line(4)
        shade = mix(green, (0.12, 0.22, 0.12), 0.12 + 0.14 * layer) if scene.season != "winter" else green
        canvas.paint(canvas.below(edge), lit(scene, shade), "ground")
    if scene.place == "field":  # furrows run to a point on the horizon, flowers or wheat between them
        fan = np.sin((canvas.x - 0.5) / np.clip(canvas.y - horizon + 0.03, 0.03, 1) * 9)
        rows = canvas.below(np.full(canvas.size, horizon + 0.14, np.float32)) * np.clip(fan, 0, 1)
        crops: dict[str, Colour] = {
            "spring": (0.95, 0.62, 0.76), "summer": (0.95, 0.82, 0.25),
            "autumn": (0.86, 0.62, 0.20), "winter": (0.72, 0.78, 0.86),
        }  # fmt: skip
        canvas.paint(rows, lit(scene, crops[scene.season]), "vegetation", 0.75)


def _stream(canvas: Canvas, scene: Scene, horizon: float) -> None:
    down = np.clip((canvas.y - horizon) / (1 - horizon), 0, 1)
    middle = 0.5 + 0.16 * np.sin(down * 4.2 + 0.8) * (1 - down * 0.6)
    wide = 0.05 + 0.34 * down**0.8
    mask = np.clip((wide - np.abs(canvas.x - middle)) * canvas.size + 0.5, 0, 1)
    _water(canvas, scene, mask * (canvas.y > horizon + 0.02))
