"""Which emoji are votes, and how a vote cast with one is known again."""

from __future__ import annotations

from atelier.store import Vote

LIKED = frozenset("❤👍🔥")
DISLIKED = frozenset("👎")
REACTION = "reaction:"  # what the origins of such votes begin with
_SELECTOR = "\ufe0f"  # Discord sends ❤️ with it, Telegram ❤ without
_SKIN_TONES = dict.fromkeys(range(0x1F3FB, 0x1F400))


def vote_of(emoji: str) -> Vote | None:
    """What an emoji says, whatever its skin tone. None: nothing, as a bare skin tone does."""
    plain = emoji.replace(_SELECTOR, "").translate(_SKIN_TONES)
    return "liked" if plain in LIKED else "disliked" if plain in DISLIKED else None


def origin_of(emoji: str) -> str:
    """The origin of its vote: each skin tone has its own."""
    return REACTION + emoji.replace(_SELECTOR, "")
