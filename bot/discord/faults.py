"""What a refusal of Discord's API means for a post: again later, never, or by another road."""

from __future__ import annotations

import aiohttp
import discord

from bot.delivery import PostLater, PostNever

AGAIN_S = 5.0  # after an outage; discord.py itself has tried five times by then
LONGEST_S = 600.0

# Discord's JSON error codes, https://docs.discord.com/developers/topics/opcodes-and-status-codes
ALREADY_ACKNOWLEDGED = 40060
INVALID_WEBHOOK_TOKEN = 50027


def token_spent(fault: discord.HTTPException) -> bool:
    """Whether an interaction's webhook is gone for good: expired, unknown, closed, its message deleted."""
    return fault.status in (401, 403, 404) or fault.code == INVALID_WEBHOOK_TOKEN


def refused(fault: Exception) -> bool:
    """Whether Discord took offence at the message itself (its form, its size), not at the place."""
    return isinstance(fault, discord.HTTPException) and fault.status in (400, 413)


def verdict(fault: Exception) -> Exception:
    """What to raise from :meth:`bot.delivery.Poster.post` for ``fault``; itself where it is a bug of ours."""
    if isinstance(fault, discord.RateLimited):
        return PostLater(min(fault.retry_after, LONGEST_S), "rate limited")
    if isinstance(fault, discord.HTTPException):
        if fault.status == 429:
            return PostLater(_retry_after(fault), "rate limited")
        if fault.status >= 500 or fault.status == 401:  # 401: the bot's own token, which a person will mend
            return PostLater(AGAIN_S, f"Discord answered {fault.status}")
        if fault.status in (403, 404):
            return PostNever(f"Discord answered {fault.status}, code {fault.code}")
        return PostNever(f"Discord refused the message: {fault}")
    if isinstance(fault, OSError | aiohttp.ClientError | TimeoutError):
        return PostLater(AGAIN_S, type(fault).__name__)
    return fault


def _retry_after(fault: discord.HTTPException) -> float:
    """Seconds that a 429 asks for; a polite guess where it does not say."""
    try:
        seconds = float(fault.response.headers.get("Retry-After", ""))
    except ValueError:
        return AGAIN_S
    return min(max(seconds, 0.5), LONGEST_S)
