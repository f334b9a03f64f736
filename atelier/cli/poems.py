"""``atelier poem --continue|--vary``: requests that start from a poem that is there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from atelier.errors import BadInput
from atelier.languages import say, terminal_language
from atelier.requests import STRENGTHS, Verse

_WAYS = ("continue", "vary")
MAX_BYTES = 64 * 1024
_MARKS = "，。；！？、,;"  # that stand after a Chinese line and are no part of it


def started(given: dict[str, Any]) -> dict[str, Any]:
    """The command's options with those that start from a poem made into the request's ``steer``.

    Raises :class:`BadInput` for options that do not go together and for what is no poem.
    """
    told = {name: given.pop(name) for name in (*_WAYS, "strength")}
    ways = [name for name in _WAYS if told[name] is not None]
    if told["strength"] is not None and told["vary"] is None:
        raise BadInput("steer-needs", option="--strength", other="--vary")
    if not ways:
        return given
    if given.get("source") is not None:
        raise BadInput("steer-with-from", option=f"--{ways[0]}")
    if len(ways) > 1:
        raise BadInput("poem-one-way")
    strength = told["strength"] or "subtle"
    if strength not in STRENGTHS:
        raise BadInput(
            "bad-choice", option="strength", value=str(strength)[:40], choices=", ".join(STRENGTHS)
        )
    (way,) = ways
    poem = read(told[way])
    try:
        verse = Verse(way=way, lines=poem["lines"], strength=strength)
    except ValidationError:
        raise BadInput("poem-no-lines", path=str(told[way])) from None
    words = given.get("topic") or poem.get("title") or say(f"poem-words-{way}", terminal_language())
    form = given.get("form") or poem.get("form")
    return given | {"topic": words, "form": form, "steer": verse.model_dump(mode="json")}


def read(path: Path) -> dict[str, Any]:
    """``lines``, and where told ``title`` and ``form``: of a result in JSON, of a poem's file, of text.

    Raises :class:`BadInput` for what cannot be read, or holds no lines.
    """
    try:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES + 1).decode("utf-8-sig")
    except (OSError, ValueError) as fault:
        why = getattr(fault, "strerror", None) or "no UTF-8 text"
        raise BadInput("bad-from", path=str(path), why=why) from None
    if len(text) > MAX_BYTES:
        raise BadInput("poem-no-lines", path=str(path))
    found = _of_json(text) or _of_text(text)
    if not found["lines"]:
        raise BadInput("poem-no-lines", path=str(path))
    return found


def _of_json(text: str) -> dict[str, Any] | None:
    """What ``atelier poem --json`` printed."""
    try:
        told = json.loads(text)
    except ValueError:
        return None
    if not isinstance(told, dict) or not isinstance(told.get("lines"), list):
        return None
    lines = [line for line in told["lines"] if isinstance(line, str)]
    return {"lines": lines, **{name: told[name] for name in ("title", "form") if told.get(name)}}


def _of_text(text: str) -> dict[str, Any]:
    """A poem's own file (title, stanzas, what it says of itself), or lines alone."""
    blocks = [block.split("\n") for block in text.replace("\r", "").strip().split("\n\n") if block.strip()]
    found: dict[str, Any] = {}
    if blocks and blocks[-1][0].startswith("Software: "):
        about = dict(line.split(": ", 1) for line in blocks.pop() if ": " in line)
        options = _of_options(about.get("Options", ""))
        found = {name: options[name] for name in ("form",) if name in options}
        found["title"] = blocks.pop(0)[0].strip() if len(blocks) > 1 else ""
    lines = [line.strip().rstrip(_MARKS) if _chinese(line) else line.strip() for b in blocks for line in b]
    return {**found, "lines": [line for line in lines if line]}


def _of_options(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _chinese(line: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in line)
