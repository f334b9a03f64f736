"""What Prometheus gets of real processes, and that the dashboard asks for nothing else."""

from __future__ import annotations

import ast
import asyncio
import json
import logging
import re
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY
from prometheus_client.core import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from atelier import metrics
from atelier.logs import ABOUT, Json
from atelier.queue import Road
from atelier.requests import parse_request
from atelier.settings import Settings
from atelier.store import PersonRef, Store, Work
from bot.studio import Studio
from tests.bot.test_delivery import Wall, asked, delivering, make, posted, until
from tests.ports import free_port

ROOT = Path(__file__).parent.parent
DEMO = Path(__file__).parent / "workers" / "demo_worker.py"
DASHBOARD = ROOT / "docker" / "grafana" / "atelier.json"
PROMETHEUS = ROOT / "docker" / "prometheus.yml"

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(text: str) -> Samples:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def fetch(port: int) -> Samples:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return samples(answer.read().decode())


def send(store: Store, road: Road, topic: str) -> Work:
    request = parse_request("poem", {"topic": topic, "seed": 1})
    work, _ = store.accept(
        person=PersonRef("web", "1"), kind="poem", request=request, lang="en", place={}, source=topic
    )
    road.send(work)
    store.queued(work.id)
    return work


@pytest.fixture
def base() -> int:
    """A port such that three processes of each part find theirs free."""
    return free_port(*(part + n * metrics.STRIDE for part in metrics.OFFSETS.values() for n in range(3)))


async def test_a_workers_figures_and_log_lines(
    worker: Callable[..., Any], make_settings: Callable[..., Settings], store: Store, base: int
) -> None:
    settings = make_settings(metrics_port=base, log_format="json", retries=0)
    road = Road.open(settings)
    works = [send(store, road, topic) for topic in ("one", "two", "refuse", "crash")]
    handle = worker("poem", script=DEMO, of=settings)  # finds all four waiting: one pass, then each alone
    await until(lambda: all((store.get(work.id) or work).state in ("made", "failed") for work in works))
    poem = (("kind", "poem"),)
    found: Samples = {}

    def counted() -> bool:  # the last row is written a moment before it is counted
        found.update(fetch(base + metrics.OFFSETS["poem"]))
        return ("atelier_failures_total", (*poem, ("reason", "work-crashed"))) in found

    await until(counted)
    assert found["atelier_made_total", (*poem, ("version", "demo"))] == 2
    assert found["atelier_failures_total", (*poem, ("reason", "bad-acrostic-long"))] == 1
    assert found["atelier_failures_total", (*poem, ("reason", "work-crashed"))] == 1
    assert found["atelier_model_info", (*poem, ("version", "demo"))] == 1
    assert found["atelier_batch_size_count", poem] == 3
    assert found["atelier_model_seconds_count", (*poem, ("version", "demo"))] == 3
    assert found["atelier_workers", poem] == 1
    assert found["atelier_redis_up", ()] == 1
    assert found["process_resident_memory_bytes", ()] > 0
    lines = [json.loads(line) for line in handle.log().splitlines()]
    assert {line["work"] for line in lines if "work" in line} == {work.id for work in works}
    told = next(line for line in lines if line.get("work") == works[3].id)
    assert told["level"] == "WARNING"
    assert any("asked to crash" in f"{line['message']}{line.get('trace')}" for line in lines)
    road.close()


async def test_a_front_ends_figures(settings: Settings) -> None:
    studio = Studio.open(settings)
    wall = Wall()
    before = _own()
    work = await asked(studio)
    wall.trouble = [RuntimeError("unheard of")]
    async with delivering(studio, wall):
        make(studio, work)
        await until(lambda: posted(studio, work))
    here = (("kind", "poem"), ("platform", "telegram"))
    after = _own()

    def more(name: str, *labels: tuple[str, str]) -> float:
        return after[name, labels] - before.get((name, labels), 0)

    assert more("atelier_requests_total", *here) == 1
    assert more("atelier_reply_seconds_count", *here) == 1
    assert more("atelier_post_seconds_count", ("platform", "telegram")) == 1
    assert more("atelier_post_faults_total", ("platform", "telegram"), ("reason", "RuntimeError")) == 1


def _own() -> Samples:
    from prometheus_client import generate_latest

    return samples(generate_latest(REGISTRY).decode())


async def test_refusals_are_counted_by_their_sentence(make_settings: Callable[..., Settings]) -> None:
    studio = Studio.open(make_settings(person_waiting=1))
    await asked(studio, 1)
    before = _own()
    with pytest.raises(Exception, match="already"):
        await asked(studio, 2)
    name = ("atelier_refusals_total", (("platform", "telegram"), ("reason", "person-waiting")))
    assert _own()[name] - before.get(name, 0) == 1


def test_the_queue_is_looked_up_at_each_fetch(
    redis_server: Any, make_settings: Callable[..., Settings], store: Store
) -> None:
    settings = make_settings(redis_url=redis_server.url)
    road = Road.open(settings)
    registry = CollectorRegistry()
    registry.register(metrics.QueueCollector(road.redis, settings))

    def value(name: str) -> float | None:
        return registry.get_sample_value(f"atelier_{name}", {"kind": "poem"})

    for n in range(settings.person_running + 3):
        send(store, road, str(n))
    time.sleep(0.05)
    assert (value("queue_depth"), value("queue_held")) == (settings.person_running, 3)
    assert 0.05 <= (value("queue_age_seconds") or 0) < 60
    assert registry.get_sample_value("atelier_queue_depth", {"kind": "paint"}) == 0
    redis_server.kill()
    assert registry.get_sample_value("atelier_redis_up") == 0
    assert value("queue_depth") is None  # nothing is claimed
    redis_server.start()
    assert registry.get_sample_value("atelier_redis_up") == 1
    road.close()


def test_a_second_process_of_a_part_answers_beside_the_first(
    make_settings: Callable[..., Settings], road: Road, base: int
) -> None:
    settings = make_settings(metrics_port=base)
    ports = [metrics.serve(settings, "paint", road.redis, CollectorRegistry()) for _ in range(3)]
    assert ports == [base + 3, base + 13, base + 23]
    for port in ports:
        assert port is not None
        assert fetch(port)["atelier_redis_up", ()] == 1


def test_a_taken_port_keeps_no_process_away(
    make_settings: Callable[..., Settings],
    road: Road,
    base: int,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(metrics, "ALIKE", 1)
    assert metrics.serve(make_settings(), "web", road.redis) is None  # off, unless asked for
    settings = make_settings(metrics_port=base)
    registry = CollectorRegistry()
    assert metrics.serve(settings, "web", road.redis, registry) == base
    assert metrics.serve(settings, "web", road.redis, registry) is None
    assert "no figures of this process" in caplog.text
    assert fetch(base)["atelier_redis_up", ()] == 1


def test_a_promoted_version_takes_the_place_of_the_one_before() -> None:
    metrics.serves("melody", "v1")
    metrics.serves("melody", "v2")
    served = {key for key in _own() if key[0] == "atelier_model_info" and ("kind", "melody") in key[1]}
    assert served == {("atelier_model_info", (("kind", "melody"), ("version", "v2")))}


# The dashboard


def known() -> dict[str, set[str]]:
    """Every sample that there can be, with its labels."""
    found: dict[str, set[str]] = {}
    suffixes = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
    for family in (*REGISTRY.collect(), *metrics.QueueCollector.describe()):
        collector = next((c for c in vars(metrics).values() if getattr(c, "_name", 0) == family.name), None)
        labels = set(getattr(collector or family, "_labelnames", ()))
        for suffix in suffixes.get(family.type, ("",)):
            found[family.name + suffix] = labels | ({"le"} if suffix == "_bucket" else set())
    return found


def queries(tree: object) -> Iterator[str]:
    if isinstance(tree, dict):
        yield from (value for key, value in tree.items() if key == "expr")
        for value in tree.values():
            yield from queries(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from queries(value)


def wrong(expr: str) -> list[str]:
    """What a query asks for that no process has."""
    there = known()
    names = re.findall(r"\b(?:atelier|process|python)_\w+", expr)
    labels = {label.strip() for group in re.findall(r"\bby \(([^)]*)\)", expr) for label in group.split(",")}
    having = set().union(*(there.get(name, set()) for name in names))
    return [name for name in names if name not in there] + sorted(labels - having)


def test_the_dashboard_asks_for_what_there_is() -> None:
    board = json.loads(DASHBOARD.read_text("utf-8"))
    asked_for = list(queries(board))
    assert len(asked_for) > 15
    assert {expr: bad for expr in asked_for if (bad := wrong(expr))} == {}
    text = " ".join(asked_for)
    ours = {family.name for family in REGISTRY.collect() if family.name.startswith("atelier_")}
    ours |= {family.name for family in metrics.QueueCollector.describe()}
    assert {name for name in ours if name not in text} == set()  # and shows all of it
    places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in board["panels"]]
    assert len(set(places)) == len(places)


def test_the_check_of_the_dashboard_can_fail() -> None:
    assert wrong("sum by (kind) (rate(atelier_made_total[5m]))") == []
    assert wrong("max(atelier_nothing)") == ["atelier_nothing"]
    assert wrong("sum by (colour) (atelier_made_total)") == ["colour"]


def test_prometheus_fetches_every_part(compose_ports: dict[str, int]) -> None:
    text = PROMETHEUS.read_text("utf-8")
    jobs = dict(re.findall(r"job_name: atelier-(\w+)\n\s+dns_sd_configs: .*port: (\d+)", text))
    base = compose_ports["ATELIER_METRICS_PORT"]
    names = {"trainer" if part == "train" else part: offset for part, offset in metrics.OFFSETS.items()}
    assert {part: int(port) - base for part, port in jobs.items()} == names


@pytest.fixture
def compose_ports() -> dict[str, int]:
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    return {name: int(port) for name, port in re.findall(r"(ATELIER_METRICS_PORT): \$\{\w+:-(\d+)\}", text)}


# Logs


def test_a_line_about_a_work_begins_with_it() -> None:
    """Then the id is found by machines too; see atelier.logs."""
    strays = []
    for room in ("atelier", "bot", "workers"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args
                if not call or getattr(node.func.value, "id", "") != "log":  # type: ignore[union-attr,attr-defined]
                    continue
                first = node.args[0]  # type: ignore[attr-defined]
                text = first.value if isinstance(first, ast.Constant) else ""
                if re.search(r"\bwork %s", str(text)) and not str(text).startswith(ABOUT):
                    strays.append(f"{path.name}: {text}")
    assert strays == []


def test_json_lines_hold_no_secret_and_one_object() -> None:
    settings = Settings(redis_url="redis://:hunter2hunter2@r:6379/0")  # type: ignore[arg-type]
    try:
        raise RuntimeError("redis://:hunter2hunter2@r:6379/0\nsecond line")
    except RuntimeError:
        record = logging.LogRecord(
            "x", logging.ERROR, "x.py", 1, "work %s: at %s", ("abc", settings.redis), sys.exc_info()
        )
    line = Json(settings).format(record)
    assert "hunter2" not in line
    assert "\n" not in line
    said = json.loads(line)
    assert (said["work"], said["level"]) == ("abc", "ERROR")
    assert "second line" in said["trace"]


async def test_the_same_id_from_the_command_to_the_post(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    studio, wall = Studio.open(settings), Wall()
    work = await asked(studio)
    async with delivering(studio, wall):
        make(studio, work)
        await until(lambda: posted(studio, work))
        await asyncio.sleep(0)
    about = [record for record in caplog.records if record.getMessage().startswith(f"work {work.id}")]
    assert {record.name for record in about} >= {"bot.studio", "bot.delivery"}
