"""What is offered while somebody types an option: choices by their names in any language, one's own works."""

from __future__ import annotations

import asyncio

from atelier.languages import Lang
from atelier.store import PersonRef, Work
from bot.catalogue import COMMANDS
from bot.command import Option
from bot.studio import Studio
from bot.words import FACES

MOST = 25  # Discord's limit
LONGEST = 100  # characters of a name
LOOKED_AT = 200  # works, the newest

Suggestion = tuple[str, str]  # what is read, and what it stands for


async def suggestions(
    option: Option, typed: str, studio: Studio, person: PersonRef, lang: Lang
) -> list[Suggestion]:
    """The best for ``typed``, best first. Raises :class:`atelier.errors.Unavailable`."""
    if option.suggest == "choices":
        return _choices(option, typed, lang)
    if option.suggest == "commands":
        return _commands(typed, lang)
    read = studio.store.favourites if option.suggest == "favourites" else studio.store.recent
    found = await asyncio.to_thread(read, person, LOOKED_AT)
    wanted = typed.casefold().strip()
    fitting = [w for w in found if w.result is not None and wanted in w.request.words.casefold()]
    return [(_named(work), work.id) for work in fitting[:MOST]]


def _choices(option: Option, typed: str, lang: Lang) -> list[Suggestion]:
    """Those that begin so before those that have it somewhere."""
    wanted = typed.casefold().strip()
    ranked = []
    for place, value in enumerate(option.choices):
        names = option.names(value)
        if any(wanted in name for name in names):
            late = not any(name.startswith(wanted) for name in names)
            ranked.append((late, place, (option.choice(value, lang), str(value))))
    return [suggestion for _, _, suggestion in sorted(ranked)][:MOST]


def _commands(typed: str, lang: Lang) -> list[Suggestion]:
    wanted = typed.casefold().strip().removeprefix("/")
    known = [*COMMANDS, *(part for command in COMMANDS for part in command.parts)]
    fitting = [command for command in known if command.path.startswith(wanted)]
    return [(f"/{command.path} · {command.describe(lang)}"[:LONGEST], command.path) for command in fitting][
        :MOST
    ]


def _named(work: Work) -> str:
    tail = f" · {work.asked_at:%Y-%m-%d}"
    head = f"{FACES[work.kind]} {work.request.words}"
    room = LONGEST - len(tail)
    return (head if len(head) <= room else head[: room - 1] + "…") + tail
