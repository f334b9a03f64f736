"""What is a person's own: their works and favourites, their settings, all that is kept of them."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import zipfile
from datetime import UTC, datetime
from typing import Any, Literal

from atelier.errors import BadInput, Gone
from atelier.form_names import canonical_form
from atelier.languages import LANGS, Lang, say
from atelier.learning.snapshot import shed
from atelier.provenance import statement
from atelier.requests import FORMS, STYLES
from atelier.rules import Preferences
from atelier.store import UNFINISHED, ArtefactRef, Work
from atelier.store.erasure import words_of
from atelier.style_names import canonical_style
from atelier.unsaid import unsaid
from atelier.works import Artefact
from bot.command import Call, Choice, Command, Option, Reply

log = logging.getLogger(__name__)

PAGE = 10  # works a list shows at a time
ARCHIVE_BYTES = 8 * 2**20  # what every platform takes in one file
NONE = "none"
YES_NO = {True: "yes", False: "no"}


async def history(call: Call) -> Reply:
    """The person's latest works; a page, or one of them in full."""
    return await _list(call, "history", call.studio.store.recent)


async def favourites(call: Call) -> Reply:
    """What the person keeps at hand."""
    return await _list(call, "favourites", call.studio.store.favourites)


async def _list(call: Call, name: str, read: Any) -> Reply:
    if wanted := call.options.get("work"):
        return Reply(show=await _theirs(call, wanted), choices=(Choice(call.say("button-back"), name),))
    page = call.options.get("page", 1)
    found: list[Work] = await asyncio.to_thread(read, call.person, page * PAGE + 1)
    shown = found[(page - 1) * PAGE : page * PAGE]
    if not shown:
        return Reply(call.say(f"{name}-empty"))
    # A button a work: which of them it is stands on it, what it does in its line.
    choices = [Choice(str(n), f"{name} work={work.id}") for n, work in enumerate(shown, 1) if work.result]
    if page > 1:
        choices.append(Choice(call.say("button-newer"), f"{name} page={page - 1}"))
    if len(found) > page * PAGE:
        choices.append(Choice(call.say("button-older"), f"{name} page={page + 1}"))
    return Reply(call.say(f"{name}-title", page=page), works=tuple(shown), choices=tuple(choices))


async def _theirs(call: Call, work_id: str) -> Work:
    """A work of this person, or one that they keep. Raises ``BadInput("work-unknown")``."""
    work = await call.studio.work(work_id)
    if work is None or work.result is None:
        raise BadInput("work-unknown")
    kept = await asyncio.to_thread(call.studio.store.favoured, work.id, call.person)
    if work.person != call.person and not kept:
        raise BadInput("work-unknown")
    return work


async def settings(call: Call) -> Reply:
    """What is set, with whatever was changed just now; each setting can be changed by a button too."""
    changed = {name: None if value in (NONE, "auto") else value for name, value in call.options.items()}
    for name in ("private", "learning"):
        if name in changed:
            changed[name] = changed[name] == "yes"
    tastes = call.studio.tastes
    mine = await tastes.prefer(call.person, **changed) if changed else tastes.of(call.person)
    lang = mine.language or call.client  # the answer speaks the language that was chosen just now
    return Reply(say("settings-text", lang), fields=_said(mine, lang), choices=_changes(mine, lang))


def _said(mine: Preferences, lang: Lang) -> tuple[tuple[str, str], ...]:
    values = {"language": mine.language or "auto", "style": mine.style or NONE, "form": mine.form or NONE,
              "private": YES_NO[mine.private], "learning": YES_NO[mine.learning]}  # fmt: skip
    return tuple((_name(o, lang), o.choice(values[o.name], lang)) for o in SETTINGS.options)


def _name(option: Option, lang: Lang) -> str:
    return say(f"setting-{option.name}", lang)


def _changes(mine: Preferences, lang: Lang) -> tuple[Choice, ...]:
    language, _, _, private, learning = SETTINGS.options
    others = [value for value in language.choices if value != (mine.language or "auto")]
    choices = [Choice(language.choice(value, lang), f"settings language={value}") for value in others]
    for option, now in ((private, mine.private), (learning, mine.learning)):
        turned = "no" if now else "yes"
        label = say(f"setting-{option.name}-{turned}", lang)
        choices.append(Choice(label, f"settings {option.name}={turned}"))
    return tuple(choices)


async def mydata(call: Call) -> Reply:
    """Everything about the person, as one file."""
    told, works = await asyncio.to_thread(call.studio.store.everything_of, call.person)
    file, left_out = await asyncio.to_thread(_archive, call, told, works)
    text = call.say("mydata-text", works=len(told.get("works", [])), votes=_votes(told))
    if left_out:
        text += "\n" + call.say("mydata-left-out", number=left_out)
    return Reply(text, file=file)


def _archive(call: Call, told: dict[str, Any], works: list[Work]) -> tuple[Artefact, int]:
    """A ZIP: ``data.json``, and the files of the works, the newest first, as far as there is room.

    And how many files there was no room for.
    """
    left_out: list[str] = []
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        room = ARCHIVE_BYTES
        for work in reversed(works):
            for ref in work.artefacts:
                name = f"works/{work.id}/{ref.name}"
                if ref.size > room:
                    left_out.append(name)
                    continue
                try:
                    archive.writestr(name, call.studio.shelf.read(ref), zipfile.ZIP_STORED)
                except Gone:
                    left_out.append(name)
                else:
                    room -= ref.size
        now = datetime.now(UTC).isoformat(timespec="seconds")
        whole = {"made_at": now, "provenance": statement(call.lang), **told, "files_left_out": left_out}
        archive.writestr("data.json", json.dumps(whole, ensure_ascii=False, indent=1))
    return Artefact("atelier-my-data.zip", "application/zip", buffer.getvalue()), len(left_out)


async def forgetme(call: Call) -> Reply:
    """Erase a person: asked first, then done, and said what was."""
    told, works = await asyncio.to_thread(call.studio.store.everything_of, call.person)
    counted = {
        "works": len(told.get("works", [])),
        "votes": _votes(told),
        "favourites": len(told.get("favourites", [])),
    }
    if call.options.get("sure") != "yes":
        if not counted["works"] and not told.get("votes") and "first_seen_at" not in told:
            return Reply(call.say("forgetme-nothing"))
        sure = Choice(call.say("forgetme-button"), "forgetme sure=yes")
        first = Choice(call.say("mydata-button"), "mydata")
        return Reply(call.say("forgetme-ask", **counted), choices=(sure, first))
    await asyncio.to_thread(call.studio.shelf.check)  # or the words would go and the files stay
    for work in works:
        if work.state in UNFINISHED:
            await asyncio.to_thread(call.studio.road.cancel, work.id)
    await asyncio.to_thread(_unsay, call, works)
    refs: list[ArtefactRef] = await asyncio.to_thread(call.studio.store.erase, call.person)
    call.studio.tastes.forget(call.person)
    for ref in refs:
        await asyncio.to_thread(call.studio.shelf.drop, ref)
    await asyncio.to_thread(shed, call.studio.settings.lessons / "snapshots")
    log.info("a person on %s had themselves erased: %d works", call.person.platform, counted["works"])
    return Reply(call.say("forgetme-done", files=len(refs), **counted), erased=True)


def _votes(told: dict[str, Any]) -> int:
    """How many of somebody's votes count; the log has every press, also those that were taken back."""
    return sum(vote["stands"] for vote in told.get("votes", []))


def _unsay(call: Call, works: list[Work]) -> None:
    """Take the person's words out of the files of what others made from their works."""
    said = [text for work in works for text in words_of(work.request.model_dump(mode="json"))]
    for work in call.studio.store.made_from(call.person):
        for ref in work.artefacts:
            try:
                data = call.studio.shelf.read(ref)
            except Gone:
                continue
            if (bare := unsaid(data, said)) != data:
                call.studio.shelf.keep(work.id, Artefact(ref.name, ref.media_type, bare))


def _list_of(which: Literal["history", "favourites"]) -> tuple[Option, ...]:
    return Option("page", "integer", low=1, high=1000), Option("work", max_length=16, suggest=which)


HISTORY = Command("history", action=history, options=_list_of("history"))
FAVOURITES = Command("favourites", action=favourites, options=_list_of("favourites"))
SETTINGS = Command("settings", action=settings, options=(
    Option("language", choices=("auto", *LANGS), about="settings-language"),
    Option("style", choices=(NONE, *STYLES), about="settings-style", suggest="choices",
           canonical=canonical_style),
    Option("form", choices=(NONE, *FORMS), about="settings-form", suggest="choices",
           canonical=canonical_form),
    Option("private", choices=("yes", "no")),
    Option("learning", choices=("yes", "no")),
))  # fmt: skip
MYDATA = Command("mydata", action=mydata)
FORGETME = Command("forgetme", action=forgetme, options=(Option("sure", choices=("yes",)),))
YOURS = (HISTORY, FAVOURITES, SETTINGS, MYDATA, FORGETME)
