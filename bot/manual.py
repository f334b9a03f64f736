"""``docs/commands.md``, written from the catalogue: ``make docs``, or ``python -m bot.manual FILE``."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from atelier.languages import DEFAULT, LANGS, Lang, say
from bot.catalogue import COMMANDS, every
from bot.command import Command, Option

_HEAD = """# Commands

Written by `make docs` from `bot/catalogue.py`; a test says when it is out of date.

Discord, Telegram and the web page have the same commands with the same options, but for `file`, which the web
page does not take (there, a tune to go on from is written into `notes`). On Discord options are chosen from a
menu, elsewhere typed as `name=value` (a value with spaces in quotes), in any order; what is no option is the
first one's value.

A command has its English name in every language: Telegram takes no other, and so what any sentence calls it
is what it is called everywhere. Options have names in each language: Discord shows those, and where they are
typed either is read (`style=ink`, `风格=水墨`).
"""


def manual() -> str:
    """The whole page, in Markdown."""
    lines = [_HEAD, *_table(("command", *map(_tongue, LANGS)), _overview())]
    for command in every():
        lines += ["", f"## /{command.path}", "", *_described(command)]
        if command.options:
            heads = ("option", "takes", *map(_tongue, LANGS))
            lines += ["", *_table(heads, [_row(option) for option in command.options])]
    return "\n".join(lines) + "\n"


def _tongue(lang: Lang) -> str:
    return say("language-name", lang)


def _overview() -> Iterable[tuple[str, ...]]:
    for command in COMMANDS:
        yield (_link(command), *(command.describe(lang) for lang in LANGS))
        for part in command.parts:
            yield (_link(part), *(part.describe(lang) for lang in LANGS))


def _link(command: Command) -> str:
    if command.parts:
        return f"`/{command.path}`"
    return f"[`/{command.path}`](#{command.path.replace(' ', '-')})"


def _described(command: Command) -> list[str]:
    who = {"everyone": "", "server": "For those who administer the server or the studio. ",
           "studio": "For those who run the studio. "}[command.role]  # fmt: skip
    alone = "The answer is seen by the one who asked." if command.personal and not command.makes else ""
    said = [f"{command.describe(DEFAULT)}. {who}{alone}".rstrip()]
    if command.kind:
        said += ["", f"Example: `/{command.path} {say(f'example-{command.name}', DEFAULT)}`"]
    return said


def _row(option: Option) -> tuple[str, ...]:
    name = f"`{option.name}`" + (" (required)" if option.required else "")
    return (name, _takes(option), *(option.describe(lang) for lang in LANGS))


def _takes(option: Option) -> str:
    if option.choices:
        return ", ".join(f"`{choice}`" for choice in option.choices)
    if option.type == "file":
        return "a file: chosen on Discord; on Telegram the command is its caption, or answers it"
    if option.type == "integer":
        return f"a whole number from {option.low} to {option.high}"
    return f"text, up to {option.max_length} characters" if option.max_length else "text"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    heads = list(heads)
    written = [heads, ["---"] * len(heads), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in written]


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(manual(), "utf-8")
