"""A studio's people who vote by a taste, with some noise; and a brigade that votes against it."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from atelier.store import PersonRef, Store
from bench.tastes import Taste

ROOT = Path(__file__).parent.parent
NOISE = 0.2  # of the votes are no opinion
EACH = 15  # votes of a person: nobody looks like a machine, however fast a benchmark is
VOICES = 4  # people who vote on a work
ACCOUNTS, TARGETS = 50, 18  # of the brigade; works that it is after, too few for a machine's pace
SKIPPED = 1 / 3  # of the targets, by each account: others than by the next, so that no two look alike
Made = tuple[str, dict[str, Any]]  # a work's id and its result


class Crowd:
    """People of one taste, ``votes`` of whose votes are cast."""

    def __init__(self, taste: Taste, store: Store, votes: int, seed: int) -> None:
        self._taste, self._store, self._votes = taste, store, votes
        self._dice = random.Random(f"crowd {seed}")

    def vote(self, made: Sequence[Made]) -> float:
        """Everybody's votes, a person's spread over the works; the share of works to the taste."""
        people = -(-self._votes // EACH)
        slots = [work for work in made for _ in range(VOICES)][: self._votes]
        to_taste = 0
        for at, (work, result) in enumerate(slots):
            good = self._taste.likes(result)
            to_taste += good
            liked = good if self._dice.random() >= NOISE else self._dice.random() < 0.5
            self._cast(work, f"person {at % people}", liked)
        return to_taste / len(slots)

    def attack(self, made: Sequence[Made]) -> None:
        """The brigade: works to the taste are voted down, others up, by most of its accounts."""
        good = [work for work, result in made if self._taste.likes(result)]
        bad = [work for work, result in made if not self._taste.likes(result)]
        half = TARGETS // 2
        targets = [(w, False) for w in self._dice.sample(good, min(half, len(good)))]
        targets += [(w, True) for w in self._dice.sample(bad, half)]
        for work, liked in targets:
            for account in range(ACCOUNTS):
                if self._dice.random() >= SKIPPED:
                    self._cast(work, f"account {account}", liked)

    def _cast(self, work: str, who: str, liked: bool) -> None:
        self._store.vote(
            work, PersonRef("discord", who), "liked" if liked else "disliked", origin="button",
            platform="discord",
        )  # fmt: skip


def retrain(model: str, home: Path, votes: int) -> dict[str, Any]:
    """What ``atelier retrain MODEL --json`` says in the studio at ``home``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ATELIER_")}
    environment = {**kept, "ATELIER_HOME": str(home), "ATELIER_DEVICE": "cpu", "PYTHONPATH": str(ROOT)}
    environment |= {
        "ATELIER_CANARY_SHARE": "0",
        "ATELIER_THREADS": "1",
    }  # no trial; as many threads as it uses
    command = [sys.executable, "-m", "atelier", "retrain", model, "--votes", str(votes), "--json"]
    done = subprocess.run(command, env=environment, cwd=home, stdout=subprocess.PIPE, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told
