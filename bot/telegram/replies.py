"""A command's reply as Telegram shows it, and the buttons under it: each is a command of its own.

What is for one person alone goes to their private chat, also when they asked in a group.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial, reduce
from typing import Any

from telegram import (
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    MaybeInaccessibleMessage,
    Message,
    MessageEntity,
    Update,
)
from telegram.error import BadRequest, Forbidden
from telegram.ext import CallbackQueryHandler, ExtBot

from atelier.languages import Lang, language_of, pick, say
from atelier.store import Work
from atelier.works import MelodyResult, PictureResult, PoemResult
from bot import catalogue, door
from bot.command import Call, Choice, Command, Reply, Where
from bot.leftovers import Leftovers
from bot.once import once
from bot.studio import Studio, sentence
from bot.telegram import menu, shapes
from bot.telegram.cards import Spawn, name_of, place_of, reply_to
from bot.telegram.counts import Counts
from bot.telegram.faults import unchanged, why
from bot.telegram.keyboard import keyboard
from bot.telegram.members import Speaker, manages
from bot.telegram.quoting import CAPTION, TEXT, Formatted, bold, formatted, inert, quote, units
from bot.telegram.signs import Signs
from bot.words import listed

_DO = "do:"
_ASK = "ask:"  # of a button under what everybody sees: its answer is for who pressed it
_ANSWER = 200  # characters that Telegram shows of an answer to a press


class Replies:
    """Answers commands that make no work."""

    def __init__(
        self,
        bot: ExtBot[float],
        studio: Studio,
        counts: Counts,
        signs: Signs,
        leftovers: Leftovers,
        spawn: Spawn,
    ) -> None:
        self._bot = bot
        self._studio = studio
        self._counts = counts
        self._signs = signs
        self._leftovers = leftovers
        self._spawn = spawn

    def handlers(self) -> list[CallbackQueryHandler[Any, Any]]:
        """For the application, before the handler of every other button."""
        return [
            CallbackQueryHandler(self._pressed, pattern=f"^{_DO}"),
            CallbackQueryHandler(self._asked_aside, pattern=f"^{_ASK}"),
        ]

    async def answer(self, command: Command, options: dict[str, Any], message: Message, lang: Lang) -> None:
        """Do ``command``, in answer to ``message``."""
        who = Speaker.of(message)
        assert who is not None
        reply = await self._done(command, options, message, who, lang)
        self._spawn(self._send(reply, command, message, who, lang))

    async def _pressed(self, update: Update, _context: Any) -> None:
        """A press gives its command; the reply takes the place of the message that the button was on."""
        query = update.callback_query
        assert query is not None
        assert query.data is not None
        lang = spoken(self._studio, Speaker(query.from_user))
        if not self._signs.answered(query.id):
            self._spawn(query.answer())
        if query.message is None:
            return
        posts = " work=" in query.data  # a work, in messages of its own
        async with once(self._studio, query.id, _press(query, query.message) if posts else "") as first:
            if first:
                await self._given(query, query.message, query.data.removeprefix(_DO), lang)

    async def _given(
        self, query: CallbackQuery, message: MaybeInaccessibleMessage, line: str, lang: Lang
    ) -> None:
        try:
            command, options = catalogue.read(line)
        except Exception as error:
            reply = Reply(sentence(error, lang, inert))
        else:
            reply = await self._done(command, options, message, Speaker(query.from_user), lang)
        place = {**place_of(message), "asked": None}
        self._spawn(self._shown(reply, place, lang, message))

    async def _shown(
        self, reply: Reply, place: dict[str, Any], lang: Lang, message: MaybeInaccessibleMessage
    ) -> None:
        """Show a reply instead of ``message``; where a work cannot be shown, say why."""
        try:
            await self._show(reply, place, lang, instead_of=message)
        except Exception as fault:
            if reply.show is None:
                raise
            told = formatted(sentence(why(fault), lang, inert))
            await self._bot.send_message(place["chat"], told.text, entities=told.entities)

    async def _asked_aside(self, update: Update, _context: Any) -> None:
        """A press under what everybody sees: what it answers is seen by nobody else."""
        query = update.callback_query
        assert query is not None
        assert query.data is not None
        if query.message is None:
            return
        who = Speaker(query.from_user)
        lang = spoken(self._studio, who)
        try:
            command, options = catalogue.read(query.data.removeprefix(_ASK))
        except Exception as error:  # a button from before that command was called otherwise
            told = sentence(error, lang, inert)
            if not self._signs.answered(query.id):
                self._spawn(query.answer(formatted(told).text[:_ANSWER], show_alert=True))
            return
        async with once(self._studio, query.id, _press(query, query.message)) as first:
            if not first:
                if not self._signs.answered(query.id):
                    self._spawn(query.answer())
                return
            reply = await self._done(command, options, query.message, who, lang)
        if not self._signs.answered(query.id):
            self._spawn(query.answer(formatted(reply.text).text[:_ANSWER], show_alert=True))
        if reply.file is not None:
            self._spawn(self._send(reply, command, query.message, who, lang))

    async def _done(
        self,
        command: Command,
        options: dict[str, Any],
        message: MaybeInaccessibleMessage,
        who: Speaker,
        lang: Lang,
    ) -> Reply:
        where, client = self._where(message, who), pick(who.user.language_code)
        call = Call(self._studio, who.ref, lang, where, options, client=client, quote=inert)
        chosen = self._studio.tastes.of(who.ref).language
        try:
            reply = await door.answer(command, call)
        except Exception as error:
            return Reply(sentence(error, lang, inert))
        if reply.erased:
            self._leftovers.wake()
        if (now := self._studio.tastes.of(who.ref).language) != chosen:
            self._spawn(menu.follow(self._bot, who.user.id, now))
        return reply

    def _where(self, message: MaybeInaccessibleMessage, who: Speaker) -> Where:
        chat = message.chat
        server = None if chat.type == "private" else str(chat.id)
        place = place_of(message)
        [topic] = place["within"]
        answers = {"chat": place["chat"], "thread": place["thread"]}
        return Where("telegram", server, topic, partial(manages, self._bot, chat, who), answers=answers)

    async def _send(
        self, reply: Reply, command: Command, message: MaybeInaccessibleMessage, who: Speaker, lang: Lang
    ) -> None:
        place = place_of(message)
        if not command.personal or message.chat.type == "private" or who.face is not None:
            await self._show(reply, place, lang)
            return
        try:
            await self._show(reply, {"chat": who.user.id}, lang)
            note = Reply(say("telegram-in-private", lang))
        except (BadRequest, Forbidden):  # they never wrote to the bot, or blocked it
            note = Reply(say("telegram-private-first", lang))
        await self._show(note, place, lang)

    async def _show(
        self,
        reply: Reply,
        place: dict[str, Any],
        lang: Lang,
        instead_of: MaybeInaccessibleMessage | None = None,
    ) -> None:
        where: dict[str, Any] = {
            "message_thread_id": place.get("thread"),
            "reply_parameters": reply_to(place.get("asked")),
        }
        if reply.show is not None:
            await self._work(reply.show, place["chat"], where)
            return
        said = pages(_lines(reply, lang))
        for page in said:
            rest: dict[str, Any] = {"entities": page.entities}
            if page is said[-1]:
                rest["reply_markup"] = _keyboard(reply.choices)
            if instead_of is not None and page is said[0]:
                try:
                    await self._bot.edit_message_text(
                        page.text, instead_of.chat.id, instead_of.message_id, **rest
                    )
                except BadRequest as refusal:
                    if not unchanged(refusal):
                        raise
            else:
                await self._bot.send_message(place["chat"], page.text, **rest, **where)
        if reply.file is not None:
            file = InputFile(reply.file.data, reply.file.name)
            if reply.about:
                about = formatted(inert(reply.about), CAPTION)
                where |= {"caption": about.text, "caption_entities": about.entities}
            await self._bot.send_document(place["chat"], file, disable_content_type_detection=True, **where)

    async def _work(self, work: Work, chat: int, where: dict[str, Any]) -> None:
        """A work in full, in messages of its own, with the buttons that it has in its own place."""
        files = {file.name: file for file in await self._studio.files(work)}
        result, buttons = work.result, keyboard(work, await self._studio.tally(work.id))
        with_buttons = {"reply_markup": buttons, **where}
        sent: list[Message] = []
        if isinstance(result, PictureResult) and len(result.files) == 1:
            photo = shapes.photo(work, files[result.file].data, shapes.caption(work))
            said: dict[str, Any] = {
                "caption": photo.caption,
                "caption_entities": photo.caption_entities,
            }
            sent.append(await self._bot.send_photo(chat, photo.media, **said, **with_buttons))
        elif isinstance(result, MelodyResult):
            score = files.get(result.files.get("png", ""))
            audio = await asyncio.to_thread(shapes.melody, work, result, files[result.files["ogg"]], score)
            sent.append(await self._bot.send_audio(
                chat, audio.media, caption=audio.caption, caption_entities=audio.caption_entities,
                title=audio.title, performer=audio.performer, duration=audio.duration,
                thumbnail=audio.thumbnail, **with_buttons,
            ))  # fmt: skip
        else:
            text = formatted(
                shapes.poem(work, result) if isinstance(result, PoemResult) else shapes.caption(work)
            )
            sent.append(await self._bot.send_message(chat, text.text, entities=text.entities, **with_buttons))
        await self._counts.copied(work, (sent[0].chat.id, sent[0].message_id))
        if isinstance(result, PictureResult) and len(result.files) > 1:
            album = shapes.album(work, [files[name].data for name in result.files])
            sent += await self._bot.send_media_group(chat, album, **where)
        for message in sent:
            name = name_of(message.chat.id, message.message_id)
            await self._studio.remember_message(work.id, "telegram", name)


def _press(query: CallbackQuery, message: MaybeInaccessibleMessage) -> str:
    """Who pressed which button where."""
    return f"{query.from_user.id}:{name_of(message.chat.id, message.message_id)}:{query.data}"


def spoken(studio: Studio, who: Speaker | None, typed: str = "") -> Lang:
    """The language that the person chose, else their client's; where it says none, of what they typed."""
    if who is None:
        return language_of(typed)
    client = pick(who.user.language_code) if who.user.language_code else language_of(typed)
    return studio.tastes.language(who.ref, client)


def _lines(reply: Reply, lang: Lang) -> list[Formatted]:
    """Line by line, ready to send: what people wrote comes to nothing, commands are alive."""
    lines = [formatted(line) for line in reply.text.split("\n")] if reply.text else []
    colon = say("colon", lang)
    for command in reply.commands:
        lines.append(Formatted(f"/{command.path} · {command.describe(lang)}"))
        if command.kind:
            lines.append(Formatted(f"    /{command.name} {say(f'example-{command.name}', lang)}"))
    lines += [formatted(f"{bold(name)}{colon}{inert(value)}") for name, value in reply.fields]
    lines += [formatted(f"{n}. {listed(work, lang, quote)}") for n, work in enumerate(reply.works, 1)]
    if reply.hint:
        lines += [Formatted(""), Formatted(say("help-outro", lang))]
    return lines


def pages(lines: list[Formatted]) -> list[Formatted]:
    """The lines in messages that Telegram takes, parted between lines."""
    parted: list[list[Formatted]] = [[]]
    room = TEXT
    for line in lines:
        room -= units(line.text) + 1
        if room < 0 and parted[-1]:
            parted.append([])
            room = TEXT - units(line.text) - 1
        parted[-1].append(line)
    joined = [reduce(_joined, page) for page in parted if page]
    return [page for page in joined if page.text.strip()] or [Formatted("…")]


def _joined(first: Formatted, second: Formatted) -> Formatted:
    before = Formatted(first.text + "\n", first.entities)
    text, entities = MessageEntity.concatenate((before.text, before.entities), (second.text, second.entities))
    return Formatted(text, tuple(entities))


def aside(choices: Sequence[Choice]) -> InlineKeyboardMarkup | None:
    """Buttons under what everybody sees."""
    row = [InlineKeyboardButton(choice.label, callback_data=_ASK + choice.line) for choice in choices]
    return InlineKeyboardMarkup([row]) if row else None


def _keyboard(choices: tuple[Choice, ...]) -> InlineKeyboardMarkup | None:
    """Short labels side by side, long ones each in a row of its own."""
    if not choices:
        return None
    across = 5 if all(len(choice.label) <= 4 for choice in choices) else 2
    buttons = [InlineKeyboardButton(choice.label, callback_data=_DO + choice.line) for choice in choices]
    return InlineKeyboardMarkup([buttons[at : at + across] for at in range(0, len(buttons), across)])
