"""A command's reply as Telegram shows it, and the buttons under it: each is a command of its own.

What is for one person alone goes to their private chat, also when they asked in a group.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

from telegram import (
    ChatMember,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    Message,
    MessageEntity,
    Update,
    User,
)
from telegram.error import BadRequest, Forbidden
from telegram.ext import CallbackQueryHandler, ExtBot

from atelier.languages import Lang, pick, say
from atelier.store import PersonRef
from bot import catalogue, door
from bot.command import Call, Choice, Command, Reply, Where
from bot.studio import Studio, sentence
from bot.telegram.cards import Spawn, place_of, reply_to
from bot.telegram.faults import unchanged
from bot.telegram.quoting import TEXT, Formatted, bold, defused, formatted, quote, units
from bot.words import listed

_DO = "do:"
_MANAGERS = (ChatMember.OWNER, ChatMember.ADMINISTRATOR)


class Replies:
    """Answers commands that make no work."""

    def __init__(self, bot: ExtBot[float], studio: Studio, spawn: Spawn) -> None:
        self._bot = bot
        self._studio = studio
        self._spawn = spawn

    def handlers(self) -> list[CallbackQueryHandler[Any, Any]]:
        """For the application, before the handler of every other button."""
        return [CallbackQueryHandler(self._pressed, pattern=f"^{_DO}")]

    async def answer(self, command: Command, options: dict[str, Any], message: Message, lang: Lang) -> None:
        """Do ``command``, in answer to ``message``."""
        person = message.from_user
        assert person is not None
        reply = await self._done(command, options, message, person, lang)
        self._spawn(self._send(reply, command, message, person, lang))

    async def _pressed(self, update: Update, _context: Any) -> None:
        """A press gives its command; the reply takes the place of the message that the button was on."""
        query = update.callback_query
        assert query is not None
        assert query.data is not None
        lang = pick(query.from_user.language_code)
        self._spawn(query.answer())
        if not isinstance(query.message, Message):
            return
        try:
            command, options = catalogue.read(query.data.removeprefix(_DO))
        except Exception as error:
            reply = Reply(sentence(error, lang))
        else:
            reply = await self._done(command, options, query.message, query.from_user, lang)
        place = {**place_of(query.message), "asked": None}
        self._spawn(self._show(reply, place, lang, instead_of=query.message))

    async def _done(
        self, command: Command, options: dict[str, Any], message: Message, person: User, lang: Lang
    ) -> Reply:
        who = PersonRef("telegram", str(person.id))
        call = Call(self._studio, who, lang, self._where(message, person), options)
        try:
            return await door.answer(command, call)
        except Exception as error:
            return Reply(sentence(error, lang))

    def _where(self, message: Message, person: User) -> Where:
        chat = message.chat

        async def manages() -> bool:
            try:
                return (await self._bot.get_chat_member(chat.id, person.id)).status in _MANAGERS
            except (BadRequest, Forbidden):
                return False

        return Where("telegram", None if chat.type == "private" else str(chat.id), str(chat.id), manages)

    async def _send(self, reply: Reply, command: Command, message: Message, person: User, lang: Lang) -> None:
        place = place_of(message)
        if not command.personal or message.chat.type == "private":
            await self._show(reply, place, lang)
            return
        try:
            await self._show(reply, {"chat": person.id}, lang)
            note = Reply(say("telegram-in-private", lang))
        except (BadRequest, Forbidden):  # they never wrote to the bot, or blocked it
            note = Reply(say("telegram-private-first", lang))
        await self._show(note, place, lang)

    async def _show(
        self, reply: Reply, place: dict[str, Any], lang: Lang, instead_of: Message | None = None
    ) -> None:
        where: dict[str, Any] = {
            "message_thread_id": place.get("thread"),
            "reply_parameters": reply_to(place.get("asked")),
        }
        pages = _pages(_lines(reply, lang))
        for page in pages:
            rest: dict[str, Any] = {"entities": page.entities}
            if page is pages[-1]:
                rest["reply_markup"] = _keyboard(reply.choices)
            if instead_of is not None and page is pages[0]:
                try:
                    await instead_of.edit_text(page.text, **rest)
                except BadRequest as refusal:
                    if not unchanged(refusal):
                        raise
            else:
                await self._bot.send_message(place["chat"], page.text, **rest, **where)
        if reply.file is not None:
            file = InputFile(reply.file.data, reply.file.name)
            await self._bot.send_document(place["chat"], file, disable_content_type_detection=True, **where)


def _lines(reply: Reply, lang: Lang) -> list[Formatted]:
    """Line by line, ready to send: what people wrote comes to nothing, commands are alive."""
    lines = [formatted(line) for line in reply.text.split("\n")] if reply.text else []
    lines += [formatted(f"{bold(name)}: {value}") for name, value in reply.fields]
    lines += [formatted(f"{n}. {listed(work, lang, quote)}") for n, work in enumerate(reply.works, 1)]
    for command in reply.commands:
        lines.append(Formatted(f"/{command.path} · {defused(command.describe(lang))}"))
        if command.kind:
            lines.append(Formatted(f"    /{command.name} {say(f'example-{command.name}', lang)}"))
    if reply.commands:
        lines += [Formatted(""), Formatted(say("help-outro", lang))]
    return lines


def _pages(lines: list[Formatted]) -> list[Formatted]:
    """The lines in messages that Telegram takes, parted between lines."""
    pages: list[list[Formatted]] = [[]]
    room = TEXT
    for line in lines:
        room -= units(line.text) + 1
        if room < 0 and pages[-1]:
            pages.append([])
            room = TEXT - units(line.text) - 1
        pages[-1].append(line)
    joined = [reduce(_joined, page) for page in pages if page]
    return [page for page in joined if page.text.strip()] or [Formatted("…")]


def _joined(first: Formatted, second: Formatted) -> Formatted:
    before = Formatted(first.text + "\n", first.entities)
    text, entities = MessageEntity.concatenate((before.text, before.entities), (second.text, second.entities))
    return Formatted(text, tuple(entities))


def _keyboard(choices: tuple[Choice, ...]) -> InlineKeyboardMarkup | None:
    """Short labels side by side, long ones each in a row of its own."""
    if not choices:
        return None
    across = 5 if all(len(choice.label) <= 4 for choice in choices) else 2
    buttons = [InlineKeyboardButton(choice.label, callback_data=_DO + choice.line) for choice in choices]
    return InlineKeyboardMarkup([buttons[at : at + across] for at in range(0, len(buttons), across)])
