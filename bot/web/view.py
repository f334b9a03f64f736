"""A work as the page shows it: JSON with every sentence already in the reader's language."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

from atelier.errors import PersonError
from atelier.languages import Lang, say
from atelier.store import UNFINISHED, WAITING, PersonRef, Work
from atelier.works import MelodyResult, PictureResult, PoemResult
from bot import words
from bot.command import Command, Reply
from bot.studio import Studio
from bot.web import acts

_DOWNLOADS = ("mid", "abc")


def address(work: Work, name: str) -> str:
    """Where the page finds an artefact."""
    return f"/works/{work.id}/{name}"


async def show(
    studio: Studio,
    work: Work,
    reader: PersonRef | None,
    lang: Lang,
    place: int | None = None,
    seconds: float | None = None,
) -> dict[str, Any]:
    """The work with its votes, and with its place in the queue (1 is next) while it waits.

    ``seconds`` until it is made are looked up where they are not given.
    """

    def votes() -> tuple[dict[str, int], str | None]:
        tally = studio.store.tally(work.id)
        standing = studio.store.standing(work.id, reader) if reader else None
        return {"liked": tally.liked, "disliked": tally.disliked}, standing

    tally, vote = await asyncio.to_thread(votes)
    if place is None and work.state in WAITING:
        place = await studio.queue_place(work)
    if place and seconds is None and work.state in WAITING:
        seconds = await studio.expected(work.kind, place)
    return {**describe(work, lang, place, seconds), "tally": tally, "vote": vote}


def describe(
    work: Work, lang: Lang, place: int | None = None, seconds: float | None = None
) -> dict[str, Any]:
    """What can be said of a work without asking anything of the store."""
    result = work.result
    shown: dict[str, Any] = {
        "id": work.id,
        "kind": work.kind,
        "label": say(f"web-kind-{work.kind}", lang),
        "prompt": work.request.words,
        "options": [*words.asked_options(work, str, lang), *words.made_by(work, lang)],
        "asked_at": work.asked_at.isoformat(),
        "state": state(work),
        "place": place,
        "status": status(work, lang, place, seconds),
    }
    if isinstance(result, PictureResult):
        shown["pictures"] = [
            {"url": address(work, name), "alt": words.alt(work, number),
             "width": result.width, "height": result.height}
            for number, name in enumerate(result.files, 1)
        ]  # fmt: skip
        shown["details"] = [words.understood(result)]
    elif isinstance(result, PoemResult):
        shown["poem"] = {"title": result.title, "lang": result.lang, "stanzas": stanzas(result)}
        shown["details"] = [words.form_named(result.form, lang)]
    elif isinstance(result, MelodyResult):
        shown["melody"] = _melody(work, result, lang)
        shown["details"] = words.music_made(work, result, lang)
    if work.state not in UNFINISHED:
        shown["acts"] = acts.offered(work, lang)
    if result is not None:
        shown["details"] = [text for text in shown["details"] if text]
        shown["details"].append(say("made-by", lang, version=result.version, seed=str(result.seed)))
    return shown


def state(work: Work) -> str:
    """``waiting``, ``running``, ``made``, ``failed`` or ``cancelled``."""
    if work.state in WAITING:
        return "waiting"
    return "made" if work.state == "posted" and work.result is not None else work.state


def status(work: Work, lang: Lang, place: int | None, seconds: float | None = None) -> str:
    """One sentence on how the work stands: read aloud by screen readers when it changes."""
    match state(work):
        case "waiting":
            return words.standing(lang, place or 1, seconds)
        case "running":
            return say("being-made", lang)
        case "made":
            return say(f"web-ready-{work.kind}", lang, prompt=work.request.words)
        case "cancelled":
            return say("web-cancelled", lang)
        case _:
            failure = work.failure
            error = PersonError(failure.key, **failure.params) if failure else PersonError("error-unexpected")
            return error.text(lang)


def stanzas(result: PoemResult) -> list[list[str]]:
    """The lines, stanza by stanza."""
    lines = iter(result.lines)
    blocks = [[line for _, line in zip(range(size), lines, strict=False)] for size in result.stanzas]
    rest = list(lines)
    return [block for block in [*blocks, rest] if block]


def _melody(work: Work, result: MelodyResult, lang: Lang) -> dict[str, Any]:
    files = result.files
    links = [
        {"label": say(f"web-file-{face}", lang), "url": address(work, files[face])}
        for face in _DOWNLOADS
        if face in files
    ]
    score = None
    if "png" in files:
        score = {"url": address(work, files["png"]), "alt": words.alt_melody(work, result, lang)}
    return {
        "title": result.title,
        "audio": address(work, files["ogg"]),
        "play": say("web-play", lang, title=result.title),
        "score": score,
        "links": links,
    }


async def show_reply(
    studio: Studio, reply: Reply, command: Command, reader: PersonRef, lang: Lang
) -> dict[str, Any]:
    """A command's reply; a file travels inside, as base64."""
    works = (*reply.works, reply.show) if reply.show else reply.works
    shown: dict[str, Any] = {
        "command": command.path,
        "title": command.describe(lang),
        "text": reply.text,
        "fields": [{"name": name, "value": value} for name, value in reply.fields],
        "works": [await show(studio, work, reader, lang) for work in works],
        "commands": [
            {"name": f"/{known.path}", "what": known.describe(lang),
             "example": f"/{known.name} {say(f'example-{known.name}', lang)}" if known.kind else ""}
            for known in reply.commands
        ],
        "choices": [{"label": choice.label, "line": choice.line} for choice in reply.choices],
    }  # fmt: skip
    if reply.file is not None:
        data = base64.b64encode(reply.file.data).decode()
        shown["file"] = {"name": reply.file.name, "type": reply.file.media_type, "data": data}
    return shown
