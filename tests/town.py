"""A whole studio for a story: ``atelier up`` as a person starts it, and the two chats it connects to.

Everything is a process of its own, as in life: the supervisor, its private Redis, a worker a
kind, a front end a platform. The chats are the fake servers; the rest is real.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import psutil
from redis import Redis

from atelier import redis_server
from atelier.results import stream
from atelier.store import Platform, Store
from tests.fakes.discord import FakeDiscord
from tests.fakes.telegram import FakeTelegram
from tests.ports import free_port

ROOT = Path(__file__).parent.parent
START_S = 90.0  # three torch imports on a busy machine
WAIT_S = 60.0
T = TypeVar("T")


class Up:
    """``atelier up`` in a home of its own."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        self.port = free_port()
        self.page = f"http://127.0.0.1:{self.port}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ATELIER_")}
        self._environment = {
            **kept,
            "LC_ALL": "en_GB.UTF-8",
            "ATELIER_HOME": str(home),
            "ATELIER_WEB_PORT": str(self.port),
            **{f"ATELIER_{name.upper()}": value for name, value in settings.items()},
        }
        home.mkdir(parents=True, exist_ok=True)
        self._log = home / "up.log"
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "atelier", "up"], cwd=self.home, env=self._environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    @property
    def log(self) -> str:
        """Everything that the studio's processes said."""
        return self._log.read_text("utf-8", "replace")

    def processes(self, *words: str) -> list[psutil.Process]:
        """The studio's own processes with all of ``words`` among their arguments; none once it ended."""
        if self.process.poll() is not None:
            return []
        found = []
        for child in psutil.Process(self.process.pid).children(recursive=True):
            try:
                line = child.cmdline()
            except psutil.Error:
                continue
            # Redis writes its title as one argument.
            if line and all(word in line or f"/{word} " in line[0] for word in words):
                found.append(child)
        return found

    def kill(self, *words: str) -> None:
        """kill -9 those processes, and wait until they are dead."""
        victims = self.processes(*words)
        assert victims, f"no process {words}: {[p.cmdline() for p in self.processes()]}"
        for victim in victims:
            with suppress(psutil.NoSuchProcess):  # it followed one of the others
                victim.kill()
        deadline = time.monotonic() + 10
        while not all(_dead(victim) for victim in victims):
            assert time.monotonic() < deadline, f"not dead: {victims}"
            time.sleep(0.01)

    def answered(self, platform: Platform) -> bool:
        """Whether nothing waits for that platform's front end: whoever looks then sees every post."""
        client = Redis.from_url(redis_server.url(self.home))
        try:
            return client.xlen(stream(platform)) == 0
        finally:
            client.close()

    def stop(self) -> int:
        """Ctrl-C; the exit code. Whatever is left after that is killed, and is a failure."""
        left = self.processes()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            code = self.process.wait(40)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            code = self.process.wait()
        _, alive = psutil.wait_procs(left, timeout=5)
        for process in alive:
            process.kill()
        assert not alive, f"left running: {alive}"
        return code


def _dead(process: psutil.Process) -> bool:
    """A zombie is dead too: a supervisor that is suspended does not take its dead away."""
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


@dataclass
class Town:
    """The studio, the chats, and the studio's records."""

    up: Up
    discord: FakeDiscord
    telegram: FakeTelegram
    store: Store


async def until(look: Callable[[], T | None], what: str, timeout_s: float = WAIT_S) -> T:
    """Wait until ``look`` gives something true."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        found = await asyncio.to_thread(look)
        if found:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"waited {timeout_s:g} s for {what}")


def answers(address: str) -> bool:
    """Whether something accepts connections there."""
    host, _, port = address.removeprefix("http://").partition(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    return True


@asynccontextmanager
async def town(home: Path, **settings: str) -> AsyncIterator[Town]:
    """Start everything; at the end stop it, and fail where a bot's request broke a platform's rules."""
    async with FakeDiscord() as discord, FakeTelegram() as telegram:
        given = {
            "discord_token": discord.token, "discord_api_base": discord.api_base,
            "telegram_token": telegram.token, "telegram_api_base": telegram.url,
            **settings,
        }  # fmt: skip
        up = await asyncio.to_thread(Up, home, **given)
        try:
            await until(lambda: answers(up.page), f"the page; the log: {up.log[-3000:]}", START_S)
            if given["discord_token"] == discord.token:
                await discord.ready(START_S)
            if given["telegram_token"] == telegram.token:
                # Its last call before it listens; the listening itself is recorded when a long poll ends.
                await until(lambda: telegram.called("setMyCommands"), "Telegram's front end", START_S)
            with closing(await asyncio.to_thread(Store.open, f"sqlite:///{home / 'atelier.db'}")) as store:
                yield Town(up, discord, telegram, store)
        except BaseException:
            sys.stderr.write(up.log[-6000:])
            raise
        finally:
            code = await asyncio.to_thread(up.stop)
        assert code == 0, f"Ctrl-C ended with {code}; the log: {up.log[-3000:]}"
