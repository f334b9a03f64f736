"""``atelier bench swap``: what it costs a busy worker to change versions, and whether a work is lost.

A worker makes works without a pause, and meanwhile the version that serves is changed, again and again, to
one that it does not have in memory: the shipped weights under another name, which lie on the shelf alone at
first. The old version goes on while they are fetched, so what the change costs a person is how long the
worker takes to load them between two passes, which it says itself. The works' rows say who made them.
"""

from __future__ import annotations

import re
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from atelier import __version__, redis_server, registry
from atelier.artefacts import Shelf
from atelier.figures import Figure, Figures
from atelier.requests import Kind
from atelier.settings import Settings
from atelier.store import Work
from atelier.store.records import UNFINISHED
from atelier.versions import MODEL_OF, open_version, shipped_folder, write_card
from bench.queue import Studio

ROUNDS = 8  # changes of each kind
WAITING = 32  # works in the queue at any time
EACH = 8  # works by a version before the next change
LIMIT_S = 120.0
_LOADED = re.compile(r"(\S+) is loaded after ([\d.]+) s")
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
    log = studio.home / "worker.log"
    with studio.crew("ours", kind, log=log):
        for number, name in enumerate(names):
            if number:
                registry.promote(studio.store, model, name, shelf=shelf)
            _busy(studio, kind, sent, name)
        deadline = time.monotonic() + LIMIT_S
        while any(row.state in UNFINISHED for row in _recent(studio, sent)) and time.monotonic() < deadline:
            time.sleep(0.2)
    rows = list(studio.store.get_many([work.id for work in sent]).values())
    made = sorted((row.made_at, row.version) for row in rows if row.made_at is not None)
    serving = list(dict.fromkeys(version for _, version in made))  # in the order in which they served
    if serving != names:
        raise RuntimeError(f"{kind}: made by {serving}, not by {names}")
    told = dict(_LOADED.findall(log.read_text("utf-8")))
    return [float(told[name]) for name in names[1:]], len(rows) - len(made)


def _busy(studio: Studio, kind: Kind, sent: list[Work], version: str) -> None:
    """Keep works waiting until that version has made some of them."""
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        rows = _recent(studio, sent)
        if sum(row.state == "made" and row.version == version for row in rows) >= EACH:
            return
        more = WAITING - sum(row.state in UNFINISHED for row in rows)
        if more > 0:
            some = studio.works(kind, more)
            studio.road.send_many(some)
            sent += some
        time.sleep(0.1)
    raise RuntimeError(f"{kind}: {version} does not serve after {LIMIT_S:.0f} s")


def _recent(studio: Studio, sent: list[Work]) -> list[Work]:
    return list(studio.store.get_many([work.id for work in sent[-4 * WAITING :]]).values())
