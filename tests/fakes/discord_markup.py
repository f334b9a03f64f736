"""What Discord's clients make of a message's text: which markup, links and mentions are alive in it.

After the client's documented formatting ("Message Formatting" and "Markdown Text 101"): a backslash
takes the life out of the punctuation after it, everything else that has the shape of markup is markup.
"""

from __future__ import annotations

import re
from collections import Counter

_ESCAPED = re.compile(r"\\[^0-9A-Za-z\s]")
_DEAD = "\u00b7"  # what an escaped character leaves: something to see, and never markup
_LINE = r"(?:^|\n)[ ]*"
_LIVE = {
    "code": r"`+[^`]+`+",
    "link": r"(?:https?|ftp|discord|steam)://[^\s<]+",
    "named link": r"\[[^\]\n]*\]\([^)\n]*\)",
    "invitation": r"discord(?:\.gg|(?:app)?\.com/invite)/\w+",
    "mention": r"<(?:@[!&]?\d+|#\d+|/[^>\n:]+:\d+|id:\w+)>|@everyone|@here",
    "emoji": r"<a?:\w+:\d+>",
    "time": r"<t:-?\d+(?::\w)?>",
    "bold or italic": r"\*+[^\s*](?:[^*]*[^\s*])?\*+",
    "underline or italic": r"(?<![^\W_])_+[^\s_](?:[^_]*[^\s_])?_+(?![^\W_])",
    "struck": r"~~[^~]+~~",
    "spoiler": r"\|\|[^|]+\|\|",
    "heading": _LINE + r"#{1,3} +\S",
    "small": _LINE + r"-# +\S",
    "quote": _LINE + r">(?:>>)? +\S",
    "list": _LINE + r"(?:[-*+]|\d+\.) +\S",
}
_FOUND = {kind: re.compile(pattern) for kind, pattern in _LIVE.items()}


def live(text: str) -> Counter[str]:
    """How many of each kind of markup a client would act on."""
    bare = _ESCAPED.sub(_DEAD, text)
    return +Counter({kind: len(pattern.findall(bare)) for kind, pattern in _FOUND.items()})
