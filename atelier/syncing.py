"""Files on their way to the disk: nobody who writes one waits for it, and all get there."""

from __future__ import annotations

import logging
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

log = logging.getLogger(__name__)

MOST = 64  # files that may be on their way; with more, who writes waits: a slow disk sets the pace
_AT_ONCE = 4  # a disk syncs many nearly as fast as one


class Syncer:
    """Syncs files, and the folders that name them, from threads of its own. Safe to share.

    A full disk is told when a file is written (ext4 and xfs keep room for it then), not here.
    """

    def __init__(self, most: int = MOST) -> None:
        self._room = threading.BoundedSemaphore(most)
        self._hands = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="sync")  # its threads come with need

    def soon(self, path: Path) -> None:
        """Have the file at ``path`` on the disk within moments. A process that ends well syncs them all."""
        self._room.acquire()
        try:
            self._hands.submit(self._sync, path)
        except RuntimeError:  # the interpreter is ending
            self._sync(path)

    def _sync(self, path: Path) -> None:
        try:
            with suppress(FileNotFoundError):  # dropped meanwhile
                for each in (path, path.parent):
                    place = os.open(each, os.O_RDONLY)
                    try:
                        os.fsync(place)
                    finally:
                        os.close(place)
        except OSError as fault:
            log.error("%s may not be on the disk: %s", path.name, fault)
        finally:
            self._room.release()
