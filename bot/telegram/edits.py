"""Edit and run again: the bot asks for other words, and the reply to its question has them.

The question is tied to its work in the records, so a reply is understood after a restart too; in
a private chat the next message will do as well, while the bot runs.
"""

from __future__ import annotations

from telegram import ForceReply, MaybeInaccessibleMessage, Message, MessageEntity, User
from telegram.ext import ExtBot

from atelier.languages import LANGS, Lang, say
from atelier.store import Work
from bot import around
from bot.leftovers import ASKED
from bot.studio import Studio, sentence
from bot.telegram.cards import Cards, Spawn, name_of, place_of
from bot.telegram.members import Speaker
from bot.telegram.questions import Questions
from bot.telegram.quoting import formatted, inert, quote, units
from bot.turns import Turns


class Edits:
    """Asks for other words, and makes the work of them."""

    def __init__(
        self, bot: ExtBot[float], studio: Studio, cards: Cards, questions: Questions, spawn: Spawn
    ) -> None:
        self._bot = bot
        self._studio = studio
        self._cards = cards
        self._spawn = spawn
        self._questions = questions
        self._turns = Turns()  # by chat

    async def ask(self, work: Work, message: MaybeInaccessibleMessage, person: User, lang: Lang) -> None:
        """Ask for other words, in answer to the work's message."""
        private = message.chat.type == "private"
        text = formatted(f"{say('edit-ask', lang)}\n{quote(work.request.words)}")
        said, entities = text.text, list(text.entities)
        if not private:  # by name, so that only their own client opens the reply
            said, name = f"{said}\n", formatted(inert(person.first_name)).text
            entities.append(MessageEntity(MessageEntity.TEXT_MENTION, units(said), units(name), user=person))
            said += name
        place = place_of(message, work)
        if private:  # before it is there to be read: what they say next may be about something else
            self._questions.put(person.id, work.id)
        async with self._turns.of(str(message.chat.id)):
            sent = await self._bot.send_message(
                place["chat"],
                said,
                entities=entities,
                message_thread_id=place.get("thread"),
                reply_markup=ForceReply(
                    selective=not private, input_field_placeholder=work.request.words[:64]
                ),
            )
            name = ASKED + name_of(sent.chat.id, sent.message_id)
            await self._studio.remember_message(work.id, "telegram", name)

    async def work_of(self, message: Message, bot: int) -> str | None:
        """The work that ``message`` has other words for: it replies to a question, or follows one in private.

        An empty string: one that is not there any more.
        """
        person, question = message.from_user, message.reply_to_message
        if question is not None and question.from_user is not None and question.from_user.id == bot:
            first = (question.text or "").partition("\n")[0]
            if all(first != say("edit-ask", lang) for lang in LANGS):
                return None
            name = name_of(question.chat.id, question.message_id)
            async with self._turns.of(str(question.chat.id)):  # a quick reply waits until it is tied
                work = await self._studio.work_shown_in("telegram", ASKED + name)
                if work is None:  # asked by an earlier version
                    work = await self._studio.work_shown_in("telegram", name)
            return work.id if work else ""
        if question is None and message.chat.type == "private" and person is not None:
            asked = self._questions.of(person.id)
            return asked if isinstance(asked, str) else None
        return None

    async def make(self, work_id: str, message: Message, who: Speaker, lang: Lang) -> None:
        """The work once more, with the words of ``message``."""
        self._questions.drop(who.user.id)
        try:
            work = await around.find(self._studio, work_id)
            place = await self._cards.aim(message, who)
            ticket = await around.make(
                self._studio, work_id, around.reworded(work, message.text or ""),
                person=who.ref, lang=lang, place=place,
                source=f"telegram:{message.chat.id}:{message.message_id}",
            )  # fmt: skip
        except Exception as error:
            self._spawn(self._cards.reply(message, formatted(sentence(error, lang, inert))))
        else:
            if ticket.fresh or ticket.work.place.get("asked") == message.message_id:
                self._cards.acknowledge(ticket, message)
            else:  # the same words once more, while they are being made
                self._spawn(self._cards.reply(message, formatted(say("act-twice", lang))))
