"""Votes as the store tells them, enough to learn from: for tests that need no real works."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from atelier.learning.rules import Heard
from atelier.works import PoemResult

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def enough(voters: int = 12, each: int = 20, at: datetime = NOON) -> list[Heard]:
    """Each voter likes every second one of works of their own; hours lie between their votes."""
    found = []
    for voter in range(voters):
        for number in range(each):
            result = PoemResult(
                seed=number, version="v1", form="free", lang="en", title="", lines=["a"], stanzas=[1]
            )
            found.append(Heard(
                f"w{voter}-{number}", "poem", "en", {"topic": "the sea", "seed": number},
                result.model_dump(mode="json"), (), "v1", f"p{voter}", "", number % 2 == 0,
                at + timedelta(hours=number, minutes=voter),
            ))  # fmt: skip
    return found
