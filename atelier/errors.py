"""One tree of errors: what a person may read, and what only the log sees.

Raise a :class:`PersonError` with a message key of ``atelier/locales``; whoever stands
before the person turns it into a sentence of their language. Everything else that is raised
is a fault: the log gets it, the person gets the sentence of ``error-unexpected``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from atelier.languages import DEFAULT, Lang, is_option, option_name, say

Param = str | int | float | Callable[[Lang], str]

# sysexits' EX_CONFIG, as a process's exit code: a setting only a person can mend, so starting again
# would not help. Whoever started the process leaves it down (`atelier up` does).
LEAVE_DOWN = 78


class AtelierError(Exception):
    """Root of every error that Atelier raises on purpose."""


class PersonError(AtelierError):
    """An error whose sentence a person may read: what is wrong, and what would be right.

    ``key`` names a message in the locale files, ``params`` fill it; one that is called otherwise in
    each language is a function of the language. An ``option`` is given by the name that is typed, and
    called what the reader calls it. ``exit_code`` is what the command line ends with.
    """

    exit_code = 1

    def __init__(self, key: str, /, **params: Param) -> None:
        super().__init__(key)
        self.key = key
        self.named: dict[str, Callable[[Lang], str]] = {n: v for n, v in params.items() if callable(v)}
        option = params.get("option")
        if isinstance(option, str) and is_option(option):
            self.named["option"] = partial(option_name, option)
        self.params: dict[str, str | int | float] = {
            name: value(DEFAULT) if callable(value) else value for name, value in params.items()
        }

    def text(self, lang: Lang = "en") -> str:
        """The sentence in ``lang``."""
        return say(self.key, lang, **self.params | {name: of(lang) for name, of in self.named.items()})

    def __str__(self) -> str:
        return self.text("en")


class BadInput(PersonError):
    """What was asked cannot be done as it was asked; the sentence says what can."""

    exit_code = 2


class Unavailable(PersonError):
    """The studio cannot do it now (a part is down, or missing); asking again later may help."""


# What is down or full now and will be mended without the request: who holds one tries it again.
PASSING = frozenset({"redis-down", "store-down", "artefacts-down", "disk-full"})


class WeightsError(Unavailable):
    """A version's weights are missing or damaged; the sentence names the command that mends it."""


class Gone(PersonError):
    """What was there once is not any more, and waiting will not bring it back."""


class Cancelled(AtelierError):
    """The work was stopped while it ran, by its owner, an admin or a shutdown."""
