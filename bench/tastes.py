"""The hidden tastes of ``atelier bench learning``'s people, and what they ask for.

The studio is told of no taste: a person sees a work and likes it or not. But each is of a kind that its
model has numbers for (mode and leaps, warmth, words), and one that is of none would be learnt less well.
``asked`` is what people say while they vote, ``fresh`` what others of the same taste say to the version
that learnt from them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from atelier.requests import Kind, MelodyRequest, PaintRequest, PoemRequest, Request
from atelier.versions import Model
from models.painter.palette import palettes_of

LEAP, FEW = 4, 0.22  # semitones beyond which a move is a leap; the share of leaps that is still few
SEASONS = re.compile(r"\b(spring|summer|autumn|fall|winter)\b", re.I)


@dataclass(frozen=True, slots=True)
class Taste:
    """``likes`` says of a work's result whether it is to the taste; ``ask`` makes the request."""

    model: Model
    kind: Kind
    told: str
    asked: tuple[str, ...]
    fresh: tuple[str, ...]
    ask: Callable[[str, int], Request]
    likes: Callable[[dict[str, Any]], bool]


def _tune(words: str, seed: int) -> MelodyRequest:
    return MelodyRequest(description=words, seed=seed, length=4 if seed % 4 else 8)


def _poem(words: str, seed: int) -> PoemRequest:
    return PoemRequest(topic=words, seed=seed, form="quatrain" if seed % 2 else "haiku")


def _minor_and_smooth(result: dict[str, Any]) -> bool:
    moves = np.abs(np.diff([pitch for _, _, pitch in result["notes"]]))
    return result["mode"] == "minor" and float((moves > LEAP).mean()) < FEW


def _names_a_season(result: dict[str, Any]) -> bool:
    return any(SEASONS.search(line) for line in result["lines"])


def _picture(words: str, seed: int) -> PaintRequest:
    return PaintRequest(prompt=words, seed=seed)


def _is_warm(result: dict[str, Any]) -> bool:
    return "warm" in result["palettes"]


def shown(result: dict[str, Any], files: Sequence[bytes]) -> dict[str, Any]:
    """What a person sees of a work: of a picture its colours too, as palettes are told from pixels."""
    if "width" not in result:
        return result
    pixels = np.asarray(Image.open(io.BytesIO(files[0])).convert("RGB"))
    return {**result, "palettes": palettes_of(pixels.transpose(2, 0, 1))}


TASTES: dict[str, Taste] = {
    "painter": Taste(
        "painter", "paint", "pictures in warm colours",
        (
            "a house by the lake", "a bowl of fruit", "a cat", "an old town", "a portrait of a woman",
            "the sea", "a castle on a hill", "a smiling face", "a butterfly", "a forest",
            "a city by the river", "a ship", "mountains", "a flower", "a bird", "a village in the fields",
            "a tree", "a bridge", "a fish", "a king",
        ),
        (
            "a garden", "a mountain hut", "a dog", "a boat on the water", "a portrait of a man", "a road",
            "a church", "a car", "a pear", "the moon over a lake", "a waterfall", "a horse",
        ),
        _picture, _is_warm,
    ),
    "composer": Taste(
        "composer", "melody", "melodies in minor with few leaps",
        (
            "rain on the window", "the road to the harbour", "an evening by the fire", "the old mill",
            "morning in the market", "snow over the fields", "a walk with my dog", "ships in the bay",
            "the clockmaker's house", "for my sister", "the last train home", "first day of school",
            "a merry jig", "a song for the harvest", "a quiet air", "a hymn for the valley",
            "wind in the barley",
            "lanterns on the river", "a hornpipe for the crew", "the bridge at noon",
        ),
        (
            "a house by the sea", "the baker's daughter", "stars above the roofs", "a letter to a friend",
            "the ferry at dawn", "cherry trees", "my first bicycle", "a street in the old town",
            "a reel for the wedding", "a song about bread", "the miller's cat", "a night in the library",
        ),
        _tune, _minor_and_smooth,
    ),
    "poet": Taste(
        "poet", "poem", "poems that name a season",
        (
            "a stormy sea", "my grandmother's garden", "an old lighthouse", "silence", "the long road home",
            "falling in love", "a wild horse", "a child's laughter", "lost letters", "the city at night",
            "bread and honey", "a friend far away", "the moon over the hills", "a river in the valley",
            "the old church", "a bird at my window", "time", "a soldier's dream", "the shepherd", "the stars",
        ),
        (
            "a walk in the forest", "the fisherman", "a broken clock", "my father's hands", "the empty house",
            "a song of hope", "the queen of the lake", "a lonely tree", "memory", "the traveller",
            "a fountain in the court", "the mountain wind",
        ),
        _poem, _names_a_season,
    ),
}  # fmt: skip
