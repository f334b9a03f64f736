"""What administrators do by buttons, in the audit log beside their commands."""

from __future__ import annotations

import logging

from atelier.errors import Unavailable
from atelier.store import PersonRef, Store, Work

log = logging.getLogger(__name__)


def note_press(store: Store, admin: PersonRef, work: Work, act: str) -> None:
    """Write down what an administrator did to somebody else's work."""
    try:
        store.note_deed(admin, work.place.get("server"), act, {"work": work.id}, "done")
    except Unavailable as fault:  # what is done is done
        log.error("work %s: %s by an admin is not in the audit log: %s", work.id, act, fault)
