"""What each command refuses at once, and the sentence that says so: for the test of every command."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any

from atelier.languages import say
from bot.catalogue import BY_NAME
from bot.command import Command, Option


@dataclass(frozen=True)
class Wrong:
    """Options that a command does not take, and what says so."""

    options: dict[str, Any]
    key: str
    params: dict[str, Any] = field(default_factory=dict)


# Words that are refused for what they say, whichever language the person reads.
FILTERED = dict.fromkeys(["hentai", "h e n t a i", "裸体", "裸 体"], "filter-sexual")

HAIKU = partial(say, "choice-form-haiku")  # a form is called as its reader calls it

COMMANDS = " ".join(f"/{name}" for name in BY_NAME)

# What one command refuses that its options' types and bounds do not say.
OWN: dict[str, list[Wrong]] = {
    "poem": [
        Wrong({"acrostic": "abcdefghijklmno"}, "bad-acrostic-long", {"limit": 14}),
        Wrong({"acrostic": "stars", "form": "haiku"}, "bad-acrostic-form", {"form": HAIKU}),
        Wrong({"form": "haiku", "language": "zh"}, "bad-form-language", {"form": HAIKU, "language": "zh"}),
    ],
    "melody": [
        Wrong({"key": "H"}, "bad-key", {"value": "H"}),
        Wrong({"key": "C# sharp minor"}, "bad-key", {"value": "C# sharp minor"}),
        Wrong({"notes": "how now"}, "tune-no-abc", {"where": "how now"}),
    ],
    "help": [
        Wrong({"command": "nosuch"}, "unknown-command", {"name": "nosuch", "commands": COMMANDS}),
    ],
    "history": [Wrong({"work": "nosuchwork"}, "work-unknown")],
    "favourites": [Wrong({"work": "nosuchwork"}, "work-unknown")],
    "admin promote": [Wrong({"version": "v999"}, "version-unknown")],
    "admin words": [Wrong({"remove": "nosuchword"}, "words-not-there", {"word": "nosuchword"})],
    "admin channels": [Wrong({"change": "allow"}, "only-in-a-server")],
    "admin adults": [Wrong({"allowed": "yes"}, "only-in-a-server")],
    "admin learning": [Wrong({"learn": "no"}, "only-in-a-server")],
    "admin ban": [Wrong({"person": "Bob"}, "ban-whom", {"value": "Bob"})],
    "admin unban": [Wrong({"person": "7"}, "ban-none")],
}
# Options that it is not their length that is wrong with.
SHAPED = {("poem", "acrostic"), ("melody", "key"), ("melody", "notes")}


def refusals_of(command: Command) -> list[Wrong]:
    """What this command refuses at once: by its options' rules, by what it says, and by :data:`OWN`."""
    found = [wrong for option in command.options for wrong in _against_rules(command, option)]
    if command.kind and command.prompt:
        found += [Wrong({command.prompt.name: words}, key) for words, key in FILTERED.items()]
    return found + OWN.get(command.path, [])


def _against_rules(command: Command, option: Option) -> list[Wrong]:
    name = option.name
    if option.choices:
        value: str | int = 5 if option.type == "integer" else "nonsense"
        told = {"option": name, "value": str(value), "choices": option.listed}
        return [Wrong({name: value}, "bad-choice", told)]
    if option.type == "integer":
        bounds = {"low": str(option.low), "high": str(option.high)}
        values = [bound for bound in (_next(option.low, -1), _next(option.high, 1)) if bound is not None]
        return [Wrong({name: v}, "bad-range", {"option": name, "value": str(v), **bounds}) for v in values]
    if option.max_length is None or (command.path, name) in SHAPED:
        return []
    return [Wrong({name: "x" * (option.max_length + 1)}, "bad-prompt-long", {"limit": option.max_length})]


def _next(bound: int | None, step: int) -> int | None:
    return None if bound is None else bound + step
