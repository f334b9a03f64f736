"""What a work looks like in Telegram: marked text (:mod:`~bot.telegram.quoting`) and media to upload."""

from __future__ import annotations

from telegram import InputMediaAudio, InputMediaDocument, InputMediaPhoto

from atelier.store import Work
from atelier.works import Artefact, MelodyResult, PoemResult
from bot.telegram.cover import cover
from bot.telegram.player import mp3
from bot.telegram.quoting import CAPTION, bold, formatted, inert, quote
from bot.words import alt, details, headline, poem_text

TITLE = 64  # characters that a player shows of a title


def caption(work: Work) -> str:
    """The prompt, quoted, and what was made of it."""
    return f"{headline(work, quote)}\n{inert(details(work))}"


def poem(work: Work, result: PoemResult) -> str:
    """A poem as text, its title in bold."""
    text = poem_text(result)
    title = bold(result.title) if result.title else ""
    text = title + inert(text.removeprefix(result.title))
    return f"{headline(work, quote)}\n\n{text}\n\n{inert(details(work))}"


def photo(work: Work, data: bytes, marked: str) -> InputMediaPhoto:
    """A picture with a caption."""
    text = formatted(marked, CAPTION)
    return InputMediaPhoto(
        data, caption=text.text, caption_entities=text.entities, filename=f"atelier-{work.id}.png"
    )


def album(work: Work, pictures: list[bytes]) -> list[InputMediaPhoto]:
    """Several pictures; each says what it shows, for those who cannot see it."""
    return [photo(work, data, inert(alt(work, number))) for number, data in enumerate(pictures, start=1)]


def melody(
    work: Work, result: MelodyResult, file: Artefact, score: Artefact | None = None
) -> InputMediaAudio:
    """A melody for the chat's player; its ``score`` gives the cover. Encodes: nothing for an event loop."""
    sound = mp3(file.data)
    text = formatted(caption(work), CAPTION)
    end = max((start + length for start, length, _ in result.notes), default=0)  # sixteenths
    return InputMediaAudio(
        sound or file.data,
        caption=text.text,
        caption_entities=text.entities,
        title=(result.title or work.request.words)[:TITLE],
        performer="Atelier",
        thumbnail=cover(score.data) if score else None,
        duration=round(end / 4 * 60 / result.tempo),
        filename=f"atelier-{work.id}.{'mp3' if sound else 'ogg'}",
    )


def originals(work: Work, files: list[Artefact]) -> list[InputMediaDocument]:
    """Every file of the work as a document, which Telegram leaves as it is."""
    return [
        InputMediaDocument(
            file.data, filename=f"atelier-{work.id}-{file.name}", disable_content_type_detection=True
        )
        for file in files
    ]
