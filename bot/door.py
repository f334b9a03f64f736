"""The one door for commands that make no work: who may, with which options, then the action."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from atelier.errors import BadInput, PersonError, Unavailable
from atelier.rules import Outcome
from bot import gate
from bot.command import ROLES, Call, Command, Reply, Role
from bot.typed import checked

log = logging.getLogger(__name__)


async def answer(command: Command, call: Call) -> Reply:
    """Do ``command``. Raises :class:`~atelier.errors.PersonError` with why not."""
    if command.action is None:
        raise ValueError(f"/{command.path} has no action")
    if not command.personal or command.role != "everyone":  # what is a person's own stays theirs
        await asyncio.to_thread(_welcome, call)
    if command.role == "everyone":
        return await command.action(replace(call, options=checked(command, call.options)))
    if not await permitted(command, call):
        await _note(command, call, "refused")
        raise refused(command)
    given = replace(call, options=checked(command, call.options))
    try:
        reply = await command.action(given)
    except PersonError:  # also what is down, or held by somebody else: nothing was done
        await _note(command, given, "refused")
        raise
    await _note(command, given, "done")
    return reply


def _welcome(call: Call) -> None:
    gate.welcome(call.studio.settings, call.studio.store, call.person, call.where.server)


async def _note(command: Command, call: Call, outcome: Outcome) -> None:
    """Every command of administrators is written down, also what was refused."""
    options = {name: str(value)[:100] for name, value in call.options.items()}
    try:
        await asyncio.to_thread(
            call.studio.store.note_deed, call.person, call.where.server, command.path, options, outcome
        )
    except Unavailable as fault:  # what is done is done: nobody must read that it was not
        log.error("/%s: %s, but not in the audit log: %s", command.path, outcome, fault)


def refused(command: Command) -> BadInput:
    """Why somebody may not give this command."""
    return BadInput("not-yours-studio" if command.role == "studio" else "not-yours", command=command.path)


async def permitted(command: Command, call: Call) -> bool:
    """Whether the person may give this command here."""
    if command.role == "everyone":
        return True
    return ROLES[await role(call)] >= ROLES[command.role]


async def role(call: Call) -> Role:
    """What the person is here: ``studio``, ``server`` or ``everyone``."""
    if call.studio.settings.admin(call.person.platform, call.person.platform_id):
        return "studio"
    if call.where.server is not None and await call.where.manages():
        return "server"
    return "everyone"
