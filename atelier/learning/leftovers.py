"""What trainings leave on disk, taken away once nobody goes on with it.

A training keeps its checkpoints and the version that it makes in a folder each, so that the same command
goes on, or finds what it had written. The registry has a copy of its own of every version, and other votes
make another training: after some days both are only in the way, and so is what a killed process had half
copied.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Container
from pathlib import Path

log = logging.getLogger(__name__)

KEPT_S = 7 * 24 * 3600.0


def clear(trained: Path, versions: Path, but: Container[str] = ()) -> list[Path]:
    """Take away what nothing was written to for :data:`KEPT_S`; which folders those were.

    ``trained`` is where trainings work, ``versions`` the registry's home, of which only half copies go;
    folders named in ``but`` stay. Only while one holds the trainings' lock.
    """
    gone = []
    for folder in (*trained.glob("*"), *versions.glob("*/*.part")):
        if folder.name in but or not folder.is_dir() or time.time() - _touched(folder) < KEPT_S:
            continue
        shutil.rmtree(folder, ignore_errors=True)
        log.info("left behind by a training, and taken away: %s", folder)
        gone.append(folder)
    return gone


def _touched(folder: Path) -> float:
    """When something was last written there; now, where it goes away meanwhile."""
    try:
        return max(path.stat().st_mtime for path in (folder, *folder.rglob("*")))
    except FileNotFoundError:
        return time.time()
