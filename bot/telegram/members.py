"""Who administers a chat."""

from __future__ import annotations

from telegram import Chat, ChatMember, User
from telegram.error import BadRequest, Forbidden
from telegram.ext import ExtBot

MANAGERS = (ChatMember.OWNER, ChatMember.ADMINISTRATOR)


async def manages(bot: ExtBot[float], chat: Chat, person: User) -> bool:
    """Whether the person administers this group; in private there is nothing to administer."""
    if chat.type == "private":
        return False
    try:
        return (await bot.get_chat_member(chat.id, person.id)).status in MANAGERS
    except (BadRequest, Forbidden):
        return False
