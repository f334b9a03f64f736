"""Every command, once: Discord's tree, Telegram's list, the web page and the help are built from it.

A new command is one entry of :data:`COMMANDS` and its sentences in ``locales/*/catalogue.ftl``:
``command-NAME`` (description), ``option-NAME`` (description), ``choice-OPTION-VALUE`` (a
choice's name, where the value itself is not what a person should read). CONTRIBUTING shows one.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from atelier.errors import BadInput
from atelier.languages import listed
from bot.actions.cancel import CANCEL
from bot.actions.limits import LIMITS
from bot.actions.order import ORDER
from bot.actions.queue import QUEUE
from bot.actions.running import RUNNING
from bot.actions.surprise import SURPRISE
from bot.actions.training import TRAINING
from bot.actions.yours import YOURS
from bot.command import Call, Command, Option, Reply
from bot.door import permitted, refused
from bot.making import MAKING
from bot.typed import parse_text


async def _help(call: Call) -> Reply:
    """What this person can ask for here, or all about one command."""
    if wanted := str(call.options.get("command") or "").strip().removeprefix("/"):
        return await _explained(_named(wanted), call)
    shown = [command for command in COMMANDS if await permitted(command, call)]
    return Reply(call.say("help-intro"), commands=tuple(shown), hint=True)


def _named(typed: str) -> Command:
    """The command of ``admin words``. Raises :class:`BadInput`."""
    name, _, rest = typed.partition(" ")
    command = BY_NAME.get(name.lower())
    if command is None:
        raise BadInput("unknown-command", name=name[:40], commands=_slashed(BY_NAME))
    return part_of(command, rest.strip())[0]


def _slashed(names: Iterable[str]) -> str:
    return " ".join(f"/{name}" for name in names)


async def _explained(command: Command, call: Call) -> Reply:
    """One command with its options; a folder with what is in it."""
    if not await permitted(command, call):
        raise refused(command)
    if command.parts:
        return await _parts(call, command)
    options = tuple((_shown(option, call), option.explain(call.lang)) for option in command.options)
    return Reply(commands=(command,), fields=options, hint=bool(options))


def _shown(option: Option, call: Call) -> str:
    """As the person meets it: Discord has names in its client's language, elsewhere one types either name."""
    return option.label(call.client) if call.where.platform == "discord" else option.typed(call.lang)


async def _parts(call: Call, folder: Command) -> Reply:
    """What this person may do of a folder."""
    shown = [part for part in folder.parts if await permitted(part, call)]
    return Reply(call.say(f"{folder.name}-parts"), commands=tuple(shown))


async def _admin(call: Call) -> Reply:
    """What can be administered."""
    return await _parts(call, BY_NAME["admin"])


_COMMAND = Option("command", max_length=40, suggest="commands")

BY_NAME: dict[str, Command] = {
    command.name: command
    for command in (
        *MAKING.values(),
        SURPRISE,
        QUEUE,
        CANCEL,
        *YOURS,
        Command("admin", action=_admin, parts=(*RUNNING, *TRAINING, LIMITS, *ORDER), role="server"),
        Command("help", action=_help, options=(_COMMAND,), personal=False),
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
        raise BadInput("unknown-command", name=name[:40], commands=_slashed(BY_NAME))
    command, rest = part_of(command, rest.strip())
    return command, parse_text(command, rest)


def part_of(command: Command, rest: str) -> tuple[Command, str]:
    """The part that ``rest`` begins with, and what follows it. Raises :class:`BadInput` where it is none.

    Of a folder named alone it is the folder itself: it tells what is in it.
    """
    if not command.parts or not rest:
        return command, rest
    name, _, after = rest.partition(" ")
    for part in command.parts:
        if part.name == name.lower():
            return part, after.strip()
    names = partial(listed, [part.name for part in command.parts])
    raise BadInput("unknown-part", command=command.name, name=name[:40], parts=names)
