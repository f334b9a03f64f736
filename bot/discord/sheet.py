"""A made work as a Discord message: text within 2,000 characters, files with descriptions."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import partial

import discord

from atelier.errors import BadInput
from atelier.languages import listed, say
from atelier.store import Work
from atelier.works import Artefact, MelodyResult, PoemResult
from bot import words
from bot.discord.quoting import escape, shorten, width

MAX_TEXT = 2000
MAX_FILES = 10
MAX_ALT = 1024
QUOTED = (400, 160, 60)  # how much of a prompt is shown: the longest that leaves room for the rest


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one message holds. ``files`` are fresh: an upload consumes them."""

    text: str
    files: list[discord.File]


def quote(text: str, limit: int = QUOTED[0]) -> str:
    """A prompt, safe to show, cut to ``limit`` characters."""
    return escape(shorten(text, limit))


def sheet(work: Work, artefacts: list[Artefact], *, file_limit: int, lead: str = "") -> Sheet:
    """The message of a made work. ``lead`` (a mention, say) comes first; ``file_limit`` is in bytes."""
    body = _poem(work.result) if isinstance(work.result, PoemResult) else ""
    kept, left_out = _fitting(artefacts, file_limit)
    notes = [f"-# {escape(words.details(work))}"]
    if left_out:
        notes.append(
            f"-# {say('discord-left-out', work.lang, files=listed((a.name for a in left_out), work.lang))}"
        )
    for limit in QUOTED:
        head = words.headline(work, partial(quote, limit=limit))
        text = "\n".join(part for part in (lead, head, body, *notes) if part)
        if width(text) <= MAX_TEXT:
            return Sheet(text, [_file(work, artefact) for artefact in kept])
    # Longer than a message can be: the whole poem as a file, whatever fits of the frame as text.
    assert isinstance(work.result, PoemResult)
    whole = Artefact("poem.txt", "text/plain", words.poem_text(work.result).encode())
    text = "\n".join(part for part in (lead, head, *notes) if part)
    return Sheet(text, [_file(work, whole)])


def uploads(work: Work, artefacts: list[Artefact], file_limit: int) -> list[discord.File]:
    """Every file of a work that one message can carry, as it is. Raises :class:`BadInput` for none."""
    kept, _ = _fitting(artefacts, file_limit, texts=True)
    if not kept:
        raise BadInput("original-none")
    return [_file(work, artefact) for artefact in kept]


def _poem(result: PoemResult) -> str:
    """Title in bold, then the lines."""
    lines = escape(words.poem_text(result.model_copy(update={"title": ""})))
    return f"\n**{escape(result.title)}**\n{lines}\n" if result.title else f"\n{lines}\n"


def _fitting(
    artefacts: list[Artefact], limit: int, *, texts: bool = False
) -> tuple[list[Artefact], list[Artefact]]:
    """What one message can carry, in the order given, and what it cannot."""
    kept: list[Artefact] = []
    left_out: list[Artefact] = []
    room = limit
    for artefact in artefacts:
        if artefact.media_type.startswith("text/plain") and not texts:
            continue  # a poem is the message itself
        if len(artefact.data) <= room and len(kept) < MAX_FILES:
            kept.append(artefact)
            room -= len(artefact.data)
        else:
            left_out.append(artefact)
    return kept, left_out


def _file(work: Work, artefact: Artefact) -> discord.File:
    return upload(artefact, _alt(work, artefact))


def upload(artefact: Artefact, about: str | None) -> discord.File:
    """A file, described for those who cannot see it."""
    described = shorten(about, MAX_ALT) if about else None
    return discord.File(io.BytesIO(artefact.data), artefact.name, description=described)


def _alt(work: Work, artefact: Artefact) -> str | None:
    if isinstance(work.result, MelodyResult):
        kinds = {"image/png": "alt-score", "audio/ogg": "discord-alt-melody"}
        key = kinds.get(artefact.media_type)
        return words.alt_melody(work, work.result, work.lang, key) if key else None
    if artefact.media_type.startswith("image/"):
        pictures = [ref.name for ref in work.artefacts if ref.media_type.startswith("image/")]
        return words.alt(work, pictures.index(artefact.name) + 1)
    return None
