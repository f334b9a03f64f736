"""A person's words, shown on Discord exactly as typed and never interpreted.

Discord shows the character after a backslash as it is; so whatever could start markup, a
mention, an emoji, a timestamp or a link is escaped. ``@`` is also parted from what follows by
a zero-width space, because the server looks for mentions in the raw text.
"""

from __future__ import annotations

import re

_MARKUP = re.compile(r"[\\*_~|`<>\[\]#]")
_SCHEME = re.compile(r":(?=//)")
_DOMAIN = re.compile(r"\.(?=\w)")  # discord.gg/x becomes an invitation even without a scheme
_AT = re.compile(r"@(?!\u200b)")
_LIST = re.compile(r"^(\s*\d*)([-+.)])", re.MULTILINE)  # lists; what else starts a line is in _MARKUP


def escape(text: str) -> str:
    """``text`` with every character that Discord would read as markup made plain."""
    text = _MARKUP.sub(r"\\\g<0>", text)
    text = _SCHEME.sub(r"\\:", text)
    text = _DOMAIN.sub(r"\\.", text)
    text = _LIST.sub(r"\1\\\2", text)
    return _AT.sub("@\u200b", text)


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters, with an ellipsis where something was left out."""
    return text if len(text) <= limit else text[: max(0, limit - 1)].rstrip() + "…"


def width(text: str) -> int:
    """The length as Discord may count it: an emoji outside the basic plane counts two."""
    return len(text.encode("utf-16-le")) // 2
