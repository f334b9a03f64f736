"""What a process counts and times, for Prometheus to fetch; the dashboard is ``docker/grafana/atelier.json``.

With ``ATELIER_METRICS_PORT`` each process of a studio answers on that port and its own number after it
(:data:`OFFSETS`): parts of one machine never meet. A second worker of a kind there answers ten further
(:data:`STRIDE`), a third twenty. What concerns the queue is looked up in Redis at
each fetch, so that it is true also of works that no process has touched yet.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Literal, cast

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector, CollectorRegistry
from redis import Redis
from rq import Queue
from rq.rate_limit import RateLimitRegistry
from rq.registry import StartedJobRegistry
from rq.serializers import JSONSerializer
from rq.utils import as_text, str_to_date

from atelier import __version__
from atelier.queue import Road, queue_name
from atelier.requests import KINDS, Kind
from atelier.settings import Settings

log = logging.getLogger(__name__)

Part = Literal["web", "discord", "telegram", "paint", "poem", "melody", "train"]
OFFSETS: dict[Part, int] = {
    "web": 0, "discord": 1, "telegram": 2, "paint": 3, "poem": 4, "melody": 5, "train": 6,
}  # fmt: skip
STRIDE, ALIKE = 10, 10  # between processes of one part on one machine, and how many of them are looked after

_MOMENTS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_WAITS = (0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 40, 60, 120, 300, 900, 3600)

# Front ends
REQUESTS = Counter("atelier_requests", "Requests accepted (fresh ones).", ["platform", "kind"])
REFUSALS = Counter("atelier_refusals", "Requests refused, by the sentence's key.", ["platform", "reason"])
POST_S = Histogram("atelier_post_seconds", "One successful post.", ["platform"], buckets=_MOMENTS)
POST_FAULTS = Counter("atelier_post_faults", "Attempts to post that failed, by why.", ["platform", "reason"])
UNPOSTED = Gauge("atelier_unposted", "Works made that could not be posted, tried again later.", ["platform"])
REPLY_S = Histogram(
    "atelier_reply_seconds", "From the request to the posted answer.", ["platform", "kind"], buckets=_WAITS
)
RESENT = Counter("atelier_resent", "Works that the reconciler put on the queue again, by why.", ["reason"])
# Workers
BATCH = Histogram(
    "atelier_batch_size", "Works made in one pass.", ["kind"], buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256)
)
MODEL_S = Histogram("atelier_model_seconds", "One pass of a model.", ["kind", "version"], buckets=_MOMENTS)
MADE = Counter("atelier_made", "Works made.", ["kind", "version"])
FAILURES = Counter("atelier_failures", "Works set aside, by the sentence's key.", ["kind", "reason"])
RETURNED = Counter("atelier_returned", "Works that went back to the queue, by why.", ["kind", "reason"])
NO_MEMORY = Counter("atelier_out_of_memory", "Passes that were halved for want of memory.", ["kind"])
MODEL = Gauge("atelier_model_info", "The model version that serves (1).", ["kind", "version"])
CANDIDATE = Gauge("atelier_candidate_info", "The version on trial here (1).", ["kind", "version"])
REFUSED = Counter("atelier_versions_refused", "Versions that a worker could not load.", ["kind"])
# Learning: of the front end that looked, and of the trainer
EVIDENCE = Gauge(
    "atelier_trial_evidence", "The e-value that a candidate is better, or worse.", ["model", "side"]
)
VERDICTS = Gauge(
    "atelier_trial_verdicts", "Works judged since the trial began.", ["model", "version", "vote"]
)
TRIALS = Counter("atelier_trials", "Trials that ended, by how.", ["model", "state"])
TRAININGS = Counter("atelier_trainings", "Trainings from votes that ended, by how.", ["model", "state"])
# Every process
PART = Gauge("atelier_part_info", "What this process is (1).", ["part", "version"])


_serving: dict[Kind, str] = {}
_tried: dict[Kind, str] = {}


def serves(kind: Kind, version: str) -> None:
    """From now on this version makes ``kind`` here."""
    before = _serving.get(kind)
    if before is not None and before != version:
        MODEL.remove(kind, before)
    _serving[kind] = version
    MODEL.labels(kind, version).set(1)


def tries(kind: Kind, version: str | None) -> None:
    """From now on this candidate gets a share of ``kind`` here; None: none does."""
    before = _tried.pop(kind, None)
    if before is not None and before != version:
        CANDIDATE.remove(kind, before)
    if version is not None:
        _tried[kind] = version
        CANDIDATE.labels(kind, version).set(1)


def serve(settings: Settings, part: Part, redis: Redis, registry: CollectorRegistry = REGISTRY) -> int | None:
    """Answer Prometheus from a thread; the port. None: it is off, or no port is free (which is logged)."""
    if not settings.metrics_port:
        return None
    first = settings.metrics_port + OFFSETS[part]
    PART.labels(part, __version__).set(1)
    port = _answer(range(first, min(65536, first + ALIKE * STRIDE), STRIDE), settings.metrics_host, registry)
    if port is None:  # no reason to stay away
        return None
    registry.register(QueueCollector(redis, settings))
    log.info("metrics: on http://%s:%d/metrics", settings.metrics_host, port)
    return port


def _answer(ports: range, host: str, registry: CollectorRegistry) -> int | None:
    """The first of ``ports`` that is free: others of this part may run here."""
    for port in ports:
        try:
            start_http_server(port, host, registry)
        except OSError as fault:
            if fault.errno != errno.EADDRINUSE or port == ports[-1]:
                log.error("metrics: no figures of this process: port %d: %s", port, fault.strerror or fault)
                return None
        else:
            return port
    return None


class QueueCollector(Collector):
    """The queue as Redis has it at the moment of a fetch."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._redis = redis
        self._road = Road(redis, settings)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Depth, age, what is held back, what runs, and who works; of a Redis that is down, that it is."""
        up = GaugeMetricFamily("atelier_redis_up", "Whether Redis answers.")
        try:
            families = self._look()
            up.add_metric([], 1)
        except Exception as fault:
            log.warning("metrics: the queue cannot be looked at: %s", fault)
            families = self.describe()[1:]
            up.add_metric([], 0)
        yield from (up, *families)

    @staticmethod
    def describe() -> list[GaugeMetricFamily]:
        """The families without their values: registering asks no Redis."""
        return [
            GaugeMetricFamily("atelier_redis_up", "Whether Redis answers."),
            GaugeMetricFamily("atelier_queue_depth", "Works in the queue.", labels=["kind"]),
            GaugeMetricFamily(
                "atelier_queue_age_seconds", "How long the next work has waited.", labels=["kind"]
            ),
            GaugeMetricFamily(
                "atelier_queue_held", "Works held back behind others of their person.", labels=["kind"]
            ),
            GaugeMetricFamily("atelier_queue_running", "Works being made.", labels=["kind"]),
            GaugeMetricFamily("atelier_workers", "Workers that gave a sign of life lately.", labels=["kind"]),
        ]

    def _look(self) -> list[GaugeMetricFamily]:
        _, depth, age, held, running, workers = self.describe()
        back = self._held()
        for kind in KINDS:
            queue = Queue(queue_name(kind), connection=self._redis, serializer=JSONSerializer)
            started = StartedJobRegistry(queue.name, connection=self._redis, serializer=JSONSerializer)
            depth.add_metric([kind], queue.count)
            age.add_metric([kind], self._age(queue))
            held.add_metric([kind], back[kind])
            # Not get_job_count(): it would clean up, which is the workers' to do (rq#2135).
            running.add_metric([kind], self._redis.zcard(started.key))
            workers.add_metric([kind], self._road.workers(kind))
        return [depth, age, held, running, workers]

    def _age(self, queue: Queue) -> float:
        first = self._redis.lindex(queue.key, 0)
        since = first and self._redis.hget(f"rq:job:{as_text(cast('bytes', first))}", "created_at")
        if not since:
            return 0.0
        return max(0.0, (datetime.now(UTC) - _aware(str_to_date(cast("bytes", since)))).total_seconds())

    def _held(self) -> dict[Kind, int]:
        """How many wait behind their own person's, by kind (the end of :func:`atelier.queue.limit_key`)."""
        keys = [
            as_text(key) for key in cast("set[bytes]", self._redis.smembers(RateLimitRegistry.rl_keys_key))
        ]
        with self._redis.pipeline(transaction=False) as pipe:
            for key in keys:
                pipe.zcard(RateLimitRegistry(key, self._redis).rate_limited_key)
            numbers: list[Any] = pipe.execute()
        found: dict[Kind, int] = dict.fromkeys(KINDS, 0)
        for key, number in zip(keys, numbers, strict=True):
            for kind in KINDS:
                if key.endswith(f":{kind}"):
                    found[kind] += int(number)
        return found


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
