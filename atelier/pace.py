"""How fast works are made, as measured: the last batches of each kind, and what one work costs by them."""

from __future__ import annotations

from redis import Redis
from redis.client import Pipeline
from rq.utils import as_text

from atelier.requests import Kind

BATCHES = 32  # enough to even out, few enough to follow a new version or another machine
_KEPT_S = 7 * 24 * 3600


def note(pipe: Pipeline, kind: Kind, works: int, seconds: float) -> None:
    """A worker made ``works`` works in one call of ``seconds``: noted when ``pipe`` is executed."""
    key = _key(kind)
    pipe.lpush(key, f"{works} {seconds:.6f}")
    pipe.ltrim(key, 0, BATCHES - 1)
    pipe.expire(key, _KEPT_S)


def cost(redis: Redis, kind: Kind) -> float | None:
    """Seconds of a worker that one work of ``kind`` takes; None: not measured yet."""
    rows = [as_text(line).split() for line in redis.lrange(_key(kind), 0, BATCHES - 1)]
    works = sum(int(row[0]) for row in rows)
    return sum(float(row[1]) for row in rows) / works if works else None


def _key(kind: Kind) -> str:
    return f"atelier:pace:{kind}"
