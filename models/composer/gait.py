"""How each rhythm moves: which patterns of onsets follow which, beat by beat, and how far notes leap.

A chain for each style and meter, counted on the training tunes and shipped as ``gait.json``. With it
the composer prefers, of the phrases it drew, one that moves like the rhythm that was asked for. The
evaluation's ears (``hearing.py``) are other features and another model, and are never asked here.
"""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from models.composer.data import STYLES, Tune
from models.composer.grid import FIRST_PITCH, METERS, WINDOW, Steps

FILE = "gait.json"
TOLD = ("reel", "jig", "hornpipe", "air", "song", "hymn")  # styles that can be asked for by name
CELLS = {"4/4": 4, "3/4": 4, "6/8": 6, "2/4": 4}  # sixteenths of one pattern
FEWEST = 8  # tunes that a style needs in a meter to be told there
BACK_OFF = 4.0  # how much a pattern's own frequency weighs where few of its kind went before
WIDEST = 9  # semitones; wider leaps are counted as these
SHARPNESS = 0.35  # neighbouring patterns tell much the same: their likelihoods count for less
EVERY, FIRST = -2, -1  # instead of the pattern before: whatever it was; none, a phrase begins
UNHEARD = 12.0  # nats: the most that a phrase can be missed by

Kind = tuple[str, str]  # style, meter


def cells(steps: Steps, meter: str) -> Iterator[tuple[int, int]]:
    """(place in the bar, pattern of onsets as bits) of every beat."""
    size = CELLS[meter]
    begun = (steps >= FIRST_PITCH).reshape(-1, size)
    bits = begun @ (1 << np.arange(size))
    beats = METERS[meter] // size
    for index, pattern in enumerate(bits.tolist()):
        yield index % beats, pattern


def leaps(steps: Steps) -> list[int]:
    """Sizes of the intervals between neighbouring notes."""
    heard = steps[steps >= FIRST_PITCH]
    return [min(abs(int(move)), WIDEST) for move in np.diff(heard)]


def _sum_of(logs: Sequence[float]) -> float:
    """The logarithm of the sum of what these are logarithms of."""
    most = max(logs)
    return most + math.log(sum(math.exp(value - most) for value in logs))


@dataclass(frozen=True, slots=True)
class Gait:
    """Counts of patterns: ``after[kind][place, before][pattern]``, and ``leaps[kind][size]``."""

    after: dict[Kind, dict[tuple[int, int], Counter[int]]]
    leaps: dict[Kind, Counter[int]]
    memo: dict[tuple[Kind, int, int, int], float] = field(default_factory=dict, compare=False, repr=False)

    def off_meter(self, steps: Steps, meter: str) -> float:
        """Nats by which a phrase's likeliest meter is another than ``meter``; 0: it is that.

        By the patterns of onsets of all styles. The same sixteenths are cut into the beats of every
        meter, from their beginning on; what is left over at the end counts for none.
        """
        if len([kind for kind in self.after if kind[1] == meter]) == 0:
            return 0.0
        length = len(steps) // 12 * 12
        worth = {}
        for other in METERS:
            kinds = [kind for kind in self.after if kind[1] == other]
            if kinds:
                moved = list(cells(steps[:length], other))
                each = [SHARPNESS * self._moves(moved, kind) for kind in kinds]
                worth[other] = _sum_of(each) - math.log(len(each))
        return min(UNHEARD, _sum_of(list(worth.values())) - worth[meter])

    def missed(self, steps: Steps, meter: str, style: str) -> float:
        """Nats by which a phrase's likeliest style in ``meter`` is another than ``style``; 0: it is that."""
        told = [kind for kind in self.after if kind[1] == meter and kind[0] in TOLD]
        if (style, meter) not in told or len(told) < 2:
            return 0.0
        moved, leapt = list(cells(steps, meter)), Counter(leaps(steps))
        worth = {kind: SHARPNESS * self._likelihood(moved, leapt, kind) for kind in told}
        return min(UNHEARD, _sum_of(list(worth.values())) - worth[style, meter])

    def _likelihood(self, moved: Sequence[tuple[int, int]], leapt: Counter[int], kind: Kind) -> float:
        """Log-probability of a phrase's patterns and leaps in a style."""
        counted = self.leaps[kind]
        whole = math.log(counted.total() + WIDEST + 1)
        far = sum(many * (math.log(counted[size] + 1) - whole) for size, many in leapt.items())
        return self._moves(moved, kind) + far

    def _moves(self, moved: Sequence[tuple[int, int]], kind: Kind) -> float:
        """Log-probability of a phrase's patterns alone."""
        likely, before = 0.0, FIRST
        for place, pattern in moved:
            likely += self._step(kind, place, before, pattern)
            before = pattern
        return likely

    def _step(self, kind: Kind, place: int, before: int, pattern: int) -> float:
        """Log-probability of a pattern after another."""
        key = (kind, place, before, pattern)
        if key not in self.memo:
            here = self.after[kind][place, EVERY]
            usual = (here[pattern] + 0.5) / (here.total() + 0.5 * (1 << CELLS[kind[1]]))
            seen = self.after[kind].get((place, before), Counter())
            self.memo[key] = math.log((seen[pattern] + BACK_OFF * usual) / (seen.total() + BACK_OFF))
        return self.memo[key]

    def save(self, folder: Path) -> None:
        """Write ``gait.json``."""
        made = {
            " ".join(kind): {
                "after": {f"{p} {b}": dict(seen) for (p, b), seen in self.after[kind].items()},
                "leaps": dict(self.leaps[kind]),
            }
            for kind in self.after
        }
        (folder / FILE).write_text(json.dumps(made, separators=(",", ":")), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Gait:
        """Read ``gait.json``; of a version that has none, one that prefers nothing."""
        path = folder / FILE
        if not path.is_file():
            return cls({}, {})
        after: dict[Kind, dict[tuple[int, int], Counter[int]]] = {}
        leaps: dict[Kind, Counter[int]] = {}
        for name, told in json.loads(path.read_text("utf-8")).items():
            style, meter = name.split(" ")
            patterns: dict[tuple[int, int], Counter[int]] = {}
            for key, seen in told["after"].items():
                place, before = (int(part) for part in key.split(" "))
                patterns[place, before] = Counter({int(pattern): many for pattern, many in seen.items()})
            after[style, meter] = patterns
            leaps[style, meter] = Counter({int(size): n for size, n in told["leaps"].items()})
        return cls(after, leaps)


def watch(tunes: Sequence[Tune]) -> Gait:
    """Count on real tunes."""
    after: dict[Kind, dict[tuple[int, int], Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
    sizes: dict[Kind, Counter[int]] = defaultdict(Counter)
    many: Counter[Kind] = Counter()
    for tune in tunes:
        kind = (STYLES[tune.style], tune.meter)
        many[kind] += 1
        begin = tune.first * METERS[tune.meter]
        before = FIRST
        for number, (place, pattern) in enumerate(cells(tune.steps[begin:], tune.meter)):
            if number % (WINDOW * METERS[tune.meter] // CELLS[tune.meter]) == 0:
                before = FIRST
            after[kind][place, before][pattern] += 1
            after[kind][place, EVERY][pattern] += 1
            before = pattern
        sizes[kind].update(leaps(tune.steps))
    known = [kind for kind in after if many[kind] >= FEWEST]
    return Gait({kind: dict(after[kind]) for kind in known}, {kind: sizes[kind] for kind in known})
