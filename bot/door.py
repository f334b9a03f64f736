"""The one door for commands that make no work: who may, with which options, then the action."""

from __future__ import annotations

from dataclasses import replace

from atelier.errors import BadInput
from bot.command import ROLES, Call, Command, Reply, Role
from bot.typed import checked


async def answer(command: Command, call: Call) -> Reply:
    """Do ``command``. Raises :class:`~atelier.errors.PersonError` with why not."""
    if command.action is None:
        raise ValueError(f"/{command.path} has no action")
    if not await permitted(command, call):
        raise BadInput("not-yours", command=command.path)
    return await command.action(replace(call, options=checked(command, call.options)))


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
