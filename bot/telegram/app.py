"""The Telegram front end: updates are fetched and answered, and works delivered beside it."""

from __future__ import annotations

import asyncio
import logging
import re
from functools import partial
from typing import Any

from telegram import LinkPreviewOptions
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application, ApplicationBuilder, Defaults, ExtBot

from atelier import notify
from atelier.settings import Settings
from bot.delivery import Delivery
from bot.front import SettingError
from bot.learning.follow import Follow
from bot.leftovers import Leftovers
from bot.places import Places
from bot.studio import Studio
from bot.telegram import menu
from bot.telegram.buttons import Buttons
from bot.telegram.cards import Cards
from bot.telegram.commands import Commands
from bot.telegram.counts import Counts
from bot.telegram.edits import Edits
from bot.telegram.errands import Errands, log_fault
from bot.telegram.inline import Inline
from bot.telegram.learning import TelegramTeller
from bot.telegram.pace import Pace
from bot.telegram.polling import LONGEST_PAUSE_S, poll
from bot.telegram.poster import TelegramPoster
from bot.telegram.questions import Questions
from bot.telegram.reactions import Reactions
from bot.telegram.removal import take_away
from bot.telegram.replies import Replies
from bot.telegram.signs import Signs

log = logging.getLogger(__name__)

READ_S = 10.0  # almost everything can be repeated; what cannot has a longer time of its own
CONNECT_S = 10.0
TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")

Bot = ExtBot[float]
App = Application[Bot, Any, Any, Any, Any, None]


async def run(studio: Studio) -> None:
    """Serve until cancelled. Raises :class:`SettingError` when the token is missing or refused."""
    application = build(studio.settings)
    try:
        await _connect(application)
        await _serve(application, studio)
    finally:
        await application.shutdown()


def build(settings: Settings) -> App:
    """The client, not connected yet."""
    secret = settings.telegram_token
    if secret is None:
        raise SettingError("telegram-token-missing")
    token = secret.get_secret_value().strip()
    if not TOKEN.fullmatch(token):
        raise SettingError("telegram-token-wrong")
    base = settings.telegram_api_base.rstrip("/")
    return (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{base}/bot")
        .base_file_url(f"{base}/file/bot")
        .updater(None)  # bot.telegram.polling is our own
        .job_queue(None)
        .rate_limiter(Pace())
        .defaults(Defaults(link_preview_options=LinkPreviewOptions(is_disabled=True)))
        .read_timeout(READ_S)
        .connect_timeout(CONNECT_S)
        .get_updates_connect_timeout(CONNECT_S)
        .build()
    )


async def _connect(application: App) -> None:
    """Log in, waiting for a network that is not there yet."""
    pause = 0.5
    while True:
        try:
            await application.initialize()
        except InvalidToken:  # its text has the token in it
            raise SettingError("telegram-token-wrong") from None
        except TelegramError as fault:
            log.warning("telegram: not reachable (%s), trying again in %.1f s", type(fault).__name__, pause)
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE_S, pause * 2)
        else:
            log.info("telegram: @%s answers", application.bot.username)
            notify.ready(f"@{application.bot.username}")
            return


async def _serve(application: App, studio: Studio) -> None:
    bot, spawn, questions = application.bot, Errands(), Questions()
    signs = Signs(bot)
    cards = Cards(bot, studio, spawn)
    counts = Counts(bot, studio, spawn)
    leftovers = Leftovers(studio, "telegram", partial(take_away, bot))
    replies = Replies(bot, studio, counts, signs, leftovers, spawn)
    poster = TelegramPoster(bot, studio, cards)
    edits = Edits(bot, studio, cards, questions, spawn)
    application.add_handlers([
        *Commands(studio, cards, edits, replies, questions, spawn).handlers(),
        *replies.handlers(),
        *Buttons(bot, studio, cards, counts, poster, edits, signs, leftovers, spawn).handlers(),
        *Reactions(studio, counts).handlers(),
        *Inline(bot, studio, cards, spawn).handlers(),
    ])  # fmt: skip
    application.add_error_handler(_handler_failed)
    parts = [
        asyncio.ensure_future(part)
        for part in (
            poll(application, signs),
            Delivery(studio, poster).run(),
            Places(studio, poster).run(),
            Follow(studio, TelegramTeller(bot, poster)).run(),
            leftovers.run(),
        )
    ]
    spawn(menu.publish(bot))
    try:
        done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        for part in done:
            part.result()
    finally:
        for part in parts:
            part.cancel()
        await asyncio.gather(*parts, return_exceptions=True)
        await spawn.finish()


async def _handler_failed(_update: object, context: Any) -> None:
    """A handler that raised: its update counts as handled, or it would come for ever."""
    log_fault(context.error)
