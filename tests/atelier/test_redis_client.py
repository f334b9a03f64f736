"""Redis by URL, and a master that dies under three watching Sentinels (real ones)."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import RedisError

from atelier import redis_server as binary
from atelier.errors import BadInput, Unavailable
from atelier.queue import Road
from atelier.reconcile import Reconciler
from atelier.redis_client import watched
from atelier.requests import parse_request
from atelier.results import Event, Listener
from atelier.settings import Settings
from atelier.store import PersonRef, Store, Work
from tests.conftest import lacking
from tests.ports import free_port

DEMO = Path(__file__).parent.parent / "workers" / "demo_worker.py"
PASSWORD = "correct horse"
SOON_S = 30.0


def test_a_sentinel_url_is_read() -> None:
    found = watched("redis+sentinel://ann:se%20cret@a,b:1,[::1]:2/studio/3?sentinel_password=x")
    assert found is not None
    assert found.sentinels == [("a", 26379), ("b", 1), ("::1", 2)]
    assert (found.service, found.server) == ("studio", {"username": "ann", "password": "se cret", "db": 3})
    assert found.sentinel == {"password": "x"}
    assert watched("redis://:a@b:6379/0") is None
    safe = watched("rediss+sentinel://a/studio")
    assert safe is not None
    assert (safe.server, safe.sentinel) == ({"ssl": True}, {"ssl": True})


@pytest.mark.parametrize(
    "url",
    [
        "redis+sentinel://a:26379",
        "redis+sentinel:///studio",
        "redis+sentinel://a:b/studio",
        "redis+sentinel://a/studio/x",
        "redis+sentinel://a/studio?nonsense=1",
        "http+sentinel://a/studio",
    ],
)
def test_a_wrong_one_is_told_at_once(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_REDIS_URL", url)
    with pytest.raises(BadInput, match="ATELIER_REDIS_URL"):
        Settings.load()


class Watch:
    """A master, a replica, and three Sentinels."""

    def __init__(self, folder: Path) -> None:
        try:
            self._program = binary.program()
        except Unavailable as fault:
            lacking(str(fault))
        self._folder = folder
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        first = free_port(1, 2, 3, 4)
        self.ports = list(range(first, first + 5))
        self.url = f"redis+sentinel://:{PASSWORD.replace(' ', '%20')}@" + ",".join(
            f"127.0.0.1:{port}" for port in self.ports[2:]
        )
        self.url += "/studio/0"

    def start(self) -> None:
        master, replica, *sentinels = self.ports
        own = [
            "--requirepass",
            PASSWORD,
            "--masterauth",
            PASSWORD,
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        self._run("master", ["--port", str(master), *own])
        self._run("replica", ["--port", str(replica), "--replicaof", "127.0.0.1", str(master), *own])
        for port in sentinels:
            config = self._folder / f"sentinel-{port}.conf"
            config.write_text(
                f"port {port}\nbind 127.0.0.1\ndir {self._folder}\n"
                f"sentinel monitor studio 127.0.0.1 {master} 2\n"
                f'sentinel auth-pass studio "{PASSWORD}"\n'
                "sentinel down-after-milliseconds studio 800\nsentinel failover-timeout studio 4000\n"
            )
            self._run(f"sentinel-{port}", [str(config), "--sentinel"])
        with Redis(port=sentinels[0]) as look:
            _until("the Sentinels know each other and the replica", lambda: self._complete(look))

    @staticmethod
    def _complete(look: Redis) -> bool:
        try:
            state: Any = look.sentinel_master("studio")
        except RedisError:
            return False
        return (int(state["num-slaves"]), int(state["num-other-sentinels"])) == (1, 2)

    def kill(self, name: str) -> None:
        self._processes[name].send_signal(signal.SIGKILL)
        self._processes[name].wait()

    def end(self) -> None:
        for process in self._processes.values():
            process.kill()
        for process in self._processes.values():
            process.wait()

    def _run(self, name: str, arguments: list[str]) -> None:
        folder = self._folder / name
        folder.mkdir()
        with (folder / "log").open("wb") as log:
            self._processes[name] = subprocess.Popen([self._program, *arguments], cwd=folder, stdout=log)


def _until(what: str, met: Callable[[], Any]) -> None:
    deadline = time.monotonic() + SOON_S
    while not met():
        assert time.monotonic() < deadline, f"not within {SOON_S} s: {what}"
        time.sleep(0.1)


@pytest.fixture
def watch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    started = Watch(tmp_path_factory.mktemp("sentinels"))
    try:
        started.start()
        yield started
    finally:
        started.end()


def test_a_failover_loses_nothing(
    watch: Watch, make_settings: Callable[..., Settings], worker: Callable[..., Any]
) -> None:
    """The master dies: front end, warm worker and listener go on with the promoted replica."""
    settings = make_settings(redis_url=watch.url)
    store, road = Store.open(settings.database), Road.open(settings)
    reconciler = Reconciler(store, road)
    reconciler.turn()

    def send(topic: str) -> Work:
        work, _ = store.accept(
            person=PersonRef("web", "1"), kind="poem", lang="en", place={}, source=topic,
            request=parse_request("poem", {"topic": topic, "seed": 1}),
        )  # fmt: skip
        road.send(work)
        store.queued(work.id)
        return work

    def made(work: Work) -> bool:
        row = store.get(work.id)
        return row is not None and row.state == "made"

    before = [send("one"), send("two")]
    handle = worker("poem", script=DEMO, of=settings)
    _until("the first are made", lambda: all(made(work) for work in before))
    watch.kill("master")
    with pytest.raises(Unavailable):  # in words, until the Sentinels agree
        road.check()
    _until("the replica is promoted", lambda: _answers(road))
    after = send("three")
    _until("the next is made", lambda: made(after) or _turn(reconciler))
    assert handle.process.poll() is None  # still warm
    assert asyncio.run(_heard(settings)) >= {after.id}
    assert road.redis.connection_pool.master_address == ("127.0.0.1", watch.ports[1])
    store.close()
    road.close()


def _answers(road: Road) -> bool:
    try:
        road.check()
    except Unavailable:
        return False
    return True


def _turn(reconciler: Reconciler) -> bool:
    with suppress(Unavailable):
        reconciler.turn()
    return False


async def _heard(settings: Settings) -> set[str]:
    """The works that the stream told of as made."""
    listener = Listener(settings, "web", "test")
    heard: list[Event] = []
    try:
        async with asyncio.timeout(20):
            async for event in listener.events():
                heard.append(event)
                await listener.done(event)
                if [one.what for one in heard].count("made") == 3:
                    break
    except TimeoutError:
        pass
    finally:
        await listener.close()
    return {event.work_id for event in heard if event.what == "made"}
