"""The gate's verdict in words: what each of its figures is called, and what speaks against a version."""

from __future__ import annotations

from typing import Any

from atelier.languages import Lang, say

FIGURES = frozenset((
    "form", "written", "topic", "new_lines", "fluency", "distinct", "different", "copies", "seconds",
    "reward", "written_right", "mode_heard", "meter_heard", "rhythm_heard", "well_made", "asked_and_got",
    "distinct_runs", "copied", "scene_attributes", "words_fit", "frechet_scenes", "variety",
    "copied_pictures",
))  # fmt: skip


def figure_named(name: str, lang: Lang) -> str:
    """A figure of the gate, as ``topic_en``, in words."""
    base, _, part = name.rpartition("_")
    if part not in ("en", "zh"):
        base, part = name, ""
    shown = say(f"learn-figure-{base}", lang) if base in FIGURES else base.replace("_", " ")
    return say("learn-figure-of", lang, figure=shown, part=part_named(part, lang)) if part else shown


def reason_said(reason: dict[str, Any], lang: Lang) -> str:
    """Why the gate let it not pass, as it stands on a card; a figure has its name."""
    told = dict(reason["params"])
    if "figure" in told:
        told["figure"] = figure_named(told["figure"], lang)
    return say(reason["key"], lang, **told)


def part_named(part: str, lang: Lang) -> str:
    """A part of a model that learns by itself, as ``en`` of the poet."""
    return say("learn-part", lang, part=part)
