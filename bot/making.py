"""The commands that make a work. Their options are the fields of :mod:`atelier.requests`, one for one."""

from __future__ import annotations

from typing import Any, get_args

from atelier import tunes
from atelier.errors import BadInput
from atelier.form_names import canonical_form
from atelier.languages import Written
from atelier.requests import (
    FORMS,
    INSTRUMENTS,
    LENGTHS,
    MAX_ACROSTIC,
    MAX_COUNT,
    MAX_PROMPT,
    MAX_SEED,
    MAX_TEMPO,
    MIN_TEMPO,
    MOODS,
    PALETTES,
    RHYTHMS,
    STYLES,
    Given,
    Kind,
    Lead,
)  # fmt: skip
from atelier.style_names import canonical_style
from bot.command import Command, Option, Upload

_MOOD = Option("mood", choices=MOODS)
_SEED = Option("seed", "integer", low=0, high=MAX_SEED)


def _begun(notes: str | Given) -> dict[str, Any]:
    """A tune that goes on from ``notes``: ABC text, or a tune that was read already."""
    if not notes:
        return {}
    tune = notes if isinstance(notes, Given) else tunes.read(notes.encode("utf-8", "replace"))
    return {"steer": Lead(way="continue", tune=tune, brought=True)}


def _brought(sent: object) -> dict[str, Any]:
    """A tune that goes on from a MIDI or ABC file. Raises :class:`BadInput` for anything else."""
    if not isinstance(sent, Upload):
        raise BadInput("file-not-sent")
    return {"steer": Lead(way="continue", tune=tunes.read(sent.data, sent.name), brought=True)}


def _prompt(name: str) -> Option:
    return Option(name, required=True, max_length=MAX_PROMPT)


MAKING: dict[Kind, Command] = {
    "paint": Command("paint", "paint", (
        _prompt("prompt"),
        Option("style", choices=STYLES, suggest="choices", canonical=canonical_style),
        _MOOD,
        Option("palette", choices=PALETTES),
        Option("count", "integer", low=1, high=MAX_COUNT),
        _SEED,
    )),
    "poem": Command("poem", "poem", (
        _prompt("topic"),
        Option("form", choices=FORMS, suggest="choices", canonical=canonical_form),
        Option("language", choices=get_args(Written), field="lang"),
        _MOOD,
        Option("acrostic", max_length=MAX_ACROSTIC),
        _SEED,
    )),
    "melody": Command("melody", "melody", (
        _prompt("description"),
        _MOOD,
        Option("rhythm", choices=RHYTHMS),
        Option("key", max_length=12),
        Option("tempo", "integer", low=MIN_TEMPO, high=MAX_TEMPO),
        Option("length", "integer", choices=LENGTHS),
        Option("instrument", choices=INSTRUMENTS),
        Option("notes", max_length=MAX_PROMPT, reads=_begun),
        Option("file", "file", reads=_brought),
        _SEED,
    )),
}  # fmt: skip
