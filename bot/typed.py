"""Commands as people type them: ``/paint a stormy sea style=photo``, ``/admin promote painter v3``."""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import Any

from atelier.errors import BadInput
from atelier.languages import option_names
from bot.command import Command, Option

_IS = "[=:：＝]"
_MODES = "major|minor|dorian|phrygian|lydian|mixolydian|aeolian|ionian|locrian"
_QUOTES = '"“”「」'
_INTEGER = re.compile(r"[+-]?\d{1,15}")


@lru_cache(maxsize=256)  # commands in the languages that are here
def _written(names: tuple[str, ...]) -> re.Pattern[str]:
    """``name=value`` with one of ``names``, in whatever letters a language writes them (clé, стиль, 风格)."""
    name = "|".join(map(re.escape, sorted(names, key=len, reverse=True))) or "(?!)"
    return re.compile(
        rf"(?:^|[\s，,;；])(?:--|—|–)?(?P<name>(?i:{name})){_IS}(?P<value>\"[^\"]*\"|“[^”]*”|「[^」]*」"
        rf"|[A-Ga-g](?:[#♯b♭]|-?(?:sharp|flat))?\ (?i:{_MODES})\b"  # key=D minor
        rf"|\S+?(?=[，,;；]\s*(?:{name}|[a-z]{{2,}}|[\u4e00-\u9fff]{{1,4}}){_IS}|\s|$))"
    )


def parse_text(command: Command, text: str) -> dict[str, Any]:
    """Options out of a typed line: ``a stormy sea style=photo seed=7`` (``form="free"``, ``体裁=七绝``).

    What is no known option stays in the prompt of a command that makes something; of the others the
    remaining words fill the options in their order, the last one taking all that is left. Values are
    checked later; here an integer option that is no integer raises :class:`BadInput`.
    """
    known = {
        name.casefold(): option
        for option in command.options
        for name in option.called
        if option.type != "file" and not (command.kind and option.required)
    }
    options: dict[str, Any] = {}

    def take(found: re.Match[str]) -> str:
        option = known[found["name"].casefold()]
        options[option.name] = _value(option, found["value"].strip(_QUOTES))
        return ""

    for option in command.options:
        if option.flag:
            text, times = re.subn(rf"(?:^|(?<=\s))(?:--|—|–)?{option.flag.lstrip('-')}(?=\s|$)", "", text)
            options |= {option.name: "yes"} if times else {}
    rest = _written(tuple(sorted(known))).sub(take, text).strip()
    if command.kind is None:
        return options | _in_order(command, options, rest)
    if command.prompt is not None:
        options[command.prompt.name] = rest
    return options


def _in_order(command: Command, named: dict[str, Any], rest: str) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for option in command.options:
        if option.phrase and rest:  # its words are not to fall to the options behind it
            said = f"{named.get(option.name, '')} {rest}".strip()
            if option.name in named or not any(other.name in named for other in command.options):
                return options | {option.name: said}
            continue
        if option.name in named or not rest:
            continue
        if option is command.options[-1]:
            word, rest = rest, ""
        else:
            word, _, rest = rest.partition(" ")
        options[option.name] = _value(option, word)
        rest = rest.strip()
    return options


def _value(option: Option, written: str) -> str | int:
    if option.type != "integer":
        return written
    if not _INTEGER.fullmatch(written.strip()):
        raise BadInput("bad-integer", option=option.name, value=written[:40])
    return int(written)


def checked(command: Command, options: dict[str, Any]) -> dict[str, Any]:
    """``options`` as the command allows them, whatever a client let through. Raises :class:`BadInput`.

    For commands that make nothing; a request checks its own.
    """
    known = {option.name: option for option in command.options}
    said = {name: value for name, value in options.items() if value is not None and value != ""}
    for name in said:
        if name not in known:
            raise BadInput("bad-option", option=name[:40], options=partial(option_names, list(known)))
    for option in command.options:
        if option.name in said:
            said[option.name] = _allowed(option, said[option.name])
        elif option.required:
            raise BadInput("option-missing", option=option.name, command=command.path)
    return said


def _allowed(option: Option, value: object) -> str | int:
    shown = str(value)[:40]
    if option.type == "integer":
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadInput("bad-integer", option=option.name, value=shown)
        if option.choices and value not in option.choices:
            raise _no_choice(option, shown)
        low, high = option.low, option.high
        if (low is not None and value < low) or (high is not None and value > high):
            raise BadInput("bad-range", option=option.name, value=shown, low=str(low), high=str(high))
        return value
    text = str(option.meant(str(value).strip()))
    if option.choices and text not in option.choices:
        raise _no_choice(option, shown)
    if option.max_length is not None and len(text) > option.max_length:
        raise BadInput("bad-prompt-long", limit=option.max_length)
    return text


def _no_choice(option: Option, shown: str) -> BadInput:
    return BadInput("bad-choice", option=option.name, value=shown, choices=option.listed)
