"""What Discord refuses in a command that is published ("Application Command Object", its limits)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.fakes.discord_rules import MAX_OPTIONS, invalid

NAME = re.compile(r"[-_'\w]{1,32}")
MAX_TEXT, MAX_WHOLE = 100, 8000
FOLDERS = (1, 2)  # a sub-command, a group of them


def check_command(command: dict[str, Any]) -> None:
    """Refuse a command that Discord would not publish."""
    _check(command)
    if sum(_length(text) for text in _texts(command)) > MAX_WHOLE:
        raise invalid(options=f"Command exceeds maximum size ({MAX_WHOLE})")


def _check(command: dict[str, Any]) -> None:
    _check_named(command)
    options = command.get("options") or []
    if len(options) > MAX_OPTIONS:
        raise invalid(options=f"Must be {MAX_OPTIONS} or fewer in length.")
    required = [bool(option.get("required")) for option in options]
    if sorted(required, reverse=True) != required:
        raise invalid(options="Required options must be placed before non-required options")
    tongues = {"", *(tongue for option in options for tongue in option.get("name_localizations") or {})}
    for tongue in tongues:
        called = [(option.get("name_localizations") or {}).get(tongue, option["name"]) for option in options]
        if len(set(called)) != len(called):
            raise invalid(options=f"Option names must be unique ({tongue or 'default'})")
    for option in options:
        if option["type"] in FOLDERS:
            _check(option)
            continue
        _check_named(option)
        choices = option.get("choices") or []
        if len(choices) > MAX_OPTIONS or (choices and option.get("autocomplete")):
            raise invalid(choices=f"Must be {MAX_OPTIONS} or fewer in length, without autocomplete.")
        for choice in choices:
            shown = [choice["name"], *(choice.get("name_localizations") or {}).values()]
            if not all(1 <= len(name) <= MAX_TEXT for name in shown):
                raise invalid(name=f"Must be between 1 and {MAX_TEXT} in length.")


def _check_named(thing: dict[str, Any]) -> None:
    for name in (thing["name"], *(thing.get("name_localizations") or {}).values()):
        if not NAME.fullmatch(name) or name.lower() != name:
            raise invalid(name="Command name is invalid")
    for text in (thing["description"], *(thing.get("description_localizations") or {}).values()):
        if not 1 <= len(text) <= MAX_TEXT:
            raise invalid(description=f"Must be between 1 and {MAX_TEXT} in length.")


def _texts(thing: dict[str, Any]) -> Iterator[list[str]]:
    """Every text that counts, in all its languages: of those the longest counts."""
    for part in ("name", "description"):
        if part in thing:
            yield [thing[part], *(thing.get(f"{part}_localizations") or {}).values()]
    if isinstance(thing.get("value"), str):
        yield [thing["value"]]
    for inner in (*(thing.get("options") or ()), *(thing.get("choices") or ())):
        yield from _texts(inner)


def _length(texts: list[str]) -> int:
    return max(len(text) for text in texts)
