"""``/admin``, the house's order: words, channels, the age-restricted mode, bans, pauses, and their log.

In a server these rule that server; a studio's administrator who asks in private rules everywhere.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

from atelier.errors import BadInput
from atelier.moderation import comparable
from atelier.rules import Rules
from atelier.store import PersonRef
from atelier.store.house import STUDIO
from bot.command import Call, Command, Option, Reply

MAX_WORDS = 500
MAX_WORD = 60
SHOWN = 50  # words in one reply
DEEDS = 15
_PERSON = re.compile(
    r"(?:(?P<platform>discord|telegram|web):)?(?P<id>[A-Za-z0-9_-]{1,64})|<@!?(?P<mention>\d+)>"
)
_NUMBERED = {"discord", "telegram"}  # platforms whose ids are numbers: anything else there is a name


async def words(call: Call) -> Reply:
    """The words refused here besides the filter's own: add one, take one away, or see them."""
    add, remove = call.options.get("add"), call.options.get("remove")

    def change(rules: Rules) -> Rules:
        kept = [word for word in rules.words if word != remove]
        if add and add not in kept:
            kept.append(add)
        if len(kept) > MAX_WORDS:
            raise BadInput("words-full", most=MAX_WORDS)
        return rules.model_copy(update={"words": tuple(kept)})

    if add and not comparable(add):
        raise BadInput("words-no-word", word=add)
    if remove and remove not in (await _rules(call)).words:
        raise BadInput("words-not-there", word=remove)
    rules = await _rule(call, change) if add or remove else await _rules(call)
    if not rules.words:
        return Reply(call.say("words-none"))
    more = len(rules.words) - SHOWN
    listed = call.say("and").join(rules.words[:SHOWN]) + (f" … (+{more})" if more > 0 else "")
    return Reply(call.say("words-listed"), fields=((str(len(rules.words)), listed),))


async def channels(call: Call) -> Reply:
    """Where the bot may make works: this channel too, this one no more, or everywhere again."""
    here = call.where.channel
    if call.where.server is None or here is None:
        raise BadInput("only-in-a-server")
    wish = call.options.get("change")

    def change(rules: Rules) -> Rules:
        kept = {"everywhere": set(), "allow": {*rules.channels, here}, "forbid": {*rules.channels} - {here}}
        return rules.model_copy(update={"channels": tuple(sorted(kept[str(wish)]))})

    rules = await _rule(call, change) if wish else await _rules(call)
    if not rules.channels:
        return Reply(call.say("channels-all"))
    key = "channels-here" if here in rules.channels else "channels-elsewhere"
    return Reply(call.say(key, number=len(rules.channels)))


async def adults(call: Call) -> Reply:
    """The age-restricted mode of this server."""
    if call.where.server is None:
        raise BadInput("only-in-a-server")
    if wish := call.options.get("allowed"):
        rules = await _rule(call, lambda rules: rules.model_copy(update={"adults": wish == "yes"}))
    else:
        rules = await _rules(call)
    if not rules.adults:
        return Reply(call.say("adults-off"))
    return Reply(call.say("adults-on-discord" if call.where.platform == "discord" else "adults-on"))


async def learning(call: Call) -> Reply:
    """Whether models may learn from what is made in this server."""
    if call.where.server is None:
        raise BadInput("only-in-a-server")
    if wish := call.options.get("learn"):
        rules = await _rule(call, lambda rules: rules.model_copy(update={"learning": wish == "yes"}))
    else:
        rules = await _rules(call)
    return Reply(call.say("learning-on" if rules.learning else "learning-off"))


async def ban(call: Call) -> Reply:
    """Keep somebody out, here or everywhere."""
    whom = _person(call)
    settings = call.studio.settings
    if whom == call.person or settings.admin(whom.platform, whom.platform_id):
        raise BadInput("ban-not-them")
    why = str(call.options.get("why", ""))
    new = await asyncio.to_thread(call.studio.store.ban, whom, _scope(call), why)
    return Reply(call.say("ban-done" if new else "ban-already", who=_shown(whom)))


async def unban(call: Call) -> Reply:
    """Let somebody in again."""
    whom = _person(call)
    if not await asyncio.to_thread(call.studio.store.unban, whom, _scope(call)):
        raise BadInput("ban-none", who=_shown(whom))
    return Reply(call.say("unban-done", who=_shown(whom)))


async def pause(call: Call) -> Reply:
    """Take no new requests; what is asked already is still made."""
    await _rule(call, lambda rules: rules.model_copy(update={"paused": True}))
    return Reply(call.say("pause-done" if call.where.server else "pause-done-all"))


async def resume(call: Call) -> Reply:
    """Take requests again."""
    await _rule(call, lambda rules: rules.model_copy(update={"paused": False}))
    return Reply(call.say("resume-done"))


async def log(call: Call) -> Reply:
    """The latest lines of the audit log: of this server, or all."""
    store = call.studio.store
    deeds = await asyncio.to_thread(store.deeds, call.where.platform, call.where.server, DEEDS)
    lines = []
    for deed in deeds:
        said = " ".join(f"{name}={value}" for name, value in deed.options.items())
        itself = deed.command.startswith("canary ")
        who = _shown(deed.person) if deed.person else call.say("log-itself" if itself else "log-nobody")
        lines.append(
            (f"{deed.at:%Y-%m-%d %H:%M}", f"{who} /{deed.command} {said}".strip() + _mark(deed.outcome))
        )
    return Reply(call.say("log-listed" if lines else "log-empty"), fields=tuple(lines))


def _mark(outcome: str) -> str:
    return "" if outcome == "done" else " ✗"


def _scope(call: Call) -> str:
    return call.where.server or STUDIO


async def _rules(call: Call) -> Rules:
    return await asyncio.to_thread(call.studio.store.rules, call.where.platform, _scope(call))


async def _rule(call: Call, change: Any) -> Rules:
    return await asyncio.to_thread(call.studio.store.rule, call.where.platform, _scope(call), change)


def _person(call: Call) -> PersonRef:
    """Whom the option names: an id, a mention, or ``telegram:123``.

    Raises :class:`BadInput` for a name: it would be nobody's id, and nobody would be kept out.
    """
    written = str(call.options["person"])
    found = _PERSON.fullmatch(written.strip())
    if found is None:
        raise BadInput("ban-whom", value=written[:40])
    platform = "discord" if found["mention"] else found["platform"] or call.person.platform
    number = found["mention"] or found["id"]
    # Below zero on Telegram: a chat that speaks.
    digits = number.removeprefix("-") if platform == "telegram" else number
    if platform in _NUMBERED and not (digits.isascii() and digits.isdecimal()):
        raise BadInput("ban-whom", value=written[:40])
    return PersonRef(platform, number)  # type: ignore[arg-type]


def _shown(person: PersonRef) -> str:
    return f"{person.platform}:{person.platform_id}"


_WHO = Option("person", required=True, max_length=80, somebody=True)


def _part(name: str, action: Any, *options: Option) -> Command:
    return Command(name, action=action, options=options, role="server", parent="admin")


ORDER = (
    _part(
        "words",
        words,
        Option("add", max_length=MAX_WORD, phrase=True),
        Option("remove", max_length=MAX_WORD, phrase=True),
    ),
    _part("channels", channels, Option("change", choices=("allow", "forbid", "everywhere"))),
    _part("adults", adults, Option("allowed", choices=("yes", "no"))),
    _part("learning", learning, Option("learn", choices=("yes", "no"))),
    _part("ban", ban, _WHO, Option("why", max_length=200)),
    _part("unban", unban, _WHO),
    _part("pause", pause),
    _part("resume", resume),
    _part("log", log),
)
