"""What the queue costs, beside rq's own workers: overhead, a lone job, a full backlog, enqueueing, memory.

One private Redis and one SQLite for everything, as ``atelier up`` has them. Every worker is a process
of its own (:mod:`bench.crew`); rq's own get our warm workshop, so that what is compared is the
worker alone. Empty jobs measure the queue, an instant poet what a work costs beyond its model (row,
file, event), the shipped painter what is left of its speed. Rounds take turns; medians are told.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psutil
from pydantic import SecretStr
from redis import Redis
from rq import Queue
from rq.registry import FinishedJobRegistry
from rq.serializers import JSONSerializer

from atelier import __version__, redis_server
from atelier.figures import Figure, Figures
from atelier.queue import Road, queue_name
from atelier.requests import Kind, parse_request
from atelier.results import Listener
from atelier.settings import Settings
from atelier.store import PersonRef, Store, Work
from bench.crew import EMPTY, RQS

NOTHING = "bench.crew.nothing"
BACKLOG, ROUNDS = 1_000, 5
FORKS = 100  # empty jobs for rq's forking worker: a thousand take too long to say the same
LONE = 300
PICTURES, PICTURE_ROUNDS, BACKLOGS = 64, 4, 4
ACCEPTED = 1_000
PEOPLE = 32  # so many ask: of one person's works only a few stand in the queue at a time
ENQUEUED = 5_000
FIRST, JOBS = 2_000, 50_000
WAIT_S = 300.0

Worker = str


def run(settings: Settings) -> Figures:  # noqa: ARG001 (a benchmark's studio has settings of its own)
    """Measure everything; about nine minutes on two idle cores."""
    with tempfile.TemporaryDirectory(prefix="atelier-") as folder:
        home = Path(folder)
        server = redis_server.start(home)
        try:
            studio = Studio(home, server.url)
            figures = (
                *_overhead(studio), *_enqueue(studio), *_lone(studio), *_pictures(studio),
                *_accept(studio, home),
            )  # fmt: skip
            return Figures("queue", __version__, (*figures, *_growth(studio)), NOTES)
        finally:
            server.stop()


NOTES = (
    "Worker and SimpleWorker are rq's own, on the same Redis in the same run; Worker forks for each job "
    "and is left out where a model would have to be used in the fork.",
)


class Studio:
    """A home with a private Redis, and the processes that work there."""

    def __init__(self, home: Path, redis_url: str, database_url: str | None = None) -> None:
        self.home = home
        self.settings = Settings(  # type: ignore[call-arg]
            _env_file=None, home=home, redis_url=SecretStr(redis_url), person_waiting=10**6, retries=0,
            database_url=SecretStr(database_url) if database_url else None,
        )  # fmt: skip
        self.redis = Redis.from_url(redis_url)
        self.store = Store.open(self.settings.database)
        self.road = Road.open(self.settings)
        self._asked = 0

    def empty(self) -> Queue:
        """The queue of jobs that do nothing."""
        return Queue(EMPTY, connection=self.redis, serializer=JSONSerializer)

    def works(self, kind: Kind, count: int) -> list[Work]:
        """Accepted requests of :data:`PEOPLE` people, not yet sent."""
        words = {"paint": "prompt", "poem": "topic", "melody": "description"}[kind]
        made = []
        for _ in range(count):
            self._asked += 1
            request = parse_request(kind, {words: f"a stormy sea at dusk {self._asked}", "seed": self._asked})
            person = PersonRef("web", str(self._asked % PEOPLE))
            work, _ = self.store.accept(
                person=person, kind=kind, request=request, lang="en", place={}, source=str(self._asked)
            )
            made.append(work)
        return made

    @contextlib.contextmanager
    def crew(
        self, worker: Worker, queue: str, *options: str, log: Path | None = None
    ) -> Iterator[subprocess.Popen[bytes]]:
        """One worker's process, from ready to its end; ``log``: a file for all that it says."""
        address = self.home / f"ready-{time.monotonic_ns()}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ATELIER_")}
        environment = {
            **kept, "ATELIER_HOME": str(self.home), "ATELIER_REDIS_URL": self.settings.redis,
            "ATELIER_LOG_LEVEL": "INFO" if log else "WARNING", "ATELIER_RETRIES": "0",
            "NOTIFY_SOCKET": str(address),
        }  # fmt: skip
        command = [sys.executable, "-m", "bench.crew", worker, queue, *options]
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready, contextlib.ExitStack() as files:
            said = files.enter_context(log.open("wb")) if log else None
            ready.bind(str(address))
            ready.settimeout(WAIT_S)
            place = Path(__file__).parent.parent
            process = subprocess.Popen(command, env=environment, cwd=place, stderr=said)
            try:
                ready.recv(256)
                yield process
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(30)


def _overhead(studio: Studio) -> list[Figure]:
    """Milliseconds of the queue's own for each of :data:`BACKLOG` empty jobs that wait."""
    spent: dict[Worker, list[float]] = {"ours": [], **{name: [] for name in RQS}}
    for number in range(ROUNDS):
        for name, times in spent.items():
            jobs = FORKS if name == "Worker" else BACKLOG
            queue = studio.empty()
            datas = [Queue.prepare_data(NOTHING, job_id=f"{name}-{number}-{n}") for n in range(jobs)]
            queue.enqueue_many(datas)
            with studio.crew(name, EMPTY):
                times.append(_seconds_of(queue, jobs) / jobs * 1000)
            studio.redis.flushall()
    own = {name: statistics.median(times) for name, times in spent.items()}
    others = {name: own[name] for name in RQS}
    return [
        Figure("overhead_gain", own["SimpleWorker"] / own["ours"], "x", 6),
        Figure("overhead_ms", own["ours"], f"ms a job, backlog of {BACKLOG:,}", baselines=others),
    ]


def _seconds_of(queue: Queue, jobs: int) -> float:
    """From the first job's start to the last one's end, by RQ's own times."""
    registry = queue.finished_job_registry
    _until(partial(_holds, registry, jobs))
    with queue.connection.pipeline() as pipe:
        for job_id in registry.get_job_ids(cleanup=False):
            pipe.hmget(f"rq:job:{job_id}", "started_at", "ended_at")
        marks = pipe.execute()
    from rq.utils import str_to_date

    starts = [str_to_date(started) for started, _ in marks]
    ends = [str_to_date(ended) for _, ended in marks]
    return float((max(ends) - min(starts)).total_seconds())


def _enqueue(studio: Studio) -> list[Figure]:
    """Works a second from one front end onto the queue, rows not counted; beside rq's ``enqueue_many``."""
    works = studio.works("poem", ENQUEUED)
    began = time.perf_counter()
    sent = studio.road.send_many(works)
    own = sent / (time.perf_counter() - began)
    studio.redis.flushall()
    datas = [Queue.prepare_data(NOTHING, job_id=f"e{n}") for n in range(ENQUEUED)]
    began = time.perf_counter()
    studio.empty().enqueue_many(datas)
    plain = ENQUEUED / (time.perf_counter() - began)
    studio.redis.flushall()
    baselines = {"enqueue_many": plain}
    return [Figure("enqueue_per_s", own, "/s, held back by person", 5_000, baselines=baselines)]


def _lone(studio: Studio) -> list[Figure]:
    """Milliseconds from sending a work to its row in a front end's hands; the model takes none of it."""
    spent: dict[Worker, list[float]] = {}
    for name in ("ours", *RQS):
        with studio.crew(name, "poem", "--instant"):
            spent[name] = asyncio.run(_one_by_one(studio, LONE if name != "Worker" else 30))
        studio.redis.flushall()
    p50 = {name: statistics.median(times) for name, times in spent.items()}
    p99 = {name: statistics.quantiles(times, n=100, method="inclusive")[-1] for name, times in spent.items()}
    return [
        Figure("lone_p50_ms", p50["ours"], "ms", 8, "at most", baselines={k: p50[k] for k in RQS}),
        Figure("lone_p99_ms", p99["ours"], "ms", 30, "at most", baselines={k: p99[k] for k in RQS}),
    ]


async def _one_by_one(studio: Studio, count: int) -> list[float]:
    listener = Listener(studio.settings, "web", "bench")
    events = listener.events()
    times = []
    try:
        for work in await asyncio.to_thread(studio.works, "poem", count + 10):
            await asyncio.sleep(0.03)  # an idle worker, not one that has just ended a job
            began = time.perf_counter()
            await asyncio.to_thread(studio.road.send, work)
            await _made(studio, listener, events, {work.id})
            times.append((time.perf_counter() - began) * 1000)
    finally:
        await listener.close()
    return times[10:]  # the first ones load


async def _made(studio: Studio, listener: Listener, events: object, wanted: set[str]) -> None:
    """Until the rows of all ``wanted`` are in hand, made."""
    async for event in events:  # type: ignore[attr-defined]
        if event.what != "started" and event.work_id in wanted:
            work = await asyncio.to_thread(studio.store.get, event.work_id)
            if work is None or work.state != "made":
                raise RuntimeError(f"work {event.work_id}: {work and work.state}")
            wanted.discard(event.work_id)
        await listener.done(event)
        if not wanted:
            return


def _pictures(studio: Studio) -> list[Figure]:
    """64 pictures at once: through the queue, and by the model alone in passes of its best size.

    Which size is best, its median says; each round's rates are shares of what the model did in that round.
    """
    alone: list[dict[str, float]] = []
    through: dict[Worker, list[float]] = {"ours": [], "SimpleWorker": []}
    for _ in range(PICTURE_ROUNDS):
        alone.append(_alone())
        for name, rates in through.items():
            rates.append(_through(studio, name))
    best = max(alone[0], key=lambda size: statistics.median(one[size] for one in alone))
    own = [one[best] for one in alone]
    share = {
        name: statistics.median(rate / rest for rate, rest in zip(rates, own, strict=True))
        for name, rates in through.items()
    }
    rest, model = {"SimpleWorker": share["SimpleWorker"]}, {"model alone": statistics.median(own)}
    return [
        Figure("batch_efficiency", share["ours"], "of the model's own", 0.9, baselines=rest),
        Figure("pictures_per_s", statistics.median(through["ours"]), "/s", baselines=model),
    ]


def _alone() -> dict[str, float]:
    ended = subprocess.run(
        [sys.executable, "-m", "bench.crew", "alone", "paint"],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    rates: dict[str, float] = json.loads(ended.stdout)
    return rates


def _through(studio: Studio, worker: Worker) -> float:
    with studio.crew(worker, "paint"):
        _work_off(studio, "paint", PICTURES)  # the first ones load
        seconds = sum(_work_off(studio, "paint", PICTURES) for _ in range(BACKLOGS))
        return BACKLOGS * PICTURES / seconds


def _accept(studio: Studio, home: Path) -> list[Figure]:
    """Requests a second that one front end writes down, one after the other, each safe on the disk."""
    found = [Figure("accept_per_s", _rows_per_s(studio), "/s on SQLite")]
    with contextlib.suppress(ModuleNotFoundError):  # the test extra brings a PostgreSQL
        import pgserver

        with pgserver.get_server(home / "postgres", cleanup_mode="stop") as server:
            other = Studio(home, studio.settings.redis, server.get_uri())
            found.append(Figure("accept_postgres_per_s", _rows_per_s(other), "/s on PostgreSQL"))
            other.store.close()
    return found


def _rows_per_s(studio: Studio) -> float:
    began = time.perf_counter()
    studio.works("poem", ACCEPTED)
    return ACCEPTED / (time.perf_counter() - began)


def _growth(studio: Studio) -> list[Figure]:
    """MiB that a worker grows by from its 2,000th work to 50,000 later; rows, files and events included.

    And what else can be seen on the way: how many works a second one worker ends when its model takes
    no time, and what a work costs Redis, from its sending to its end.
    """
    with studio.crew("ours", "poem", "--instant") as process:
        worker = psutil.Process(process.pid)
        _work_off(studio, "poem", FIRST)
        first, before = worker.memory_info().rss / 2**20, _redis_seconds(studio)
        seconds = _work_off(studio, "poem", JOBS)
        grown = worker.memory_info().rss / 2**20 - first
        spent = _redis_seconds(studio) - before
    return [
        Figure("growth_mb", grown, f"MiB over {JOBS:,} works", 20, "at most"),
        Figure("instant_per_s", JOBS / seconds, "/s, a model that takes no time"),
        Figure("redis_us", spent / JOBS * 1e6, "µs of Redis a work"),
    ]


def _work_off(studio: Studio, kind: Kind, count: int) -> float:
    """Seconds that the works were on their way, a thousand at a time; accepting them is not counted.

    Redis is asked for the end, which costs next to nothing: who waits must not slow down who works.
    """
    ended = Queue(queue_name(kind), connection=studio.redis, serializer=JSONSerializer).finished_job_registry
    spent = 0.0
    for start in range(0, count, 1_000):
        some = studio.works(kind, min(1_000, count - start))
        began = time.perf_counter()
        studio.road.send_many(some)
        _until(partial(_holds, ended, len(some)))
        spent += time.perf_counter() - began
        rows = studio.store.get_many([work.id for work in some])
        if any(row.state != "made" for row in rows.values()):
            raise RuntimeError("a work was not made")
        studio.redis.flushall()
    return spent


def _holds(registry: FinishedJobRegistry, jobs: int) -> bool:
    return int(registry.get_job_count(cleanup=False)) >= jobs


def _redis_seconds(studio: Studio) -> float:
    """Processor time that the server has used."""
    said = studio.redis.info("cpu")
    return float(said["used_cpu_user"]) + float(said["used_cpu_sys"])


def _until(met: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not met():
        if time.monotonic() > deadline:
            raise TimeoutError("a worker does not get on")
        time.sleep(0.01)
