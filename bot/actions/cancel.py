"""``/cancel``: taking back what one is waiting for. The button under a request does it for that one."""

from __future__ import annotations

from bot.command import Call, Command, Option, Reply


async def cancel(call: Call) -> Reply:
    """Take back the latest, or all; say how much that was."""
    everything = call.options.get("what") == "all"
    done = await call.studio.cancel_own(call.person, everything=everything)
    return Reply(call.say("cancelled-many", number=len(done)) if done else call.say("cancel-nothing"))


CANCEL = Command("cancel", action=cancel, options=(Option("what", choices=("latest", "all")),))
