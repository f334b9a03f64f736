"""``atelier up``: real processes, a real Redis; only what the parts do is small."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from redis import Redis

from atelier import redis_server
from atelier.errors import Unavailable
from atelier.settings import Settings
from atelier.up.lock import Lock
from atelier.up.part import parts

# A part: says that it is ready; notes on SIGTERM, in one file, that it stops and whether Redis answers still.
PART = """
import os, signal, sys, time
from pathlib import Path
from redis import Redis
from atelier import notify

name, diary, how = sys.argv[1:4]

def stop(number, frame):
    answers = Redis.from_url(os.environ["ATELIER_REDIS_URL"]).ping()
    with Path(diary).open("a") as file:
        file.write(f"{name} {answers}\\n")
    sys.exit(0)

signal.signal(signal.SIGTERM, signal.SIG_IGN if how == "deaf" else stop)
if how == "wrong":
    print("the setting ATELIER_SOMETHING is wrong [bold]", file=sys.stderr)
    sys.exit(78)
print(f"{name} says hello")
notify.ready("at home")
while True:
    time.sleep(0.05)
"""

# The supervisor with parts of the test's choice, as (name, front or worker, how).
UP = """
import asyncio, json, sys
from atelier.cli import main
from atelier.settings import Settings
from atelier.up import supervisor
from atelier.up.part import Order, Part, parts

part, diary, chosen = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
wanted = [
    Part(name, (sys.executable, part, name, diary, how), Order[order], 1.5 if how == "deaf" else 15.0)
    for name, order, how in chosen
]
if not wanted:
    wanted = [real for real in parts(Settings.load()) if real.name == "web"]
supervisor.parts = lambda settings: wanted
main(["up"])
"""


class Up:
    """A supervisor in a process of its own."""

    def __init__(self, folder: Path, home: Path, chosen: list[tuple[str, str, str]], **changes: str) -> None:
        self.home, self.diary, self._log = home, folder / "diary", folder / "up.log"
        (folder / "part.py").write_text(PART)
        (folder / "up.py").write_text(UP)
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("ATELIER_", "LC_", "LANG"))}
        environment |= {"ATELIER_HOME": str(home), "LC_ALL": "C.UTF-8", **changes}
        environment["PYTHONPATH"] = str(Path(__file__).parents[2])
        command = [sys.executable, str(folder / "up.py"), str(folder / "part.py"), str(self.diary)]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, json.dumps(chosen)], env=environment, stdout=log, stderr=log, cwd=folder
            )
        self.seen: dict[int, psutil.Process] = {}

    @property
    def log(self) -> str:
        return self._log.read_text("utf-8", "replace")

    def children(self) -> list[psutil.Process]:
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self.process.pid).children(recursive=True):
                self.seen[child.pid] = child
        return [child for child in self.seen.values() if child.is_running()]

    def child(self, *words: str) -> psutil.Process:
        """The running process with these words in its command (and no leash)."""

        def look() -> psutil.Process | None:
            for child in self.children():
                with contextlib.suppress(psutil.Error):
                    line = " ".join(child.cmdline())
                    if all(word in line for word in words) and "leash.py" not in line:
                        return child
            return None

        found = until(look, self)
        assert isinstance(found, psutil.Process)
        return found

    def says(self, *sentences: str) -> None:
        until(lambda: all(sentence in self.log for sentence in sentences), self, sentences)
        self.children()

    def wait(self) -> int:
        return self.process.wait(30)

    def left(self) -> list[psutil.Process]:
        """Which processes of it are still alive, after a moment to go."""
        _, alive = psutil.wait_procs(list(self.seen.values()), timeout=5)
        return list(alive)


def until(look: Callable[[], object], up: Up, what: object = "") -> object:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError(f"waited in vain for {what}; the log:\n{up.log}")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Up]]:
    try:
        redis_server.program()
    except Unavailable as fault:
        from tests.conftest import lacking

        lacking(str(fault))
    started: list[Up] = []

    def begin(*chosen: tuple[str, str, str], **changes: str) -> Up:
        started.append(Up(tmp_path, tmp_path / "home", list(chosen), **changes))
        return started[-1]

    yield begin
    for up in started:
        for process in [*up.children(), psutil.Process()]:
            if process.pid != os.getpid():
                with contextlib.suppress(psutil.Error):
                    process.kill()
        with contextlib.suppress(ProcessLookupError):
            up.process.kill()
        up.process.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_starts_everything_and_stops_in_order(start: Callable[..., Up], number: signal.Signals) -> None:
    up = start(("paint", "WORKER", "good"), ("poem", "WORKER", "good"), ("web", "FRONT", "good"))
    up.says("The studio is open", "Web page: at home", "paint    │ paint says hello", "Discord is off")
    assert len(up.children()) == 4
    up.process.send_signal(number)
    assert up.wait() == 0
    assert up.left() == []
    lines = up.diary.read_text().split("\n")[:-1]
    assert lines[0] == "web True"  # nobody asks any more, then nobody works; Redis was there for both
    assert sorted(lines[1:]) == ["paint True", "poem True"]
    assert up.log.rstrip().endswith("Everything is stopped.")
    assert "Traceback" not in up.log


def test_what_dies_is_started_again(start: Callable[..., Up]) -> None:
    up = start(("paint", "WORKER", "good"), ("web", "FRONT", "good"))
    up.says("The studio is open")
    first = up.child("part.py", "paint")
    first.kill()
    up.says("Painter ended unexpectedly (signal 9); it starts again in 0.5 s.")
    until(lambda: up.log.count("paint says hello") == 2, up, "the second start")
    assert up.child("part.py", "paint").pid != first.pid
    assert up.log.count("web says hello") == 1


def test_redis_is_started_again_with_what_it_held(start: Callable[..., Up]) -> None:
    up = start(("web", "FRONT", "good"))
    up.says("The studio is open")
    redis = Redis.from_url(redis_server.url(up.home))
    redis.set("kept", "yes")
    redis.execute_command("CONFIG", "SET", "appendfsync", "always")  # so that this test does not have to wait
    redis.set("kept", "still")
    up.child("redis-server").kill()
    up.says("Redis ended unexpectedly (signal 9)")
    until(lambda: redis_server.answering(up.home), up, "Redis")
    assert Redis.from_url(redis_server.url(up.home)).get("kept") == b"still"


def test_what_only_a_person_can_mend_stays_down(start: Callable[..., Up]) -> None:
    up = start(("paint", "WORKER", "good"), ("web", "FRONT", "wrong"))
    up.says("The studio is open", "Web page stays down until this is mended, the others go on: the setting")
    assert "ATELIER_SOMETHING is wrong [bold]" in up.log  # as it was written: nothing is markup
    up.child("part.py", "paint")
    assert "starts again" not in up.log
    up.process.send_signal(signal.SIGTERM)
    assert up.wait() == 0
    assert up.left() == []


def test_a_taken_port_leaves_the_page_down_and_names_the_setting(start: Callable[..., Up]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        up = start(ATELIER_WEB_PORT=port)
        up.says("Web page stays down", f"port {port}", "ATELIER_WEB_PORT")
        assert up.process.poll() is None
        assert "Traceback" not in up.log


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux tells a child of its parent's death"
)
def test_nothing_outlives_a_killed_supervisor(start: Callable[..., Up]) -> None:
    up = start(("paint", "WORKER", "deaf"), ("web", "FRONT", "good"))
    up.says("The studio is open")
    assert len(up.children()) == 3
    up.process.kill()
    assert up.left() == []
    # And the home is free for the next one.
    with Lock(up.home):
        pass


def test_what_does_not_stop_is_ended(start: Callable[..., Up]) -> None:
    up = start(("paint", "WORKER", "deaf"), ("web", "FRONT", "good"))
    up.says("The studio is open")
    up.process.send_signal(signal.SIGINT)
    assert up.wait() == 0
    assert up.left() == []
    assert "Painter did not stop in time" in up.log


def test_a_second_up_on_the_same_home_says_so(start: Callable[..., Up]) -> None:
    up = start(("web", "FRONT", "good"))
    up.says("The studio is open")
    (elsewhere := up.home.parent / "second").mkdir()  # with a log of its own
    second = Up(elsewhere, up.home, [("web", "FRONT", "good")])
    assert second.wait() == 1
    assert second.log == (
        f"A studio is running in {up.home} already (process {up.process.pid}). "
        "Stop that one first, or set ATELIER_HOME to another folder.\n"
    )
    assert up.process.poll() is None


def test_a_redis_that_cannot_start_is_one_sentence(start: Callable[..., Up], tmp_path: Path) -> None:
    damaged = tmp_path / "home" / "redis"
    (damaged / "appendonlydir").mkdir(parents=True)
    (damaged / "appendonly.aof").write_text("this is no append-only file\n")  # Redis 6
    (damaged / "appendonlydir" / "appendonly.aof.manifest").write_text("nor is this\n")  # Redis 7
    up = start(("paint", "WORKER", "good"))
    assert up.wait() == 1
    assert "The private Redis did not start" in up.log
    assert "Traceback" not in up.log
    assert up.left() == []


def test_a_home_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="ATELIER_HOME"), Lock(tmp_path / "file" / "home"):
        pass


def test_the_parts_follow_the_settings(make_settings: Callable[..., Settings]) -> None:
    def names(**changes: Any) -> list[str]:
        return [part.name for part in parts(make_settings(**changes))]

    assert names() == ["paint", "poem", "melody", "train", "web"]
    assert names(web=False, discord_token="a") == ["paint", "poem", "melody", "train", "discord"]
    assert names(telegram_token="b")[-1] == "telegram"
