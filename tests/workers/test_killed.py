"""A trainer's process that is killed at any moment: the same training ends as if nobody had touched it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from atelier.settings import Settings
from tests.conftest import environment_of

DEMO = Path(__file__).parent / "demo_killed.py"


@pytest.mark.timeout(600)  # many processes, on machines that may be busy
def test_killed_at_any_moment_it_ends_with_the_same_card(settings: Settings) -> None:
    environment = {**environment_of(settings), "OMP_NUM_THREADS": "1"}
    told = subprocess.run(
        [sys.executable, str(DEMO)], capture_output=True, text=True, check=False, env=environment
    )
    assert told.returncode == 0, told.stderr[-3000:]
    undisturbed, killed = json.loads(told.stdout)
    assert undisturbed["killed"] == []
    assert killed["killed"] == killed["wanted"]  # at each of them, the later ones included
    assert len(killed["killed"]) >= 15
    for run in (undisturbed, killed):
        made = run["outcome"]["version"]
        assert (run["code"], run["outcome"]["status"]) == (0, "candidate")
        assert (run["whole"], run["trial"], run["serves"]) == (made, made, "v1+seed")
        assert run["working"] == [made, f"{made}.logs"]
    assert killed["card"] == undisturbed["card"]
    same = ("version", "parent", "gate", "snapshot", "share")
    assert [killed["outcome"][name] for name in same] == [undisturbed["outcome"][name] for name in same]
    assert killed["rows"] == undisturbed["rows"]
    assert killed["left"] == undisturbed["left"] == []
