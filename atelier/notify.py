"""Telling whoever started this process that it is ready: systemd's sd_notify protocol (sd_notify(3)).

``atelier up`` listens, systemd does for ``Type=notify`` services; without ``$NOTIFY_SOCKET``
nobody does, and nothing happens.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress


def ready(status: str = "") -> None:
    """Say that this process serves now; ``status`` is one line on what (an address, a version)."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):  # Linux' abstract namespace
        address = f"\0{address[1:]}"
    message = f"READY=1\nSTATUS={' '.join(status.split())}" if status else "READY=1"
    # A listener that is gone is not this process's trouble.
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as post:
        post.settimeout(1)
        post.sendto(message.encode(), address)
