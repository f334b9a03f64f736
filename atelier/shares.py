"""Which requests a candidate gets: a share that chance chose once and for all.

A request's own words, options and seed decide, so that it falls the same way wherever and however often it
is made; with another candidate it falls anew.
"""

from __future__ import annotations

import hashlib
import json

from atelier.requests import Request


def falls(request: Request, version: str, share: float) -> bool:
    """Whether ``request`` is the candidate ``version``'s, which gets a ``share`` in [0, 1] of all."""
    said = json.dumps(request.model_dump(mode="json", exclude_none=True), sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(f"{version}\n{said}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64
