"""A soak: people ask while everything breaks, again and again; every accepted request is answered once.

People ask until so many ``requests`` were accepted. Real processes on loopback: Redis with its
append-only file, PostgreSQL, workers, both front ends with their real client libraries; the chats are
the tests' fake servers. What was accepted is counted in
the database, what was answered is counted in the chats. ``--set requests=1000 --set seed=7 --set times=3``
is a smaller one, three times, with the seeds 7, 8 and 9. ``--set rate=25`` asks faster than two cores,
which play the crowd and both chats too, can answer: then ``resume_s`` is the time of a queue that is full.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from atelier import __version__
from atelier.figures import Figure, Figures
from atelier.settings import Settings
from bench.soak.soak import Soak

REQUESTS, SHIPPED = 10_000, 20  # accepted; every twentieth is for a shipped model
RATE = 8.0  # requests a second: 29,000 an hour


def run(
    settings: Settings,  # noqa: ARG001
    requests: int = REQUESTS,
    seed: int = 1,
    times: int = 1,
    rate: float = RATE,
) -> Figures:
    """Soak ``times`` times in a row, each with a seed of its own, and what they came to together."""
    soaks = [Soak(requests, seed + number, shipped=requests // SHIPPED, rate=rate) for number in range(times)]
    for soak in soaks:
        with tempfile.TemporaryDirectory(prefix="atelier-soak-") as home:
            began = time.monotonic()
            found = asyncio.run(soak.run(Path(home) / "home"))
            sys.stderr.write(f"seed {soak.seed}, {time.monotonic() - began:.0f} s: {found}\n")
    return figures(soaks)


def figures(soaks: list[Soak]) -> Figures:
    """The figures of all runs: sums, and of times the longest."""

    def total(name: str) -> int:
        return sum(getattr(soak.found, name) for soak in soaks)

    longest: dict[str, float] = {}
    for soak in soaks:
        for names, times in soak.resumed.items():
            for name in names.split(" + "):
                longest[name] = max(longest.get(name, 0.0), *times)
    found = [
        Figure("runs", len(soaks)),
        Figure("asked_per_s", soaks[0].rate, "requests"),
        Figure("seed", soaks[0].seed, "the first run's"),
        Figure("accepted", total("accepted"), "requests"),
        Figure("lost", total("lost"), "", 0, "at most"),
        Figure("twice", total("twice"), "", 0, "at most"),
        Figure("unknowable", total("unknowable")),
        Figure("doubted", total("doubted"), "albums and scores"),
        Figure("failed", total("failed"), "", 0, "at most"),
        Figure("resume_s", max(longest.values(), default=0.0), "s", 15, "at most"),
        Figure("tracebacks_shown", total("tracebacks_shown"), "", 0, "at most"),
        Figure("refused", total("refused"), "requests"),
        Figure("unclear", total("unclear"), "refusals", 0, "at most"),
        Figure("untold", total("untold"), "requests"),
        Figure("unheard", total("unheard"), "requests"),
        Figure("stale", total("stale"), "acknowledgements"),
        Figure(
            "faults", sum(len(t) * len(n.split(" + ")) for soak in soaks for n, t in soak.resumed.items())
        ),
        Figure("kills", total("kills"), "processes"),
    ]
    found += [Figure(f"resume_{name.replace(' ', '_')}_s", s, "s") for name, s in sorted(longest.items())]
    return Figures("faults", __version__, tuple(found))
