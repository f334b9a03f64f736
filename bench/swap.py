"""``atelier bench swap``: what it costs a busy worker to change versions, and whether a work is lost.

A worker makes works without a pause, and meanwhile the version that serves is changed, again and again, to
one that it does not have in memory: the shipped weights under another name, which lie on the shelf alone at
first. What the change costs is the time from the last pass of the old version to the end of the first one
of the new, less that of a usual pass; by the works' own rows.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from atelier import __version__, redis_server, registry
from atelier.artefacts import Shelf
from atelier.figures import Figure, Figures
from atelier.requests import Kind
from atelier.settings import Settings
from atelier.store import Work
from atelier.versions import MODEL_OF, open_version, shipped_folder, write_card
from bench.queue import Studio

ROUNDS = 8  # changes of each kind
WAITING = 32  # works in the queue at any time
FIRST_S, EACH_S = 6.0, 5.0  # before the first change, and between two
LIMIT_S = 120.0
KINDS: tuple[Kind, ...] = ("paint", "poem", "melody")


def run(settings: Settings) -> Figures:  # noqa: ARG001 (a benchmark's studio has settings of its own)
    """Measure the three kinds, one after another; about three minutes on two idle cores."""
    figures: list[Figure] = []
    dropped = 0
    for kind in KINDS:
        with tempfile.TemporaryDirectory(prefix="atelier-") as folder:
            server = redis_server.start(Path(folder))
            try:
                costs, lost = _swaps(Studio(Path(folder), server.url), kind)
            finally:
                server.stop()
        dropped += lost
        figures += [
            Figure(f"swap_s_{kind}", statistics.median(costs), f"s, median of {len(costs)}", 1, "at most"),
            Figure(f"swap_most_s_{kind}", max(costs), "s", 1, "at most"),
        ]
    figures.append(Figure("swap_dropped", dropped, "works that were not made", 0, "at most"))
    return Figures("swap", __version__, tuple(figures))


def _swaps(studio: Studio, kind: Kind) -> tuple[list[float], int]:
    """What each change cost in seconds, and how many works were not made."""
    model = MODEL_OF[kind]
    shipped = open_version(shipped_folder(model), model=model)
    names = [shipped.name, *(f"{shipped.name}+swap{n}" for n in range(ROUNDS))]
    for name in names[1:]:
        there = studio.home / "trained" / name
        shutil.copytree(shipped.folder, there)
        card = {key: value for key, value in shipped.card.items() if key != "files"}
        write_card(there, card | {"version": name})
        shelf = Shelf.open(studio.settings)
        registry.adopt(studio.store, model, there, studio.home / "elsewhere", shelf=shelf)
    shutil.rmtree(studio.home / "elsewhere")  # the trainer's machine is another one
    sent: list[Work] = []
    with studio.crew("ours", kind):
        began = time.monotonic()
        for number, name in enumerate(names):
            if number:
                registry.promote(studio.store, model, name, elsewhere=True)
            _busy(studio, kind, sent, began + FIRST_S + number * EACH_S)
        deadline = time.monotonic() + LIMIT_S
        while _open(studio, sent) and time.monotonic() < deadline:
            time.sleep(0.2)
    rows = list(studio.store.get_many([work.id for work in sent]).values())
    made = sorted((row.made_at, row.version) for row in rows if row.made_at is not None)
    ends = list(dict.fromkeys(made))  # a pass ends at one moment
    gaps = [(then - first).total_seconds() for (first, _), (then, _) in pairwise(ends)]
    usual = statistics.median(gaps)
    changed = [old != new for (_, old), (_, new) in pairwise(ends)]
    costs = [max(0.0, gap - usual) for gap, change in zip(gaps, changed, strict=True) if change]
    if len(costs) != ROUNDS:
        raise RuntimeError(f"{kind}: {len(costs)} changes, not {ROUNDS}")
    return costs, len(rows) - len(made)


def _busy(studio: Studio, kind: Kind, sent: list[Work], until: float) -> None:
    """Keep works waiting until that moment."""
    while time.monotonic() < until:
        more = WAITING - _open(studio, sent)
        if more > 0:
            some = studio.works(kind, more)
            studio.road.send_many(some)
            sent += some
        time.sleep(0.1)


def _open(studio: Studio, sent: list[Work]) -> int:
    recent = studio.store.get_many([work.id for work in sent[-3 * WAITING :]])
    return sum(row.state not in ("made", "failed") for row in recent.values())
