"""Files that come with a command: a document whose caption it is, or that it answers."""

from __future__ import annotations

import logging
from pathlib import PurePath

from telegram import Audio, Document, Message
from telegram.error import TelegramError

from atelier.errors import BadInput, Unavailable
from atelier.tunes import MAX_BYTES
from bot.command import Upload

log = logging.getLogger(__name__)

TUNES = (".mid", ".midi", ".abc")
FETCH_S = 10.0

File = Document | Audio  # some clients call a MIDI file music


def attached(message: Message) -> File | None:
    """The file that a message is."""
    return message.document or message.audio


def is_tune(file: File) -> bool:
    """Whether it is named like notes; a recording, a picture or one of our own works is not."""
    return PurePath(file.file_name or "").suffix.lower() in TUNES


def brought(message: Message) -> File | None:
    """The file that came with a command: the message's own, or the tune that it answers."""
    own = attached(message)
    if own is not None:
        return own
    answered = attached(message.reply_to_message) if message.reply_to_message else None
    return answered if answered is not None and is_tune(answered) else None


async def fetched(file: File) -> Upload:
    """Its bytes. Raises :class:`BadInput` for one too big, :class:`Unavailable` where it is not given."""
    if (file.file_size or 0) > MAX_BYTES:
        raise BadInput("tune-too-big", most=MAX_BYTES // 1024)
    try:
        known = await file.get_file(read_timeout=FETCH_S)
        data = bytes(await known.download_as_bytearray(read_timeout=FETCH_S))
    except TelegramError as fault:
        # Without its text: the address of a file has the token in it.
        log.warning("a file was not fetched: %s", type(fault).__name__)
        raise Unavailable("file-not-fetched") from None
    return Upload(file.file_name or "", data)
