"""Ports that a test's servers listen on."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack
from pathlib import Path

# Clients' ends of connections are given ports from here on (Linux; others begin higher): a port from
# among those may be gone between the look and the listening, by any connection that somebody opens.
EPHEMERAL = 32768
LOWEST = 20000
_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_port(*further: int) -> int:
    """A port that nobody listens on just now, nor on those that are ``further`` above it."""
    chance = random.SystemRandom()  # two processes of tests, seeded alike, would look at the same ones
    end = _first_ephemeral()
    for _ in range(1000):
        port = chance.randrange(LOWEST, end - max(further, default=0))
        with ExitStack() as held:
            try:
                for above in {0, *further}:
                    held.enter_context(socket.socket()).bind(("127.0.0.1", port + above))
            except OSError:
                continue
            return port
    raise OSError(f"no free port from {LOWEST} to {end}")


def _first_ephemeral() -> int:
    try:
        first = int(_RANGE.read_text().split()[0])
    except OSError:
        return EPHEMERAL
    return first if first > LOWEST + 1000 else EPHEMERAL
