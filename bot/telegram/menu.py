"""What Telegram shows of the bot before anybody writes: its commands and what it is, in every language."""

from __future__ import annotations

import logging

from telegram import BotCommand, BotCommandScopeAllChatAdministrators, BotCommandScopeChat
from telegram.error import TelegramError
from telegram.ext import ExtBot

from atelier.languages import DEFAULT, LANGS, Lang, say
from bot.catalogue import COMMANDS

log = logging.getLogger(__name__)


async def publish(bot: ExtBot[float]) -> None:
    """Set what differs from what Telegram has (it limits how often these may be set). Never raises."""
    try:
        for lang in LANGS:
            code = None if lang == DEFAULT else lang.partition("-")[0]  # ISO 639-1 is all that it takes
            for scope, all_of_them in ((None, False), (BotCommandScopeAllChatAdministrators(), True)):
                commands = _listed(lang, all_of_them=all_of_them)
                if list(await bot.get_my_commands(scope, code)) != commands:
                    await bot.set_my_commands(commands, scope, code)
            about = say("telegram-about", lang)
            if (await bot.get_my_description(language_code=code)).description != about:
                await bot.set_my_description(about, language_code=code)
            short = say("telegram-about-short", lang)
            if (await bot.get_my_short_description(language_code=code)).short_description != short:
                await bot.set_my_short_description(short, language_code=code)
    except TelegramError as fault:
        log.warning("telegram: the menu of commands could not be set: %s", type(fault).__name__)


async def follow(bot: ExtBot[float], person: int, lang: Lang | None) -> None:
    """Show a person's own list in the language that they chose; None: as their client says. Never raises."""
    scope = BotCommandScopeChat(person)
    try:
        if lang is None:
            await bot.delete_my_commands(scope)
        else:
            await bot.set_my_commands(_listed(lang, all_of_them=False), scope)
    except TelegramError as fault:
        log.warning("telegram: a list of commands could not be set: %s", type(fault).__name__)


def _listed(lang: Lang, *, all_of_them: bool) -> list[BotCommand]:
    return [
        BotCommand(command.name, command.describe(lang))
        for command in COMMANDS
        if all_of_them or command.role == "everyone"
    ]
