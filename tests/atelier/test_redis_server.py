"""The private Redis: found, started in any home, kept through a crash, and a sentence where there is none."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest
from redis import Redis

from atelier import redis_server
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
    second.stop()
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


def test_one_that_does_not_start_gives_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "redis-server"
    program.write_text(
        '#!/bin/sh\necho "Fatal: no luck today" > "$(dirname "$0")/home/redis/redis.log"\nexit 1\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with pytest.raises(Unavailable, match="no luck today"):
        redis_server.start(tmp_path / "home")


def start(home: Path) -> redis_server.RedisServer:
    return redis_server.start(home)
