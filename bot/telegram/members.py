"""Who speaks in a chat, and who administers it.

Behind a message may stand a chat: a group, for an administrator who stays anonymous in it, or a channel.
Telegram names one account for all such messages of all groups; who they are of is the chat. So a chat
that speaks is somebody of its own, with works, votes and limits of its own. What is one person's alone
it cannot have: nobody knows who of its people it is, nor is there anywhere to answer them alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from telegram import Chat, ChatMember, Message, User
from telegram.error import BadRequest, Forbidden
from telegram.ext import ExtBot

from atelier.store import PersonRef

MANAGERS = (ChatMember.OWNER, ChatMember.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who said or pressed something. ``face``: the chat that they do it as, where that is not themselves."""

    user: User
    face: Chat | None = None

    @classmethod
    def of(cls, message: Message) -> Speaker | None:
        """Of a message that somebody wrote."""
        if message.from_user is None:
            return None
        return cls(message.from_user, message.sender_chat)

    @property
    def ref(self) -> PersonRef:
        """As the store knows them."""
        return person_of(self.face or self.user)


def person_of(who: User | Chat) -> PersonRef:
    """A user, or a chat that acts as one, as the store knows them: ids of chats are below zero."""
    return PersonRef("telegram", str(who.id))


def is_chat(person: PersonRef) -> bool:
    """Whether this is a chat that speaks, which cannot be written to in private."""
    return person.platform_id.startswith("-")


async def manages(bot: ExtBot[float], chat: Chat, who: Speaker) -> bool:
    """Whether they administer this group; in private there is nothing to administer.

    Only a group's administrators can write as the group; a channel administers nothing here.
    """
    if chat.type == "private":
        return False
    if who.face is not None:
        return who.face.id == chat.id
    return await _administers(bot, chat.id, who.user)


async def acting(bot: ExtBot[float], who: User, owner: PersonRef) -> PersonRef:
    """``owner`` where it is a chat that this user administers, and so speaks for; else they themselves."""
    if is_chat(owner) and await _administers(bot, int(owner.platform_id), who):
        return owner
    return person_of(who)


async def _administers(bot: ExtBot[float], chat: int, user: User) -> bool:
    try:
        return (await bot.get_chat_member(chat, user.id)).status in MANAGERS
    except (BadRequest, Forbidden):  # also for a channel that the bot is not in
        return False
