"""What Telegram's refusals mean for a post: later, never, its card is gone, or nothing to change."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from atelier.errors import BadInput, Unavailable
from bot.delivery import PostLater, PostNever
from bot.telegram.pace import seconds

log = logging.getLogger(__name__)

OUTAGE_S = 3.0
# Telegram's words; the Bot API gives no codes for them.
_NO_RIGHT = re.compile(r"not enough rights|have no rights|need administrator rights|chat_\w+_forbidden")
_NOWHERE = (
    "chat not found", "user is deactivated", "group chat was deactivated", "thread not found", "topic_closed",
)  # fmt: skip
_LOST = ("message to edit not found", "message_id_invalid", "message can't be edited")


@contextmanager
def understood() -> Iterator[None]:
    """Turn the client's errors into :class:`PostLater` and :class:`PostNever`.

    What Telegram refuses for a reason that nobody foresaw would be refused again, so it is never posted
    either; the log has its words. :class:`ChatMigrated` is for who knows the work.
    """
    try:
        yield
    except RetryAfter as refusal:
        raise PostLater(seconds(refusal) + 0.5, "flood control") from refusal
    except Forbidden as refusal:
        raise PostNever(refusal.message, "telegram-no-right") from refusal
    except BadRequest as refusal:
        if _NO_RIGHT.search(refusal.message.lower()):
            raise PostNever(refusal.message, "telegram-no-right") from refusal
        if not _says(refusal, _NOWHERE):
            log.error("telegram refused a message: %s", refusal.message, exc_info=refusal)
        raise PostNever(refusal.message, "telegram-refused") from refusal
    except InvalidToken:
        raise PostLater(OUTAGE_S, "the token is not accepted now") from None
    except NetworkError as fault:  # TimedOut too: the caller's work can be repeated
        raise PostLater(OUTAGE_S, type(fault).__name__) from fault


def why(fault: Exception) -> Exception:
    """What a person reads of ``fault``: Telegram's refusals in a sentence of ours, anything else as it is."""
    if not isinstance(fault, TelegramError):
        return fault
    try:
        with understood():
            raise fault
    except PostNever:
        return BadInput("telegram-not-here")
    except PostLater as later:
        return Unavailable("telegram-busy") if isinstance(fault, RetryAfter) else _down(later)
    except ChatMigrated as moved:
        return _down(moved)


def _down(fault: Exception) -> Unavailable:
    log.warning("telegram: not done: %s", fault)
    return Unavailable("telegram-down")


def unchanged(refusal: BadRequest) -> bool:
    """Whether the message already looks as wanted."""
    return _says(refusal, ("message is not modified",))


def lost(refusal: BadRequest) -> bool:
    """Whether the message is gone, so that there is nothing to edit."""
    return _says(refusal, _LOST)


def refused(fault: Exception) -> bool:
    """Whether Telegram certainly did not do what failed so; a timeout leaves it open (#4071)."""
    if isinstance(fault, RetryAfter | Forbidden | BadRequest | ChatMigrated | InvalidToken):
        return True
    # 429 without a time to wait is a NetworkError of the library's.
    return isinstance(fault, NetworkError) and _says(
        fault, ("connecterror", "*not* sent", "too many requests")
    )


def _says(fault: BadRequest | NetworkError, words: tuple[str, ...]) -> bool:
    return any(word in fault.message.lower() for word in words)
