"""What a press on a work's button does. Answered at once, whatever comes of it."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from telegram import CallbackQuery, InlineKeyboardMarkup, Message, Update
from telegram.error import BadRequest
from telegram.ext import CallbackQueryHandler, ExtBot

from atelier.errors import BadInput
from atelier.languages import Lang, say
from atelier.store import PersonRef, Work
from bot import acts, around
from bot.acts import Press
from bot.studio import Studio, sentence
from bot.telegram.cards import Cards, Spawn, place_of
from bot.telegram.counts import Counts
from bot.telegram.edits import Edits
from bot.telegram.faults import unchanged
from bot.telegram.keyboard import BACK, CANCEL, MORE, VOTES, Pressed, choices, keyboard, menu, others, read
from bot.telegram.members import manages
from bot.telegram.poster import TelegramPoster
from bot.telegram.quoting import formatted, quote
from bot.telegram.removal import take_away
from bot.telegram.replies import spoken

log = logging.getLogger(__name__)

ANSWER = 200  # characters that Telegram shows of an answer


class Buttons:
    """Handles presses, of buttons of any age."""

    def __init__(
        self,
        bot: ExtBot[float],
        studio: Studio,
        cards: Cards,
        counts: Counts,
        poster: TelegramPoster,
        edits: Edits,
        spawn: Spawn,
    ) -> None:
        self._bot = bot
        self._studio = studio
        self._cards = cards
        self._counts = counts
        self._poster = poster
        self._edits = edits
        self._spawn = spawn

    def handlers(self) -> list[CallbackQueryHandler[Any, Any]]:
        """For the application."""
        return [CallbackQueryHandler(self._pressed)]

    async def _pressed(self, update: Update, _context: Any) -> None:
        query = update.callback_query
        assert query is not None
        lang = spoken(self._studio, query.from_user)
        alert = False
        try:
            text = await self._do(query, lang)
        except Exception as error:
            text, alert = sentence(error, lang), True
        # No retry: a press that was made while the bot was away is too old to be answered.
        self._spawn(query.answer(text[:ANSWER] or None, show_alert=alert))

    async def _do(self, query: CallbackQuery, lang: Lang) -> str:
        """Do it; what the person reads."""
        pressed = read(query.data)
        if pressed is None:
            raise BadInput("button-unknown")
        person = PersonRef("telegram", str(query.from_user.id))
        if pressed.word in VOTES:
            value = VOTES[pressed.word]
            await self._studio.vote(pressed.work, person, value, origin="button", platform="telegram")
            if (work := await self._studio.work(pressed.work)) is not None:
                if isinstance(query.message, Message):
                    self._counts.shown(work.id, (query.message.chat.id, query.message.message_id))
                self._counts.touch(work)
            return say(f"voted-{value}", lang)
        if pressed.word == CANCEL:
            await self._studio.cancel(pressed.work, person)
            return say("cancelled-now", lang)
        if not isinstance(query.message, Message):
            return ""
        if pressed.word in (MORE, BACK):
            return await self._menu(query.message, pressed, lang)
        press = acts.read(pressed.word)
        if press is None:
            raise BadInput("button-unknown")
        return await self._act(query, query.message, replace(press, other=pressed.other), pressed.work, lang)

    async def _menu(self, message: Message, pressed: Pressed, lang: Lang) -> str:
        """The other buttons of the work, and back."""
        work = await around.find(self._studio, pressed.work)
        if pressed.word == MORE:
            self._swap(message, menu(work, lang))
        else:
            self._swap(message, keyboard(work, await self._studio.tally(work.id)))
        return ""

    async def _act(
        self, query: CallbackQuery, message: Message, press: Press, work_id: str, lang: Lang
    ) -> str:
        person, place = PersonRef("telegram", str(query.from_user.id)), place_of(message)
        if press.name == "favourite":
            return await around.favour(self._studio, work_id, person, lang)
        if press.name == "delete" and not acts.is_open(press):
            return await self._delete(query, message, work_id, person, lang)
        work = await around.find(self._studio, work_id)
        if press.name == "edit":
            self._spawn(self._edits.ask(work, message, query.from_user, lang))
        elif acts.is_open(press):
            return await self._choose(message, work, press, person, lang)
        elif acts.BY_NAME[press.name].makes:
            place = await self._cards.aim(message, query.from_user)
            ticket = await around.make(
                self._studio, work_id, press,
                person=person, lang=lang, place=place, source=f"telegram:query:{query.id}",
            )  # fmt: skip
            if not ticket.fresh:
                return say("act-twice", lang)
            self._cards.acknowledge(ticket, message)
        elif press.name == "original":
            self._spawn(self._poster.send_originals(work, place))
        else:
            self._spawn(self._cards.reply(message, formatted("\n".join(around.details(work, lang, quote)))))
        return ""

    async def _choose(self, message: Message, work: Work, press: Press, person: PersonRef, lang: Lang) -> str:
        """What the press leaves open: in the keyboard, or in a message of its own."""
        if acts.choices(work, press):
            self._swap(message, choices(work, press, lang))
            return acts.question(press, lang)
        found = await around.others(self._studio, work, person)
        if message.chat.type != "private":  # everybody reads this menu: what was made elsewhere is not named
            here = [one for one in found if one.place.get("chat") == message.chat.id]
            if found and not here:
                raise BadInput("blend-none-here")
            found = here
        if not found:
            raise BadInput("blend-none")
        buttons = others(work, press, found)
        self._spawn(self._cards.reply(message, formatted(say("blend-choose", lang)), reply_markup=buttons))
        return ""

    async def _delete(
        self, query: CallbackQuery, message: Message, work_id: str, person: PersonRef, lang: Lang
    ) -> str:
        here = str(message.chat.id)
        server = here if await manages(self._bot, message.chat, query.from_user) else None
        messages = await around.delete(self._studio, work_id, person, server)
        for name in dict.fromkeys([*messages, f"{here}:{message.message_id}"]):
            chat, _, number = name.rpartition(":")
            self._spawn(take_away(self._bot, int(chat), int(number), lang))
        return say("work-deleted", lang)

    def _swap(self, message: Message, buttons: InlineKeyboardMarkup) -> None:
        """Other buttons under the same message."""

        async def swap() -> None:
            try:
                await message.edit_reply_markup(buttons)
            except BadRequest as refusal:
                if not unchanged(refusal):
                    raise

        self._spawn(swap())
