"""What a command is: its name, its options, who may give it, what it does, what it answers.

A command makes a work (``kind``), does something at once (``action``), is a folder of others
(``parts``: ``/admin models``), or means another one, filled in (``means``: ``/surprise``). An action
gets a :class:`Call` and returns a :class:`Reply`: plain words and plain structure, which each platform
shows in its own way. Nothing in a reply is markup.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from atelier.errors import BadInput, Param
from atelier.languages import DEFAULT, LANGS, Lang, listed, option_name, say
from atelier.requests import Kind, Request, parse_request
from atelier.store import PersonRef, Platform, Work
from atelier.works import Artefact

if TYPE_CHECKING:
    from bot.studio import Studio

# Who may give a command: anybody; who administers the server it is given in (or the studio); the studio's.
Role = Literal["everyone", "server", "studio"]
# What fills these is never somebody's words: names of commands, and what a sentence chooses its form by.
OURS = frozenset({"command", "commands", "language", "model", "part", "rhythm", "status", "beat", "wait"})
# Message keys are ASCII.
_SPELLED: dict[str | int, str] = {
    "五绝": "wujue", "七绝": "qijue", "五律": "wulv", "七律": "qilv", "藏头诗": "cangtou",
    "浣溪沙": "huanxisha", "如梦令": "rumengling", "鹧鸪天": "zhegutian",
}  # fmt: skip
ROLES: dict[Role, int] = {"everyone": 0, "server": 1, "studio": 2}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that somebody sent along: what they call it, and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a command. Bounds are inclusive.

    ``field`` is its name in a request; ``about`` names its sentence where two commands have an
    option of one name (``option-ABOUT``). ``suggest`` is what a client that can offers while somebody
    types: its choices, commands, or works of theirs. ``reads`` makes fields of the request of what was
    written, or raises :class:`BadInput`. ``flag`` is a word that means ``yes`` where it is typed; a
    ``phrase`` takes all the words that are left there. ``somebody``: it names a person, whom a chat may
    tell in its own way. ``canonical`` finds the choice that another name of it means. The value of a
    ``file`` is an :class:`Upload`; it cannot be typed.
    """

    name: str
    type: Literal["text", "integer", "file"] = "text"
    required: bool = False
    choices: tuple[str | int, ...] = ()
    low: int | None = None
    high: int | None = None
    max_length: int | None = None
    field: str = ""
    about: str = ""
    suggest: Literal["", "choices", "commands", "history", "favourites"] = ""
    reads: Callable[[Any], dict[str, Any]] | None = None
    canonical: Callable[[object], Any] | None = None
    flag: str = ""
    phrase: bool = False
    somebody: bool = False

    def describe(self, lang: Lang) -> str:
        """What the option means, in at most 100 characters (Discord's limit)."""
        return say(f"option-{self.about or self.name}", lang)

    @property
    def called(self) -> set[str]:
        """The names that it may be typed by: its own, and what every language calls it."""
        return {self.name, *(self.label(lang) for lang in LANGS)}

    def label(self, lang: Lang) -> str:
        """Its name in a language, without the English one that sentences set beside it."""
        return re.split(r"\s*[（(]", option_name(self.name, lang))[0]

    def typed(self, lang: Lang) -> str:
        """Its name in a language, with the English one that can be typed too: ``风格（style）``."""
        return option_name(self.name, lang)

    def choice(self, value: str | int, lang: Lang) -> str:
        """What a person reads for a choice."""
        slug = _SPELLED.get(value) or re.sub(r"[^a-z0-9]+", "-", str(value).lower()).strip("-")
        if isinstance(value, int):
            return str(value)
        if self.name == "language" and value in LANGS:
            return say("language-name", value)  # a language is named in itself
        return say(f"choice-{self.name}-{slug}", lang)

    def explain(self, lang: Lang) -> str:
        """What it means, and what it takes where that is a list."""
        said = self.describe(lang)
        return say("explained", lang, what=said, choices=self.listed(lang)) if self.choices else said

    def listed(self, lang: Lang) -> str:
        """All choices as a person reads them."""
        return listed((self.choice(value, lang) for value in self.choices), lang)

    def names(self, value: str | int) -> set[str]:
        """Everything that a choice is called, in small letters: its value, and its name in every language."""
        return {str(value).casefold(), *(self.choice(value, lang).casefold() for lang in LANGS)}

    def meant(self, written: Any) -> Any:
        """The choice that somebody wrote in words of their own language; anything else as it is."""
        if not isinstance(written, str) or written in self.choices:
            return written
        plain = written.strip().casefold()
        found = next((value for value in self.choices if plain in self.names(value)), None)
        if found is None and self.canonical is not None:
            found = self.canonical(written)
        return found if found in self.choices else written


async def _nobody() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Where:
    """Where a command was given. ``server`` (a Discord server, a Telegram group) is None in private.

    ``manages`` asks the platform whether the person administers that server; it is asked only when it
    matters. ``adults`` says that the platform keeps minors out of this channel. ``answers`` is how the
    platform's front end writes there later, of itself; empty where it cannot.
    """

    platform: Platform
    server: str | None = None
    channel: str | None = None
    manages: Callable[[], Awaitable[bool]] = _nobody
    adults: bool = False
    answers: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """A command as it was given: by whom, where, with which options (checked, by their names).

    ``lang`` is the language to answer in, ``client`` the one of the person's own client. ``quote`` makes
    what others wrote safe to stand in a sentence of ours, as the platform wants it.
    """

    studio: Studio
    person: PersonRef
    lang: Lang
    where: Where
    options: dict[str, Any]
    client: Lang = DEFAULT
    quote: Callable[[str], str] = str

    def say(self, key: str, /, **params: str | int | float) -> str:
        """A sentence for :attr:`Reply.text` in the person's language; what is filled in is quoted."""
        theirs = {name: v for name, v in params.items() if isinstance(v, str) and name not in OURS}
        quoted = {**params, **{name: self.quote(v) for name, v in theirs.items()}}
        return say(key, self.lang, **quoted)


@dataclass(frozen=True, slots=True)
class Choice:
    """A button under a reply. ``line`` is the command that a press gives, as typed: ``settings language=zh``.

    It is all that the button knows, so it outlives a restart; 60 bytes at most (Telegram's limit).
    """

    label: str
    line: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What a command answers; any part may be empty.

    ``text`` is made of our own sentences: its commands and links can be tapped, so what anybody wrote
    comes into it through :meth:`Call.say` only. In all the rest nothing is alive.
    ``fields`` are names and values, ``works`` a list to look through, ``show`` one work in full,
    ``commands`` a list of commands to explain, ``file`` something to keep (``about``: what is to be seen
    in it, for those who cannot), ``choices`` buttons.
    ``hint``: say at the end how options are given here. ``erased``: messages with somebody's works are
    to be taken away now (:mod:`bot.leftovers`).
    """

    text: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    works: tuple[Work, ...] = ()
    show: Work | None = None
    commands: tuple[Command, ...] = ()
    file: Artefact | None = None
    about: str = ""
    choices: tuple[Choice, ...] = ()
    hint: bool = False
    erased: bool = False


Action = Callable[[Call], Awaitable[Reply]]
# The options as given, and the language → the command that is meant, and its options.
Meaning = Callable[[dict[str, Any], Lang], "tuple[Command, dict[str, Any]]"]


@dataclass(frozen=True, slots=True)
class Command:
    """One command. ``personal``: its answer is for the one who asked alone, wherever they asked."""

    name: str
    kind: Kind | None = None
    options: tuple[Option, ...] = ()
    action: Action | None = None
    means: Meaning | None = None
    parts: tuple[Command, ...] = field(default=())
    role: Role = "everyone"
    personal: bool = True
    parent: str = ""

    def describe(self, lang: Lang) -> str:
        """What the command does, in at most 100 characters (Discord's limit)."""
        return say(f"command-{self.path.replace(' ', '-')}", lang)

    @property
    def path(self) -> str:
        """The name as typed: ``help``, ``admin models``."""
        return f"{self.parent} {self.name}".strip()

    @property
    def makes(self) -> bool:
        """Whether a work comes of it."""
        return self.kind is not None or self.means is not None

    @property
    def upload(self) -> Option | None:
        """The option that is a file, if there is one."""
        return next((option for option in self.options if option.type == "file"), None)

    @property
    def prompt(self) -> Option | None:
        """The required option: what Telegram reads from the rest of the message."""
        return next((option for option in self.options if option.required), None)

    def meant(self, options: dict[str, Any], lang: Lang) -> tuple[Command, dict[str, Any]]:
        """What is meant by this command with ``options``: itself, but for one that stands for others."""
        return self.means(options, lang) if self.means else (self, options)

    def fields(self, options: dict[str, Any]) -> dict[str, Any]:
        """Options by their chat names → by the request's field names, choices as they are stored."""
        known = {option.name: option for option in self.options}
        found: dict[str, Any] = {}
        read: dict[str, str] = {}  # field → the option that it was read from
        for name, value in options.items():
            option = known.get(name)
            if option and option.reads:
                told = option.reads(value)
                if twice := next((read[field] for field in told if field in read), None):
                    raise BadInput(
                        "option-twice", one=partial(option_name, twice), other=partial(option_name, name)
                    )
                found |= told
                read |= dict.fromkeys(told, name)
                continue
            found[(option.field or name) if option else name] = option.meant(value) if option else value
        return found

    def request(self, options: dict[str, Any], kept: dict[str, Any] | None = None) -> Request:
        """The checked request of ``options`` (chat names), and of fields ``kept`` from an earlier one.

        Raises :class:`BadInput`, with an option by the name that people know.
        """
        if self.kind is None:
            raise ValueError(f"/{self.path} makes nothing")
        try:
            return parse_request(self.kind, {**(kept or {}), **self.fields(options)})
        except BadInput as fault:
            raise BadInput(fault.key, **self._in_words(fault)) from None

    def _in_words(self, fault: BadInput) -> dict[str, Param]:
        """What a refusal names, as a person knows it: options by their chat names, choices by theirs."""
        told: dict[str, Param] = {**fault.params, **fault.named}
        named = fault.params.get("option")
        option = next((o for o in self.options if (o.field or o.name) == named), None)
        if option is not None:
            told["option"] = option.name
            if "choices" in told and option.choices:
                told["choices"] = option.listed
        form = next((o for o in self.options if o.name == "form"), None)
        if form is not None and (value := told.get("form")) in form.choices:
            told["form"] = partial(form.choice, str(value))
        return told
