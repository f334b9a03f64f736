"""Hosts of a small network: network namespaces with addresses of their own, joined by a bridge.

The test's own process is a host too (:attr:`Network.here`): Redis, PostgreSQL and the S3 server listen
there. A host that is cut off gets no packet and sends none, and no connection of it is closed.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pgserver
import pytest
from redis import Redis
from redis.exceptions import RedisError

from atelier import redis_server
from tests.conftest import lacking

REFUSED = "the kernel refuses network namespaces"  # .ci/run knows it: nothing that one could install mends it
START_S = 20.0


class Network:
    """A bridge and ``hosts`` namespaces on it. Made with iproute2; needs CAP_SYS_ADMIN and CAP_NET_ADMIN."""

    def __init__(self, hosts: int) -> None:
        number = os.getpid() % 200  # two runs at one time have a network each
        self._name = f"atl{os.getpid() % 100_000}"
        self._subnet = f"10.213.{number}"
        self.here = f"{self._subnet}.1"
        self.hosts = range(hosts)
        _ip("link", "add", self._name, "type", "bridge")
        try:
            _ip("addr", "add", f"{self.here}/24", "dev", self._name)
            _ip("link", "set", self._name, "up")
            for host in self.hosts:
                self._join(host)
        except BaseException:
            self.close()
            raise

    def _join(self, host: int) -> None:
        space, plug = self._space(host), self._plug(host)
        _ip("netns", "add", space)
        _ip("link", "add", plug, "type", "veth", "peer", "name", "eth0", "netns", space)
        _ip("link", "set", plug, "master", self._name, "up")
        _ip("-n", space, "addr", "add", f"{self.address(host)}/24", "dev", "eth0")
        for device in ("eth0", "lo"):
            _ip("-n", space, "link", "set", device, "up")

    def address(self, host: int) -> str:
        """The host's own."""
        return f"{self._subnet}.{11 + host}"

    def run(
        self, host: int, *command: str, environment: dict[str, str], folder: Path, log: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        """Start a Python process on a host."""
        prefix = ["ip", "netns", "exec", self._space(host)]  # execs: the process is the command's own
        return subprocess.Popen(
            [*prefix, sys.executable, *command], env=environment, cwd=folder, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip

    @staticmethod
    def end(process: subprocess.Popen[bytes]) -> None:
        """Kill a process and whatever it started; that workers stop cleanly is tested elsewhere."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def cut(self, host: int) -> None:
        """Pull its plug."""
        _ip("link", "set", self._plug(host), "down")

    def heal(self, host: int) -> None:
        """Put it back."""
        _ip("link", "set", self._plug(host), "up")

    def close(self) -> None:
        """Take everything away again."""
        for host in self.hosts:
            for gone in (["link", "del", self._plug(host)], ["netns", "del", self._space(host)]):
                with contextlib.suppress(subprocess.CalledProcessError):
                    _ip(*gone)
        with contextlib.suppress(subprocess.CalledProcessError):
            _ip("link", "del", self._name)

    def _space(self, host: int) -> str:
        return f"{self._name}-{host}"

    def _plug(self, host: int) -> str:
        return f"{self._name}p{host}"


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True, timeout=20)


@contextlib.contextmanager
def network(hosts: int) -> Iterator[Network]:
    """A network for a test; a skip by name where there can be none."""
    if shutil.which("ip") is None:
        lacking("ip (iproute2) is not installed")
    try:
        made = Network(hosts)
    except subprocess.CalledProcessError as fault:
        logging.getLogger(__name__).warning("%s: %s", REFUSED, fault.stderr.strip())
        pytest.skip(REFUSED)
    try:
        yield made
    finally:
        made.close()


@contextlib.contextmanager
def redis_on(address: str, folder: Path) -> Iterator[str]:
    """A Redis that listens on an address; its URL."""
    folder.mkdir()
    command = [redis_server.program(), "--bind", address, "--port", "6379", "--protected-mode", "no",
               "--dir", str(folder), "--appendonly", "yes", "--save", ""]  # fmt: skip
    with (folder / "redis.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    url = f"redis://{address}:6379/0"
    try:
        with contextlib.closing(Redis.from_url(url)) as client:
            _eventually(client.ping)
        yield url
    finally:
        process.kill()
        process.wait()


def _eventually(ping: object) -> None:
    assert callable(ping)
    end = time.monotonic() + START_S
    while True:
        try:
            ping()
        except RedisError:
            assert time.monotonic() < end, "Redis does not start"
            time.sleep(0.02)
        else:
            return


@contextlib.contextmanager
def postgres_on(address: str, folder: Path) -> Iterator[str]:
    """A PostgreSQL that listens on an address; its URL."""
    server = pgserver.get_server(folder, cleanup_mode="stop")
    user = server.system_user
    pgserver.pg_ctl(["-m", "fast", "-w", "stop"], pgdata=folder, user=user)
    with (folder / "pg_hba.conf").open("a") as rules:
        rules.write(f"host all all {address}/24 trust\n")
    options = ["-o", f"-h {address}", "-o", "-p 5432", "-o", f"-k {folder}"]
    pgserver.pg_ctl(["-w", *options, "-l", str(folder / "log"), "start"], pgdata=folder, user=user)
    try:
        yield f"postgresql://postgres:@{address}:5432/postgres"
    finally:
        # pgserver knows the process that it started itself: this one it would leave, with its port.
        pgserver.pg_ctl(["-m", "immediate", "-w", "stop"], pgdata=folder, user=user)
        server.cleanup()
