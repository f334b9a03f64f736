"""Inline mode: ``@bot a stormy sea`` in any chat offers a picture, a poem and a melody of it.

Telegram lets no file be uploaded into such a message, so the work goes to the person's private chat
with the bot, as every work does, and from there into the message (:mod:`bot.telegram.mirror`). Which
offer was taken is told only where inline feedback is switched on (@BotFather, /setinlinefeedback).
"""

from __future__ import annotations

import asyncio
import random
from typing import Any

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    Update,
)
from telegram.ext import BaseHandler, ChosenInlineResultHandler, ExtBot, InlineQueryHandler

from atelier.errors import BadInput, PersonError
from atelier.languages import Lang, say
from atelier.requests import KINDS, Kind
from atelier.store import PersonRef
from bot import gate
from bot.actions.surprise import ideas
from bot.making import MAKING
from bot.studio import Studio, sentence
from bot.telegram.cards import Cards, Spawn
from bot.telegram.members import Speaker, person_of
from bot.telegram.mirror import tell
from bot.telegram.quoting import formatted, inert, quote
from bot.telegram.replies import spoken
from bot.typed import parse_text
from bot.words import FACES

BUTTON = 64  # characters on the button above the offers


class Inline:
    """Handles what people type after the bot's name, and what they choose of it."""

    def __init__(self, bot: ExtBot[float], studio: Studio, cards: Cards, spawn: Spawn) -> None:
        self._bot = bot
        self._studio = studio
        self._cards = cards
        self._spawn = spawn

    def handlers(self) -> list[BaseHandler[Any, Any, Any]]:
        """For the application."""
        return [InlineQueryHandler(self._typed), ChosenInlineResultHandler(self._chosen)]

    async def _typed(self, update: Update, _context: Any) -> None:
        query = update.inline_query
        assert query is not None
        lang = spoken(self._studio, Speaker(query.from_user), query.query)
        person = person_of(query.from_user)
        offers: list[InlineQueryResultArticle] = []
        wrong: PersonError | None = None
        for kind in KINDS:
            try:
                offers.append(await asyncio.to_thread(self._offer, kind, query.query.strip(), person, lang))
            except BadInput as fault:  # an option of one kind may be none of another
                wrong = fault
            except PersonError as fault:  # the records are down, for all of them
                wrong = fault
                break
        button = None
        if not offers and wrong is not None:
            button = InlineQueryResultsButton(sentence(wrong, lang)[:BUTTON], start_parameter="help")
        self._spawn(query.answer(offers, cache_time=0, is_personal=True, button=button))

    def _offer(self, kind: Kind, typed: str, person: PersonRef, lang: Lang) -> InlineQueryResultArticle:
        """One kind, made of what was typed; of an idea where nothing was. Raises why it would be refused."""
        name: str = kind
        if not typed:
            number = random.randrange(len(ideas(kind, lang)))
            name, typed = f"{kind}.{lang}.{number}", ideas(kind, lang)[number]
        command = MAKING[kind]
        request = self._studio.read(command, parse_text(command, typed))
        # What would be refused when it is taken is not offered: the message would stand in another's chat.
        gate.admit(self._studio.settings, self._studio.store, person, request, {"server": None})
        shown = formatted(say(f"asked-{kind}", lang, prompt=quote(request.words)))
        home = InlineKeyboardButton("Atelier", url=f"https://t.me/{self._bot.username}")
        return InlineQueryResultArticle(
            name,
            f"{FACES[kind]} {say(f'choice-kind-{kind}', lang)}",
            InputTextMessageContent(shown.text, entities=shown.entities),
            description=typed,
            reply_markup=InlineKeyboardMarkup([[home]]),  # only a message with buttons can be changed later
        )

    async def _chosen(self, update: Update, _context: Any) -> None:
        chosen = update.chosen_inline_result
        assert chosen is not None
        message = chosen.inline_message_id
        if message is None:
            return
        person = chosen.from_user
        lang = spoken(self._studio, Speaker(person), chosen.query)
        place = {"chat": person.id, "thread": None, "asked": None, "server": None, "within": ["0"],
                 "inline": message}  # fmt: skip
        try:
            command, line = _meant(chosen.result_id, chosen.query)
            await self._cards.reach(person.id)
            ticket = await self._studio.ask(
                command, parse_text(command, line), person=person_of(person), lang=lang,
                place=place, source=f"telegram:inline:{message}",
            )  # fmt: skip
        except Exception as error:
            self._spawn(tell(self._bot, message, sentence(error, lang, inert)))
        else:
            self._cards.acknowledge(ticket)


def _meant(name: str, typed: str) -> tuple[Any, str]:
    """The command of an offer, and the line that it was made of. Raises :class:`BadInput`."""
    kind, _, idea = name.partition(".")
    if kind not in MAKING:
        raise BadInput("button-unknown")
    if idea:
        lang, _, number = idea.partition(".")
        found = ideas(kind, lang)
        typed = found[int(number) % len(found)]
    return MAKING[kind], typed
