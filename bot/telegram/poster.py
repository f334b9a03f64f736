"""Shows works in Telegram: :class:`bot.delivery.Poster` for this platform.

The card (:mod:`~bot.telegram.cards`) becomes the work by an edit: a text becomes the poem, the
picture or the melody. What does not fit into one message (an album, a score) follows it, and a
send cannot be repeated safely: Telegram may have delivered what timed out
(python-telegram-bot#4071). So the send is noted before it starts; where nobody knows whether
it arrived it is not sent again: the card says so, and its 📎 sends the files.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from telegram import Message
from telegram.error import BadRequest, ChatMigrated, TelegramError
from telegram.ext import ExtBot

from atelier.languages import say
from atelier.store import Platform, State, Work
from atelier.works import Artefact, MelodyResult, PictureResult, PoemResult
from bot.delivery import Note, PostLater, PostNever
from bot.studio import Studio
from bot.telegram import shapes
from bot.telegram.cards import HURRY_S, Cards, name_of, reply_to
from bot.telegram.faults import lost, refused, unchanged, understood
from bot.telegram.keyboard import keyboard, try_again, while_waiting
from bot.telegram.members import is_chat
from bot.telegram.mirror import file_of, mirror, tell
from bot.telegram.quoting import CAPTION, Formatted, formatted, inert, quote
from bot.turns import Turns
from bot.words import acknowledgement, alt_melody, drafted

log = logging.getLogger(__name__)

DRAFT_S, GROUP_DRAFT_S = 2.0, 8.0
WAITED_S = 3.0  # who waited less reads of the start with the result
SENDING = "sending"
FILE = "file"  # of a work that goes into an inline message: its name at Telegram
ONCE_S = 12.0  # Telegram takes a while over pictures, and after a timeout nobody knows whether they arrived

Edit = Callable[[int, int], Awaitable[object]]
Send = Callable[[int, dict[str, Any]], Awaitable[Sequence[Message]]]


class TelegramPoster:
    """Edits cards into works. One lock a work: its start and its result never cross."""

    platform: Platform = "telegram"
    pace_s = 10.0  # a message a second to one chat, twenty a minute to a group, thirty a second in all
    edits = 20

    def __init__(self, bot: ExtBot[float], studio: Studio, cards: Cards) -> None:
        self._bot = bot
        self._studio = studio
        self._cards = cards
        self._turns = Turns()

    @staticmethod
    def quote(words: str, /) -> str:
        """See :class:`bot.delivery.Poster`."""
        return inert(words)

    def lane(self, work: Work) -> str:
        """Its chat: Telegram's limits are a chat's."""
        return str(work.place.get("chat", work.person.platform_id))

    async def started(self, work: Work) -> None:
        """Say it on the card of a work that waited; a quick one needs no edit in between."""
        if work.started_at is None or (work.started_at - work.asked_at).total_seconds() < WAITED_S:
            return
        async with self._turns.of(work.id):
            now = await self._studio.work(work.id)
            if now is not None and now.state == "running":
                with understood():
                    await self._edit_text(
                        now, formatted(acknowledgement(now, None, quote)), while_waiting(now)
                    )

    def draft_pace_s(self, work: Work) -> float:
        """A message a second to a person, twenty a minute to a group: a few are left for everybody else."""
        return GROUP_DRAFT_S if work.place.get("chat", 0) < 0 else DRAFT_S

    async def drafted(self, work: Work, lines: list[str]) -> None:
        """The lines so far on the card; a chat that has no turn left is left alone."""
        await self._retell(work, "running", formatted(drafted(work, [inert(line) for line in lines], quote)))

    async def post(self, work: Work, files: list[Artefact], note: Note) -> None:
        """Show ``work``. Raises :class:`PostLater` and :class:`bot.delivery.PostNever`."""
        async with self._turns.of(work.id):
            try:
                with understood():
                    await self._show(work, {file.name: file for file in files}, note)
            except ChatMigrated as moved:
                await self._studio.note_place(work.id, {"chat": moved.new_chat_id, "message": None})
                raise PostLater(0.2, "the group became a supergroup") from moved
        await self._mirror(work)

    def aside(self, work: Work) -> str:  # noqa: ARG002
        """Nothing: a card can always be changed."""
        return ""

    async def waits(self, work: Work, place: int, seconds: float | None) -> None:
        """The place on the card, as long as the work waits; a chat that has no turn left is left alone."""
        await self._retell(work, "queued", formatted(acknowledgement(work, place, quote, seconds)))

    async def _retell(self, work: Work, state: State, text: Formatted) -> None:
        """Another text on the card, while the work is in ``state`` and if the chat has a turn for it."""
        card = work.place.get("message")
        if card is None:
            raise PostLater(1.0, "its acknowledgement is on its way")
        async with self._turns.of(work.id):
            now = await self._studio.work(work.id)
            if now is None or now.state != state:
                return
            with understood():
                try:
                    await self._bot.edit_message_text(
                        text.text, work.place["chat"], card, entities=text.entities,
                        reply_markup=while_waiting(work), rate_limit_args=0.0,
                    )  # fmt: skip
                except BadRequest as refusal:
                    if not (unchanged(refusal) or lost(refusal)):
                        raise

    async def warn(self, admin: str, sentence: str) -> None:
        """A private message to an administrator (who has written to the bot once, as Telegram wants it)."""
        with understood():
            text = formatted(sentence)
            await self._bot.send_message(int(admin), text.text, entities=text.entities)

    async def regret(self, work: Work, sentence: str) -> None:
        """Say on the card why there is no work, with a button to try again; else to its person in private."""
        quoted = say("quoted", work.lang, prompt=quote(work.request.words))
        text, person = formatted(f"{quoted}\n{sentence}"), int(work.person.platform_id)
        async with self._turns.of(work.id):
            try:
                with understood():
                    await self._edit_text(work, text, try_again(work))
            except PostNever:
                if work.place["chat"] == person or is_chat(work.person):
                    raise
                with understood():
                    await self._bot.send_message(
                        person, text.text, entities=text.entities, rate_limit_args=HURRY_S
                    )
        if (inline := work.place.get("inline")) is not None:
            await tell(self._bot, inline, f"{quoted}\n{sentence}")

    async def _mirror(self, work: Work) -> None:
        """The work in the message of another chat too, if it was asked there in inline mode."""
        if (inline := work.place.get("inline")) is not None:
            now = await self._studio.work(work.id) or work
            tally = await self._studio.tally(work.id)
            await mirror(self._bot, work, inline, now.post.get(FILE), tally)

    async def send_originals(self, work: Work, place: dict[str, Any]) -> None:
        """All files of ``work``, in answer to the message of ``place``."""
        documents = shapes.originals(work, await self._studio.files(work))
        chat, where = place["chat"], {**_where(place, place.get("asked")), "read_timeout": ONCE_S}
        if len(documents) > 1:
            sent: Sequence[Message] = await self._bot.send_media_group(chat, documents, **where)
        else:
            only = documents[0].media
            sent = [await self._bot.send_document(chat, only, disable_content_type_detection=True, **where)]
        await self._remember(work, sent)

    async def _show(self, work: Work, files: dict[str, Artefact], note: Note) -> None:
        result, doubt = work.result, "\n" + say("telegram-doubt", work.lang)
        buttons = keyboard(work, await self._studio.tally(work.id))
        if isinstance(result, PoemResult):
            await self._edit_text(work, formatted(shapes.poem(work, result)), buttons)
        elif isinstance(result, MelodyResult):
            score = files.get(result.files.get("png", ""))
            audio = await asyncio.to_thread(shapes.melody, work, result, files[result.files["ogg"]], score)
            await self._note_file(work, note, await self._edit(
                work, lambda chat, card: self._bot.edit_message_media(
                    audio, chat, card, reply_markup=buttons, rate_limit_args=HURRY_S
            )))  # fmt: skip
            if score and not await self._score_follows(work, note, self._score(work, result, score)):
                text = formatted(shapes.caption(work) + doubt, CAPTION)
                await self._edit(work, lambda chat, card: self._bot.edit_message_caption(
                    chat, card, caption=text.text, caption_entities=text.entities, reply_markup=buttons,
                    rate_limit_args=HURRY_S,
                ))  # fmt: skip
        elif isinstance(result, PictureResult):
            pictures = [files[name].data for name in result.files]
            if len(pictures) == 1:
                photo = shapes.photo(work, pictures[0], shapes.caption(work))
                await self._note_file(work, note, await self._edit(
                    work, lambda chat, card: self._bot.edit_message_media(
                        photo, chat, card, reply_markup=buttons, rate_limit_args=HURRY_S
                )))  # fmt: skip
                return
            await self._edit_text(work, formatted(shapes.caption(work)), buttons)
            if not await self._follow(work, note, "album", self._album(work, pictures)):
                await self._edit_text(work, formatted(shapes.caption(work) + doubt), buttons)

    def _album(self, work: Work, pictures: list[bytes]) -> Send:
        media = shapes.album(work, pictures)

        async def send(chat: int, where: dict[str, Any]) -> Sequence[Message]:
            return await self._bot.send_media_group(
                chat, media, rate_limit_args=HURRY_S, read_timeout=ONCE_S, **where
            )

        return send

    def _score(self, work: Work, result: MelodyResult, score: Artefact) -> Send:
        said = formatted(alt_melody(work, result, work.lang, quote=quote), CAPTION)

        async def send(chat: int, where: dict[str, Any]) -> Sequence[Message]:
            where = {**where, "caption": said.text, "caption_entities": said.entities}
            extra = {**where, "filename": score.name, "rate_limit_args": HURRY_S, "read_timeout": ONCE_S}
            try:
                return [await self._bot.send_photo(chat, score.data, **extra)]
            except BadRequest as refusal:
                if "photo_invalid_dimensions" not in refusal.message.lower():
                    raise
                return [await self._bot.send_document(chat, score.data, **extra)]

        return send

    async def _score_follows(self, work: Work, note: Note, send: Send) -> bool:
        """As :meth:`_follow`; a chat that takes melodies but no pictures has the melody all the same."""
        try:
            return await self._follow(work, note, "score", send)
        except BadRequest as refusal:
            log.warning("work %s: shown without its score: %s", work.id, refusal.message)
            return True

    async def _edit_text(self, work: Work, text: Formatted, buttons: Any) -> None:
        await self._edit(work, lambda chat, card: self._bot.edit_message_text(
            text.text, chat, card, entities=text.entities, reply_markup=buttons, rate_limit_args=HURRY_S
        ))  # fmt: skip

    async def _edit(self, work: Work, edit: Edit) -> object:
        """Edit the card; a new one if it is gone. That it looks so already is success. Telegram's answer."""
        try:
            return await edit(*await self._cards.find(work))
        except BadRequest as refusal:
            if unchanged(refusal):
                return None
            if not lost(refusal):
                raise
            log.info("work %s: its card is gone, a new one is sent", work.id)
            return await edit(*await self._cards.replace(work))

    async def _note_file(self, work: Work, note: Note, shown: object) -> None:
        """Write down what Telegram calls the file, for the message that it goes into too."""
        if work.place.get("inline") is not None and isinstance(shown, Message):
            await note(**{FILE: file_of(shown)})

    async def _follow(self, work: Work, note: Note, step: str, send: Send) -> bool:
        """Send what follows the card, at most once. False: nobody knows whether it arrived."""
        now = await self._studio.work(work.id) or work  # its card may have been replaced
        state = now.post.get(step)
        if not state:
            chat, card = await self._cards.find(now)
            # Read and written in one step: where two deliver (a restart that overlaps), one of them sends.
            state = await asyncio.to_thread(self._studio.store.claim, work.id, step, SENDING)
        if state:
            return bool(state != SENDING)
        try:
            sent = await send(chat, _where(now.place, card))
        except TelegramError as fault:
            if refused(fault):
                await note(**{step: None})
                raise
            log.warning("work %s: whether its %s arrived is unknown: %s", work.id, step, fault.message)
            return False
        await note(**{step: [message.message_id for message in sent]})
        if step == "album":
            await self._note_file(work, note, sent[0])
        await self._remember(work, sent)
        return True

    async def _remember(self, work: Work, sent: Sequence[Message]) -> None:
        for message in sent:
            name = name_of(message.chat.id, message.message_id)
            await self._studio.remember_message(work.id, "telegram", name)


def _where(place: dict[str, Any], message: int | None) -> dict[str, Any]:
    """In the thread of ``place``, as a reply to ``message``."""
    return {"message_thread_id": place.get("thread"), "reply_parameters": reply_to(message)}
