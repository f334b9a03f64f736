"""Ten workers on three hosts, each with an address of its own: one is cut off and healed; all is counted."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import s3fs
from moto.server import ThreadedMotoServer
from redis import Redis
from rq.utils import as_text
from sqlalchemy import text

from atelier.requests import parse_request
from atelier.settings import Settings
from atelier.store import PersonRef, Work
from atelier.store.database import Database
from bot.delivery import Delivery
from bot.studio import Studio
from tests.bot.test_delivery import Wall
from tests.conftest import environment_of
from tests.hosts import Network, network, postgres_on, redis_on

WORKERS = (4, 3, 3)  # on each host
CUT = 1
WAIT_S = 120.0
ROOT = Path(__file__).parent.parent


async def until(is_it: Callable[[], object], what: str) -> None:
    end = time.monotonic() + WAIT_S
    while not await asyncio.to_thread(is_it):
        assert time.monotonic() < end, f"not within {WAIT_S:g} s: {what}"
        await asyncio.sleep(0.1)


class Hosts:
    """The studio over the network. ``wall`` is where works are posted, by the test's own process."""

    def __init__(self, net: Network, studio: Studio, folder: Path) -> None:
        self.net, self.studio, self.wall = net, studio, Wall()
        self._folder = folder
        self._asked = 0

    def log(self, host: int) -> str:
        return (self._folder / f"{host}.log").read_text("utf-8", "replace")

    def made_on(self, host: int) -> int:
        """How many works the host's workers said they made."""
        return self.log(host).count(" made by ")

    def ask(self, number: int) -> list[str]:
        """That many requests, each of another person."""
        works: list[Work] = []
        for _ in range(number):
            self._asked += 1
            work, _ = self.studio.store.accept(
                person=PersonRef("telegram", str(self._asked)), kind="poem", lang="en", place={},
                request=parse_request("poem", {"topic": f"snow {self._asked}", "seed": 1}),
                source=f"telegram:{self._asked}",
            )  # fmt: skip
            works.append(work)
        self.studio.road.send_many(works)
        for work in works:
            self.studio.store.queued(work.id)
        return [work.id for work in works]

    def running_on(self, host: int) -> int:
        """How many works the host's workers hold now, by RQ's own records."""
        redis: Redis = self.studio.road.redis
        address, held = f"{self.net.address(host)}:", 0
        for key in redis.smembers("rq:workers"):  # type: ignore[union-attr]
            if as_text(redis.hget(as_text(key), "ip_address") or b"").startswith(address):  # type: ignore[arg-type]
                held += int(redis.scard(f"{as_text(key)}:executions"))  # type: ignore[arg-type]
        return held

    def posted(self, works: list[str]) -> int:
        rows = self.studio.store.get_many(works)
        return sum(row.state == "posted" for row in rows.values())


@pytest.fixture
async def hosts(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hosts]:
    with contextlib.ExitStack() as stack:
        net = stack.enter_context(network(len(WORKERS)))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hosts-")))
        settings = stack.enter_context(studio_on(net, folder, monkeypatch))
        for host, copies in enumerate(WORKERS):
            log = stack.enter_context((folder / f"{host}.log").open("wb"))
            command = ("-m", "bench.soak.worker", "--hurry", "--work-s", "0.05", "--copies", str(copies))
            process = net.run(
                host, *command, "poem", environment=environment_of(settings), folder=folder, log=log
            )
            stack.callback(net.end, process)
        studio = Studio.open(settings)
        made = Hosts(net, studio, folder)
        await until(lambda: studio.road.workers("poem") == sum(WORKERS), "ten workers")
        delivery = asyncio.create_task(Delivery(studio, made.wall).run())
        yield made
        delivery.cancel()
        await asyncio.gather(delivery, return_exceptions=True)
        studio.road.close()
        studio.store.close()


HOLDER = """
import sys, time
from sqlalchemy import text
from atelier.store import database
database.UNHEARD_S, database.KNOCK_S = 1, 1
with database.Database(sys.argv[1]).writing() as connection:
    connection.execute(text("UPDATE held SET number = 2"))
    print("held", flush=True)
    time.sleep(600)
"""


@contextlib.contextmanager
def studio_on(net: Network, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Redis, PostgreSQL and S3-compatible storage, on the network and nowhere else."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    storage = ThreadedMotoServer(ip_address=net.here, port=9000, verbose=False)
    storage.start()
    endpoint = f"http://{net.here}:9000"
    s3fs.S3FileSystem(client_kwargs={"endpoint_url": endpoint}).mkdir("works")
    with (
        redis_on(net.here, folder / "redis") as redis_url,
        postgres_on(net.here, folder / "postgres") as database_url,
    ):
        yield Settings(  # type: ignore[call-arg]
            _env_file=None, home=folder / "home", redis_url=redis_url, database_url=database_url,
            artefacts_url="s3://works/atelier", s3_endpoint=endpoint, batch=4, retries=3,
        )  # fmt: skip
    storage.stop()


async def test_a_host_is_cut_off_and_comes_back(hosts: Hosts) -> None:
    """What the host held is made by the others while it is away; back again it makes its share."""
    works: list[str] = []

    def busy() -> bool:  # asked again where all were made before anybody looked
        if hosts.posted(works) == len(works):
            works.extend(hosts.ask(80))
        return hosts.running_on(CUT) >= 2

    await until(busy, "works on the host that is to be cut off")
    hosts.net.cut(CUT)
    before = hosts.made_on(CUT)
    works += await asyncio.to_thread(hosts.ask, 20)
    await until(lambda: hosts.posted(works) == len(works), "all works, without the host")
    await until(lambda: hosts.studio.road.workers("poem") == sum(WORKERS) - WORKERS[CUT], "its leave")
    hosts.net.heal(CUT)
    await until(lambda: hosts.studio.road.workers("poem") == sum(WORKERS), "its return")
    works += await asyncio.to_thread(hosts.ask, 80)
    await until(lambda: hosts.posted(works) == len(works), "all works, with the host again")
    assert hosts.made_on(CUT) > before
    assert all(hosts.made_on(host) for host in hosts.net.hosts)
    await asyncio.sleep(1.0)  # whatever comes twice comes now
    assert Counter(hosts.wall.pinned) == Counter(works)
    assert hosts.wall.regrets == []
    assert len(hosts.wall.files) == len(works)


def test_a_host_that_is_cut_off_within_a_transaction_holds_no_row_for_long(tmp_path: Path) -> None:
    """The server would wait two hours for it, and with it whoever needs the row."""
    with network(1) as net, postgres_on(net.here, tmp_path / "postgres") as url:
        database = Database(url)
        with database.writing() as connection:
            connection.execute(text("CREATE TABLE held (number int)"))
            connection.execute(text("INSERT INTO held VALUES (1)"))
        told = tmp_path / "told"
        with told.open("wb") as log:
            holder = net.run(0, "-c", HOLDER, url, environment=dict(os.environ), folder=ROOT, log=log)
        try:
            end = time.monotonic() + WAIT_S
            while b"held" not in told.read_bytes():
                assert time.monotonic() < end, told.read_text("utf-8", "replace")
                time.sleep(0.05)
            net.cut(0)
            with database.writing() as connection:
                connection.execute(text(f"SET LOCAL lock_timeout = {int(WAIT_S * 1000)}"))
                connection.execute(text("UPDATE held SET number = number + 1"))
            with database.reading() as connection:
                assert (
                    connection.execute(text("SELECT number FROM held")).scalar() == 2
                )  # what it did is undone
        finally:
            net.end(holder)
            database.close()
