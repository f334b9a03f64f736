"""The languages people are answered in, from Fluent files (one folder a language).

A third language is one more folder under ``locales``; ``tests/atelier/test_languages.py``
says which of its keys are missing.
"""

from __future__ import annotations

import locale
import math
import os
import re
from functools import cache
from pathlib import Path
from typing import Literal, cast, get_args

from fluent.runtime import FluentBundle, FluentResource

Lang = Literal["en", "zh"]
LANGS: tuple[Lang, ...] = get_args(Lang)
LOCALES = Path(__file__).parent / "locales"

_IDEOGRAPH = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")


@cache
def bundle(lang: Lang) -> FluentBundle:
    """Every message of ``lang``, from all ``.ftl`` files in its folder."""
    # Isolation marks (U+2068/9) help mixed-direction text, but chats show some as boxes.
    made = FluentBundle([lang], use_isolating=False)
    for file in sorted((LOCALES / lang).glob("*.ftl")):
        made.add_resource(FluentResource(file.read_text("utf-8")))
    return made


def say(key: str, lang: Lang = "en", /, **params: str | int | float) -> str:
    """The message ``key`` in ``lang``. A key that no file has is a ``KeyError``: a test's find."""
    messages = bundle(lang)
    message = messages.get_message(key)  # raises LookupError, which KeyError is
    if message.value is None:
        raise KeyError(key)
    text, faults = messages.format_pattern(message.value, params)
    if faults:
        raise KeyError(f"{key} ({lang}): {faults[0]}")
    return cast("str", text)


def pick(code: str | None) -> Lang:
    """The language for a client's locale (``zh-CN``, ``zh-hans``, ``en_GB``; None is English)."""
    return "zh" if (code or "").lower().startswith("zh") else "en"


def terminal_language() -> Lang:
    """The language of the person at the terminal, from the locale variables."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return pick(os.environ[name])
    return pick(locale.getlocale()[0])


def language_of(text: str) -> Lang:
    """The language a prompt is written in: Chinese as soon as it has an ideograph."""
    return "zh" if _IDEOGRAPH.search(text) else "en"


def span(seconds: float, lang: Lang = "en") -> str:
    """A time to wait as a person says it: ``8 s``, ``40 s``, ``3 min``. Never less than a second."""
    if seconds < 10:
        return say("span-seconds", lang, number=max(1, math.ceil(seconds)))
    if seconds < 90:
        return say("span-seconds", lang, number=5 * math.ceil(seconds / 5))
    return say("span-minutes", lang, number=math.ceil(seconds / 60))
