"""One ``atelier up`` a home, one training from votes: a lock that is let go of however its holder dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from atelier.errors import Unavailable


class Lock:
    """Holds ``home/up.lock`` (or another ``name``) from ``with`` to its end.

    Raises ``Unavailable``: ``up-already`` (with the holder's process id; ``NAME-already`` likewise) or
    ``up-home`` where the folder cannot be written.
    """

    def __init__(self, home: Path, name: str = "up") -> None:
        self._home = home
        self._name = name
        self._file: int | None = None

    def __enter__(self) -> Self:
        path = self._home / f"{self._name}.lock"
        try:
            self._home.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as fault:
            raise Unavailable("up-home", home=str(self._home), why=fault.strerror or str(fault)) from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._file, 32, 0).decode("ascii", "replace").strip() or "?"
            self._close()
            raise Unavailable(f"{self._name}-already", home=str(self._home), pid=holder) from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
