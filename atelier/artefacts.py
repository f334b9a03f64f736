"""The shelf: where the files of works are kept. A folder by default, S3-compatible storage by URL."""

from __future__ import annotations

import errno
import logging
import secrets
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import fsspec
from fsspec.implementations.local import LocalFileSystem
from rq.exceptions import StopRequested
from rq.timeouts import BaseTimeoutException

from atelier.errors import Gone, Unavailable
from atelier.settings import Settings
from atelier.store.records import ArtefactRef
from atelier.syncing import Syncer
from atelier.works import Artefact

log = logging.getLogger(__name__)

_S3_TIMEOUTS = {"connect_timeout": 5, "read_timeout": 30, "retries": {"max_attempts": 2}}
_AT_ONCE = 8  # files on their way to object storage, which answers each alone


class Shelf:
    """Keeps artefacts by key. Safe to share between threads.

    Every fault of the storage becomes ``Unavailable("artefacts-down")``.
    """

    def __init__(self, files: Any, root: str) -> None:
        self._files = files
        self._root = root.rstrip("/")
        self._local = isinstance(files, LocalFileSystem)
        self._hands = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="shelf")  # its threads come with need
        self._syncer = Syncer()

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """The shelf of ``settings.artefacts``. Opening touches no network; :meth:`check` does."""
        options: dict[str, Any] = {}
        if settings.artefacts.startswith("s3://"):
            # Listings are never read, so nothing is gained by caching them.
            options = {"config_kwargs": _S3_TIMEOUTS, "use_listings_cache": False}
            if settings.s3_endpoint:
                options["client_kwargs"] = {"endpoint_url": settings.s3_endpoint}
        with _faults():
            files, root = fsspec.core.url_to_fs(settings.artefacts, **options)
        return cls(files, root)

    def keep(self, work_id: str, artefact: Artefact) -> ArtefactRef:
        """Keep one file of a work; the same name again replaces it. Whole or not at all."""
        name = Path(artefact.name).name
        if name in ("", "..") or name != artefact.name:
            raise ValueError(f"an artefact's name is no path: {artefact.name!r}")
        key = f"{work_id[:2]}/{work_id}/{name}"
        with _faults():
            self._write(key, artefact.data, artefact.media_type)
        return ArtefactRef(name, artefact.media_type, key, len(artefact.data))

    def keep_many(self, files: Sequence[tuple[str, Artefact]]) -> list[ArtefactRef]:
        """:meth:`keep` for many files (each with its work's id), several at once; their order stays.

        Where one cannot be kept its fault is raised; others may have been kept.
        """
        if self._local or len(files) < 2:
            return [self.keep(work_id, file) for work_id, file in files]
        return list(self._hands.map(lambda one: self.keep(*one), files))

    def read(self, ref: ArtefactRef) -> bytes:
        """The bytes of a file that was kept. Raises :class:`Gone` where it is not there any more."""
        return self.get(ref.key)

    def put(self, key: str, data: bytes) -> None:
        """Keep bytes that are no file of a work, under a key of their own; whole or not at all."""
        with _faults():
            self._write(key, data, "application/octet-stream")

    def get(self, key: str) -> bytes:
        """What :meth:`put` kept. Raises :class:`Gone` where it is not there."""
        with _faults():
            try:
                return bytes(self._files.cat_file(self._path(key)))
            except FileNotFoundError:
                raise Gone("artefact-gone") from None

    def drop(self, ref: ArtefactRef) -> None:
        """Take a file off the shelf; one that is not there is fine."""
        with _faults(), suppress(FileNotFoundError):  # suppressed before it becomes a fault
            self._files.rm_file(self._path(ref.key))

    def check(self, size: int = 7) -> None:
        """Write and remove ``size`` bytes: raises :class:`Unavailable` where they could not be kept."""
        key = f".check-{secrets.token_hex(4)}"
        with _faults():
            self._write(key, bytes(size), "application/octet-stream")
            self._files.rm_file(self._path(key))

    def _path(self, key: str) -> str:
        return f"{self._root}/{key}"

    def _write(self, key: str, data: bytes, media_type: str) -> None:
        if not self._local:
            # One PUT is atomic on object storage.
            self._files.pipe_file(self._path(key), data, ContentType=media_type)
            return
        path = Path(self._path(key))
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            temporary.write_bytes(data)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        # Nobody waits for the disk: what a power cut undoes before anybody saw it is made anew
        # (Store.unmake).
        self._syncer.soon(path)


@contextmanager
def _faults() -> Iterator[None]:
    """Whatever a storage library raises (each its own errors) becomes one sentence; the log gets the rest."""
    try:
        yield
    except (
        Gone,
        BaseTimeoutException,
        StopRequested,
    ):  # a job's time is over, or its worker's: from a signal
        raise
    except Exception as fault:
        log.error("shelf: %s: %s", type(fault).__name__, fault)
        full = isinstance(fault, OSError) and fault.errno in (errno.ENOSPC, errno.EDQUOT)
        raise Unavailable("disk-full" if full else "artefacts-down") from fault
