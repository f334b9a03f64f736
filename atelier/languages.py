"""The languages people are answered in: the folders under ``locales``, each with Fluent files.

A third language is one more folder, with one file or as many as one likes; no code names it.
``tests/atelier/test_languages.py`` says which of its keys are missing; meanwhile they are English.
"""

from __future__ import annotations

import locale
import math
import os
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias, cast

from fluent.runtime import FluentBundle, FluentResource

Lang: TypeAlias = str  # the name of a folder under LOCALES
Written = Literal["en", "zh"]  # the languages that prompts are read in and poems are written in
LOCALES = Path(__file__).parent / "locales"
DEFAULT: Lang = "en"
# The default first.
LANGS: tuple[Lang, ...] = (
    DEFAULT,
    *sorted(
        folder.name for folder in LOCALES.iterdir() if folder.name != DEFAULT and any(folder.glob("*.ftl"))
    ),
)

_IDEOGRAPH = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")


@cache
def bundle(lang: Lang) -> FluentBundle:
    """Every message of ``lang``, from all ``.ftl`` files in its folder."""
    # Isolation marks (U+2068/9) help mixed-direction text, but chats show some as boxes.
    made = FluentBundle([lang], use_isolating=False)
    for file in sorted((LOCALES / lang).glob("*.ftl")):
        made.add_resource(FluentResource(file.read_text("utf-8")))
    return made


def say(key: str, lang: Lang = DEFAULT, /, **params: str | int | float) -> str:
    """The message ``key`` in ``lang``; in English where ``lang`` lacks it, or is here no more.

    A key that no file has is a ``KeyError``: a test's find.
    """
    messages = bundle(lang) if lang in LANGS else bundle(DEFAULT)
    if not messages.has_message(key):
        messages = bundle(DEFAULT)
    return _formatted(messages, key, lang, params) if params else _fixed(messages, key, lang)


@cache
def _fixed(messages: FluentBundle, key: str, lang: Lang) -> str:
    """A message that nothing is put into; front ends say the same thousand of them when they start."""
    return _formatted(messages, key, lang, {})


def _formatted(messages: FluentBundle, key: str, lang: Lang, params: dict[str, str | int | float]) -> str:
    message = messages.get_message(key)  # raises LookupError, which KeyError is
    if message.value is None:
        raise KeyError(key)
    text, faults = messages.format_pattern(message.value, params)
    if faults:
        raise KeyError(f"{key} ({lang}): {faults[0]}")
    return cast("str", text)


def listed(names: Iterable[str], lang: Lang = DEFAULT) -> str:
    """Names one after the other, as ``lang`` parts them; ``–`` where there are none."""
    return say("and", lang).join(names) or "–"


def option_name(name: str, lang: Lang = DEFAULT) -> str:
    """What an option is called in ``lang``, with the name that is typed: ``tempo``, ``速度（tempo）``."""
    return say(f"option-name-{name}", lang) if is_option(name) else name


def is_option(name: str) -> bool:
    """Whether some command has an option that is typed so."""
    return bool(bundle(DEFAULT).has_message(f"option-name-{name}"))


def option_names(names: Iterable[str], lang: Lang = DEFAULT) -> str:
    """Options one after the other, as they are called in ``lang``."""
    return listed((option_name(name, lang) for name in names), lang)


def known(code: str | None) -> Lang | None:
    """The language for a locale (``zh-CN``, ``zh-hans``, ``en_GB.UTF-8``); None where there is none for it.

    A folder may be as exact as ``pt-br``; then it comes before ``pt``.
    """
    exact = re.split(r"[.@]", (code or "").lower().replace("_", "-"))[0]
    return next((lang for lang in (exact, exact.partition("-")[0]) if lang in LANGS), None)


def pick(code: str | None) -> Lang:
    """The language for a client's locale; English where there is none for it."""
    return known(code) or DEFAULT


def terminal_language() -> Lang:
    """The language of the person at the terminal, from the locale variables."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return pick(os.environ[name])
    return pick(locale.getlocale()[0])


def language_of(text: str) -> Written:
    """The language a prompt is written in: Chinese as soon as it has an ideograph."""
    return "zh" if _IDEOGRAPH.search(text) else "en"


def span(seconds: float, lang: Lang = DEFAULT) -> str:
    """A time to wait as a person says it: ``8 s``, ``40 s``, ``3 min``. Never less than a second."""
    if seconds < 10:
        return say("span-seconds", lang, number=max(1, math.ceil(seconds)))
    if seconds < 90:
        return say("span-seconds", lang, number=5 * math.ceil(seconds / 5))
    return say("span-minutes", lang, number=math.ceil(seconds / 60))
