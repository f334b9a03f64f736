"""What Telegram shows of the bot before anybody writes: its commands and what it is, in every language."""

from __future__ import annotations

import logging

from telegram import BotCommand, BotCommandScopeAllChatAdministrators
from telegram.error import TelegramError
from telegram.ext import ExtBot

from atelier.languages import LANGS, say
from bot.catalogue import COMMANDS

log = logging.getLogger(__name__)

DEFAULT = "en"  # for every language that has no list of its own


async def publish(bot: ExtBot[float]) -> None:
    """Set what differs from what Telegram has (it limits how often these may be set). Never raises."""
    try:
        for lang in LANGS:
            code = None if lang == DEFAULT else lang
            for scope, all_of_them in ((None, False), (BotCommandScopeAllChatAdministrators(), True)):
                commands = [
                    BotCommand(command.name, command.describe(lang))
                    for command in COMMANDS
                    if all_of_them or command.role == "everyone"
                ]
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
