"""The store: the durable record of who asked what, what became of it, and what people thought of it.

The database row is the truth about a work; Redis is only the road. Every call is synchronous
and raises ``Unavailable("store-down")`` when the database does not answer.
"""

from __future__ import annotations

from atelier.store.records import (
    UNFINISHED,
    WAITING,
    ArtefactRef,
    Failure,
    PersonRef,
    Platform,
    State,
    Status,
    Tally,
    Training,
    VersionRow,
    Vote,
    Work,
)
from atelier.store.store import Store

__all__ = [
    "UNFINISHED", "WAITING", "ArtefactRef", "Failure", "PersonRef", "Platform", "State", "Status", "Store",
    "Tally", "Training", "VersionRow", "Vote", "Work",
]  # fmt: skip
