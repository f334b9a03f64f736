"""What a press on a work's button does. Answered at once, whatever comes of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from telegram import CallbackQuery, InlineKeyboardMarkup, MaybeInaccessibleMessage, Update, User
from telegram.ext import CallbackQueryHandler, ExtBot

from atelier.errors import BadInput
from atelier.languages import Lang, say
from atelier.store import PersonRef, Work
from bot import acts, around, gate
from bot.acts import Press
from bot.leftovers import Leftovers
from bot.once import once
from bot.studio import Studio, sentence
from bot.telegram.cards import Cards, Spawn, name_of, place_of
from bot.telegram.counts import Counts
from bot.telegram.edits import Edits
from bot.telegram.faults import why
from bot.telegram.keyboard import BACK, CANCEL, MORE, VOTES, Pressed, choices, menu, others, read
from bot.telegram.members import Speaker, acting, manages, person_of
from bot.telegram.poster import TelegramPoster
from bot.telegram.quoting import formatted, inert, quote
from bot.telegram.replies import spoken
from bot.telegram.signs import Signs
from bot.words import titled

log = logging.getLogger(__name__)

ANSWER = 200  # characters that Telegram shows of an answer
PATIENCE_S = 0.6  # a press is answered with what came of it, if that comes so soon


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
        signs: Signs,
        leftovers: Leftovers,
        spawn: Spawn,
    ) -> None:
        self._bot = bot
        self._studio = studio
        self._cards = cards
        self._counts = counts
        self._poster = poster
        self._edits = edits
        self._signs = signs
        self._leftovers = leftovers
        self._spawn = spawn

    def handlers(self) -> list[CallbackQueryHandler[Any, Any]]:
        """For the application."""
        return [CallbackQueryHandler(self._pressed)]

    async def _pressed(self, update: Update, _context: Any) -> None:
        query = update.callback_query
        assert query is not None
        lang = spoken(self._studio, Speaker(query.from_user))
        alert = False
        try:
            text = await self._do(query, lang)
        except Exception as error:
            text, alert = self._sentence(query, error, lang), True
        if text is not None:
            self._answer(query, text, alert=alert)

    def _sentence(self, query: CallbackQuery, error: Exception, lang: Lang) -> str:
        return sentence(why(error), lang, inert if self._signs.answered(query.id) else str)

    def _answer(self, query: CallbackQuery, text: str, *, alert: bool) -> None:
        if not self._signs.answered(query.id):
            # No retry: a press that was made while the bot was away is too old to be answered.
            self._spawn(query.answer(text[:ANSWER] or None, show_alert=alert))
        elif text and query.message is not None:
            self._spawn(self._cards.reply(query.message, formatted(text)))

    def _in_time(self, query: CallbackQuery, text: str) -> str:
        """What the message itself shows as well: it is not said any more once the press had its answer."""
        return "" if self._signs.answered(query.id) else text

    def _post(
        self, query: CallbackQuery, posting: Coroutine[Any, Any, object], press: str, lang: Lang
    ) -> None:
        """Post what was asked for beside what else is asked here; the press is answered when it is there.

        Where it takes long, the press is answered before; what went wrong is said in either case.
        """

        async def post() -> None:
            try:
                async with once(self._studio, query.id, press) as first:
                    if not first:
                        posting.close()
                        self._answer(query, say("act-twice", lang), alert=False)
                        return
                    posted = asyncio.ensure_future(posting)
                    if not (await asyncio.wait([posted], timeout=PATIENCE_S))[0]:
                        await self._signs.take_off(query)
                    await posted
            except Exception as error:
                self._answer(query, self._sentence(query, error, lang), alert=True)
            else:
                self._answer(query, "", alert=False)

        self._spawn(post())

    async def _do(self, query: CallbackQuery, lang: Lang) -> str | None:
        """Do it; what the person reads, or None: it is said when it is done."""
        pressed = read(query.data)
        if pressed is None:
            raise BadInput("button-unknown")
        person = person_of(query.from_user)
        if pressed.word in VOTES:
            value = VOTES[pressed.word]
            await self._studio.vote(pressed.work, person, value, origin="button", platform="telegram")
            if (work := await self._studio.work(pressed.work)) is not None:
                if query.message is not None:
                    self._counts.shown(work.id, (query.message.chat.id, query.message.message_id))
                self._counts.touch(work)
            return self._in_time(query, say(f"voted-{value}", lang))
        if pressed.word == CANCEL:
            await self._studio.cancel(pressed.work, await self._owner(pressed.work, query.from_user))
            return self._in_time(query, say("cancelled-now", lang))
        if query.message is None:  # in inline mode there are votes only
            return ""
        if pressed.word in (MORE, BACK):
            return await self._menu(query.message, pressed, lang)
        press = acts.read(pressed.word)
        if press is None:
            raise BadInput("button-unknown")
        return await self._act(query, query.message, replace(press, other=pressed.other), pressed.work, lang)

    async def _menu(self, message: MaybeInaccessibleMessage, pressed: Pressed, lang: Lang) -> str:
        """The other buttons of the work, and back."""
        work = await around.find(self._studio, pressed.work)
        self._swap(message, work, menu(work, lang) if pressed.word == MORE else None)
        return ""

    async def _act(
        self, query: CallbackQuery, message: MaybeInaccessibleMessage, press: Press, work_id: str, lang: Lang
    ) -> str | None:
        person = person_of(query.from_user)
        if press.name == "delete" and not acts.is_open(press):
            await self._delete(query, message, work_id, lang)
            return None
        work = await around.find(self._studio, work_id)
        target = message.chat.id, message.message_id
        if press.name == "favourite":
            kept = await around.favour(self._studio, work_id, person, lang, f"telegram:query:{query.id}")
            self._counts.close(work, target)
            return kept
        place = place_of(message, work)
        settings, store = self._studio.settings, self._studio.store
        await asyncio.to_thread(gate.show, settings, store, person, place)
        pressed = f"{person.platform_id}:{name_of(*target)}:{query.data}"
        if acts.is_open(press) and press.name != "edit":
            return await self._choose(query, message, work, press, lang)
        if press.name == "edit":
            self._post(query, self._edits.ask(work, message, query.from_user, lang), pressed, lang)
            self._counts.close(work, target)
            return None
        if acts.BY_NAME[press.name].makes:
            place = await self._cards.aim(message, Speaker(query.from_user), work)
            ticket = await around.make(
                self._studio, work_id, press,
                person=person, lang=lang, place=place, source=f"telegram:query:{query.id}",
            )  # fmt: skip
            if not ticket.fresh:
                return say("act-twice", lang)
            self._cards.acknowledge(ticket, message)
            self._counts.close(work, target)
            return ""
        if press.name == "original":
            self._post(query, self._poster.send_originals(work, place), pressed, lang)
        else:
            told = formatted("\n".join(around.details(work, lang, quote)))
            self._post(query, self._cards.reply(message, told, work), pressed, lang)
        self._counts.close(work, target)
        return None

    async def _choose(
        self, query: CallbackQuery, message: MaybeInaccessibleMessage, work: Work, press: Press, lang: Lang
    ) -> str | None:
        """What the press leaves open: in the keyboard, or in a message of its own."""
        person = person_of(query.from_user)
        if acts.choices(work, press):
            self._swap(message, work, choices(work, press, lang))
            return acts.question(press, lang)
        found = await around.others(self._studio, work, person)
        if message.chat.type != "private":  # everybody reads this menu: what was made elsewhere is not named
            here = [one for one in found if one.place.get("chat") == message.chat.id]
            if found and not here:
                raise BadInput("blend-none-here")
            found = here
        if not found:
            raise BadInput("blend-none")
        buttons = others(work, press, found, lang)
        told = formatted(say("blend-choose", lang, first=quote(titled(work))))
        pressed = f"{person.platform_id}:{name_of(message.chat.id, message.message_id)}:{query.data}"
        self._post(query, self._cards.reply(message, told, work, reply_markup=buttons), pressed, lang)
        self._counts.close(work, (message.chat.id, message.message_id))
        return None

    async def _owner(self, work_id: str, user: User) -> PersonRef:
        """The user; for a work that was asked as a chat, that chat, if the user administers it."""
        work = await self._studio.work(work_id)
        return await acting(self._bot, user, work.person) if work else person_of(user)

    async def _delete(
        self, query: CallbackQuery, message: MaybeInaccessibleMessage, work_id: str, lang: Lang
    ) -> None:
        """Delete the work; that it is gone is said when its messages are, or that one of them stays."""
        here = str(message.chat.id)
        server = here if await manages(self._bot, message.chat, Speaker(query.from_user)) else None
        owner = await self._owner(work_id, query.from_user)
        messages = await around.delete(self._studio, work_id, owner, server)
        pressed = name_of(message.chat.id, message.message_id)

        async def take_away() -> None:
            stays = "stays" in await self._leftovers.now(dict.fromkeys([*messages, pressed]), lang)
            gone = self._in_time(query, say("work-deleted", lang))
            self._answer(query, say("work-deleted-stays", lang) if stays else gone, alert=stays)

        self._spawn(self._signs.watch(query, self._spawn(take_away())))

    def _swap(self, message: MaybeInaccessibleMessage, work: Work, menu: InlineKeyboardMarkup | None) -> None:
        """Other buttons under the same message."""
        self._spawn(self._counts.swap(work, (message.chat.id, message.message_id), menu))
