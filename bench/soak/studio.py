"""The studio under the soak: every part a real process that may be killed, and is started again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pgserver

from atelier import redis_server
from atelier.settings import Settings

ROOT = Path(__file__).parent.parent.parent
PAUSE_S = 0.3  # between a death and the next start, as a supervisor leaves it
STOP_S = 12.0


class Part:
    """One process, kept alive. ``log`` has what all its lives wrote."""

    def __init__(self, name: str, command: Sequence[str], environment: dict[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        self.deaths = 0
        self._command = [sys.executable, *command]
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._not_before = 0.0

    def keep(self) -> None:
        """Start it, if it does not run and has been dead for long enough."""
        if self._process is not None and self._process.poll() is not None:
            self.deaths += 1
            self._process, self._not_before = None, time.monotonic() + PAUSE_S
        if self._process is None and time.monotonic() >= self._not_before:
            with self.log.open("ab") as out:
                self._process = subprocess.Popen(
                    self._command, env=self._environment, cwd=self.log.parent, stdin=subprocess.DEVNULL,
                    stdout=out, stderr=out, start_new_session=True,
                )  # fmt: skip

    def kill(self) -> None:
        """Kill -9."""
        if self._process is not None:
            self._signal(signal.SIGKILL)
            self._process.wait()

    def suspend(self) -> None:
        """It stands still, as on a machine that swaps."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """It goes on, if nobody killed it meanwhile."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def terminate(self) -> None:
        """Ask it to stop, as a supervisor does."""
        if self._process is not None:
            self._process.terminate()

    def stop(self) -> None:
        """Wait for its end; kill it if that takes too long."""
        if self._process is not None:
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.kill()


class Database:
    """A PostgreSQL of its own that can be stopped as a crash stops it, and started again."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._server = pgserver.get_server(folder, cleanup_mode="stop")
        self._folder = folder
        self.url = self._server.get_uri()

    def crash(self) -> None:
        """Every connection breaks."""
        pgserver.pg_ctl(["-m", "immediate", "stop"], pgdata=self._folder, user=self._server.system_user)

    def start(self) -> None:
        """Recovers from its log."""
        self._server.ensure_postgres_running()
        assert self._server.get_uri() == self.url

    def close(self) -> None:
        """Stop for good."""
        self._server.cleanup()


class Studio:
    """Redis, PostgreSQL, workers and both front ends in ``home``; ``keep`` them often."""

    def __init__(
        self,
        home: Path,
        chats: dict[str, str],
        *,
        workers: int,
        shipped: Sequence[str] = (),
        hurry: bool = False,
    ) -> None:
        self.home = home
        self.database = Database(home / "postgres")
        self.redis = redis_server.start(home)
        values: dict[str, object] = {
            "home": home, "redis_url": self.redis.url, "database_url": self.database.url, **chats,
        }  # fmt: skip
        if hurry:
            values["retries"] = 3  # on a shorter clock a busy machine looks like a dead worker
        self.settings = Settings(_env_file=None, **values)  # type: ignore[call-arg]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ATELIER_")}
        environment = {
            **kept,
            "PYTHONPATH": str(ROOT),
            **{f"ATELIER_{name.upper()}": str(value) for name, value in values.items()},
        }
        quick = ["--hurry"] if hurry else []
        commands = {
            **{f"worker-{n}": ["-m", "bench.soak.worker", *quick, "poem"] for n in range(workers)},
            **({} if shipped else {"worker-paint": ["-m", "bench.soak.worker", *quick, "paint"]}),
            **{kind: ["-m", "atelier", "worker", "--kinds", kind] for kind in shipped},
            **{chat: ["-m", "atelier", "bot", chat] for chat in ("discord", "telegram")},
        }
        self.parts = {
            name: Part(name, command, environment, home / f"{name}.log") for name, command in commands.items()
        }

    def keep(self) -> None:
        """Start what is not running."""
        for part in self.parts.values():
            part.keep()

    def kill_redis(self) -> None:
        """Kill -9; what it had not written yet is lost."""
        self.redis.kill()

    def start_redis(self) -> None:
        """From its append-only file."""
        self.redis = redis_server.start(self.home)

    def stop(self) -> None:
        """Everything, in order."""
        for part in self.parts.values():
            part.terminate()
        for part in self.parts.values():
            part.stop()
        self.redis.stop()
        self.database.close()

    def traces(self) -> list[str]:
        """The tracebacks in all logs, each with the line before it and the log's name."""
        found = []
        for part in self.parts.values():
            before, *rest = part.log.read_text("utf-8", "replace").split("Traceback (most recent call last):")
            for trace in rest:
                found.append(f"{part.name}: {before[-200:]}Traceback{trace[:4000]}")
                before = trace
        return found
