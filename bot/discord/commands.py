"""Discord's command tree, built from the catalogue: options, choices, bounds, two languages."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from atelier.errors import BadInput, Unavailable
from atelier.languages import DEFAULT, Lang, known, say
from bot.catalogue import COMMANDS
from bot.command import Command, Option
from bot.discord.asking import Interaction, language, person, refuse, take, told
from bot.discord.files import fetched, plain
from bot.discord.replies import answer
from bot.studio import Studio, Ticket
from bot.suggestions import suggestions

if TYPE_CHECKING:
    from bot.discord.app import Atelier

log = logging.getLogger(__name__)

# The clients that are shown another language than the default.
LOCALES: dict[discord.Locale, Lang] = {
    locale: lang for locale in discord.Locale if (lang := known(locale.value)) and lang != DEFAULT
}

# A client that has not heard of the newest commands yet.
OUTDATED = (
    app_commands.CommandSignatureMismatch,
    app_commands.CommandNotFound,
    app_commands.TransformerError,
)

Suggesting = Callable[[discord.Interaction[Any], str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]
Describe = Callable[[Lang], str]


class CatalogueTranslator(app_commands.Translator):
    """Looks a description up in the language of a client."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,  # noqa: ARG002 - the library's signature
    ) -> str | None:
        """The text for ``locale``; None where the default serves."""
        lang = LOCALES.get(locale)
        describe: Describe | None = string.extras.get("describe")
        return describe(lang) if lang and describe else None


class Tree(app_commands.CommandTree["Atelier"]):
    """Every command, in servers, in private with the bot, and wherever somebody takes it along as an app."""

    def __init__(self, client: Atelier) -> None:
        super().__init__(
            client,
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=True
            ),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        )
        self.mentions: dict[str, str] = {}  # command name → what makes it clickable in a message
        for command in COMMANDS:
            self.add_command(_folder(command) if command.parts else _app_command(command))

    async def publish(self) -> None:
        """Tell Discord all commands, at every start.

        The bulk overwrite is one idempotent request, as asking whether anything changed would
        be, and unlike a remembered hash it cannot be wrong about what Discord has. If it fails,
        the commands of the last start go on working.
        """
        try:
            await self.set_translator(CatalogueTranslator())
            for made in await self.sync():
                self.mentions[made.name] = made.mention
        except discord.DiscordException as fault:
            log.warning("the commands could not be published; those from before go on: %s", fault)

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        """A fault on the way to a command: the log gets it, the person one sentence."""
        lang = language(interaction)
        if isinstance(error, OUTDATED):
            log.info("an outdated command was sent: %s", error)
            text = say("discord-outdated", lang)
        else:
            text = told(getattr(error, "original", error), lang)
        if not interaction.response.is_done():
            await refuse(interaction, text)


def _text(describe: Describe) -> app_commands.locale_str:
    return app_commands.locale_str(describe(DEFAULT), describe=describe)


def _folder(command: Command) -> app_commands.Group:
    """A command of commands. Discord shows one that is for administrators to those who manage the server."""
    managers = discord.Permissions(manage_guild=True) if command.role != "everyone" else None
    own = managers is not None  # of a server that the bot is in, or of the studio
    folder = app_commands.Group(
        name=command.name, description=_text(command.describe), default_permissions=managers,
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=not own),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=not own),
    )  # fmt: skip
    for part in command.parts:
        folder.add_command(_app_command(part))
    return folder


def _app_command(command: Command) -> app_commands.Command[Any, ..., None]:
    """One catalogue entry as discord.py's command: its signature is made of the options."""

    async def call(interaction: Interaction, **options: Any) -> None:
        said = {name: value for name, value in options.items() if value is not None}
        await _run(interaction, command, said)

    parameters = [_parameter("interaction", discord.Interaction)]
    parameters += [_parameter(o.name, _annotation(o), required=o.required) for o in command.options]
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    call.__name__ = command.name
    described: dict[str, str | app_commands.locale_str] = {o.name: _text(o.describe) for o in command.options}
    fixed = [option for option in command.options if option.choices and not option.suggest]
    chosen = {option.name: [_choice(option, value) for value in option.choices] for option in fixed}
    suggested = {option.name: _suggesting(option) for option in command.options if option.suggest}
    named = {o.name: _text(o.label) for o in command.options if _translated(o)}
    callback: Callable[..., Awaitable[None]] = app_commands.describe(**described)(call) if described else call
    if named:
        callback = app_commands.rename(**named)(callback)
    if chosen:
        callback = app_commands.choices(**chosen)(callback)
    if suggested:
        callback = app_commands.autocomplete(**suggested)(callback)
    return app_commands.Command(
        name=command.name,
        description=_text(command.describe),
        callback=callback,  # type: ignore[arg-type]
    )


def _translated(option: Option) -> bool:
    return any(option.label(lang) != option.name for lang in LOCALES.values())


def _suggesting(option: Option) -> Suggesting:
    """What discord.py asks while somebody types into ``option``."""

    async def suggest(interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
        studio, lang = interaction.client.studio, language(interaction)
        try:
            found = await suggestions(option, typed, studio, person(interaction.user), lang)
        except Unavailable as fault:  # they can type on; what they send is answered
            log.info("nothing was suggested: %s", fault)
            return []
        return [app_commands.Choice(name=name, value=value) for name, value in found]

    return suggest


def _parameter(name: str, annotation: Any, *, required: bool = True) -> inspect.Parameter:
    default = inspect.Parameter.empty if required else None
    return inspect.Parameter(
        name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default, annotation=annotation
    )


def _annotation(option: Option) -> Any:
    """What discord.py reads type and bounds from."""
    if option.type == "file":
        return discord.Attachment
    plain = int if option.type == "integer" else str
    if option.low is not None or option.high is not None:
        return app_commands.Range[plain, option.low, option.high]
    if option.max_length is not None:
        return app_commands.Range[plain, 1, option.max_length]
    return plain


def _choice(option: Option, value: str | int) -> app_commands.Choice[Any]:
    def named(lang: Lang) -> str:
        return option.choice(value, lang)

    # A name that is the same in every language needs no translation sent along.
    same = all(named(lang) == named(DEFAULT) for lang in LOCALES.values())
    return app_commands.Choice(name=named(DEFAULT) if same else _text(named), value=value)


async def _run(interaction: Interaction, command: Command, options: dict[str, Any]) -> None:
    """What every command does: refuse at once what is wrong, else acknowledge and ask."""
    if not command.makes:
        await answer(interaction, command, options)
        return
    lang = language(interaction)
    try:
        command, options = command.meant(options, lang)
        Studio.read(command, plain(options))
    except BadInput as fault:
        await refuse(interaction, told(fault, lang))
        return
    studio = interaction.client.studio
    asker = person(interaction.user)

    async def order(place: dict[str, Any], source: str) -> Ticket:
        given = await fetched(options)
        return await studio.ask(command, given, person=asker, lang=lang, place=place, source=source)

    await take(interaction, order)
