"""Take a deleted work's messages away.

Telegram lets a bot delete only what is younger than two days; what is older is emptied by an edit,
which has no such limit: a text becomes one line, a picture or a melody a blank picture.
"""

from __future__ import annotations

import logging
import struct
import zlib

from telegram import InputMediaDocument, InputMediaPhoto
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import ExtBot

from atelier.languages import Lang, say
from bot.leftovers import Outcome
from bot.telegram.faults import unchanged

log = logging.getLogger(__name__)

SIDE = 64  # pixels of the blank picture


async def take_away(bot: ExtBot[float], chat: int, message: int, lang: Lang) -> Outcome:
    """Delete one message, or empty it. Never raises: the work itself is gone already."""
    try:
        try:
            await bot.delete_message(chat, message)
        except BadRequest as refusal:
            if "not found" not in refusal.message.lower():
                await _empty(bot, chat, message, say("work-deleted", lang))
    except (BadRequest, Forbidden) as refusal:
        log.info("telegram: the message %d of a deleted work stays: %s", message, refusal.message)
        return "stays"
    except TelegramError as fault:  # flood control, an outage
        log.info("telegram: the message %d of a deleted work stays for now: %s", message, fault.message)
        return "later"
    return "gone"


async def _empty(bot: ExtBot[float], chat: int, message: int, text: str) -> None:
    try:
        await bot.edit_message_text(text, chat, message)
    except BadRequest as refusal:  # a picture, a sound or a document
        if unchanged(refusal):  # emptied by an earlier try
            return
        try:
            await bot.edit_message_media(InputMediaPhoto(blank(), caption=text), chat, message)
        except BadRequest:  # a document among documents
            document = InputMediaDocument(text.encode(), caption=text, filename="deleted.txt")
            await bot.edit_message_media(document, chat, message)


def blank() -> bytes:
    """A small grey PNG (Portable Network Graphics, ISO/IEC 15948: one bit-depth-8 grey channel)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\x80" * SIDE) * SIDE
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts
