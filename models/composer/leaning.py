"""What nobody said is drawn as people like it: the mode and the rhythm of a request that leaves them open.

Each choice's log-odds of being liked are added to its own: p(c) exp(r(c)), which of all ways to draw it
is the one of the most liking for its distance from the shipped one (the optimum of E[r] - KL, Peters et
al. 2010, "Relative Entropy Policy Search", section 2). Few votes say little: they are shrunk to the mean.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FILE = "leaning.json"
SHRINK = 20.0  # votes of the usual share that every choice has to begin with
MOST = 2.0  # nats; nothing that was drawn before is never drawn any more
Said = tuple[str, bool, float]  # a choice, whether it was liked, the vote's weight


@dataclass(frozen=True, slots=True)
class Leaning:
    """Nats by choice, ``modes`` (major, minor) and ``rhythms``; a choice without any is as it was."""

    modes: dict[str, float] = field(default_factory=dict)
    rhythms: dict[str, float] = field(default_factory=dict)

    def share_of_major(self, usual: float) -> float:
        """The chance of major where the mode is open."""
        return float(tilted(("major", "minor"), (usual, 1 - usual), self.modes)[0])

    def save(self, folder: Path) -> None:
        """Write ``leaning.json``."""
        told = {"modes": self.modes, "rhythms": self.rhythms}
        (folder / FILE).write_text(json.dumps(told, sort_keys=True) + "\n", "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Leaning:
        """Read ``leaning.json``; of a version that has none, one that leans nowhere."""
        path = folder / FILE
        return cls(**json.loads(path.read_text("utf-8"))) if path.is_file() else cls()


def tilted(names: Sequence[str], usual: Sequence[float], nats: Mapping[str, float]) -> NDArray[np.float64]:
    """The chances of ``names``, leaning from the ``usual`` ones."""
    made = np.asarray(usual) * np.exp([nats.get(name, 0.0) for name in names])
    return np.asarray(made / made.sum())


def learn(train: Sequence[Said], val: Sequence[Said]) -> dict[str, float]:
    """Nats by choice from votes where it was open; none where held-out people do not bear them out."""
    usual = _odds(train, ())
    names = sorted({name for name, _, _ in train})
    told = {name: _odds(train, (name,)) for name in names}
    if len(names) < 2 or not val or _loss(val, told, usual) >= _loss(val, {}, usual):
        return {}
    return {name: round(max(-MOST, min(MOST, odds - usual)), 4) for name, odds in told.items()}


def _odds(votes: Sequence[Said], names: Sequence[str]) -> float:
    """Log-odds of being liked, of ``names`` or (without any) of all; shrunk to the mean of all."""
    total = sum(weight for _, _, weight in votes) + 2
    share = (sum(weight for _, liked, weight in votes if liked) + 1) / total
    if names:
        mine = [(liked, weight) for name, liked, weight in votes if name in names]
        counted = sum(weight for _, weight in mine) + SHRINK
        share = (sum(weight for liked, weight in mine if liked) + SHRINK * share) / counted
    return math.log(share / (1 - share))


def _loss(votes: Sequence[Said], told: Mapping[str, float], usual: float) -> float:
    """What the votes were not foretold by, in nats."""
    return sum(
        weight * math.log1p(math.exp(-odds if liked else odds))
        for name, liked, weight in votes
        for odds in [told.get(name, usual)]
    )


def draw(rng: np.random.Generator, share: NDArray[np.float64]) -> int:
    """One of as many as ``share`` has chances: the one that an even draw takes, as often as can be.

    So a request keeps its rhythm, and the rest of its tune, where the leaning does not want another one (the
    maximal coupling; Lindvall 1992, "Lectures on the Coupling Method"). ``rng`` is as far afterwards as after
    the even draw: what else decides comes of a child of its own.
    """
    even, (other,) = int(rng.integers(len(share))), rng.spawn(1)
    wanted = np.maximum(share - 1 / len(share), 0.0)
    if other.random() < share[even] * len(share) or not wanted.sum():
        return even
    return int(other.choice(len(share), p=wanted / wanted.sum()))
