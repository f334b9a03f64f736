"""Text that Telegram cannot take for anything else: no mention, no link, no markup from a prompt.

Formatting is sent as entities, never as a parse mode, so nothing needs escaping. Telegram itself
looks for mentions, hashtags, commands and links in a text, though, in all of it but code. The bot's
own sentences may have them: /help can be tapped, a helpline followed. What others wrote may not:
a quoted prompt is code, and in anything else an invisible word joiner takes the life out of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from telegram import MessageEntity
from telegram.constants import MessageLimit

TEXT = int(MessageLimit.MAX_TEXT_LENGTH)  # 4,096
CAPTION = int(MessageLimit.CAPTION_LENGTH)  # 1,024

# Private-use characters mark what is not our own; a cleaned prompt has none (atelier.safety).
_CODE, _BOLD, _END, _INERT = "\ue000", "\ue001", "\ue002", "\ue003"
_MARK = re.compile(f"[{_CODE}{_BOLD}{_END}{_INERT}]")
_LIVE = re.compile(r"(?<=[@#$＠＃])(?=\w)|(?<=(?<!\w)/)(?=\w)|(?<=\w\.)(?=\w)|(?<=:)(?=//)")
_JOINER = "\u2060"
_STYLES = {_CODE: MessageEntity.CODE, _BOLD: MessageEntity.BOLD}


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text and its entities, ready to send. Offsets count UTF-16 units, as Telegram does."""

    text: str
    entities: tuple[MessageEntity, ...] = ()


def quote(words: str) -> str:
    """Somebody's words, to be shown as they are (as code)."""
    return _marked(_CODE, words)


def bold(words: str) -> str:
    """A title; inert too."""
    return _marked(_BOLD, words)


def inert(words: str) -> str:
    """Words that are not ours: ``@name``, ``#tag``, ``/command``, ``site.com`` look the same and are none."""
    return _marked(_INERT, words)


def formatted(marked: str, limit: int = TEXT) -> Formatted:
    """Our own text, with :func:`quote`, :func:`bold` and :func:`inert` inside → at most ``limit`` units.

    Units are UTF-16's. What could come alive across the edge of such a part (our ``/``, their
    ``name``) is inert too.
    """
    text, entities, size = "", [], 0
    for style, words in _joined(_parts(marked.strip())):
        start, room = size, limit - size
        if units(words) > room:
            words = _cut(words, room - 1) + "…"
        text += words
        size += units(words)
        if style in _STYLES and size > start:
            entities.append(MessageEntity(_STYLES[style], start, size - start))
        if size >= limit:
            break
    return Formatted(text, tuple(entities))


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def _parts(marked: str) -> list[tuple[str, str]]:
    """The pieces and how each is marked; ours are not."""
    parts, style = [], ""
    for piece in re.split(f"({_MARK.pattern})", marked):
        if _MARK.fullmatch(piece):
            style = "" if piece == _END else piece
        elif piece:
            parts.append((style, piece))
    return parts


def _joined(parts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pieces with a joiner wherever something would come alive that is not all ours, nor in code."""
    live = [found.start() for found in _LIVE.finditer("".join(words for _, words in parts))]
    made: list[tuple[str, str]] = []
    at = 0
    for style, words in parts:
        said, done = "", 0
        for number in (spot - at for spot in live if at <= spot < at + len(words)):
            before = made[-1][0] if number == 0 and made else style
            if {before, style} in ({""}, {_CODE}):
                continue
            if style == _CODE:  # a quote has nothing in it that was not said
                made[-1] = (before, made[-1][1] + _JOINER)
            else:
                said += words[done:number] + _JOINER
                done = number
        at += len(words)
        made.append((style, said + words[done:]))
    return made


def _marked(mark: str, words: str) -> str:
    clean = _MARK.sub("", words)
    return f"{mark}{clean}{_END}" if clean else ""


def _cut(words: str, room: int) -> str:
    """The first ``room`` UTF-16 units, never half a character."""
    return words.encode("utf-16-le")[: 2 * max(room, 0)].decode("utf-16-le", "ignore")
