"""Text that Telegram cannot take for anything else: no mention, no link, no markup from a prompt.

Formatting is sent as entities, never as a parse mode, so nothing needs escaping. Telegram itself
looks for mentions, hashtags, commands and links in a text, though, in all of it but code: a
quoted prompt is code, and elsewhere an invisible word joiner takes the life out of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from telegram import MessageEntity
from telegram.constants import MessageLimit

TEXT = int(MessageLimit.MAX_TEXT_LENGTH)  # 4,096
CAPTION = int(MessageLimit.CAPTION_LENGTH)  # 1,024

# Private-use characters mark what is formatted; a cleaned prompt has none (atelier.safety).
_CODE, _BOLD, _END = "\ue000", "\ue001", "\ue002"
_MARK = re.compile(f"[{_CODE}{_BOLD}{_END}]")
_LIVE = re.compile(r"(?<=[@#$＠＃])(?=\w)|(?<=(?<!\w)/)(?=\w)|(?<=\w\.)(?=\w)|(?<=:)(?=//)")
_JOINER = "\u2060"


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text and its entities, ready to send. Offsets count UTF-16 units, as Telegram does."""

    text: str
    entities: tuple[MessageEntity, ...] = ()


def quote(words: str) -> str:
    """Somebody's words, to be shown as they are (as code)."""
    return _marked(_CODE, words)


def bold(words: str) -> str:
    """A title."""
    return _marked(_BOLD, words)


def defused(words: str) -> str:
    """``@name``, ``#tag``, ``/command``, ``site.com`` look the same and are none."""
    return _LIVE.sub(_JOINER, words)


def formatted(marked: str, limit: int = TEXT) -> Formatted:
    """Text with :func:`quote` and :func:`bold` inside → at most ``limit`` UTF-16 units with entities."""
    text, entities = "", []
    size, style, start = 0, "", 0

    def close() -> None:
        if style and size > start:
            kind = MessageEntity.CODE if style == _CODE else MessageEntity.BOLD
            entities.append(MessageEntity(kind, start, size - start))

    for piece in re.split(f"({_MARK.pattern})", marked.strip()):
        if _MARK.fullmatch(piece):
            close()
            style, start = ("" if piece == _END else piece), size
            continue
        words = piece if style == _CODE else defused(piece)
        room = limit - size
        if units(words) > room:
            words = _cut(words, room - 1) + "…"
        text += words
        size += units(words)
        if size >= limit:
            break
    close()
    return Formatted(text, tuple(entities))


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def _marked(mark: str, words: str) -> str:
    clean = _MARK.sub("", words)
    return f"{mark}{clean}{_END}" if clean else ""


def _cut(words: str, room: int) -> str:
    """The first ``room`` UTF-16 units, never half a character."""
    return words.encode("utf-16-le")[: 2 * max(room, 0)].decode("utf-16-le", "ignore")
