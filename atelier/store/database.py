"""One database: its engine, its transactions, and the one error that its faults become."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, exc, make_url
from sqlalchemy.dialects import postgresql, sqlite

from atelier.errors import Unavailable

log = logging.getLogger(__name__)

BUSY_MS = 15_000  # how long SQLite waits for another process's write
CONNECT_S = 5
UNHEARD_S = 10  # a PostgreSQL that is out of reach for so long is down; TCP alone would hope for 15 minutes
KNOCK_S, KNOCKS = 2, 3  # and is asked so often, that many seconds apart, before it is given up
IDLE_S = 60  # and whoever does nothing within a transaction for so long is given up: it may hold rows
_FULL = ("disk is full", "No space left on device")  # SQLite's words, and PostgreSQL's beside its 53100


class Database:
    """Transactions on SQLite or PostgreSQL. Safe to share between threads."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        if self.embedded:
            self._reader, self._glance = self.engine, self.engine.execution_options(atelier_glance=True)
        else:
            # Each statement there sees what is committed when it begins, in a transaction or out of one
            # (READ COMMITTED), so that BEGIN and COMMIT around reads are two ways to the server for nothing.
            self._reader = self._glance = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._writer = self.engine.execution_options(atelier_write=True)
        self._hasty = self.engine.execution_options(atelier_write=True, atelier_hasty=True)

    @property
    def embedded(self) -> bool:
        """Whether it lives in our own processes, so that only a power cut can end it before them."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reads. Raises ``Unavailable("store-down")``."""
        with _faults(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def glancing(self) -> Iterator[Connection]:
        """:meth:`reading` for one statement, which on SQLite is a transaction of its own."""
        with _faults(), self._glance.begin() as connection:
            yield connection

    @contextmanager
    def writing(self, *, hasty: bool = False) -> Iterator[Connection]:
        """A transaction, committed at the end. Raises ``Unavailable("store-down")``.

        On SQLite it holds the write lock from its start, so that what it reads stays true. A ``hasty``
        one does not wait for the disk: a crash of this process keeps it, a power cut within a moment
        may undo it. For what is found out again anyway.
        """
        with _faults(), (self._hasty if hasty else self._writer).begin() as connection:
            if hasty and connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL synchronous_commit TO OFF")
            yield connection

    def close(self) -> None:
        """Close every idle connection."""
        self.engine.dispose()


def insert_once(connection: Connection, table: Table, **values: Any) -> bool:
    """INSERT ... ON CONFLICT DO NOTHING; whether the row is new."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = insert(table).values(**values).on_conflict_do_nothing()
    # preserve_rowcount: SQLAlchemy adds RETURNING on PostgreSQL, and the count would be lost with it
    return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount == 1


def _engine(url: str) -> Engine:
    """The engine for ``url``; a SQLite file's folder is made first."""
    target = make_url(url)
    options: dict[str, Any] = {
        "json_serializer": partial(json.dumps, ensure_ascii=False),
        "hide_parameters": True,  # an error's text goes to the log: no prompt, no interaction token with it
    }
    if target.drivername in ("postgresql", "postgres"):
        target = target.set(drivername="postgresql+psycopg")
    if target.get_backend_name() == "sqlite":
        options["connect_args"] = {"timeout": BUSY_MS / 1000}
        if target.database and target.database != ":memory:":
            try:
                Path(target.database).parent.mkdir(parents=True, exist_ok=True)
            except OSError as fault:
                log.error("store: %s", fault)
                raise Unavailable("store-down") from fault
    else:
        options["connect_args"] = {
            "connect_timeout": CONNECT_S, "tcp_user_timeout": UNHEARD_S * 1000, "keepalives_idle": UNHEARD_S,
            "keepalives_interval": KNOCK_S, "keepalives_count": KNOCKS,
        }  # fmt: skip
        options["pool_pre_ping"] = True
    with _faults():
        engine = create_engine(target, **options)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Each new SQLite connection: our own BEGINs, WAL, foreign keys, patience."""
    connection.isolation_level = None  # the driver's implicit BEGIN comes too late for a read-then-write
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")  # an accepted request survives a power cut
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    """The server gives up whom it does not hear, as we do it.

    A host that is cut off within a transaction would hold its rows, and the works that they are of, for the
    two hours of TCP's own patience.
    """
    connection.autocommit = True
    connection.execute(
        f"SET tcp_keepalives_idle = {UNHEARD_S}; SET tcp_keepalives_interval = {KNOCK_S};"
        f" SET tcp_keepalives_count = {KNOCKS}; SET tcp_user_timeout = {UNHEARD_S * 1000};"
        f" SET idle_in_transaction_session_timeout = {IDLE_S * 1000}"
    )
    connection.autocommit = False


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the lock at once: a lock taken half way ends in SQLITE_BUSY, whatever the timeout."""
    options = connection.get_execution_options()
    if options.get("atelier_glance"):
        return
    hasty = bool(options.get("atelier_hasty"))
    if hasty != connection.info.get("hasty", False):  # kept with the pooled connection
        connection.exec_driver_sql(f"PRAGMA synchronous={'NORMAL' if hasty else 'FULL'}")
        connection.info["hasty"] = hasty
    write = options.get("atelier_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")  # of every transaction: uncompiled


@contextmanager
def _faults() -> Iterator[None]:
    """What the database could not do becomes one sentence; what we did wrong stays a fault."""
    try:
        yield
    except (exc.OperationalError, exc.InterfaceError, exc.TimeoutError, exc.InternalError) as fault:
        raise _told(fault) from fault
    except exc.DBAPIError as fault:
        if not fault.connection_invalidated:
            raise
        raise _told(fault) from fault
    except ModuleNotFoundError as fault:
        log.error("store: the database driver is not installed: %s", fault.name)
        raise Unavailable("store-down") from fault


def _told(fault: exc.SQLAlchemyError) -> Unavailable:
    """The sentence of a fault; the log gets its first line (the next ones may quote a person)."""
    first = str(fault).splitlines()[0]
    log.error("store: %s", first)
    full = any(word in first for word in _FULL) or getattr(fault.__cause__, "sqlstate", None) == "53100"
    return Unavailable("disk-full" if full else "store-down")
