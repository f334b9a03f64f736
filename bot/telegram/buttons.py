"""What a press on a button does: vote, ask again, send the files. Answered at once, whatever comes of it."""

from __future__ import annotations

import time
from typing import Any

from telegram import CallbackQuery, Message, Update
from telegram.ext import CallbackQueryHandler

from atelier.languages import Lang, say
from atelier.store import PersonRef, Vote
from bot.studio import Studio, sentence
from bot.telegram.cards import Cards, Spawn, place_of
from bot.telegram.counts import Counts
from bot.telegram.keyboard import Verb, read
from bot.telegram.poster import TelegramPoster
from bot.telegram.replies import spoken

VOTES: dict[Verb, Vote] = {"like": "liked", "dislike": "disliked"}
ANSWER = 200  # characters that Telegram shows of an answer
TWICE_S = 2.0  # a second press this soon is the same press


class Buttons:
    """Handles presses, of buttons of any age."""

    def __init__(
        self, studio: Studio, cards: Cards, counts: Counts, poster: TelegramPoster, spawn: Spawn
    ) -> None:
        self._studio = studio
        self._cards = cards
        self._counts = counts
        self._poster = poster
        self._spawn = spawn
        self._pressed_at: dict[tuple[int, str], float] = {}

    def handlers(self) -> list[CallbackQueryHandler[Any, Any]]:
        """For the application."""
        return [CallbackQueryHandler(self._pressed)]

    async def _pressed(self, update: Update, _context: Any) -> None:
        query = update.callback_query
        assert query is not None
        lang = spoken(self._studio, query.from_user)
        alert = False
        try:
            text = await self._act(query, lang)
        except Exception as error:
            text, alert = sentence(error, lang), True
        # No retry: a press that was made while the bot was away is too old to be answered.
        self._spawn(query.answer(text[:ANSWER] or None, show_alert=alert))

    async def _act(self, query: CallbackQuery, lang: Lang) -> str:
        """Do it; what the person reads."""
        meant = read(query.data)
        if meant is None:
            return say("work-unknown", lang)
        verb, work_id = meant
        person = PersonRef("telegram", str(query.from_user.id))
        if verb in VOTES:
            value = VOTES[verb]
            await self._studio.vote(work_id, person, value, origin="button", platform="telegram")
            if (work := await self._studio.work(work_id)) is not None:
                self._counts.touch(work)
            return say(f"voted-{value}", lang)
        if verb == "cancel":
            await self._studio.cancel(work_id, person)
            return say("cancelled-now", lang)
        if not isinstance(query.message, Message) or self._twice(query):
            return ""
        place = place_of(query.message)
        if verb == "again":
            source = f"telegram:query:{query.id}"
            ticket = await self._studio.again(work_id, person=person, lang=lang, place=place, source=source)
            self._cards.acknowledge(ticket)
            return ""
        work = await self._studio.work(work_id)
        if work is None:
            return say("work-unknown", lang)
        self._spawn(self._poster.send_originals(work, place))
        return ""

    def _twice(self, query: CallbackQuery) -> bool:
        """Whether the same person pressed the same button a moment ago."""
        now = time.monotonic()
        self._pressed_at = {k: at for k, at in self._pressed_at.items() if now - at < TWICE_S}
        key = (query.from_user.id, query.data or "")
        return self._pressed_at.setdefault(key, now) != now
