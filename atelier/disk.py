"""Room on the disks: without it nothing new is accepted, so that what was accepted can still be kept."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

from redis import Redis

from atelier.errors import Unavailable
from atelier.settings import Settings

_MIB = 2**20
_TOLD = "atelier:shelf-full"
_TOLD_S = 15  # a worker that still cannot keep its works says so again


def check(settings: Settings, redis: Redis) -> None:
    """Raises ``Unavailable("disk-full")`` where a disk is nearly full, here or at a worker's.

    Looks at the disks of the home and of a works' folder; of object storage, what workers tell.
    Raises redis-py's errors.
    """
    if any(_free(folder) < settings.min_free_mib * _MIB for folder in _folders(settings)):
        raise Unavailable("disk-full")
    if redis.exists(_TOLD):
        raise Unavailable("disk-full")


def tell(redis: Redis) -> None:
    """A worker could not keep a work: for a moment nobody accepts new ones. Raises redis-py's errors."""
    redis.set(_TOLD, 1, ex=_TOLD_S)


def _folders(settings: Settings) -> list[Path]:
    found = [settings.home]
    shelf = urlsplit(settings.artefacts)
    if shelf.scheme == "file":
        found.append(Path(unquote(shelf.path)))
    if settings.database.startswith("sqlite"):
        found.append(Path(settings.database.partition(":///")[2]).parent)
    return found


def _free(folder: Path) -> int:
    """Free bytes on the disk that ``folder`` is on, or will be."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free
