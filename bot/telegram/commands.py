"""Typed commands: ``/paint a stormy sea style=photo``, in private and in groups.

Without a prompt the bot asks for one, and the reply to its question is the prompt. The
question itself carries the command and the options that were typed, so a reply is understood
after a restart too; in a private chat the next message will do as well, while the bot runs.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from telegram import ForceReply, Message, MessageEntity, Update
from telegram.ext import BaseHandler, CommandHandler, MessageHandler, filters

from atelier.errors import BadInput, Unavailable
from atelier.languages import LANGS, Lang, say
from bot.catalogue import BY_NAME, COMMANDS, part_of
from bot.command import Command
from bot.studio import Studio, sentence
from bot.telegram.cards import Cards, Spawn
from bot.telegram.edits import Edits
from bot.telegram.files import attached, brought, fetched, is_tune
from bot.telegram.members import Speaker
from bot.telegram.questions import Questions
from bot.telegram.quoting import Formatted, formatted, inert, quote
from bot.telegram.replies import Replies, spoken
from bot.telegram.whom import completed, written
from bot.typed import parse_text

_NEW = filters.UpdateType.MESSAGE  # an edited message is no new request
_PRIVATE = filters.ChatType.PRIVATE


class Commands:
    """Handles what people type."""

    def __init__(
        self, studio: Studio, cards: Cards, edits: Edits, replies: Replies, questions: Questions, spawn: Spawn
    ) -> None:
        self._studio = studio
        self._cards = cards
        self._edits = edits
        self._replies = replies
        self._spawn = spawn
        self._questions = questions

    def handlers(self) -> list[BaseHandler[Any, Any, Any]]:
        """For the application, in order."""
        made: list[BaseHandler[Any, Any, Any]] = [
            CommandHandler("start", partial(self._command, BY_NAME["help"]), _NEW)
        ]
        made += [CommandHandler(known.name, partial(self._command, known), _NEW) for known in COMMANDS]
        made.append(MessageHandler(_NEW & filters.TEXT & ~filters.COMMAND, self._said))
        made.append(MessageHandler(_NEW & (filters.Document.ALL | filters.AUDIO), self._sent))
        made.append(MessageHandler(_NEW & _PRIVATE & ~filters.StatusUpdate.ALL, self._lost))
        return made

    async def _command(self, command: Command, update: Update, context: Any) -> None:
        message = _message(update)
        if message.from_user is not None:  # whatever they were asked, they turned to something else
            self._questions.drop(message.from_user.id)
        typed = (message.text or "")[message.entities[0].length :].strip()
        if command.makes:
            await self._make(command, typed, message)
        elif (who := Speaker.of(message)) is not None:
            await self._answer(command, message, who, spoken(self._studio, who, typed), context.bot.id)

    async def _answer(self, command: Command, message: Message, who: Speaker, lang: Lang, bot: int) -> None:
        """A command that makes no work."""
        try:
            if who.face is not None and command.personal and command.role == "everyone":
                raise BadInput("telegram-anonymous", name=who.face.effective_name or "…")
            command, typed = part_of(command, written(message))
            typed = await completed(command, typed, message, self._studio, bot)
            options = parse_text(command, typed)
        except Exception as error:
            self._spawn(self._cards.reply(message, formatted(sentence(error, lang, inert))))
        else:
            await self._replies.answer(command, options, message, lang)

    async def _said(self, update: Update, context: Any) -> None:
        """A text without a command: an answer to the bot's question, or nothing that it knows."""
        message = _message(update)
        who = Speaker.of(message)
        lang = spoken(self._studio, who, message.text or "")
        try:
            work = await self._edits.work_of(message, context.bot.id) if who else None
        except Unavailable as fault:
            self._spawn(self._cards.reply(message, formatted(sentence(fault, lang, inert))))
            return
        if who and work is not None:
            await self._edits.make(work, message, who, lang)
            return
        question = self._question_of(message.reply_to_message, context.bot.id)
        if question is None and message.chat.type == "private" and who:
            asked = self._questions.of(who.user.id)
            question = asked if isinstance(asked, tuple) else None
        if question is not None:
            command, options = question
            await self._make(command, f"{options} {message.text}".strip(), message)
        elif message.chat.type == "private":
            await self._lost(update, context)

    async def _sent(self, update: Update, context: Any) -> None:
        """A file: its caption is a command that takes one; in private notes alone are to go on from."""
        message = _message(update)
        caption = message.caption or ""
        marks = message.caption_entities
        private = message.chat.type == "private"
        if marks and marks[0].type == MessageEntity.BOT_COMMAND and marks[0].offset == 0:
            name, _, other = caption[1 : marks[0].length].partition("@")
            command = BY_NAME.get(name.lower())
            mine = not other or other.lower() == str(context.bot.username).lower()
            if mine and command is not None and command.upload:
                await self._make(command, caption[marks[0].length :].strip(), message)
                return
        elif private and (file := attached(message)) is not None and is_tune(file):
            await self._make(BY_NAME["melody"], caption, message)
            return
        if private:
            await self._lost(update, context)

    async def _make(self, command: Command, typed: str, message: Message) -> None:
        who = Speaker.of(message)
        if who is None:
            return
        self._questions.drop(who.user.id)
        lang = spoken(self._studio, who, typed)
        try:
            command, options = command.meant(parse_text(command, typed), lang)
            if command.upload and (file := brought(message)) is not None:
                options[command.upload.name] = await fetched(file)
                if command.prompt and not options.get(command.prompt.name):
                    options[command.prompt.name] = say(f"{command.name}-words-continue", lang)
            if command.prompt and not options.get(command.prompt.name):
                self._ask(command, typed, message, who, lang)
                return
            ticket = await self._studio.ask(
                command,
                options,
                person=who.ref,
                lang=lang,
                place=await self._cards.aim(message, who),
                source=f"telegram:{message.chat.id}:{message.message_id}",
            )
        except Exception as error:
            self._spawn(self._cards.reply(message, formatted(sentence(error, lang, inert))))
        else:
            self._cards.acknowledge(ticket, message)

    def _ask(self, command: Command, typed: str, message: Message, who: Speaker, lang: Lang) -> None:
        """Ask for the prompt, in a message that :meth:`_question_of` can read again."""
        if message.chat.type == "private":
            self._questions.put(who.user.id, (command, typed))
        text = formatted(f"{_question(command, lang)}\n{quote(typed)}")
        answer = ForceReply(selective=True, input_field_placeholder=say(f"example-{command.name}", lang)[:64])
        self._spawn(self._cards.reply(message, text, reply_markup=answer))

    @staticmethod
    def _question_of(message: Message | None, bot: int) -> tuple[Command, str] | None:
        """The command and the options that the bot's question was about."""
        if message is None or message.from_user is None or message.from_user.id != bot:
            return None
        first, _, options = (message.text or "").partition("\n")
        for command in COMMANDS:
            if command.kind and any(first == _question(command, lang) for lang in LANGS):
                return command, options
        return None

    async def _lost(self, update: Update, _context: Any) -> None:
        """Something in a private chat that is no command: say how to ask."""
        message = _message(update)
        hint = say("telegram-hint", spoken(self._studio, Speaker.of(message), message.text or ""))
        self._spawn(self._cards.reply(message, Formatted(hint)))


def _question(command: Command, lang: Lang) -> str:
    return say(f"telegram-ask-{command.name}", lang)


def _message(update: Update) -> Message:
    message = update.message
    assert message is not None
    return message
