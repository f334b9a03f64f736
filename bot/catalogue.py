"""Every command, once: Discord's tree, Telegram's list, the web page and the help are built from it.

A new command is one entry of :data:`COMMANDS` and its sentences in ``locales/*/catalogue.ftl``:
``command-NAME`` (description), ``option-NAME`` (description), ``choice-OPTION-VALUE`` (a
choice's name, where the value itself is not what a person should read).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal, get_args

from atelier.errors import BadInput
from atelier.languages import Lang, say
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


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a command. ``field`` is its name in the request; bounds are inclusive."""

    name: str
    type: Literal["text", "integer"] = "text"
    required: bool = False
    choices: tuple[str | int, ...] = ()
    low: int | None = None
    high: int | None = None
    max_length: int | None = None
    field: str = ""

    def describe(self, lang: Lang) -> str:
        """What the option means, in at most 100 characters (Discord's limit)."""
        return say(f"option-{self.name}", lang)

    def choice(self, value: str | int, lang: Lang) -> str:
        """What a person reads for a choice."""
        slug = re.sub(r"[^a-z0-9]+", "-", str(value).lower()).strip("-")
        if self.name == "form" or isinstance(value, int):  # forms are names, said verbatim
            return str(value)
        return say(f"choice-{self.name}-{slug}", lang)


@dataclass(frozen=True, slots=True)
class Command:
    """One command. ``kind`` is the request it makes, or None for those that only answer."""

    name: str
    kind: Kind | None = None
    options: tuple[Option, ...] = ()

    def describe(self, lang: Lang) -> str:
        """What the command does, in at most 100 characters (Discord's limit)."""
        return say(f"command-{self.name}", lang)

    @property
    def prompt(self) -> Option | None:
        """The required option: what Telegram reads from the rest of the message."""
        return next((option for option in self.options if option.required), None)

    def fields(self, options: dict[str, Any]) -> dict[str, Any]:
        """Options by their chat names → by the request's field names."""
        names = {option.name: option.field or option.name for option in self.options}
        return {names.get(name, name): value for name, value in options.items()}


_MOOD = Option("mood", choices=MOODS)
_SEED = Option("seed", "integer", low=0, high=MAX_SEED)


def _prompt(name: str) -> Option:
    return Option(name, required=True, max_length=MAX_PROMPT)


COMMANDS: tuple[Command, ...] = (
    Command("paint", "paint", (
        _prompt("prompt"),
        Option("style", choices=STYLES),
        _MOOD,
        Option("palette", choices=PALETTES),
        Option("count", "integer", low=1, high=MAX_COUNT),
        _SEED,
    )),
    Command("poem", "poem", (
        _prompt("topic"),
        Option("form", choices=FORMS),
        Option("language", choices=get_args(Lang), field="lang"),
        _MOOD,
        Option("acrostic", max_length=14),
        _SEED,
    )),
    Command("melody", "melody", (
        _prompt("description"),
        _MOOD,
        Option("rhythm", choices=RHYTHMS),
        Option("key", max_length=12),
        Option("tempo", "integer", low=MIN_TEMPO, high=MAX_TEMPO),
        Option("length", "integer", choices=LENGTHS),
        _SEED,
    )),
    Command("help"),
)  # fmt: skip

BY_NAME: dict[str, Command] = {command.name: command for command in COMMANDS}

_WRITTEN = re.compile(r"(?:^|\s)(?P<dash>--|—|–)?(?P<name>[a-z]+)[=:：](?P<value>\"[^\"]*\"|“[^”]*”|\S+)")


def parse_text(command: Command, text: str) -> dict[str, Any]:
    """Options out of a typed line: ``a stormy sea style=photo seed=7`` (``form="free"``, ``form=七绝``).

    What is no known option stays in the prompt. Values are checked by the request itself; here
    an integer option that is no integer raises :class:`BadInput`.
    """
    known = {option.name: option for option in command.options if not option.required}
    options: dict[str, Any] = {}

    def take(found: re.Match[str]) -> str:
        option = known.get(found["name"])
        if option is None:
            return found[0]
        value = found["value"].strip('"“”')
        if option.type == "integer":
            if not re.fullmatch(r"[+-]?\d{1,15}", value):
                raise BadInput("bad-integer", option=option.name, value=value[:40])
            options[option.name] = int(value)
        else:
            options[option.name] = value
        return ""

    rest = _WRITTEN.sub(take, text).strip()
    if command.prompt is not None:
        options[command.prompt.name] = rest
    return options


def help_text(lang: Lang, mark: str = "/") -> str:
    """All commands with an example each, as plain text."""
    lines = [say("help-intro", lang), ""]
    for command in COMMANDS:
        lines.append(f"{mark}{command.name} · {command.describe(lang)}")
        if command.kind:
            lines.append(f"    {mark}{command.name} {say(f'example-{command.name}', lang)}")
    return "\n".join([*lines, "", say("help-outro", lang)])
