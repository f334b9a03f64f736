"""The buttons under a work. Their ids carry the work and the act, so they outlive every restart.

``atelier:WORD:WORK``: a vote, ``more``, or an act as :mod:`bot.acts` writes it. What a press does
is :mod:`bot.discord.pressing`'s.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Self

import discord

from atelier.languages import DEFAULT, Lang, say
from atelier.store import Tally, Work
from bot import acts
from bot.acts import Press
from bot.discord.quoting import shorten
from bot.words import told_apart

VOTES = {"liked": "👍", "disliked": "👎"}
MORE, CANCEL = "more", "cancel"
MAX_LABEL = 80


class WorkButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"atelier:(?P<word>(?!(?:do|ask|with|edit):)[a-z0-9.-]{1,40}|edit):(?P<work>[a-z0-9]{1,32})",
):
    """One act on one work. Built anew from its custom id whenever it is pressed."""

    def __init__(
        self, word: str, work_id: str, face: str = "", label: str | None = None, *, row: int | None = None
    ) -> None:
        self.word = word
        self.work_id = work_id
        style = (
            discord.ButtonStyle.danger if word.endswith(f"-{acts.SURE}") else discord.ButtonStyle.secondary
        )
        super().__init__(
            discord.ui.Button(
                emoji=face or None,
                label=label,
                style=style,
                custom_id=f"atelier:{word}:{work_id}",
                row=row,
            )
        )

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],  # noqa: ARG003 - the library's signature
        item: discord.ui.Item[Any],  # noqa: ARG003
        match: re.Match[str],
        /,
    ) -> Self:
        """The button that was pressed."""
        return cls(match["word"], match["work"], label="…")

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """What a press does."""
        await interaction.client.pressing.pressed(interaction, self.word, self.work_id)


class OtherWork(
    discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]],
    template=r"atelier:with:(?P<word>[a-z0-9.-]{1,40}):(?P<work>[a-z0-9]{1,32})",
):
    """A menu of the person's works: the second one of an act on two."""

    def __init__(self, word: str, work_id: str, works: Sequence[Work] = (), lang: Lang = DEFAULT) -> None:
        self.word = word
        self.work_id = work_id
        options = [
            discord.SelectOption(
                label=told_apart(work, lang, MAX_LABEL),
                value=work.id,
                description=shorten(work.request.words, MAX_LABEL),
            )
            for work in works
        ]
        super().__init__(
            discord.ui.Select(
                custom_id=f"atelier:with:{word}:{work_id}", options=options or discord.utils.MISSING
            )
        )

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],  # noqa: ARG003 - the library's signature
        item: discord.ui.Item[Any],  # noqa: ARG003
        match: re.Match[str],
        /,
    ) -> Self:
        """The menu that was used."""
        return cls(match["word"], match["work"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do it with the work that was chosen."""
        data: Any = interaction.data or {}
        chosen = str(data["values"][0])
        await interaction.client.pressing.chosen(interaction, self.word, self.work_id, chosen)


def buttons(work: Work, tally: Tally) -> discord.ui.View:
    """The rows under a made work, with the counts that stand."""
    view = discord.ui.View(timeout=None)
    for vote, face in VOTES.items():
        count = getattr(tally, vote)
        view.add_item(WorkButton(vote, work.id, face, str(count) if count else None, row=0))
    for press in acts.offered(work, "front"):
        view.add_item(_button(press, work.id, work.lang, row=0))
    for press in acts.offered(work, "second"):
        view.add_item(_button(press, work.id, work.lang, row=1))
    view.add_item(WorkButton(MORE, work.id, "⋯", say("act-more", work.lang), row=1))
    return view


def try_again(work: Work) -> discord.ui.View:
    """The one button of a work that failed."""
    return _view([Press("again")], work, work.lang)


def while_waiting(work_id: str, lang: Lang) -> discord.ui.View:
    """The one button of a work that is not made yet."""
    view = discord.ui.View(timeout=None)
    view.add_item(WorkButton(CANCEL, work_id, "✖️", say("button-cancel", lang)))
    return view


def menu(work: Work, lang: Lang) -> discord.ui.View:
    """What else can be done."""
    return _view(acts.offered(work, "menu"), work, lang)


def choices(work: Work, press: Press, lang: Lang) -> discord.ui.View:
    """What a press leaves open: which picture, or whether really."""
    view = discord.ui.View(timeout=None)
    for choice in acts.choices(work, press):
        if choice.number:
            view.add_item(WorkButton(choice.word, work.id, label=str(choice.number)))
        else:
            view.add_item(_button(choice, work.id, lang))
    return view


def others(work: Work, press: Press, works: Sequence[Work], lang: Lang) -> discord.ui.View:
    """The works to choose a second one from."""
    view = discord.ui.View(timeout=None)
    view.add_item(OtherWork(press.word, work.id, works, lang))
    return view


def _view(presses: Sequence[Press], work: Work, lang: Lang) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    for press in presses:
        view.add_item(_button(press, work.id, lang))
    return view


def _button(press: Press, work_id: str, lang: Lang, *, row: int | None = None) -> WorkButton:
    return WorkButton(press.word, work_id, acts.BY_NAME[press.name].face, acts.label(press, lang), row=row)


def register(client: discord.Client) -> None:
    """Let the client answer these on any message, of any age."""
    client.add_dynamic_items(WorkButton, OtherWork)
