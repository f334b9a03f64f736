"""``/queue``: what one is waiting for, wherever it was asked, with its place and the time it will take."""

from __future__ import annotations

import asyncio

from atelier.store import Work
from bot import words
from bot.command import Call, Choice, Command, Reply

SHOWN = 12


async def queue(call: Call) -> Reply:
    """The person's waiting and running works, the first to be made first."""
    waiting = await asyncio.to_thread(call.studio.store.waiting_of, call.person)
    refresh = Choice(call.say("queue-look"), "queue")
    if not waiting:
        return Reply(call.say("queue-empty"))
    first = waiting[::-1][:SHOWN]
    standings = await asyncio.gather(*(_standing(call, work) for work in first))
    key = "queue-title" if len(waiting) <= SHOWN else "queue-title-first"
    text = call.say(key, number=len(waiting), shown=SHOWN)
    fields = tuple(
        (words.short(work, call.lang), standing) for work, standing in zip(first, standings, strict=True)
    )
    return Reply(text, fields=fields, choices=(refresh, Choice(call.say("queue-cancel"), "cancel what=all")))


async def _standing(call: Call, work: Work) -> str:
    """Where one work is on its way, as a sentence."""
    place = None if work.state == "running" else await call.studio.queue_place(work)
    if place is None:
        return call.say("queue-making")
    return words.standing(call.lang, place, await call.studio.expected(work.kind, place))


QUEUE = Command("queue", action=queue)
