"""How long something that keeps ending is left alone."""

from __future__ import annotations

from atelier.backoff import Backoff


def test_pauses_grow_and_a_healthy_life_resets_them() -> None:
    backoff = Backoff(first=0.5, longest=5, healthy=30)
    assert [backoff.after(1) for _ in range(6)] == [0.5, 1, 2, 4, 5, 5]
    assert backoff.after(31) == 0.5
    assert backoff.after(0) == 1


def test_the_longest_pause_bounds_the_first_doubling() -> None:
    backoff = Backoff(first=4, longest=5, healthy=30)
    assert [backoff.after(0) for _ in range(3)] == [4, 5, 5]
