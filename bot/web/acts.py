"""What can be done with a work, on the page: the buttons as JSON, and what a press answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from atelier.errors import BadInput
from atelier.languages import Lang, say
from atelier.store import PersonRef, Work
from bot import acts, around
from bot.acts import Press
from bot.studio import Studio, Ticket
from bot.words import titled, told_apart

LABEL = 80  # characters that name a work to choose
AFTER_ALL = ("again", "edit")  # what can be done with a work that came to nothing


@dataclass(frozen=True, slots=True)
class Pressed:
    """A press as the page sends it; ``words`` and ``options`` are an edit's."""

    word: str
    other: str = ""
    words: str = ""
    options: str = ""


def offered(work: Work, lang: Lang) -> list[dict[str, Any]]:
    """The buttons of a finished work. What an act ``needs`` first: ``words`` (a form), ``other`` (a work)."""
    presses = acts.offered(work)
    if work.result is None:
        presses = [press for press in presses if press.name in AFTER_ALL]
    return [_button(work, press, lang) for press in presses]


def _button(work: Work, press: Press, lang: Lang) -> dict[str, Any]:
    act = acts.BY_NAME[press.name]
    shown: dict[str, Any] = {
        "word": press.word,
        "face": act.face,
        "label": acts.label(press, lang),
        "front": act.where == "front",
        "choices": [
            {"word": choice.word, "label": str(choice.number) if choice.number else acts.label(choice, lang)}
            for choice in acts.choices(work, press)
        ],
    }
    if shown["choices"]:
        shown["question"] = acts.question(press, lang)
    if act.other:
        shown |= {"needs": "other", "ask": say("blend-choose", lang, first=titled(work))}
    elif press.name == "edit":
        given = {"words": work.request.words, "options": around.typed_options(work.request)}
        labels = {name: say(f"edit-{name}", lang) for name in given}
        shown |= {"needs": "words", "given": given, "labels": labels, "send": say("edit-title", lang)}
    return shown


async def press(
    studio: Studio,
    work: Work,
    pressed: Pressed,
    *,
    person: PersonRef,
    lang: Lang,
    place: dict[str, Any],
    source: str,
) -> Ticket | dict[str, Any]:
    """Do it: a new work's ticket, or what the page shows (``said``, ``others``, ``files``, ``gone``).

    Raises :class:`BadInput` and what :meth:`Studio.accept` raises.
    """
    found = acts.read(pressed.word)
    if found is None:
        raise BadInput("button-unknown")
    found = replace(found, other=pressed.other)
    if found.name == "edit":
        found = around.edited(work, pressed.words, pressed.options)
    elif acts.BY_NAME[found.name].other and not found.other:
        others = await around.others(studio, work, person)
        if not others:
            raise BadInput("blend-none")
        return {"others": [{"id": one.id, "label": told_apart(one, lang, LABEL)} for one in others]}
    if acts.BY_NAME[found.name].makes:
        ticket = await around.make(
            studio, work.id, found, person=person, lang=lang, place=place, source=source
        )
        return ticket if ticket.fresh else {"said": say("act-twice", lang)}
    return await _answer(studio, work, found, person, lang, source)


async def _answer(
    studio: Studio, work: Work, found: Press, person: PersonRef, lang: Lang, source: str
) -> dict[str, Any]:
    """An act that makes no work."""
    if found.name == "favourite":
        return {"said": await around.favour(studio, work.id, person, lang, source)}
    if found.name == "delete":
        if acts.is_open(found):
            return {"said": acts.question(found, lang)}
        await around.delete(studio, work.id, person)
        return {"said": say("work-deleted", lang), "gone": True}
    if found.name == "original":
        return {
            "files": [{"name": ref.name, "url": f"/works/{work.id}/{ref.name}"} for ref in work.artefacts]
        }
    return {"said": "\n".join(around.details(work, lang, str))}
