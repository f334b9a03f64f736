"""The fault soak of ``atelier bench faults`` in small: every kind of fault, and nothing lost or twice."""

from __future__ import annotations

import tempfile
from pathlib import Path

from atelier.errors import Unavailable
from atelier.redis_server import program
from tests.conftest import lacking


async def test_nothing_is_lost_and_nothing_comes_twice() -> None:
    try:
        program()
        from bench.soak.soak import Soak
    except (Unavailable, ImportError) as fault:
        lacking(f"the soak: {fault}")
    soak = Soak(requests=500, seed=6, people=60, rate=50.0, hurry=True)
    with tempfile.TemporaryDirectory(prefix="soak-") as home:  # short enough for sockets' paths
        found = await soak.run(Path(home) / "home")
    struck = {name for names in soak.resumed for name in names.split(" + ")}
    assert struck == set(soak.kinds)
    assert {name: sum(hits) for name, hits in soak.hits.items() if sum(hits) < 1} == {}  # each met something
    assert len(soak.hits) == 7  # and each kind of a chat's was tried
    assert soak.asked >= 501  # one to warm up, and whoever asked so that a fault met somebody
    assert found.accepted + found.refused + found.untold + found.unheard == soak.asked
    assert found.unclear == 0
    assert found.untold + found.unheard < 100  # two front ends are killed once each
    assert found.accepted > 200
    assert (found.lost, found.twice, found.failed) == (0, 0, 0)
    assert found.tracebacks_shown == 0
    assert found.kills >= 3
    assert max(max(times) for times in soak.resumed.values()) < 60  # against hanging
