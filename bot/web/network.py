"""Where a visitor comes from: cookies can be dropped, so one public address may ask for only so much.

The address itself is kept nowhere: what stands in a work's row is a keyed hash of it. Behind a proxy
it is the one that the proxy forwards, from a proxy on this machine, or those of FORWARDED_ALLOW_IPS
(uvicorn's variable). One of this machine or of a home network is nobody's limit: it may be a proxy's.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress

from aiolimiter import AsyncLimiter
from starlette.requests import Request

from bot.web.guard import Refused

A_MINUTE = 120  # changes (votes, presses, requests) that one address may send
KEPT = 5000  # addresses whose pace is remembered
HOUSE = 64  # bits of an IPv6 address that are one household's


def network(request: Request) -> str | None:
    """The visitor's public address, or their IPv6 network; None where there is none to speak of."""
    try:
        found = ipaddress.ip_address(request.client.host if request.client else "")
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if not found.is_global:
        return None
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, HOUSE), strict=False))


class Networks:
    """Names addresses without keeping them, and keeps their pace. ``key`` is the studio's own secret."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._paces: dict[str, AsyncLimiter] = {}

    def place(self, request: Request) -> dict[str, str]:
        """What a work's row keeps of where it was asked."""
        address = network(request)
        if address is None:
            return {}
        return {"address": hmac.new(self._key, address.encode(), hashlib.sha256).hexdigest()[:16]}

    async def pace(self, request: Request) -> None:
        """Count one change. Raises :class:`Refused` (429) where there were too many in this minute."""
        address = network(request)
        if address is None:
            return
        limiter = self._paces.get(address)
        if limiter is None:
            if len(self._paces) >= KEPT:
                self._paces = {k: v for k, v in self._paces.items() if not v.has_capacity(v.max_rate)}
            limiter = self._paces[address] = AsyncLimiter(A_MINUTE, 60)
        if not limiter.has_capacity():
            raise Refused(429, "web-too-fast")
        await limiter.acquire()
