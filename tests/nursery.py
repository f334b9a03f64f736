"""Processes that are born warm: forked from one that has imported what they begin with.

A worker's process spends two seconds of CPU on imports before it does anything, and the tests of the workers
start a hundred. What is forked here is a process like any other: a pid, signals, files, a folder, variables
and an exit code of its own; it runs a script or a module as ``__main__``. Only its imports were paid before.
At least one test of each program starts it with an interpreter of its own, as people do.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import runpy
import select
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


class Born:
    """A forked process, as :class:`subprocess.Popen` shows one."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self._nursery = nursery
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, minus the signal's number where one ended it; ``None`` while it runs."""
        if self.returncode is None:
            self.returncode = self._nursery.ended(self.pid, 0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Raises :class:`subprocess.TimeoutExpired`."""
        if self.returncode is None:
            self.returncode = self._nursery.ended(self.pid, timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):  # it ended since; the nursery took it away
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Nursery:
    """Forks processes that have these modules; ``close`` ends those that are left."""

    def __init__(self, *modules: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ATELIER_")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.nursery", *modules],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=kept,
        )  # fmt: skip
        self._lock = threading.Lock()
        self._heard = b""
        self._ended: dict[int, int] = {}
        self._born: int | None = None

    def start(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path
    ) -> Born:
        """Run ``arguments``: a script, or ``-m`` and a module; then what it is told. Adds to ``log``."""
        asked = {"arguments": list(arguments), "environment": dict(environment), "folder": str(folder),
                 "log": str(log)}  # fmt: skip
        with self._lock:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(asked).encode() + b"\n")
            self._process.stdin.flush()
            self._born = None
            while self._born is None:
                self._listen(None)
            return Born(self, self._born)

    def ended(self, pid: int, timeout: float | None) -> int | None:
        """Its exit code; ``None`` where it runs still after ``timeout`` seconds (``None``: any number)."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            with self._lock:
                self._listen(0)
                if pid in self._ended:
                    return self._ended[pid]
            if deadline is not None and time.monotonic() >= deadline:
                return None
            time.sleep(0.01)

    def _listen(self, timeout: float | None) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        if not select.select([stdout], [], [], timeout)[0]:
            return
        heard = os.read(stdout.fileno(), 65536)
        assert heard, "the nursery ended"
        *lines, self._heard = (self._heard + heard).split(b"\n")
        for line in lines:
            pid, status = json.loads(line)
            if status is None:
                self._born = pid
            else:
                self._ended[pid] = os.waitstatus_to_exitcode(status)

    def close(self) -> None:
        self._process.communicate()  # the end of what it reads is its end


def start(
    nursery: Nursery | None, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path
) -> subprocess.Popen[bytes] | Born:
    """:meth:`Nursery.start`; without one, with an interpreter of its own, as people start it."""
    if nursery is not None:
        return nursery.start(arguments, environment, folder, log)
    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, *arguments], env=dict(environment), cwd=folder, stdout=out, stderr=out
        )


def _live(asked: Mapping[str, Any]) -> int:
    """In the child: be what was asked for. The exit code."""
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for number, file in enumerate((nothing, log, log)):
        os.dup2(file, number)
    os.closerange(3, 256)
    module = asked["arguments"][0] == "-m"
    sys.argv = asked["arguments"][1 if module else 0 :]
    try:
        if module:
            sys.modules.pop(sys.argv[0], None)  # or runpy says that it is there already
            runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
        else:
            sys.path[0] = str(Path(sys.argv[0]).parent)
            runpy.run_path(sys.argv[0], run_name="__main__")
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        sys.stderr.write(f"{end.code}\n")
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def main() -> None:
    for name in sys.argv[1:]:
        import_module(name)
    wake, woken = os.pipe()
    for end in (wake, woken):
        os.set_blocking(end, False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is pytest's to hear
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken)
    children: set[int] = set()

    def tell(pid: int, status: int | None) -> None:
        os.write(1, json.dumps([pid, status]).encode() + b"\n")

    heard = b""
    while True:
        if 0 in select.select([0, wake], [], [])[0]:
            got = os.read(0, 1 << 20)
            if not got:
                break
            *lines, heard = (heard + got).split(b"\n")
            for line in lines:
                pid = os.fork()
                if pid == 0:
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    signal.signal(signal.SIGINT, signal.default_int_handler)
                    code = _live(json.loads(line))
                    threading._shutdown()  # type: ignore[attr-defined]
                    atexit._run_exitfuncs()
                    sys.stdout.flush()
                    os._exit(code)
                children.add(pid)
                tell(pid, None)
            continue
        os.read(wake, 4096)
        for child in list(children):
            pid, status = os.waitpid(child, os.WNOHANG)
            if pid:
                children.discard(pid)
                tell(pid, status)
    for child in children:
        os.kill(child, signal.SIGKILL)


if __name__ == "__main__":
    main()
