"""Pauses between two starts of something that keeps ending."""

from __future__ import annotations


class Backoff:
    """Pauses before a restart: ``first`` seconds, doubling up to ``longest``; a ``healthy`` life resets."""

    def __init__(self, first: float = 0.5, longest: float = 30.0, healthy: float = 30.0) -> None:
        self._first, self._longest, self._healthy = first, longest, healthy
        self._next = first

    def after(self, lived: float) -> float:
        """The pause after a life of ``lived`` seconds, in seconds."""
        if lived >= self._healthy:
            self._next = self._first
        pause = self._next
        self._next = min(self._longest, pause * 2)
        return pause
