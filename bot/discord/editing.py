"""Edit and run again: a form with the work's words and options, and what comes back in it.

The form's id carries the work, and what was written in it arrives with the interaction; so one
that was opened before a restart is read like any other (discord.py would only know its own).
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import discord

from atelier.errors import Unavailable
from atelier.languages import say
from atelier.requests import MAX_PROMPT
from atelier.store import Work
from bot import around
from bot.discord.asking import Interaction, language, person, refuse, take, told

if TYPE_CHECKING:
    from bot.discord.app import Atelier

log = logging.getLogger(__name__)

LOOK_S = 0.8  # a form must be the first answer, and nobody waits a second for a sign of life
KEPT_S = 900.0  # how long discord.py remembers a form that it need not remember
_FORM = re.compile(r"atelier:edit:([a-z0-9]{1,32})")
WORDS, OPTIONS = "words", "options"


class Edits:
    """Opens forms and reads them."""

    def __init__(self, client: Atelier) -> None:
        self._studio = client.studio

    async def ask(self, interaction: Interaction, work_id: str) -> None:
        """Open the form."""
        lang = language(interaction)
        try:
            async with asyncio.timeout(LOOK_S):
                work = await around.find(self._studio, work_id)
        except TimeoutError:
            await refuse(interaction, told(Unavailable("store-down"), lang))
            return
        except Exception as fault:
            await refuse(interaction, told(fault, lang))
            return
        form = discord.ui.Modal(
            title=say("edit-title", lang)[:45], custom_id=f"atelier:edit:{work_id}", timeout=KEPT_S
        )
        for name, text, long in (
            (WORDS, work.request.words, True),
            (OPTIONS, around.typed_options(work.request), False),
        ):
            style = discord.TextStyle.paragraph if long else discord.TextStyle.short
            box = discord.ui.TextInput[discord.ui.Modal](
                custom_id=name, style=style, default=text, required=long, max_length=MAX_PROMPT
            )
            form.add_item(discord.ui.Label(text=say(f"edit-{name}", lang)[:45], component=box))
        try:
            await interaction.response.send_modal(form)
        except discord.HTTPException as fault:
            log.warning("interaction %s: the form was not opened: %s", interaction.id, fault)

    async def submitted(self, interaction: Interaction) -> None:
        """A form came back; those of somebody else's making are none of ours."""
        data: Any = interaction.data or {}
        found = _FORM.fullmatch(str(data.get("custom_id", "")))
        if found is None:
            return
        written = dict(_written(data.get("components", ())))
        lang = language(interaction)
        work_id = found[1]
        asker = person(interaction.user)

        async def order(place: dict[str, Any], source: str) -> Any:
            work: Work = await around.find(self._studio, work_id)
            press = around.edited(work, written.get(WORDS, ""), written.get(OPTIONS, ""))
            return await around.make(
                self._studio, work_id, press, person=asker, lang=lang, place=place, source=source
            )

        await take(interaction, order)


def _written(components: Any) -> Iterator[tuple[str, str]]:
    """Names and texts of a form's boxes, however they are wrapped."""
    for component in components:
        if component.get("custom_id") is not None and "value" in component:
            yield str(component["custom_id"]), str(component["value"] or "")
        yield from _written(component.get("components", ()))
        if inner := component.get("component"):
            yield from _written((inner,))
