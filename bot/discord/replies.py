"""A command's reply as Discord shows it, and the buttons under it: each is a command of its own."""

from __future__ import annotations

import io
import logging
import re
from typing import TYPE_CHECKING, Any, Self

import discord

from atelier.languages import Lang, pick, say
from atelier.store import Work
from bot import catalogue, door
from bot.command import Call, Choice, Command, Reply, Where
from bot.discord.asking import Interaction, language, person, told
from bot.discord.buttons import buttons
from bot.discord.place import DEFAULT_FILE_LIMIT, grown_up, reachable
from bot.discord.quoting import escape, width
from bot.discord.sheet import MAX_TEXT, Sheet, quote, sheet
from bot.typed import parse_text
from bot.words import listed

if TYPE_CHECKING:
    from bot.discord.app import Atelier

log = logging.getLogger(__name__)

MAX_LABEL = 80
MAX_CHOICES = 15  # three rows; a work shown in full has its own two


async def answer(interaction: Interaction, command: Command, options: dict[str, Any]) -> None:
    """Do a command that makes no work; the answer is for the one who gave it."""
    try:
        await interaction.response.defer(thinking=True, ephemeral=True)
    except (discord.HTTPException, OSError) as fault:
        log.warning("interaction %s: not acknowledged, so nothing was done: %r", interaction.id, fault)
        return
    await _act(interaction, command, options)


async def _act(interaction: Interaction, command: Command, options: dict[str, Any]) -> None:
    """The command's reply instead of what the message said before."""
    lang = language(interaction)
    call = Call(
        interaction.client.studio, person(interaction.user), lang, where(interaction), options,
        client=pick(interaction.locale.value), quote=escape,
    )  # fmt: skip
    try:
        reply = await door.answer(command, call)
        if reply.erased:
            interaction.client.leftovers.wake()
        said = pages(_text(reply, language(interaction), interaction.client.tree.mentions))
        files = [discord.File(io.BytesIO(reply.file.data), reply.file.name)] if reply.file else []
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
        for page in said[1:]:
            await interaction.followup.send(page, ephemeral=True)
    except (discord.HTTPException, OSError) as fault:  # aiohttp's connection errors are OSErrors
        log.warning("interaction %s: could not answer: %r", interaction.id, fault)


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


def _text(reply: Reply, lang: Lang, mentions: dict[str, str]) -> str:
    lines = [reply.text] if reply.text else []
    for command in reply.commands:
        lines += _explained(command, lang, mentions)
    colon = say("colon", lang)
    lines += [f"**{escape(name)}**{colon}{escape(value)}" for name, value in reply.fields]
    for number, work in enumerate(reply.works, 1):
        lines.append(f"{number}\\. {listed(work, lang, quote)}")
    if reply.hint:
        lines.append(say("discord-help-outro", lang))
    return "\n".join(lines)


def _explained(command: Command, lang: Lang, mentions: dict[str, str]) -> list[str]:
    """A command with an example, as Discord's own client takes it: options by name."""
    lines = [f"{mentions.get(command.name, f'**/{command.path}**')} · {command.describe(lang)}"]
    if command.kind:
        example = parse_text(command, say(f"example-{command.name}", lang))
        shown = " ".join(f"`{o.name}: {example[o.name]}`" for o in command.options if o.name in example)
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
        except (discord.HTTPException, OSError) as fault:
            log.warning("interaction %s: a press was not acknowledged: %r", interaction.id, fault)
            return
        await press(interaction, self.line)


class AsideButton(ChoiceButton, template=r"atelier:ask:(?P<line>.{1,80})"):
    """A button under what everybody sees: what its command answers is for who pressed it alone."""

    prefix = "atelier:ask:"

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Give the command; what it answers is seen by nobody else."""
        command, options = catalogue.read(self.line)
        await answer(interaction, command, options)


async def press(interaction: Interaction, line: str) -> None:
    """What a press does, once acknowledged."""
    try:
        command, options = catalogue.read(line)
    except Exception as fault:
        await interaction.edit_original_response(content=told(fault, language(interaction)), view=None)
        return
    await _act(interaction, command, options)


def register(client: Atelier) -> None:
    """Let the client answer these buttons on any message, of any age."""
    client.add_dynamic_items(ChoiceButton, AsideButton)
