"""In which language an answer is: by the sentences of the locale files that stand in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from fluent.syntax import FluentParser, ast

from atelier.languages import LANGS, LOCALES, Lang
from atelier.options import FORMS
from atelier.requests import KINDS
from bot.actions.surprise import ideas

# What tells a language: two characters of Chinese; elsewhere one long word, or two words for certain.
CHINESE = re.compile(r"[\u4e00-\u9fff]{2}")
WORD, WORDS = re.compile(r"[^\W\d_]{4,}"), re.compile(r"[^\W\d_]{2,} [^\W\d_]{2,}")
NAMES = ("language-name",)  # said in itself everywhere
QUOTED = re.compile(r"“[^”\n]*”")
HIDDEN = re.compile(r"[\\\u2060\u200b]")


@cache
def sentences(lang: Lang, *, certain: bool = True) -> frozenset[str]:
    """What is said in a language between the things that are filled in, where it is long enough to tell."""
    telling = CHINESE if lang == "zh" else WORDS if certain else WORD
    texts: set[str] = set()
    for file in sorted((LOCALES / lang).glob("*.ftl")):
        for message in FluentParser().parse(file.read_text("utf-8")).body:
            if isinstance(message, ast.Message) and message.value and message.id.name not in NAMES:
                texts |= {part.strip() for part in _texts(message.value)}
    return frozenset(text for text in texts if telling.search(text))


def _texts(pattern: ast.Pattern) -> Iterator[str]:
    for element in pattern.elements:
        if isinstance(element, ast.TextElement):
            yield from element.value.splitlines()
        elif isinstance(element.expression, ast.SelectExpression):
            for variant in element.expression.variants:
                yield from _texts(variant.value)


def assert_spoken(said: str, lang: Lang) -> None:
    """An answer is in one language: it has sentences of this one, and none of another's."""
    text = QUOTED.sub("“…”", plain(said))  # what people wrote is in any language
    for prompt in _prompts():  # and so is what a surprise writes for them
        text = text.replace(prompt, "…")
    assert any(part in text for part in sentences(lang, certain=False)), f"nothing in {lang}: {said}"
    for other in LANGS:
        if other == lang:
            continue
        found = [part for part in sentences(other) - sentences(lang) - set(FORMS) if part in text]
        # In whole words: a stone bridge is not "one bridge".
        strays = [part for part in found if re.search(rf"(?<![A-Za-z]){re.escape(part)}(?![A-Za-z])", text)]
        assert not strays, (other, strays, said)


@cache
def _prompts() -> tuple[str, ...]:
    """The ideas of all languages without their options, the longest first."""
    every = {re.sub(r" \w+=.*", "", idea) for k in KINDS for lang in LANGS for idea in ideas(k, lang)}
    return tuple(sorted(every, key=len, reverse=True))


def plain(text: str) -> str:
    """What is seen of a text: without what keeps it from being interpreted."""
    return HIDDEN.sub("", text)
