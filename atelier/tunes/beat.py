"""A tempo as musicians say it: 6/8 is counted in dotted quarters, the other meters in quarters."""

from __future__ import annotations


def beats(meter: str, tempo: float) -> dict[str, str]:
    """``tempo`` (quarters a minute) for a sentence: its ``tempo`` in beats, and which ``beat`` is counted."""
    if meter == "6/8":
        return {"tempo": str(round(tempo * 2 / 3)), "beat": "dotted"}
    return {"tempo": str(round(tempo)), "beat": "plain"}


def quarters(meter: str, counted: int) -> int:
    """Quarters a minute of ``counted`` beats of ``meter`` a minute."""
    return round(counted * 1.5) if meter == "6/8" else counted
