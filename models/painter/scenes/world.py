"""What a scene is, and how one is imagined from a seed: everything that the words can say about it."""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from atelier.requests import Mood, Palette

Place = Literal["sea", "lake", "river", "mountains", "desert", "forest", "field", "village", "city"]
Time = Literal["dawn", "day", "dusk", "night"]
Weather = Literal["clear", "cloudy", "rain", "snow", "storm", "fog"]
Season = Literal["spring", "summer", "autumn", "winter"]
Light = Literal["sun", "moon", "none"]
Hue = Literal["golden", "white", "red", "orange", "silver", ""]
Side = Literal["left", "centre", "right"]
SceneStyle = Literal["oil", "watercolour", "ink", "poster", "pixel", "glow"]

PLACES: tuple[Place, ...] = get_args(Place)
TIMES: tuple[Time, ...] = get_args(Time)
WEATHERS: tuple[Weather, ...] = get_args(Weather)
SEASONS: tuple[Season, ...] = get_args(Season)
LIGHTS: tuple[Light, ...] = get_args(Light)
STYLES: tuple[SceneStyle, ...] = get_args(SceneStyle)
PALETTES: tuple[Palette, ...] = get_args(Palette)
WATERS: tuple[Place, ...] = ("sea", "lake", "river")
MOST_BOATS = 3


@dataclass(frozen=True, slots=True)
class Scene:
    """One imagined landscape. Every field but the last two shows in the picture."""

    place: Place
    time: Time
    weather: Weather
    season: Season
    light: Light
    hue: Hue  # of the sun or the moon; empty without one
    side: Side  # where it stands
    boats: int  # 0 to 3, on water only
    houses: int
    trees: int
    birds: int
    lighthouse: bool
    bridge: bool
    stars: bool
    palette: Palette | None
    style: SceneStyle
    mood: Mood
    seed: int

    def labels(self) -> dict[str, Any]:
        """For a pack's row: every attribute, and ``subject``, ``style`` as other packs name them."""
        told = asdict(self)
        return {**told, "scene": True, "palette": self.palette or "", "style": f"scene {self.style}",
                "subject": self.place}  # fmt: skip


def imagine(seed: int) -> Scene:
    """The scene of ``seed``, the same on every machine."""
    chance = random.Random(f"scene {seed}")
    place = chance.choice(PLACES)
    weather: Weather = chance.choices(WEATHERS, (7, 3, 2.5, 2.5, 2.5, 2.5))[0]
    time: Time = chance.choices(TIMES, (2.2, 3, 3.2, 3))[0]
    season: Season = "winter" if weather == "snow" else chance.choices(SEASONS, (3, 3, 3, 1.2))[0]
    light = _light(chance, time, weather)
    style: SceneStyle = chance.choices(STYLES, (3, 2.2, 1.6, 2.2, 1.6, 1.6))[0]
    palette: Palette | None = chance.choice(PALETTES) if chance.random() < 0.5 and style != "ink" else None
    if (style, palette) == ("glow", "bright") or (time, palette) == ("night", "bright"):
        palette = None  # neon is dark around its light, and so is a night
    hues: tuple[Hue, ...] = ("golden", "golden", "orange", "red", "white")
    if light == "moon":
        hues = ("white", "silver", "golden", "red", "red")
    if style == "ink":
        hues = ("red", "white") if light == "moon" else ("red",)
    if palette == "monochrome":
        hues = ("white",)
    wet = place in WATERS
    quiet = weather in ("clear", "cloudy", "fog")
    return Scene(
        place, time, weather, season, light,
        chance.choice(hues) if light != "none" else "",
        chance.choice(("left", "centre", "right")),
        chance.choices((0, 1, 2, 3), (2, 3, 2.6, 2.6))[0] if wet else 0,
        _houses(chance, place),
        chance.choice((0, 0, 1, 2, 3)) if place in ("lake", "river", "field", "desert", "village") else 0,
        chance.choice((0, 0, 0, 3, 5)) if quiet and time != "night" else 0,
        place == "sea" and chance.random() < 0.35,
        place == "river" and chance.random() < 0.45,
        time == "night" and weather == "clear",
        palette, style, _mood(chance, weather, time, palette), seed,
    )  # fmt: skip


def _light(chance: random.Random, time: Time, weather: Weather) -> Light:
    hidden = {"clear": 0.12, "cloudy": 0.4, "fog": 0.5, "snow": 0.65, "rain": 0.9, "storm": 0.9}[weather]
    if chance.random() < hidden:
        return "none"
    if time == "night":
        return "moon"
    return "moon" if time == "dusk" and chance.random() < 0.25 else "sun"


def _houses(chance: random.Random, place: Place) -> int:
    if place == "village":
        return chance.choice((3, 4, 5))
    return chance.choice((0, 0, 1, 2)) if place in ("lake", "river", "mountains", "field") else 0


def _mood(chance: random.Random, weather: Weather, time: Time, palette: Palette | None) -> Mood:
    if weather == "storm":
        return chance.choice(("tense", "epic"))
    if weather in ("rain", "fog"):
        return chance.choice(("sad", "wistful", "calm"))
    if palette in ("bright", "vivid") and time == "day":
        return chance.choice(("joyful", "playful"))
    return "wistful" if time == "dusk" else "calm"
