"""A painter's training whose looks around it are brief: what it learns, and what it writes, is the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from models.painter import costs, coupling, sheets


@contextmanager
def brief() -> Iterator[None]:
    """Sheets in two steps of the parent, a coupling from fewer views, each time taken once or twice."""
    with pytest.MonkeyPatch.context() as patch:
        for owner, name, value in (
            (sheets, "STEPS", 2), (coupling, "VIEWS", 16), (coupling, "BROAD", 80), (costs, "TIMES", 2),
            (costs, "WARM", 1), (costs, "SLOW_TIMES", 1),
        ):  # fmt: skip
            patch.setattr(owner, name, value)
        yield
