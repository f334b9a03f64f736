"""Whom a command is about: a mention that carries an id, or whose message the command answers.

``@name`` is no help: the Bot API tells nobody who that is, and the name may be another's tomorrow.
"""

from __future__ import annotations

import re

from telegram import Message, MessageEntity

from atelier.store import PersonRef
from bot.command import Command
from bot.studio import Studio
from bot.telegram.cards import name_of
from bot.telegram.members import Speaker

_NAMED = re.compile(r"-?\d+(?:\s|$)|(?:discord|telegram|web):|<?@")


def written(message: Message) -> str:
    """What stands behind the command, with ids for the people who are mentioned without an @name."""
    raw = (message.text or "").encode("utf-16-le")  # the units that entities are counted in
    parts, at = [], 2 * message.entities[0].length
    for entity in sorted(message.entities, key=lambda entity: entity.offset):
        if entity.type == MessageEntity.TEXT_MENTION and entity.user and 2 * entity.offset >= at:
            parts += [raw[at : 2 * entity.offset].decode("utf-16-le"), f"telegram:{entity.user.id}"]
            at = 2 * (entity.offset + entity.length)
    return "".join([*parts, raw[at:].decode("utf-16-le")]).strip()


async def completed(command: Command, typed: str, message: Message, studio: Studio, bot: int) -> str:
    """``typed``, with whom it is about where that is said by answering a message.

    Of a message of the bot it is the person whose work it shows. Whoever is named is meant all the same.
    """
    whose = command.options[0] if command.options else None
    if whose is None or not whose.somebody or _NAMED.match(typed):
        return typed
    if re.search(rf"(?:{'|'.join(whose.called)})[=:：＝]", typed):
        return typed
    whom = await _answered(message, studio, bot)
    return typed if whom is None else f"{whom.platform}:{whom.platform_id} {typed}".strip()


async def _answered(message: Message, studio: Studio, bot: int) -> PersonRef | None:
    answered = message.reply_to_message
    if answered is None or answered.message_id == message.message_thread_id:  # a topic's own first message
        return None
    if answered.from_user is None or answered.from_user.id != bot:
        who = Speaker.of(answered)
        return who.ref if who else None
    work = await studio.work_shown_in("telegram", name_of(answered.chat.id, answered.message_id))
    return work.person if work else None
