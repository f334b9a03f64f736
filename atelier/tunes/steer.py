"""From tunes that were made or brought to the next request: go on from one, vary it, blend two."""

from __future__ import annotations

from atelier.requests import Given, Lead, MelodyRequest, Strength
from atelier.works import MelodyResult


def given_of(result: MelodyResult) -> Given:
    """A made tune as one to start from."""
    return Given.model_validate(
        {
            "notes": result.notes,
            "meter": result.meter,
            "key": f"{result.key} {result.mode}",
            "tempo": result.tempo,
            "rhythm": result.rhythm,
        }
    )


def go_on(request: MelodyRequest, tune: Given) -> MelodyRequest:
    """``tune``, and as much again after it."""
    return _from(request, Lead(way="continue", tune=tune))


def vary(request: MelodyRequest, tune: Given, strength: Strength) -> MelodyRequest:
    """A tune like ``tune``, of the same words; which, the new seed says."""
    return _from(request, Lead(way="vary", tune=tune, strength=strength))


def blend(request: MelodyRequest, tune: Given, other: Given, share: float = 0.5) -> MelodyRequest:
    """A tune ``share`` (0..1) of the way from ``tune`` to ``other``, of the first's words."""
    return _from(request, Lead(way="blend", tune=tune, other=other, share=share))


def _from(request: MelodyRequest, lead: Lead) -> MelodyRequest:
    """The words, mood and instrument stay; the rest is the tune's own."""
    kept = request.model_dump(include={"description", "mood", "instrument"})
    return MelodyRequest.model_validate({**kept, "steer": lead})
