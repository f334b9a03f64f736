"""A command's reply as Discord shows it, and the buttons under it: each is a command of its own."""

from __future__ import annotations

import logging
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

import discord

from atelier.languages import Lang, pick, say
from atelier.store import Work
from bot import catalogue, door
from bot.command import Call, Choice, Command, Reply, Where
from bot.discord.asking import (
    FAILED,
    Interaction,
    instead,
    language,
    person,
    refuse,
    told,
    unsaid,
    whisper,
)
from bot.discord.buttons import buttons
from bot.discord.place import DEFAULT_FILE_LIMIT, grown_up, reachable
from bot.discord.quoting import escape, width
from bot.discord.sheet import MAX_TEXT, Sheet, quote, sheet, upload
from bot.once import once
from bot.typed import parse_text
from bot.words import listed

if TYPE_CHECKING:
    from bot.discord.app import Atelier

log = logging.getLogger(__name__)

MAX_LABEL = 80
MAX_CHOICES = 15  # three rows; a work shown in full has its own two


async def answer(
    interaction: Interaction, command: Command, options: dict[str, Any], pressed: str = ""
) -> None:
    """Do a command that makes no work; the answer is for the one who gave it.

    ``pressed``: who pressed which button, of one that is answered once however often it is pressed.
    """
    try:
        await interaction.response.defer(thinking=True, ephemeral=True)
    except FAILED as fault:
        log.warning("interaction %s: not acknowledged, so nothing was done: %r", interaction.id, fault)
        return
    if not pressed:
        await _act(interaction, command, options)
        return
    with suppress(_NotTaken):
        async with once(interaction.client.studio, f"discord:{interaction.id}", pressed) as first:
            if not first:
                await instead(interaction, say("act-twice", language(interaction)))
            elif not await _act(interaction, command, options):
                raise _NotTaken  # what was not seen was not done: pressing again does it


class _NotTaken(Exception):
    """Discord did not take an answer."""


async def _act(interaction: Interaction, command: Command, options: dict[str, Any]) -> bool:
    """The command's reply instead of what the message said before; whether Discord took all of it."""
    lang = language(interaction)
    call = Call(
        interaction.client.studio, person(interaction.user), lang, where(interaction), options,
        client=pick(interaction.locale.value), quote=escape,
    )  # fmt: skip
    try:
        reply = await door.answer(command, call)
        if reply.erased:
            interaction.client.leftovers.wake()
        said = pages(_text(reply, language(interaction), call.client, interaction.client.tree.mentions))
        files = [upload(reply.file, reply.about)] if reply.file else []
        view = discord.ui.View(timeout=None)
        if reply.show is not None:
            shown = await _work(interaction, reply.show, view)
            said, files = [shown.text], shown.files
        for choice in reply.choices[:MAX_CHOICES]:
            view.add_item(ChoiceButton(choice))
    except Exception as fault:
        said, files, view = [told(fault, lang)], [], discord.ui.View()
    try:
        await interaction.edit_original_response(content=said[0], attachments=files, view=view)
    except FAILED as fault:
        await instead(interaction, unsaid(fault, lang, interaction.id))
        return False
    for page in said[1:]:
        await whisper(interaction, page)
    return True


def where(interaction: Interaction) -> Where:
    """Where the command was given."""

    async def manages() -> bool:
        return interaction.permissions.manage_guild

    return Where(
        "discord",
        str(interaction.guild_id) if interaction.guild_id else None,
        str(interaction.channel_id) if interaction.channel_id else None,
        manages,
        adults=grown_up(interaction.channel),
        answers={"channel": interaction.channel_id} if reachable(interaction) else {},
    )


async def _work(interaction: Interaction, work: Work, view: discord.ui.View) -> Sheet:
    """A work in full, with the buttons that it has in its own place."""
    studio = interaction.client.studio
    for button in buttons(work, await studio.tally(work.id)).children:
        view.add_item(button)
    limit = interaction.filesize_limit or DEFAULT_FILE_LIMIT
    return sheet(work, await studio.files(work), file_limit=limit)


def _text(reply: Reply, lang: Lang, client: Lang, mentions: dict[str, str]) -> str:
    lines = [reply.text] if reply.text else []
    for command in reply.commands:
        lines += _explained(command, lang, client, mentions)
    colon = say("colon", lang)
    lines += [f"**{escape(name)}**{colon}{escape(value)}" for name, value in reply.fields]
    for number, work in enumerate(reply.works, 1):
        lines.append(f"{number}\\. {listed(work, lang, quote)}")
    if reply.hint:
        lines.append(say("discord-help-outro", lang))
    return "\n".join(lines)


def _explained(command: Command, lang: Lang, client: Lang, mentions: dict[str, str]) -> list[str]:
    """A command with an example, as Discord's own client shows it: options by their names in its language."""
    lines = [f"{mentions.get(command.name, f'**/{command.path}**')} · {command.describe(lang)}"]
    if command.kind:
        example = parse_text(command, say(f"example-{command.name}", lang))
        said = ((o.label(client), example[o.name]) for o in command.options if o.name in example)
        shown = " ".join(f"`{name}: {value}`" for name, value in said)
        lines.append(f"> /{command.name} {shown}")
    return lines


def pages(text: str) -> list[str]:
    """``text`` in messages that Discord takes, parted between lines."""
    found = [""]
    for line in text.split("\n"):
        while width(line) > MAX_TEXT:
            cut = MAX_TEXT // 2
            before = line[:cut]
            cut -= (len(before) - len(before.rstrip("\\"))) % 2  # a backslash stays with what it disarms
            found.append(line[:cut])
            line = line[cut:]
        if width(found[-1]) + width(line) + 1 > MAX_TEXT:
            found.append("")
        found[-1] = f"{found[-1]}\n{line}" if found[-1] else line
    return [page for page in found if page.strip()] or ["…"]


class ChoiceButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"atelier:do:(?P<line>.{1,80})"
):
    """A button that gives a command. The command is its custom id, so it outlives every restart."""

    prefix = "atelier:do:"

    def __init__(self, choice: Choice) -> None:
        super().__init__(
            discord.ui.Button(
                label=choice.label[:MAX_LABEL],
                style=discord.ButtonStyle.secondary,
                custom_id=f"{self.prefix}{choice.line}",
            )
        )
        self.line = choice.line

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],  # noqa: ARG003 - the library's signature
        item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        """The button that was pressed."""
        return cls(Choice(getattr(item, "label", None) or "…", match["line"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Give the command; its reply takes the place of the message that the button was on."""
        try:
            await interaction.response.defer()
        except FAILED as fault:
            log.warning("interaction %s: a press was not acknowledged: %r", interaction.id, fault)
            return
        await press(interaction, self.line)


class AsideButton(ChoiceButton, template=r"atelier:ask:(?P<line>.{1,80})"):
    """A button under what everybody sees: what its command answers is for who pressed it alone."""

    prefix = "atelier:ask:"

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Give the command; what it answers is seen by nobody else. Pressed twice, it is answered once."""
        lang = language(interaction)
        try:
            command, options = catalogue.read(self.line)
        except Exception as fault:  # a button from before that command was called otherwise
            await refuse(interaction, told(fault, lang))
            return
        where = interaction.message.id if interaction.message else interaction.channel_id
        await answer(interaction, command, options, f"{interaction.user.id}:{where}:{self.line}")


async def press(interaction: Interaction, line: str) -> None:
    """What a press does, once acknowledged."""
    try:
        command, options = catalogue.read(line)
    except Exception as fault:
        await instead(interaction, told(fault, language(interaction)))
        return
    await _act(interaction, command, options)


def register(client: Atelier) -> None:
    """Let the client answer these buttons on any message, of any age."""
    client.add_dynamic_items(ChoiceButton, AsideButton)
