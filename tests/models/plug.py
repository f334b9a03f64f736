"""A training that is killed: somebody pulls the plug at a call of the test's choosing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def pulled(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, at: int) -> Iterator[None]:
    """Call number ``at`` of ``owner.name`` ends everything with it, as ``KeyboardInterrupt`` does."""
    plain, calls = getattr(owner, name), 0

    def plug(*args: object, **others: object) -> object:
        nonlocal calls
        calls += 1
        if calls == at:
            raise KeyboardInterrupt
        return plain(*args, **others)

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, plug)
        with pytest.raises(KeyboardInterrupt):
            yield
