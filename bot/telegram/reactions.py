"""Emoji put on a work's message, and taken off again, in chats where Telegram tells the bot.

In groups it tells administrators only. A chat that reacts (an anonymous administrator, a channel) has
a vote as a person has; reactions that come as bare numbers count for nobody. The buttons are the
primary way to vote.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from telegram import ReactionType, ReactionTypeEmoji, Update
from telegram.ext import MessageReactionHandler

from atelier.errors import AtelierError
from bot.patience import patiently
from bot.studio import Studio
from bot.telegram.cards import name_of
from bot.telegram.counts import Counts
from bot.telegram.members import person_of

log = logging.getLogger(__name__)


class Reactions:
    """Turns changed reactions into votes."""

    def __init__(self, studio: Studio, counts: Counts) -> None:
        self._studio = studio
        self._counts = counts

    def handlers(self) -> list[MessageReactionHandler[Any, Any]]:
        """For the application."""
        kind = MessageReactionHandler.MESSAGE_REACTION_UPDATED
        return [MessageReactionHandler(self._changed, message_reaction_types=kind)]

    async def _changed(self, update: Update, _context: Any) -> None:
        change = update.message_reaction
        assert change is not None
        actor = change.user or change.actor_chat
        if actor is None or (change.user is not None and change.user.is_bot):
            return
        person = person_of(actor)
        message = name_of(change.chat.id, change.message_id)
        old, new = _emoji(change.old_reaction), _emoji(change.new_reaction)
        for emoji in [*(e for e in old if e not in new), *(e for e in new if e not in old)]:
            try:
                done = await patiently(
                    partial(self._studio.react, "telegram", message, person, emoji, added=emoji in new)
                )
            except AtelierError as fault:  # somebody who is banned, records that are down: nobody to answer
                log.warning("a reaction was not recorded: %s", fault)
                continue
            if done is not None:
                self._counts.touch(done[0])


def _emoji(reactions: tuple[ReactionType, ...]) -> list[str]:
    return [reaction.emoji for reaction in reactions if isinstance(reaction, ReactionTypeEmoji)]
