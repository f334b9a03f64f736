"""What every test may ask for: real parts. What a machine lacks is a skip by name, with CI set a failure.

settings          a studio of its own: temporary home, SQLite, a folder for works, a real Redis that
                  is empty at the start of each test
make_settings     a function: the same with changes, make_settings(redis_url=..., database_url=...)
environment       a function: settings -> the environment of a child process that has them
redis_server      a Redis of this test alone that may be stopped, killed and started again
postgres_url      a new, empty PostgreSQL database (a real server, one a session)
any_database_url  each test twice: SQLite and PostgreSQL
s3                an S3 server with an empty bucket: .url, .endpoint
store, road, shelf  opened on `settings`
worker            a function: starts a real worker process for some kinds and waits until it is warm;
                  worker("poem"), worker("paint", "poem", "melody"), worker("poem", script=DEMO_PY).
                  Gives a handle with pid, kill() (-9), terminate(), wait(), log(); ended after the test.
                  With a script it is forked with its imports done; fresh=True: an interpreter of its own
nursery           forks processes that have their imports done (see tests/nursery.py), without torch
torch_nursery     the same, with torch and what a training needs
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import psutil
import pytest
from pydantic import SecretStr
from redis import Redis

from atelier import redis_server as private_redis
from atelier.artefacts import Shelf
from atelier.errors import Unavailable
from atelier.queue import Road, connect, queue_name
from atelier.requests import Kind
from atelier.settings import Settings
from atelier.store import Store
from tests.nursery import Born, Nursery
from tests.nursery import start as start_process
from tests.quick import _copied_database, pytest_configure

__all__ = ["_copied_database", "pytest_configure"]  # pytest finds them here

ROOT = Path(__file__).parent.parent
WARM_S = 60.0  # torch on a busy machine

hypothesis.settings.register_profile("atelier", deadline=None)  # how long a thing takes is bench/'s to say
hypothesis.settings.load_profile("atelier")


def lacking(what: str) -> None:
    """Skip by name; where CI is set nothing may be lacking."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} (CI is set: nothing may be skipped)")
    pytest.skip(what)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The developer's own settings must not reach a test; where the descriptions are is none."""
    for name in [name for name in os.environ if name.startswith("ATELIER_") and name != "ATELIER_SPECS"]:
        monkeypatch.delenv(name)


class OwnRedis:
    """A Redis in a folder of its own: stop() keeps its data, kill() is a crash, start() brings it back."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._server = private_redis.start(home)
        self.url = self._server.url

    def start(self) -> None:
        self._server = private_redis.start(self._home)
        assert self._server.url == self.url

    def stop(self) -> None:
        self._server.stop()

    def kill(self) -> None:
        self._server.kill()


def own_redis(home: Path) -> OwnRedis:
    try:
        return OwnRedis(home)
    except Unavailable as fault:
        lacking(str(fault))
        raise


@pytest.fixture(scope="session")
def _redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnRedis]:
    server = own_redis(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnRedis]:
    server = own_redis(tmp_path_factory.mktemp("own-redis"))
    yield server
    server.kill()


@pytest.fixture
def make_settings(_redis: OwnRedis, tmp_path: Path) -> Callable[..., Settings]:
    with contextlib.closing(Redis.from_url(_redis.url)) as client:
        client.flushall()

    def make(**changes: object) -> Settings:
        values = {"home": tmp_path / "home", "redis_url": _redis.url, "web_port": 0, **changes}
        return Settings(_env_file=None, **values)  # type: ignore[call-arg]

    return make


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings()


def environment_of(settings: Settings) -> dict[str, str]:
    """The variables that give a child process these settings."""
    found = {name: value for name, value in os.environ.items() if not name.startswith("ATELIER_")}
    for name in settings.model_fields_set:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            value = value.get_secret_value()
        if value is not None:
            text = ",".join(value) if isinstance(value, tuple) else str(value)
            found[f"ATELIER_{name.upper()}"] = text
    found["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [found.get("PYTHONPATH")])])
    return found


@pytest.fixture
def environment() -> Callable[[Settings], dict[str, str]]:
    return environment_of


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    try:
        import pgserver
        import psycopg
    except ImportError as fault:
        lacking(f"PostgreSQL: {fault.name} is not installed (the test extra has it)")
    server = pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="stop")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # nobody pulls the plug on a test
        connection.execute("SELECT pg_reload_conf()")
    yield server
    server.cleanup()


@pytest.fixture
def postgres_admin(postgres_server: Any) -> str:
    if not postgres_server._postmaster_info.process.is_running():
        # Seen twice, after ten minutes of other tests, with no cause found: its log is to say it.
        warnings.warn(f"PostgreSQL was gone:\n{postgres_server.log.read_text()[-2000:]}", stacklevel=1)
        postgres_server.ensure_postgres_running()
    return str(postgres_server.get_uri())


@pytest.fixture
def postgres_url(postgres_admin: str) -> str:
    import psycopg

    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_admin, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    base, _, query = postgres_admin.partition("?")
    return f"{base.rsplit('/', 1)[0]}/{name}?{query}"


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'any' / 'atelier.db'}"
    return str(request.getfixturevalue("postgres_url"))


@dataclass(frozen=True)
class S3:
    url: str
    endpoint: str


@pytest.fixture(scope="session")
def _s3() -> Iterator[str]:
    try:
        import s3fs  # noqa: F401
        from moto.server import ThreadedMotoServer
    except ImportError as fault:
        lacking(f"S3: {fault.name} is not installed (the test extra has it)")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(_s3: str, monkeypatch: pytest.MonkeyPatch) -> S3:
    import s3fs

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    bucket = f"atelier-{uuid.uuid4().hex[:12]}"
    s3fs.S3FileSystem(client_kwargs={"endpoint_url": _s3}).mkdir(bucket)
    return S3(f"s3://{bucket}/works", _s3)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened = Store.open(settings.database)
    yield opened
    opened.close()


@pytest.fixture
def road(settings: Settings) -> Iterator[Road]:
    opened = Road.open(settings)
    yield opened
    opened.close()


@pytest.fixture
def shelf(settings: Settings) -> Shelf:
    return Shelf.open(settings)


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    opened = Nursery("workers.worker", "workers.training", "atelier.cli")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def torch_nursery() -> Iterator[Nursery]:
    opened = Nursery(
        "workers.training",
        "atelier.cli",
        "models.training",
        "models.composer.train",
        "models.painter.generate",
    )
    yield opened
    opened.close()


def end_family(process: subprocess.Popen[bytes] | Born) -> None:
    """Kill a process and all that came of it."""
    family: list[psutil.Process] = []
    if process.poll() is None:
        with contextlib.suppress(psutil.NoSuchProcess):  # it ended since, as a forked one may
            family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    for member in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()


class WorkerHandle:
    """A worker's process."""

    def __init__(self, process: subprocess.Popen[bytes] | Born, log: Path) -> None:
        self.process = process
        self.pid = process.pid
        self._log = log

    def log(self) -> str:
        return self._log.read_text("utf-8", "replace")

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.process.wait()

    def terminate(self) -> None:
        self.process.terminate()

    def wait(self, seconds: float = 20.0) -> int:
        return self.process.wait(seconds)


@pytest.fixture
def worker(
    settings: Settings, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., WorkerHandle]]:
    handles: list[WorkerHandle] = []

    def start(
        *kinds: Kind, script: Path | None = None, of: Settings | None = None, fresh: bool = False
    ) -> WorkerHandle:
        its = of or settings
        log = tmp_path / f"worker-{len(handles)}.log"
        command = [*([str(script)] if script else ["-m", "workers.worker"]), *kinds]
        with connect(its) as redis:
            before = {kind: redis.smembers(f"rq:workers:{queue_name(kind)}") for kind in kinds}
            warm = request.getfixturevalue("nursery") if script and not fresh else None
            process = start_process(warm, command, environment_of(its), tmp_path, log)
            handle = WorkerHandle(process, log)
            handles.append(handle)
            deadline = time.monotonic() + WARM_S
            while any(redis.smembers(f"rq:workers:{queue_name(k)}") <= before[k] for k in kinds):
                assert process.poll() is None, f"the worker ended:\n{handle.log()}"
                assert time.monotonic() < deadline, f"the worker is not warm:\n{handle.log()}"
                time.sleep(0.05)
        return handle

    start.started = handles  # type: ignore[attr-defined]
    yield start
    for handle in handles:
        handle.terminate()
    for handle in handles:
        try:
            handle.wait(15)
        except subprocess.TimeoutExpired:
            handle.kill()
