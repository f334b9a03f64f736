"""``atelier paint --vary|--blend|--again``: requests that start from pictures painted before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from atelier.errors import BadInput, Unavailable
from atelier.requests import STRENGTHS
from atelier.steer import Origin, again, blend, vary

_WAYS = ("vary", "blend", "again")


def steered(given: dict[str, Any]) -> dict[str, Any]:
    """The command's options with those that steer made into the request's ``steer``.

    Words and options that are given win over those of the pictures. Raises :class:`BadInput` for
    options that do not go together and for a file that is no picture of ours.
    """
    told = {name: given.pop(name) for name in (*_WAYS, "strength", "share", "wild", "upscale")}
    told = {name: value for name, value in told.items() if value not in (None, ())}
    if not told:
        return given
    if given.get("source") is not None:
        raise BadInput("steer-with-from", option=f"--{next(iter(told))}")
    ways = [name for name in _WAYS if name in told]
    if len(ways) > 1:
        raise BadInput("steer-one-way")
    for option, other in (("strength", "vary"), ("share", "blend")):
        if option in told and other not in told:
            raise BadInput("steer-needs", option=f"--{option}", other=f"--{other}")
    kept: dict[str, Any] = {}
    steer: dict[str, Any] = {}
    if ways:
        kept = _from(ways[0], told)
        steer = kept.pop("steer", {})
    steer |= {name: told[name] for name in ("wild", "upscale") if name in told}
    return (
        given | kept | {name: value for name, value in given.items() if value is not None} | {"steer": steer}
    )


def _from(way: str, told: dict[str, Any]) -> dict[str, Any]:
    """The options of the request that goes ``way`` from the pictures named."""
    if way == "blend":
        share = told.get("share", 0.5)
        if not 0 <= share <= 1:
            raise BadInput("bad-range-share", value=str(share))
        one, two = (_origin(path) for path in told["blend"])
        request = blend(one, two, share)
    elif way == "vary":
        strength = told.get("strength", "subtle")
        if strength not in STRENGTHS:
            listed = ", ".join(STRENGTHS)
            raise BadInput("bad-choice", option="strength", value=str(strength)[:40], choices=listed)
        request = vary(_origin(told["vary"]), strength)
    else:
        request = again(_origin(told["again"]))
    return request.model_dump(exclude_none=True)


def _origin(path: Path) -> Origin:
    try:
        from models.painter.steer import origin_of
    except ModuleNotFoundError:
        raise Unavailable("room-missing", extra="worker") from None
    return origin_of(path)
