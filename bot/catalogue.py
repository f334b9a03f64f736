"""Every command, once: Discord's tree, Telegram's list, the web page and the help are built from it.

A new command is one entry of :data:`COMMANDS` and its sentences in ``locales/*/catalogue.ftl``:
``command-NAME`` (description), ``option-NAME`` (description), ``choice-OPTION-VALUE`` (a
choice's name, where the value itself is not what a person should read). CONTRIBUTING shows one.
"""

from __future__ import annotations

from typing import Any

from atelier.errors import BadInput
from bot.actions.cancel import CANCEL
from bot.actions.limits import LIMITS
from bot.actions.order import ORDER
from bot.actions.queue import QUEUE
from bot.actions.running import RUNNING
from bot.actions.surprise import SURPRISE
from bot.actions.training import TRAINING
from bot.actions.yours import YOURS
from bot.command import Call, Command, Reply
from bot.door import permitted
from bot.making import MAKING
from bot.typed import parse_text


async def _help(call: Call) -> Reply:
    """What this person can ask for here."""
    shown = [command for command in COMMANDS if await permitted(command, call)]
    return Reply(call.say("help-intro"), commands=tuple(shown))


BY_NAME: dict[str, Command] = {
    command.name: command
    for command in (
        *MAKING.values(),
        SURPRISE,
        QUEUE,
        CANCEL,
        *YOURS,
        Command("admin", parts=(*RUNNING, *TRAINING, LIMITS, *ORDER), role="server"),
        Command("help", action=_help, personal=False),
    )
}
COMMANDS = BY_NAME.values()  # a view: what joins the one is in the other


def every() -> list[Command]:
    """All that can be given: the commands, and the parts of those that are folders."""
    return [part for command in COMMANDS for part in (command.parts or (command,))]


def read(line: str) -> tuple[Command, dict[str, Any]]:
    """Command and options of a line as typed, its slash left out: ``settings language=zh``.

    Raises :class:`BadInput` for an unknown command, or an option that cannot be read.
    """
    name, _, rest = line.strip().partition(" ")
    command = BY_NAME.get(name.lower())
    if command is None:
        names = " ".join(f"/{name}" for name in BY_NAME)
        raise BadInput("unknown-command", name=name[:40], commands=names)
    command, rest = part_of(command, rest.strip())
    return command, parse_text(command, rest)


def part_of(command: Command, rest: str) -> tuple[Command, str]:
    """The part that ``rest`` begins with, and what follows it. Raises :class:`BadInput` where it is none."""
    if not command.parts:
        return command, rest
    name, _, after = rest.partition(" ")
    for part in command.parts:
        if part.name == name.lower():
            return part, after.strip()
    names = ", ".join(part.name for part in command.parts)
    raise BadInput("unknown-part", command=command.name, name=name[:40] or "…", parts=names)
