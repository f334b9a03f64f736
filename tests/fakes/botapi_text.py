"""What the Bot API does to a text: counts it, finds entities in it, refuses bad ones.

After tdlib's ``MessageEntity.cpp`` as far as a bot can see it: mentions, hashtags, cashtags, bot
commands, links and e-mail addresses are found without being marked, but never inside code.
"""

from __future__ import annotations

import re
from typing import Any

KNOWN = frozenset({
    "mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bold", "italic",
    "underline", "strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code", "pre",
    "text_link", "text_mention", "custom_emoji", "date_time",
})  # fmt: skip

_WORD = r"[^\W_]"
_AFTER = ".,:;!?)\"'”’…。，：；！？）"  # what ends a sentence ends no link
_FOUND = (
    ("mention", re.compile(r"(?<![\w/])@[A-Za-z0-9_]{3,32}\b")),
    ("hashtag", re.compile(r"(?<![\w@/])#\w*[^\W\d]\w*")),
    ("cashtag", re.compile(r"(?<![\w$])\$[A-Z][A-Z0-9]{0,7}\b")),
    ("bot_command", re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>])")),
    ("email", re.compile(r"[\w.+-]+@(?:[\w-]+\.)+[A-Za-z]{2,}")),
    ("url", re.compile(
        rf"(?:(?:https?|ftp|tg|ton)://\S+)|(?<![\w@.-])(?:{_WORD}[\w-]*\.)+(?:[a-z]{{2,}}|рф|中国)\b(?:[/:?#]\S*)?",
        re.IGNORECASE,
    )),
)  # fmt: skip


class Refused(Exception):
    """The server answers with an error: ``code`` and ``description`` as the Bot API words them."""

    def __init__(self, description: str, code: int = 400, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def units(text: str) -> int:
    """Length in UTF-16 code units, in which entities are counted."""
    return len(text.encode("utf-16-le")) // 2


def between(text: str, entity: dict[str, Any]) -> str:
    """The characters that an entity covers."""
    raw = text.encode("utf-16-le")
    return raw[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")


def text_mention(text: str, name: str, user: dict[str, Any]) -> dict[str, Any]:
    """What a client makes of the ``name`` of somebody without an @name, where it stands in ``text``."""
    return {
        "type": "text_mention", "offset": units(text.partition(name)[0]), "length": units(name), "user": user,
    }  # fmt: skip


def find_entities(text: str, marked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """``marked``, and what the server finds outside code."""
    code = [_span(entity) for entity in marked if entity["type"] in ("code", "pre")]
    found = list(marked)
    for kind, pattern in _FOUND:
        for match in pattern.finditer(text):
            start = units(text[: match.start()])
            words = match[0].rstrip(_AFTER) if kind == "url" else match[0]
            end = start + units(words)
            if not any(start < stop and begin < end for begin, stop in code):
                found.append({"type": kind, "offset": start, "length": end - start})
    return sorted(found, key=lambda entity: (entity["offset"], -entity["length"]))


def check(text: str, marked: list[dict[str, Any]], *, limit: int, what: str) -> list[dict[str, Any]]:
    """All entities of an acceptable text. Raises :class:`Refused` like the server."""
    if units(text) > limit:
        raise Refused(f"Bad Request: {what} is too long")
    if "\ud800" <= max(text, default="") <= "\udfff":
        raise Refused("Bad Request: strings must be encoded in UTF-8")
    for entity in marked:
        if entity.get("type") not in KNOWN:
            raise Refused(f"Bad Request: can't parse entities: unsupported type {entity.get('type')!r}")
        begin, end = _span(entity)
        if begin < 0 or end <= begin or end > units(text):
            raise Refused("Bad Request: ENTITY_BOUNDS_INVALID")
        try:
            between(text, entity)
        except UnicodeDecodeError:
            raise Refused("Bad Request: entity beginning or end is inside a character") from None
    return find_entities(text, marked)


def _span(entity: dict[str, Any]) -> tuple[int, int]:
    return entity["offset"], entity["offset"] + entity["length"]
