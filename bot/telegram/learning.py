"""A training on Telegram: one message that changes, and more with the outcome."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from telegram import InputFile
from telegram.error import BadRequest
from telegram.ext import ExtBot

from atelier.store import Platform, Training
from atelier.works import Artefact
from bot.command import Choice
from bot.delivery import PostNever
from bot.learning.words import described
from bot.telegram.faults import lost, unchanged, understood
from bot.telegram.members import is_chat
from bot.telegram.poster import ONCE_S, TelegramPoster
from bot.telegram.quoting import CAPTION, formatted, inert
from bot.telegram.replies import aside, pages


class TelegramTeller:
    """:class:`bot.learning.follow.Teller` for Telegram."""

    platform: Platform = "telegram"
    pace_s = 10.0  # twenty messages a minute to a group are for everybody

    def __init__(self, bot: ExtBot[float], poster: TelegramPoster) -> None:
        self._bot = bot
        self._poster = poster

    async def show(
        self, training: Training, text: str, choices: Sequence[Choice], *, private: bool
    ) -> dict[str, Any]:
        """Its message in the chat, or in private."""
        where, shown = _where(training, private=private), formatted(inert(text))
        rest: dict[str, Any] = {"entities": shown.entities, "reply_markup": aside(choices)}
        message = training.post.get("message")
        with understood():
            if message is not None:
                try:
                    await self._bot.edit_message_text(shown.text, where["chat_id"], message, **rest)
                except BadRequest as refusal:
                    if lost(refusal):
                        message = None
                    elif not unchanged(refusal):
                        raise
            if message is None:
                message = (await self._bot.send_message(text=shown.text, **where, **rest)).message_id
        return {"message": message}

    async def send(self, training: Training, text: str, files: Sequence[Artefact], *, private: bool) -> None:
        """The outcome in pages, then its files: pictures as pictures, tunes as tunes."""
        where = _where(training, private=private)
        with understood():
            for page in pages([formatted(inert(line)) for line in text.split("\n")]):
                await self._bot.send_message(text=page.text, entities=page.entities, **where)
            for file in files:
                data = InputFile(file.data, file.name)
                if file.media_type == "image/png":
                    said = formatted(inert(described(training, file.name, training.lang)), CAPTION)
                    await self._bot.send_photo(
                        photo=data, caption=said.text, caption_entities=said.entities, read_timeout=ONCE_S,
                        **where,
                    )  # fmt: skip
                elif file.name.endswith(".ogg"):
                    await self._bot.send_audio(
                        audio=data, title=file.name.removesuffix(".ogg"), read_timeout=ONCE_S, **where
                    )
                else:
                    await self._bot.send_document(document=data, read_timeout=ONCE_S, **where)

    async def warn(self, admin: str, sentence: str) -> None:
        """As the poster does."""
        await self._poster.warn(admin, inert(sentence))


def _where(training: Training, *, private: bool) -> dict[str, Any]:
    if private:
        if training.person is None or is_chat(training.person):
            raise PostNever("nobody to tell in private")
        return {"chat_id": int(training.person.platform_id)}
    if training.place.get("chat") is None:
        raise PostNever("no chat to tell it in")
    return {"chat_id": training.place["chat"], "message_thread_id": training.place.get("thread")}
