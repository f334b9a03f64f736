"""From a picture that was made to the next request: vary it, blend two, draw it again larger.

A picture is a function of its words, its noise and the painter's version. The noise is a sum of
independent draws, each a number with a weight; while the squares of the weights add up to one, it
is as likely as any other noise. So what a button needs is a handful of numbers in the request,
and the files of the works are never read.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from atelier.requests import MAX_MIX, MAX_SEED, MAX_TERMS, PaintRequest, Size, Steer, Strength, Words
from atelier.works import PictureResult

Terms = tuple[tuple[int, float], ...]
# How much of a variation's noise is new, as an angle of the way to an unrelated picture (90 degrees).
ANGLES: dict[Strength, float] = {"subtle": 20.0, "strong": 50.0}


@dataclass(frozen=True, slots=True)
class Origin:
    """A picture that was made: its request, its own noise, and the painter's version."""

    request: PaintRequest
    noise: Terms
    version: str

    @classmethod
    def of(cls, request: PaintRequest, result: PictureResult, number: int = 1) -> Origin:
        """Picture ``number`` (1 is the first) of a work. Raises ``IndexError`` for one it has not."""
        # Results that do not tell their noise are older: it was the seed's alone.
        told = result.noise or [((seed_of(request, k), 1.0),) for k in range(request.count)]
        return cls(request, told[number - 1], result.version)


def seed_of(request: PaintRequest, number: int) -> int:
    """The seed of picture ``number`` (0 is the first); the studio always gives one, else it is 0."""
    return ((request.seed or 0) + number) % (MAX_SEED + 1)


def again(origin: Origin, upscale: Size | None = None) -> PaintRequest:
    """The very same picture, ``upscale`` pixels wide if given."""
    return _from(origin, origin.noise, {"vary": None, "upscale": upscale}, seed=origin.request.seed)


def vary(origin: Origin, strength: Strength) -> PaintRequest:
    """Pictures near it, of the same words; which, the new seed says."""
    return _from(origin, origin.noise, {"vary": strength})


def blend(one: Origin, two: Origin, share: float = 0.5) -> PaintRequest:
    """A picture between two, ``share`` (0..1) of the second: spherically between in noise, mixed in words.

    Works that are blends themselves bring all their words, as far as there is room.
    """
    words: dict[tuple[Any, ...], float] = {}
    for origin, part in ((one, 1 - share), (two, share)):
        for said in _words(origin.request):
            key = (said.prompt, said.style, said.mood, said.palette)
            words[key] = words.get(key, 0.0) + said.share * part
    (prompt, style, mood, palette), *rest = sorted(words, key=lambda key: -words[key])[: MAX_MIX + 1]
    mix = tuple(
        Words(prompt=p, style=s, mood=m, palette=c, share=round(words[p, s, m, c], 6)) for p, s, m, c in rest
    )
    own = {"prompt": prompt, "style": style, "mood": mood, "palette": palette}
    wild = (1 - share) * _steer(one.request).wild + share * _steer(two.request).wild
    told = {"vary": "subtle", "mix": mix, "wild": round(wild, 6)}
    return _from(one, between(one.noise, two.noise, share), told, **own)


def between(one: Terms, two: Terms, share: float) -> Terms:
    """Noise on the arc from ``one`` to ``two`` (Shoemake 1985, "slerp"), ``share`` 0..1 of the way."""
    other = dict(two)
    cosine = sum(weight * other.get(number, 0.0) for number, weight in one)
    angle = math.acos(max(-1.0, min(1.0, cosine)))
    if math.sin(angle) < 1e-4:  # the same noise, or its opposite: there is no one arc
        return one if share < 0.5 else two
    first, second = (math.sin(part * angle) / math.sin(angle) for part in (1 - share, share))
    return mixed([(one, first), (two, second)])


def near(origin: Terms, strength: Strength, fresh: int) -> Terms:
    """Noise at the strength's angle from ``origin``, towards the draw numbered ``fresh``."""
    angle = math.radians(ANGLES[strength])
    return mixed([(origin, math.cos(angle)), (((fresh, 1.0),), math.sin(angle))])


def mixed(parts: Sequence[tuple[Terms, float]]) -> Terms:
    """A weighted sum of noises, of unit variance again; of too many terms the weakest fall away."""
    total: dict[int, float] = {}
    for terms, scale in parts:
        for number, weight in terms:
            total[number] = total.get(number, 0.0) + scale * weight
    kept = sorted(total.items(), key=lambda term: (-abs(term[1]), term[0]))[:MAX_TERMS]
    length = math.sqrt(sum(weight * weight for _, weight in kept)) or 1.0
    return tuple(
        (number, round(weight / length, 6)) for number, weight in kept if abs(weight) > 1e-3 * length
    )


def _from(origin: Origin, noise: Terms, told: dict[str, Any], **words: Any) -> PaintRequest:
    """The origin's request with another steer: one picture, and a new seed unless one is given."""
    steer = _steer(origin.request).model_dump(exclude={"noise", "version", "upscale", "mix"})
    mix = _steer(origin.request).mix
    made = Steer.model_validate({**steer, "mix": mix, "noise": noise, "version": origin.version, **told})
    return origin.request.model_copy(update={"count": 1, "seed": None, "steer": made, **words})


def _steer(request: PaintRequest) -> Steer:
    return request.steer or Steer()


def _words(request: PaintRequest) -> list[Words]:
    """All words of a request with their shares, its own first."""
    mix = _steer(request).mix
    share = max(0.0, 1 - sum(words.share for words in mix))
    own = Words(
        prompt=request.prompt, style=request.style, mood=request.mood, palette=request.palette, share=share
    )
    return [own, *mix]
