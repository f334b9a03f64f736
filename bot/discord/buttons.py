"""The buttons under a work. Their ids carry the work, so they outlive every restart."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import TYPE_CHECKING, Any, Literal, Self, cast

import discord

from atelier.languages import Lang, say
from atelier.store import Tally, Vote
from bot.discord.asking import Interaction, language, person, refuse, take, told
from bot.discord.place import message_key

if TYPE_CHECKING:
    from bot.discord.app import Atelier

log = logging.getLogger(__name__)

Act = Literal["liked", "disliked", "again", "cancel"]
FACES: dict[Act, str] = {"liked": "👍", "disliked": "👎", "again": "🔁", "cancel": "✖️"}


class WorkButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"atelier:(?P<act>liked|disliked|again|cancel):(?P<work>[a-z0-9]{1,32})",
):
    """One act on one work. Built anew from its custom id whenever it is pressed."""

    def __init__(self, act: Act, work_id: str, label: str | None = None) -> None:
        super().__init__(
            discord.ui.Button(
                emoji=FACES[act],
                label=label,
                style=discord.ButtonStyle.secondary,
                custom_id=f"atelier:{act}:{work_id}",
            )
        )
        self.act = act
        self.work_id = work_id

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],  # noqa: ARG003 - the library's signature
        item: discord.ui.Item[Any],  # noqa: ARG003
        match: re.Match[str],
        /,
    ) -> Self:
        """The button that was pressed."""
        return cls(cast("Act", match["act"]), match["work"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """What a press does."""
        if self.act == "again":
            await _again(interaction, self.work_id)
        elif self.act == "cancel":
            await _cancel(interaction, self.work_id)
        else:
            await _vote(interaction, self.work_id, self.act)


def buttons(work_id: str, lang: Lang, tally: Tally) -> discord.ui.View:
    """The row of buttons, with the counts that stand."""
    view = discord.ui.View(timeout=None)
    view.add_item(WorkButton("liked", work_id, str(tally.liked) if tally.liked else None))
    view.add_item(WorkButton("disliked", work_id, str(tally.disliked) if tally.disliked else None))
    view.add_item(WorkButton("again", work_id, say("button-again", lang)))
    return view


def while_waiting(work_id: str, lang: Lang) -> discord.ui.View:
    """The one button of a work that is not made yet."""
    view = discord.ui.View(timeout=None)
    view.add_item(WorkButton("cancel", work_id, say("button-cancel", lang)))
    return view


async def _cancel(interaction: Interaction, work_id: str) -> None:
    """Take the work back; the message says so when its delivery hears of it."""
    try:
        await interaction.response.defer()
        await interaction.client.studio.cancel(work_id, person(interaction.user))
    except discord.HTTPException as fault:
        log.warning("work %s: a press on cancel was not acknowledged: %s", work_id, fault)
    except Exception as fault:
        await _whisper(interaction, told(fault, language(interaction)))


async def _vote(interaction: Interaction, work_id: str, value: Vote) -> None:
    """Record the vote; the counts on the button are the answer."""
    client = interaction.client
    line = client.turns.of(f"{work_id}/{interaction.user.id}")
    # The place in line is taken before the answer to Discord: the later press stays the later vote.
    turn = asyncio.ensure_future(line.acquire())
    try:
        await interaction.response.defer()
        await turn
        voter = person(interaction.user)
        await client.studio.vote(work_id, voter, value, origin="button", platform="discord")
        work = await client.studio.work(work_id)
    except discord.HTTPException as fault:
        log.warning("work %s: a vote was not acknowledged: %s", work_id, fault)
        return
    except Exception as fault:
        await _whisper(interaction, told(fault, language(interaction)))
        return
    finally:
        if turn.done() and not turn.cancelled():
            line.release()
        else:
            turn.cancel()
    if work and interaction.message and interaction.channel_id:
        key = message_key(interaction.channel_id, interaction.message.id)
        client.counts.show(key, work, lambda view: interaction.edit_original_response(view=view))


async def _again(interaction: Interaction, work_id: str) -> None:
    """The same request once more; pressed again before the new work is there, it is the same press."""
    client = interaction.client
    lang = language(interaction)
    press = (work_id, interaction.user.id)
    if client.agains.under_way(press):
        await refuse(interaction, say("discord-again-twice", lang))
        return
    client.agains.begin(press)
    asker = person(interaction.user)
    ticket = await take(
        interaction,
        lambda place, source: client.studio.again(
            work_id, person=asker, lang=lang, place=place, source=source
        ),
    )
    client.agains.ordered(press, ticket.work.id if ticket else None)


async def _whisper(interaction: Interaction, text: str) -> None:
    """One sentence under the message, for this person only."""
    try:
        await interaction.followup.send(text, ephemeral=True)
    except (discord.HTTPException, OSError) as fault:  # aiohttp's connection errors are OSErrors
        log.warning("interaction %s: could not answer: %r", interaction.id, fault)


Press = tuple[str, int]


class Agains:
    """Presses of 🔁 whose new work is not there yet: (work, person) → the new work's id."""

    def __init__(self) -> None:
        self._new: dict[Press, str | None] = {}

    def under_way(self, press: Press) -> bool:
        """Whether this person already waits for another take of this work."""
        return press in self._new

    def begin(self, press: Press) -> None:
        """A press is being taken."""
        self._new[press] = None

    def ordered(self, press: Press, work_id: str | None) -> None:
        """It became ``work_id``; None: it was refused, so it may be pressed again."""
        if work_id is None:
            self._new.pop(press, None)
        elif press in self._new:
            self._new[press] = work_id

    def told(self, work_id: str) -> None:
        """The new work (or the regret for it) is in the chat."""
        for press in [press for press, made in self._new.items() if made == work_id]:
            del self._new[press]


def register(client: Atelier) -> None:
    """Let the client answer these buttons on any message, of any age."""
    client.add_dynamic_items(WorkButton)
