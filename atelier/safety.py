"""What may reach a model, a chat or a log: a prompt made of words, whatever was typed.

Nothing a prompt says is ever interpreted. Quoting for a platform is the platform's room's
work; this module only makes the text one clean line.
"""

from __future__ import annotations

import re
import unicodedata

from atelier.emoji_names import spoken

# Cc: controls and null bytes; Cf: zero-width, direction overrides; Co, Cs, Cn: not characters.
_DROPPED = {"Cc", "Cf", "Co", "Cs", "Cn"}
_SPACE = re.compile(r"\s+")
_KEYCAP_AND_SELECTOR = re.compile(r"[\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff]")


def clean_prompt(value: object) -> object:
    """One line of visible characters (NFC), or the value itself where it is no text.

    Newlines and tabs become spaces; null bytes, zero-width and direction-changing characters
    go. What is left may be empty: the caller refuses that.
    """
    if not isinstance(value, str):
        return value
    text = _SPACE.sub(" ", value)
    text = "".join(c for c in text if unicodedata.category(c) not in _DROPPED)
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()


def words_for_model(prompt: str) -> str:
    """The prompt as words: an emoji is read by what it shows (🦋 → butterfly)."""
    return _SPACE.sub(" ", spoken(_KEYCAP_AND_SELECTOR.sub("", prompt))).strip()
