"""How much a studio needs for so many requests a second, worked out from the saved figures.

Of ten requests six are for pictures, three for poems, one for a melody. A worker is one process with two
CPU cores, as all figures were measured, and is busy seven tenths of its time: beyond that waits grow.
"""

from __future__ import annotations

import math
from collections.abc import Callable

RATES = (1, 10, 100, 1_000)
MIX = {"paint": 0.6, "poem": 0.3, "melody": 0.1}
BUSY = 0.7

Look = Callable[[str, str], float]


def per_second(look: Look) -> dict[str, float]:
    """Works a second of one worker with a full queue: its model's own speed, less what the queue takes."""
    kept = look("queue", "batch_efficiency")
    return {
        "paint": look("queue", "pictures_per_s"),
        "poem": kept * 1000 / look("poet", "poem_ms") * look("poet", "batch_gain"),
        "melody": kept * 1000 / look("composer", "tune_ms"),
    }


def table(look: Look) -> str:
    """The capacity table; ``look`` gives a figure of a benchmark by its two names."""
    speed = per_second(look)
    # What sending and ending a work took, rq's Python included: Redis itself takes part of it.
    redis = 1 / look("queue", "enqueue_per_s") + look("queue", "overhead_ms") / 1000
    rows = look("queue", "accept_postgres_per_s")
    lines = [
        "| requests a second | workers: pictures | poems | melodies | front ends | Redis, at most |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for rate in RATES:
        workers = [str(math.ceil(rate * MIX[kind] / speed[kind] / BUSY)) for kind in MIX]
        share = rate * redis
        load = (
            f"{share:.1f} cores" if share >= 1 else f"{share:.0%} of a core" if share >= 0.01 else "under 1 %"
        )
        fronts = math.ceil(rate / rows / BUSY)
        lines.append(f"| {rate:,} | {' | '.join(workers)} | {fronts} | {load} |")
    said = ", ".join(f"{speed[kind]:.3g} {name}" for kind, name in NAMES.items())
    accepted = f"one front end writes down {rows:.3g} requests in PostgreSQL, one after the other"
    return "\n".join(lines) + f"\n\nIn a second one worker makes {said} with a full queue; {accepted}.\n"


NAMES = {"paint": "pictures", "poem": "poems", "melody": "melodies"}
