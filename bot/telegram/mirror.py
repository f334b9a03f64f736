"""A work shown a second time: in the message of some other chat that asked for it in inline mode."""

from __future__ import annotations

import logging

from telegram import InputMedia, InputMediaAudio, InputMediaPhoto, Message
from telegram.error import BadRequest, TelegramError
from telegram.ext import ExtBot

from atelier.store import Tally, Work
from atelier.works import MelodyResult, PoemResult
from bot.telegram import shapes
from bot.telegram.faults import unchanged
from bot.telegram.keyboard import inline
from bot.telegram.quoting import CAPTION, Formatted, formatted

log = logging.getLogger(__name__)


def file_of(message: Message) -> str | None:
    """The name by which Telegram knows the file in a message that it took."""
    if message.photo:
        return message.photo[-1].file_id
    return message.audio.file_id if message.audio else None


async def mirror(bot: ExtBot[float], work: Work, message: str, file: str | None, tally: Tally) -> None:
    """Show ``work`` in the inline ``message``; ``file`` is what Telegram has of it. Never raises."""
    votes = inline(work, tally, bot.username)
    try:
        if isinstance(work.result, PoemResult) or file is None:
            said = shapes.poem(work, work.result) if isinstance(work.result, PoemResult) else ""
            text = formatted(said or shapes.caption(work))
            await bot.edit_message_text(
                text.text, inline_message_id=message, entities=text.entities, reply_markup=votes
            )
        else:
            caption = formatted(shapes.caption(work), CAPTION)
            media = _media(work, file, caption)
            await bot.edit_message_media(media, inline_message_id=message, reply_markup=votes)
    except TelegramError as fault:
        if not (isinstance(fault, BadRequest) and unchanged(fault)):
            log.warning("work %s: not shown where it was asked inline: %s", work.id, fault.message)


async def tell(bot: ExtBot[float], message: str, text: str) -> None:
    """Say instead why there is no work, in ``text`` with its quotes marked. Never raises."""
    said = formatted(text)
    try:
        await bot.edit_message_text(said.text, inline_message_id=message, entities=said.entities)
    except TelegramError as fault:
        log.warning("an inline message could not be changed: %s", fault.message)


def _media(work: Work, file: str, caption: Formatted) -> InputMedia:
    if isinstance(work.result, MelodyResult):
        return InputMediaAudio(file, caption=caption.text, caption_entities=caption.entities)
    return InputMediaPhoto(file, caption=caption.text, caption_entities=caption.entities)
