"""What a reward head needs is what the rules of learning ask for: no more, no less."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from atelier.learning.rules import Bounds, Heard, _split
from atelier.learning.snapshot import take
from models.reward import judged
from tests.atelier.test_learning_rules import heard

BOUNDS = Bounds(least=1, least_voters=1, least_each=0)


@pytest.mark.parametrize("short", [0, 1])
def test_below_its_need_there_is_no_head_and_it_is_said(short: int, tmp_path: Path) -> None:
    voters = [f"p{n}" for n in range(60)]
    taught = [voter for voter in voters if _split(voter, BOUNDS) == "train"]
    held_out = next(voter for voter in voters if voter not in taught)
    need = BOUNDS.taught_each
    votes: list[Heard] = [heard(f"h{n}", held_out, liked=n % 2 == 0, minute=n) for n in range(4)]
    for liked, number in ((True, need - short), (False, need)):
        votes += [
            heard(f"{liked}{n}", taught[n % 20], liked=liked, minute=100 + n) for n in range(number)
        ]  # fmt: skip
    snapshot = take("composer", [replace(one, kind="melody") for one in votes], tmp_path, BOUNDS)
    chance = torch.Generator().manual_seed(1)
    seen = {e.work: torch.randn(3, generator=chance, dtype=torch.float64) for e in snapshot.examples}
    found = judged("melody", snapshot, seen)
    assert (found is None, snapshot.missing) == ((False, {}) if not short else (True, {"liked": 1}))
