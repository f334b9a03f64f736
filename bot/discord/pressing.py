"""What a press on a work's button does: vote, make another work, or answer the one who pressed.

A press that makes a work is answered for everybody, as a command is; any other is answered for
the one who pressed, in the same small message as they go from a menu to its choices.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import discord

from atelier.errors import BadInput
from atelier.languages import Lang, say
from atelier.store import Vote
from bot import acts, around, gate
from bot.acts import Press
from bot.discord.asking import (
    FAILED,
    Interaction,
    instead,
    language,
    person,
    refuse,
    take,
    told,
    unsaid,
    whisper,
)
from bot.discord.buttons import CANCEL, MORE, VOTES, choices, menu, others
from bot.discord.editing import Edits
from bot.discord.place import DEFAULT_FILE_LIMIT, Place, message_key, server
from bot.discord.sheet import QUOTED, quote, uploads
from bot.once import once
from bot.words import titled

if TYPE_CHECKING:
    from bot.discord.app import Atelier

log = logging.getLogger(__name__)

ONCE = ("original", "details")  # acts that leave no row behind by which a second press is known


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person sees."""

    text: str
    view: discord.ui.View | None = None
    files: list[discord.File] = field(default_factory=list)


class Pressing:
    """Handles presses, of buttons of any age."""

    def __init__(self, client: Atelier) -> None:
        self._client = client
        self._studio = client.studio
        self.edits = Edits(client)

    async def pressed(self, interaction: Interaction, word: str, work_id: str) -> None:
        """A button."""
        if word in VOTES:
            await self._vote(interaction, work_id, "liked" if word == "liked" else "disliked")
        elif word == MORE:
            await self._privately(interaction, partial(self._menu, work_id))
        elif word == CANCEL:
            await self._cancel(interaction, work_id)
        elif (press := acts.read(word)) is None:
            await refuse(interaction, say("button-unknown", language(interaction)))
        else:
            await self._do(interaction, press, work_id)

    async def chosen(self, interaction: Interaction, word: str, work_id: str, other: str) -> None:
        """A second work, out of a menu of works."""
        press = acts.read(word)
        if press is None:
            await refuse(interaction, say("button-unknown", language(interaction)))
        else:
            await self._do(interaction, replace(press, other=other), work_id)

    async def _do(self, interaction: Interaction, press: Press, work_id: str) -> None:
        if press.name == "edit":
            await self.edits.ask(interaction, work_id)
        elif acts.is_open(press):
            await self._privately(interaction, partial(self._choose, work_id, press))
        elif acts.BY_NAME[press.name].makes:
            await self.make(interaction, press, work_id)
        elif press.name in ONCE:
            pressed = f"{interaction.user.id}:{work_id}:{press.word}"
            await self._privately(interaction, partial(self._answer, work_id, press), pressed)
        else:
            await self._privately(interaction, partial(self._answer, work_id, press))

    async def make(self, interaction: Interaction, press: Press, work_id: str) -> None:
        """A new work out of a work."""
        asker, lang = person(interaction.user), language(interaction)
        await take(
            interaction,
            lambda place, source: around.make(
                self._studio, work_id, press, person=asker, lang=lang, place=place, source=source
            ),
        )

    async def _menu(self, work_id: str, lang: Lang, interaction: Interaction) -> Answer:  # noqa: ARG002
        work = await around.find(self._studio, work_id)
        return Answer(say("act-menu", lang), menu(work, lang))

    async def _choose(self, work_id: str, press: Press, lang: Lang, interaction: Interaction) -> Answer:
        """What the press leaves open."""
        await self._welcome(interaction)
        work = await around.find(self._studio, work_id)
        if acts.choices(work, press):
            return Answer(acts.question(press, lang), choices(work, press, lang))
        found = await around.others(self._studio, work, person(interaction.user))
        if not found:
            raise BadInput("blend-none")
        question = say("blend-choose", lang, first=quote(titled(work), QUOTED[-1]))
        return Answer(question, others(work, press, found, lang))

    async def _answer(self, work_id: str, press: Press, lang: Lang, interaction: Interaction) -> Answer:
        """An act that makes no work."""
        asker = person(interaction.user)
        if press.name == "favourite":
            source = f"discord:{interaction.id}"
            return Answer(await around.favour(self._studio, work_id, asker, lang, source))
        if press.name == "delete":
            before = await self._studio.work(work_id)  # deleted, it says no more where it was answered
            keys = await around.delete(self._studio, work_id, asker, server(interaction))
            reached = await self._take_away(keys, lang, before.place if before else {})
            return Answer(say("work-deleted" if reached else "work-deleted-stays", lang))
        await self._welcome(interaction)
        work = await around.find(self._studio, work_id)
        if press.name == "original":
            files = uploads(
                work, await self._studio.files(work), interaction.filesize_limit or DEFAULT_FILE_LIMIT
            )
            return Answer(say("act-original", lang), files=files)
        return Answer("\n".join(around.details(work, lang, quote)))

    async def _welcome(self, interaction: Interaction) -> None:
        """Raises where this person may not use the bot; what they own they may delete all the same."""
        here = str(interaction.guild_id) if interaction.guild_id else None
        settings, store = self._studio.settings, self._studio.store
        await asyncio.to_thread(gate.welcome, settings, store, person(interaction.user), here)

    async def _take_away(self, keys: list[str], lang: Lang, stored: dict[str, Any]) -> bool:
        """Delete the work's messages; False: one of them stays, for the person to take away themselves."""
        outcomes = dict(zip(keys, await self._client.leftovers.now(keys, lang), strict=False))
        place = Place.from_json(stored) if stored.get("token") else None
        if place is None or place.open:
            return "stays" not in outcomes.values()
        # The bot's own token reaches what it posted in private, but not this answer.
        elsewhere = [outcome for key, outcome in outcomes.items() if key != place.key]
        return await self._client.removal.empty(place, lang) or (bool(elsewhere) and "stays" not in elsewhere)

    async def _privately(
        self,
        interaction: Interaction,
        answer: Callable[[Lang, Interaction], Awaitable[Answer]],
        pressed: str = "",
    ) -> None:
        """Answer the one who pressed; in the same message where it was theirs alone already.

        ``pressed``: who pressed what, of an act that is done once, however often it is pressed.
        """
        lang = language(interaction)
        theirs = _is_menu(interaction.message)
        try:
            await interaction.response.defer(**({} if theirs else {"ephemeral": True, "thinking": True}))
        except FAILED as fault:
            log.warning("interaction %s: a press was not acknowledged: %r", interaction.id, fault)
            return
        try:
            async with self._first(interaction, pressed) as first:
                if first:
                    said = await answer(lang, interaction)
                    await interaction.edit_original_response(
                        content=said.text, view=said.view, attachments=said.files
                    )
                elif theirs:  # where the first press is answered
                    await whisper(interaction, say("act-twice", lang))
                else:
                    await instead(interaction, say("act-twice", lang))
        except Exception as fault:
            await instead(interaction, unsaid(fault, lang, interaction.id))

    def _first(self, interaction: Interaction, pressed: str) -> AbstractAsyncContextManager[bool]:
        """Whether this is the first press within a moment; where nothing is named, it is."""
        return once(self._studio, f"discord:{interaction.id}", pressed) if pressed else nullcontext(True)

    async def _cancel(self, interaction: Interaction, work_id: str) -> None:
        """Take the work back; the message says so when its delivery hears of it."""
        try:
            await interaction.response.defer()
            await self._studio.cancel(work_id, person(interaction.user))
        except discord.HTTPException as fault:
            log.warning("work %s: a press on cancel was not acknowledged: %s", work_id, fault)
        except Exception as fault:
            await whisper(interaction, told(fault, language(interaction)))

    async def _vote(self, interaction: Interaction, work_id: str, value: Vote) -> None:
        """Record the vote; the counts on the button are the answer."""
        line = self._client.turns.of(f"{work_id}/{interaction.user.id}")
        # The place in line is taken before the answer to Discord: the later press stays the later vote.
        turn = asyncio.ensure_future(line.acquire())
        try:
            await interaction.response.defer()
            await turn
            voter = person(interaction.user)
            await self._studio.vote(work_id, voter, value, origin="button", platform="discord")
            work = await self._studio.work(work_id)
        except discord.HTTPException as fault:
            log.warning("work %s: a vote was not acknowledged: %s", work_id, fault)
            return
        except Exception as fault:
            await whisper(interaction, told(fault, language(interaction)))
            return
        finally:
            if turn.done() and not turn.cancelled():
                line.release()
            else:
                turn.cancel()
        if work and interaction.message and interaction.channel_id:
            key = message_key(interaction.channel_id, interaction.message.id)
            message = interaction.message
            self._client.counts.show(
                key, work, lambda view: interaction.edit_original_response(view=_with_others(view, message))
            )
            await self._client.counts.everywhere(self._client, work, but=key)


def _with_others(view: discord.ui.View, message: discord.Message) -> discord.ui.View:
    """``view`` with the buttons of the message that are no work's: back to the list it came from."""
    for row in message.components:
        for item in getattr(row, "children", ()):
            if isinstance(item, discord.Button) and str(item.custom_id).startswith("atelier:do:"):
                view.add_item(discord.ui.Button(label=item.label, style=item.style, custom_id=item.custom_id))
    return view


def _is_menu(message: discord.Message | None) -> bool:
    """Whether a message is a menu of choices for one person, and not a work (which they may look at too)."""
    if message is None or not message.flags.ephemeral:
        return False
    ids = [
        getattr(item, "custom_id", "") for row in message.components for item in getattr(row, "children", ())
    ]
    return not any(str(one).startswith("atelier:liked:") for one in ids)
