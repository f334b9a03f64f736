"""Room on the disks: without it nothing new is accepted, so that what was accepted can still be kept."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

from redis import Redis
from rq.utils import as_text

from atelier.errors import Unavailable
from atelier.settings import Settings

_MIB = 2**20
_TOLD = "atelier:shelf-trouble"
_TOLD_S = 15  # a worker that still cannot keep its works says so again


def check(settings: Settings, redis: Redis) -> None:
    """Raises ``Unavailable("disk-full")`` where a disk is nearly full, or why workers cannot keep works.

    Looks at the disks of the home and of a works' folder; of object storage, what workers tell.
    Raises redis-py's errors.
    """
    if any(_free(folder) < settings.min_free_mib * _MIB for folder in _folders(settings)):
        raise Unavailable("disk-full")
    told = redis.get(_TOLD)
    if told is not None:
        raise Unavailable(as_text(told))


def tell(redis: Redis, key: str) -> None:
    """A worker cannot keep its works, and why: for a moment nobody accepts new ones.

    Raises redis-py's errors.
    """
    redis.set(_TOLD, key, ex=_TOLD_S)


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
