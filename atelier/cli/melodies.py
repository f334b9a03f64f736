"""``atelier melody --continue|--vary|--blend``: requests that start from a tune, a file or ABC text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from atelier import tunes
from atelier.errors import BadInput
from atelier.languages import say, terminal_language
from atelier.requests import STRENGTHS, Given, Lead

_WAYS = ("continue", "vary", "blend")


def led(given: dict[str, Any]) -> dict[str, Any]:
    """The command's options with those that lead made into the request's ``steer``.

    Raises :class:`BadInput` for options that do not go together and for what is no tune.
    """
    told = {name: given.pop(name) for name in (*_WAYS, "strength", "share")}
    told = {name: value for name, value in told.items() if value not in (None, ())}
    ways = [name for name in _WAYS if name in told]
    for option, other in (("strength", "vary"), ("share", "blend")):
        if option in told and other not in told:
            raise BadInput("steer-needs", option=f"--{option}", other=f"--{other}")
    if not ways:
        return given
    if given.get("source") is not None:
        raise BadInput("steer-with-from", option=f"--{ways[0]}")
    if len(ways) > 1:
        raise BadInput("lead-one-way")
    strength, share = told.get("strength", "subtle"), told.get("share", 0.5)
    if strength not in STRENGTHS:
        raise BadInput(
            "bad-choice", option="strength", value=str(strength)[:40], choices=", ".join(STRENGTHS)
        )
    if not 0 <= share <= 1:
        raise BadInput("bad-range-share", value=str(share))
    (way,) = ways
    named = told[way] if way == "blend" else (told[way],)
    tune, *others = (given_in(one) for one in named)
    other_tune = others[0] if others else None
    lead = Lead(way=way, tune=tune, other=other_tune, strength=strength, share=share, brought=True)
    words = given.get("description") or say(f"melody-words-{way}", terminal_language())
    return given | {"description": words, "steer": lead.model_dump(mode="json")}


def given_in(written: str) -> Given:
    """The tune in a file, or in ABC text itself. Raises :class:`BadInput`."""
    path = Path(written)
    try:
        there = path.is_file()
    except (OSError, ValueError):  # too long for a name, or a null byte: text, then
        there = False
    if not there:
        if path.suffix.lower() in (".mid", ".midi", ".abc"):
            raise BadInput("bad-from", path=written[:200], why="no such file")
        return tunes.read(written.encode("utf-8", "replace"))
    try:
        with path.open("rb") as file:
            data = file.read(tunes.MAX_BYTES + 1)
    except OSError as fault:
        raise BadInput("bad-from", path=written, why=fault.strerror or str(fault)) from None
    return tunes.read(data, path.name)
