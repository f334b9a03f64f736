"""``/surprise``: a good idea at random, in the person's language, and made at once.

The ideas are lines of ``locales/*/ideas.ftl``, written as one would type them after the command.
"""

from __future__ import annotations

import random
from typing import Any

from atelier.languages import Lang, say
from atelier.requests import KINDS, Kind
from bot.command import Command, Option
from bot.making import MAKING
from bot.typed import checked, parse_text


def ideas(kind: Kind, lang: Lang) -> list[str]:
    """Every idea for ``kind``, as typed: ``a lighthouse in fog style=ink``."""
    return say(f"ideas-{kind}", lang).splitlines()


def surprise(options: dict[str, Any], lang: Lang) -> tuple[Command, dict[str, Any]]:
    """The command that makes the idea, and its options. Raises :class:`BadInput` for no such kind."""
    kind: Kind = checked(SURPRISE, options).get("kind") or random.choice(KINDS)
    command = MAKING[kind]
    return command, parse_text(command, random.choice(ideas(kind, lang)))


SURPRISE = Command("surprise", means=surprise, options=(Option("kind", choices=KINDS),))
