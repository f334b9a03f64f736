"""A work's card: the one message that acknowledges it and later shows it.

Everything that shows a work edits its card, and an edit can be repeated without harm; so a
work is shown once, however often showing it was tried. A card that was lost (never sent,
deleted by somebody) is replaced by a new acknowledgement first.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

from telegram import MaybeInaccessibleMessage, Message, ReplyParameters
from telegram.constants import ChatAction
from telegram.error import BadRequest, Forbidden
from telegram.ext import ExtBot

from atelier.errors import BadInput
from atelier.languages import say
from atelier.store import Work
from bot.delivery import PostLater
from bot.studio import Studio, Ticket
from bot.telegram.keyboard import while_waiting
from bot.telegram.members import Speaker
from bot.telegram.quoting import Formatted, formatted, quote
from bot.telegram.signs import typing
from bot.words import acknowledgement

log = logging.getLogger(__name__)

Spawn = Callable[[Coroutine[Any, Any, Any]], "asyncio.Task[Any]"]

YOUNG_S = 3.0  # the acknowledgement of a work this young may still be on its way
HURRY_S = 1.0  # a post gives its slot up rather than wait longer for its chat's turn


def place_of(message: MaybeInaccessibleMessage, work: Work | None = None) -> dict[str, Any]:
    """Where to answer ``message``; ``message`` (the card's id) joins it once it is known.

    Of a message that is too old Telegram tells no topic: it is that of the ``work`` that it shows.
    """
    thread = None
    if isinstance(message, Message) and message.is_accessible:
        thread = message.message_thread_id if message.is_topic_message else None
    elif work is not None and work.place.get("chat") == message.chat.id:
        thread = work.place.get("thread")
    server = None if message.chat.type == "private" else str(message.chat.id)
    return {
        "chat": message.chat.id, "thread": thread, "asked": message.message_id, "server": server,
        "within": [str(thread or 0)],
    }  # fmt: skip


def name_of(chat: int, message: int) -> str:
    """A message's name in the store."""
    return f"{chat}:{message}"


class Cards:
    """Sends cards and finds them again."""

    def __init__(self, bot: ExtBot[float], studio: Studio, spawn: Spawn) -> None:
        self._bot = bot
        self._studio = studio
        self._spawn = spawn
        self._sending: dict[str, asyncio.Task[Any]] = {}

    async def aim(
        self, message: MaybeInaccessibleMessage, who: Speaker, work: Work | None = None
    ) -> dict[str, Any]:
        """Where a work of ``who`` is shown who asked in ``message``: there, or to them alone if they wish.

        Raises :class:`BadInput` where they wish so and the bot may not write to them.
        """
        place = place_of(message, work)
        mine = self._studio.tastes.of(who.ref)
        if not mine.private or message.chat.type == "private":
            return place
        await self.reach(who.user.id)
        return {**place, "chat": who.user.id, "thread": None, "asked": None}

    async def reach(self, person: int) -> None:
        """Raises :class:`BadInput` where the bot may not write to somebody (blocked, or never met)."""
        try:
            await self._bot.send_chat_action(person, ChatAction.TYPING)
        except (BadRequest, Forbidden):
            raise BadInput("telegram-private-first") from None

    def acknowledge(self, ticket: Ticket, asked: MaybeInaccessibleMessage | None = None) -> None:
        """Send the card of a new work; the one of an update that came twice is left as it is.

        Where ``asked`` is in another chat than the card, it is answered that the card is in private.
        """
        work = ticket.work
        if work.place.get("message") is None and work.id not in self._sending:
            task = self._spawn(self._send(work, ticket.place, ticket.seconds))
            self._sending[work.id] = task
            # In a busy group the card waits for the chat's turn; “typing…” takes none.
            self._spawn(typing(self._bot, work.place["chat"], work.place.get("thread"), task))
            task.add_done_callback(lambda _: self._sending.pop(work.id, None))
            if asked is not None and asked.chat.id != work.place["chat"]:
                self._spawn(self.reply(asked, Formatted(say("telegram-in-private", work.lang))))

    async def find(self, work: Work) -> tuple[int, int]:
        """Chat and message id of the card, sent now if there is none."""
        if (sending := self._sending.get(work.id)) is not None:
            await asyncio.wait([sending])
        if work.place.get("message") is None:
            work = await self._studio.work(work.id) or work
        message = work.place.get("message")
        if message is not None:
            return work.place["chat"], message
        if (datetime.now(UTC) - work.asked_at).total_seconds() < YOUNG_S:
            raise PostLater(0.2, "its acknowledgement is on its way")
        return await self.replace(work)

    async def replace(self, work: Work) -> tuple[int, int]:
        """A new card for one that is gone."""
        return work.place["chat"], await self._send(work, None, None, rate_limit_args=HURRY_S)

    async def reply(
        self, message: MaybeInaccessibleMessage, text: Formatted, work: Work | None = None, **extra: Any
    ) -> Message:
        """Answer a message, of a person or with a ``work``, with a text."""
        place = place_of(message, work)
        return await self._say(place, text, **extra)

    async def _send(self, work: Work, place: int | None, seconds: float | None, **extra: Any) -> int:
        text = formatted(acknowledgement(work, place, quote, seconds))
        sent = await self._say(work.place, text, reply_markup=while_waiting(work), **extra)
        await self._studio.note_place(work.id, {"message": sent.message_id})
        name = name_of(sent.chat.id, sent.message_id)
        await self._studio.remember_message(work.id, "telegram", name)
        return sent.message_id

    async def _say(self, place: dict[str, Any], text: Formatted, **extra: Any) -> Message:
        return await self._bot.send_message(
            place["chat"],
            text.text,
            entities=text.entities,
            message_thread_id=place.get("thread"),
            reply_parameters=reply_to(place.get("asked")),
            **extra,
        )


def reply_to(message: int | None) -> ReplyParameters | None:
    """A reply to ``message``, or no reply where it was deleted meanwhile."""
    return ReplyParameters(message, allow_sending_without_reply=True) if message else None
