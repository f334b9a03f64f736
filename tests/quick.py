"""What makes the tests quicker and changes nothing in them: folders in memory, a database that is copied."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from atelier.store import Store
from atelier.store import store as stores
from atelier.store.database import Database

ROOM = 8 << 30  # bytes that must be free in memory; a whole run leaves two GiB at one time


def pytest_configure(config: pytest.Config) -> None:
    """Temporary folders in memory where there is room: a disk waits milliseconds for each file of thousands.

    No test is about a power cut, all others see the same. TMPDIR, or --basetemp, says otherwise.
    """
    memory = Path("/dev/shm")
    if "TMPDIR" in os.environ or config.option.basetemp or not os.access(memory, os.W_OK):
        return
    if min(shutil.disk_usage(memory).free, psutil.virtual_memory().available) > ROOM:
        os.environ["TMPDIR"] = tempfile.tempdir = str(memory)


@pytest.fixture(scope="session", autouse=True)
def _copied_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A new SQLite file begins as a copy of one that was migrated; the migration then looks at it as ever.

    A tenth of a second for each studio. Processes of their own, and PostgreSQL, migrate from nothing.
    """
    first = tmp_path_factory.mktemp("migrated") / "atelier.db"
    Store.open(f"sqlite:///{first}").close()
    migrated = first.read_bytes()
    real = stores.migrate

    def migrate(database: Database) -> None:
        name = database.engine.url.database
        if database.embedded and name and name != ":memory:" and not Path(name).exists():
            with contextlib.suppress(OSError):  # where it may not write, the real one is to find out
                copy = Path(f"{name}.{uuid.uuid4().hex}")
                copy.write_bytes(migrated)
                try:
                    Path(name).hardlink_to(copy)  # whole or not at all, and never over what is there
                finally:
                    copy.unlink()
        real(database)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stores, "migrate", migrate)
        yield
