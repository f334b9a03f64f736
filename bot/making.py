"""The commands that make a work. Their options are the fields of :mod:`atelier.requests`, one for one."""

from __future__ import annotations

from typing import get_args

from atelier.languages import Written
from atelier.requests import (
    FORMS,
    LENGTHS,
    MAX_COUNT,
    MAX_PROMPT,
    MAX_SEED,
    MAX_TEMPO,
    MIN_TEMPO,
    MOODS,
    PALETTES,
    RHYTHMS,
    STYLES,
    Kind,
)  # fmt: skip
from bot.command import Command, Option

_MOOD = Option("mood", choices=MOODS)
_SEED = Option("seed", "integer", low=0, high=MAX_SEED)


def _prompt(name: str) -> Option:
    return Option(name, required=True, max_length=MAX_PROMPT)


MAKING: dict[Kind, Command] = {
    "paint": Command("paint", "paint", (
        _prompt("prompt"),
        Option("style", choices=STYLES, suggest="choices"),
        _MOOD,
        Option("palette", choices=PALETTES),
        Option("count", "integer", low=1, high=MAX_COUNT),
        _SEED,
    )),
    "poem": Command("poem", "poem", (
        _prompt("topic"),
        Option("form", choices=FORMS, suggest="choices"),
        Option("language", choices=get_args(Written), field="lang"),
        _MOOD,
        Option("acrostic", max_length=14),
        _SEED,
    )),
    "melody": Command("melody", "melody", (
        _prompt("description"),
        _MOOD,
        Option("rhythm", choices=RHYTHMS),
        Option("key", max_length=12),
        Option("tempo", "integer", low=MIN_TEMPO, high=MAX_TEMPO),
        Option("length", "integer", choices=LENGTHS),
        _SEED,
    )),
}  # fmt: skip
