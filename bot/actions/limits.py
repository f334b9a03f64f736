"""``/admin limits``: how much may wait at one time, here or in the whole studio. Rules only lower it."""

from __future__ import annotations

import asyncio

from atelier.errors import BadInput
from atelier.limits import Limits
from atelier.rules import Rules
from atelier.store.house import STUDIO
from bot.command import Call, Command, Option, Reply

NAMES = ("each", "together")


async def limits(call: Call) -> Reply:
    """What holds here, with whatever was changed just now; 0 leaves it to the studio again.

    A server's administrators may go as far as the studio does, the studio's as far as the settings.
    """
    server = call.where.server
    above = await _most(call, inherited=True)
    wished: dict[str, int] = {name: call.options[name] for name in NAMES if name in call.options}
    for name, value in wished.items():
        if value > above[name]:
            raise BadInput("bad-range", option=name, value=str(value), low="0", high=str(above[name]))
    if wished:
        new = {name: value or None for name, value in wished.items()}

        def change(rules: Rules) -> Rules:
            return rules.model_copy(update=new)

        store = call.studio.store
        await asyncio.to_thread(store.rule, call.where.platform, server or STUDIO, change)
    now = await _most(call, inherited=False)
    text = call.say("limits-here" if server else "limits-studio")
    return Reply(text, fields=tuple((call.say(f"limits-{name}"), str(now[name])) for name in NAMES))


async def _most(call: Call, *, inherited: bool) -> dict[str, int]:
    """The limits in force for this scope; ``inherited``: without its own rules."""

    def read() -> Limits:
        store, settings = call.studio.store, call.studio.settings
        whole, server = store.rules(call.where.platform), call.where.server
        if server is None:
            return Limits.of(settings, None if inherited else whole)
        return Limits.of(settings, whole, None if inherited else store.rules(call.where.platform, server))

    found = await asyncio.to_thread(read)
    if call.where.server is None:
        return {"each": found.person, "together": found.studio}
    return {"each": found.member, "together": found.server}


def _limit(name: str) -> Option:
    return Option(name, "integer", low=0, high=1_000_000)


LIMITS = Command(
    "limits", action=limits, options=tuple(_limit(name) for name in NAMES), role="server", parent="admin"
)
