"""What is done around a made work: made anew, kept, shown whole, explained, deleted.

The front ends' buttons end here; which buttons there are is said by :mod:`bot.acts`.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import Any

from atelier import asking
from atelier.errors import BadInput, PersonError
from atelier.languages import Lang, listed, option_names, say
from atelier.provenance import statement
from atelier.requests import PoemRequest, Request
from atelier.store import PersonRef, Work
from atelier.versions import MODEL_OF
from atelier.works import MelodyResult
from bot import gate
from bot.acts import Press, label, pressed, request_of
from bot.audit import note_press
from bot.making import MAKING
from bot.studio import Studio, Ticket
from bot.typed import parse_text
from bot.words import Quote, asked_options

log = logging.getLogger(__name__)

OTHERS = 25  # works that can be chosen from: Discord's limit of a menu


async def find(studio: Studio, work_id: str) -> Work:
    """A work that is there. Raises ``BadInput("work-unknown")``, for a deleted one too."""
    work = await studio.work(work_id)
    if work is None or work.state == "deleted":
        raise BadInput("work-unknown")
    return work


async def make(
    studio: Studio,
    work_id: str,
    press: Press,
    *,
    person: PersonRef,
    lang: Lang,
    place: dict[str, Any],
    source: str,
) -> Ticket:
    """Order the new work that ``press`` makes of a work. Pressed twice, it is one work.

    Raises :class:`BadInput` for what cannot be made of it, and what :meth:`Studio.accept` raises.
    """
    work = await find(studio, work_id)
    other = await find(studio, press.other) if press.other else None
    request = request_of(work, press, other)
    return await studio.accept(
        request, person=person, lang=lang, place=place, source=source, parent=work.id, act=press.act
    )


async def favour(studio: Studio, work_id: str, person: PersonRef, lang: Lang, source: str) -> str:
    """Keep a work among one's favourites, or let it go; what the person reads.

    ``source`` names the press: one that is delivered twice is one.
    """
    work = await find(studio, work_id)
    await asyncio.to_thread(gate.welcome, studio.settings, studio.store, person, work.place.get("server"))
    kept = await asyncio.to_thread(studio.store.favour, work_id, person, source)
    return say("favourite-kept" if kept else "favourite-gone", lang)


async def delete(studio: Studio, work_id: str, person: PersonRef, server: str | None = None) -> list[str]:
    """Delete a work for everybody; its messages, for the front end to take away. Again: those that are left.

    ``server`` is one that the person administers (a Discord server, a Telegram group). Raises
    :class:`BadInput` for somebody else's work.
    """
    work = await studio.work(work_id)
    if work is None:
        raise BadInput("work-unknown")
    if not may_delete(studio, work, person, server):
        # Once it is deleted, nobody knows any more in which server it was.
        raise BadInput("work-unknown" if work.state == "deleted" else "delete-not-yours")

    def remove() -> tuple[list[str], bool]:
        artefacts, messages, first = studio.store.remove(work_id)
        try:
            studio.road.cancel(work_id)  # it may be on its way still; the row says that nobody wants it
            for artefact in artefacts:
                studio.shelf.drop(artefact)
        except PersonError as fault:
            log.error("work %s: deleted, but not all of it could be cleared away: %s", work_id, fault)
        return messages, first

    log.info("work %s: deleted by %s", work_id, "its person" if work.person == person else "an admin")
    messages, first = await asyncio.to_thread(remove)
    if first and work.person != person:
        await asyncio.to_thread(note_press, studio.store, person, work, "delete")
    return messages


def may_delete(studio: Studio, work: Work, person: PersonRef, server: str | None) -> bool:
    """Whose work it is, who runs the studio, and who runs the server that it was asked in."""
    if work.person == person or studio.settings.admin(person.platform, person.platform_id):
        return True
    return (
        server is not None and work.person.platform == person.platform and work.place.get("server") == server
    )


async def others(studio: Studio, work: Work, person: PersonRef) -> list[Work]:
    """The person's own finished works and favourites of the same kind, newest first, without ``work``."""

    def look() -> list[Work]:
        found = studio.store.recent(person, 4 * OTHERS) + studio.store.favourites(person, OTHERS)
        return list({one.id: one for one in found}.values())

    found = await asyncio.to_thread(look)
    return [one for one in found if one.id != work.id and goes_with(work, one)][:OTHERS]


def goes_with(work: Work, other: Work) -> bool:
    """Whether a work can be blended with another: of its kind, made, and a tune of its meter."""
    one, two = work.result, other.result
    if isinstance(one, MelodyResult) and isinstance(two, MelodyResult):
        return one.meter == two.meter
    return other.kind == work.kind and two is not None


def edited(work: Work, words: str, options: str) -> Press:
    """The press of an edit: other words, and options as typed (``style=ink``), instead of the old ones.

    Raises :class:`BadInput` for what cannot be asked.
    """
    command = MAKING[work.kind]
    assert command.prompt is not None
    said = parse_text(command, options)
    if stray := said.pop(command.prompt.name):
        raise BadInput(
            "bad-option",
            option=stray[:40],
            options=partial(option_names, [o.name for o in command.options if not o.required]),
        )
    return Press("edit", request=command.request({**said, command.prompt.name: words}))


def reworded(work: Work, words: str) -> Press:
    """The press of an edit that keeps the options. Options typed among ``words`` win over the old ones."""
    command = MAKING[work.kind]
    return Press("edit", request=command.request(parse_text(command, words), _chosen(work.request)))


def typed_options(request: Request) -> str:
    """A request's options as a person types them: ``style=photo mood=calm``."""
    command = MAKING[request.kind]
    chosen = _chosen(request)
    said = []
    for option in command.options:
        value = chosen.get(option.field or option.name)
        if value is not None and not option.required:
            said.append(f'{option.name}="{value}"' if " " in str(value) else f"{option.name}={value}")
    return " ".join(said)


def _chosen(request: Request) -> dict[str, Any]:
    """The options that were chosen: neither the words nor what only belongs to that one work."""
    only = {request.prompt_field, "seed", "steer", "count"}
    if isinstance(request, PoemRequest) and asking.read(request.topic).form == request.form:
        only.add("form")  # the words asked for it: other words may ask for another
    given = request.model_dump(exclude_none=True, exclude=only)
    if getattr(request, "count", 1) > 1:
        given["count"] = request.model_dump()["count"]
    return given


def details(work: Work, lang: Lang, quote: Quote) -> list[str]:
    """All that is known of a work, line by line, in the reader's language."""
    lines = [say("details-title", lang), say("details-asked", lang, prompt=quote(work.request.words))]
    if options := asked_options(work, quote):
        lines.append(say("details-options", lang, options=listed(options, lang)))
    if work.result is not None:
        model = say(f"details-{MODEL_OF[work.kind]}", lang)
        lines.append(say("details-model", lang, model=model, version=work.result.version))
        lines.append(say("details-seed", lang, seed=str(work.result.seed)))
    if work.made_at is not None:
        lines.append(say("details-time", lang, time=f"{work.made_at:%Y-%m-%d %H:%M}"))
    if (press := pressed(work)) is not None:
        lines.append(say("details-parent", lang, act=label(press, lang)))
    return [*lines, say("details-id", lang, id=work.id), statement(lang)]
