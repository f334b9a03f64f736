"""How long a person waits: ``atelier up`` to the first reply, and each reply after that.

A real studio (``atelier up``, which is what ``make up`` runs once it is installed: private Redis,
SQLite, warm workers, the web page) in a home of its own; requests go through the page's own API
over loopback, and a reply counts when the page's event stream shows the work. The split comes
from the work's row.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from atelier import __version__
from atelier.figures import Figure, Figures
from atelier.settings import Settings
from atelier.store import Store

ROUNDS = 20  # of each kind, one after another
ASKED = (
    ("poem", "the first snow"),
    ("paint", "a stormy sea at dusk"),
    ("melody", "a slow, sad waltz"),
    ("poem", "初雪"),
    ("paint", "一朵红玫瑰"),
)
START_LIMIT_S = 120.0
REPLY_LIMIT_S = 60.0


class Page:
    """What a browser does: a cookie, an open event stream, requests."""

    def __init__(self, address: str) -> None:
        self._http = httpx.Client(base_url=address, headers={"Origin": address}, timeout=REPLY_LIMIT_S)
        self._http.get("/").raise_for_status()

    def ask(self, kind: str, prompt: str) -> tuple[str, float, float]:
        """Work id, seconds to the acknowledgement, seconds to the reply."""
        with self._http.stream("GET", "/events") as events:
            lines = events.iter_lines()
            next(lines)  # the stream is open once it says how to reconnect
            started = time.perf_counter()
            body = {"command": kind, "text": prompt, "options": {}, "ticket": str(uuid.uuid4())}
            answer = self._http.post("/api/ask", json=body)
            answer.raise_for_status()
            acknowledged = time.perf_counter() - started
            work_id: str = answer.json()["work"]["id"]
            for work in _works(lines):
                if work["id"] == work_id and work["state"] in ("made", "failed"):
                    if work["state"] == "failed":
                        raise RuntimeError(f"{kind}: {work['status']}")
                    return work_id, acknowledged, time.perf_counter() - started
        raise RuntimeError("the event stream ended")


def _works(lines: Iterator[str]) -> Iterator[dict[str, str]]:
    for line in lines:
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


def run(settings: Settings) -> Figures:  # noqa: ARG001 (a benchmark's studio has settings of its own)
    """Start a studio, ask, measure, stop it."""
    with tempfile.TemporaryDirectory(prefix="atelier-") as home, _studio(Path(home)) as address:
        began = time.perf_counter()
        page = _open(address)
        page.ask("poem", "the first snow")
        start_s = time.perf_counter() - began
        for kind, prompt in ASKED:  # each worker's first work loads nothing, but let caches settle
            page.ask(kind, prompt)
        replies = [(kind, *page.ask(kind, prompt)) for _ in range(ROUNDS) for kind, prompt in ASKED]
        store = Store.open(f"sqlite:///{Path(home) / 'atelier.db'}")
        split = [_split(store, work_id) for _, work_id, _, _ in replies]
    chats = [reply for kind, _, _, reply in replies if kind in ("poem", "paint")]
    figures = [
        Figure("start_s", start_s, "s", 20, "at most"),
        Figure("reply_s", _p95(chats), "s, p95 of /poem and /paint", 2, "at most"),
        Figure("ack_s", _p95([ack for _, _, ack, _ in replies]), "s, p95", 1, "at most"),
    ]
    for kind in ("poem", "paint", "melody"):
        own = [reply for name, _, _, reply in replies if name == kind]
        figures.append(Figure(f"reply_{kind}_p50_s", statistics.median(own), "s"))
        figures.append(Figure(f"reply_{kind}_p95_s", _p95(own), "s"))
    for number, part in enumerate(("queue", "model", "post")):
        figures.append(Figure(f"{part}_p50_s", statistics.median(row[number] for row in split), "s"))
    return Figures("journey", __version__, tuple(figures))


def _split(store: Store, work_id: str) -> tuple[float, float, float]:
    """Seconds from asked to started, started to made, made to posted."""
    deadline = time.monotonic() + 5
    while True:
        work = store.get(work_id)
        if work and work.started_at and work.made_at and work.posted_at:
            marks = (work.asked_at, work.started_at, work.made_at, work.posted_at)
            queue, model, post = ((b - a).total_seconds() for a, b in itertools.pairwise(marks))
            return queue, model, post
        if time.monotonic() > deadline:
            raise RuntimeError(f"work {work_id} was not recorded as posted")
        time.sleep(0.05)


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


@contextmanager
def _studio(home: Path) -> Iterator[str]:
    """``atelier up`` in ``home`` (no ``.env`` is read there): the page's address; stopped at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ATELIER_")}
    environment = {**kept, "ATELIER_HOME": str(home), "ATELIER_WEB_PORT": str(port)}
    log = (home / "up.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "atelier", "up"],
        cwd=home,
        env=environment,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    except BaseException:
        sys.stderr.write((home / "up.log").read_text("utf-8", "replace")[-4000:])
        raise
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
        log.close()


def _open(address: str) -> Page:
    deadline = time.monotonic() + START_LIMIT_S
    while True:
        try:
            return Page(address)
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
