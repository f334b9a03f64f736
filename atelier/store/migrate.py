"""Bring a database to the newest shape, whoever starts first."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from atelier.store.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x61746C72  # "atlr": PostgreSQL's advisory lock while one process migrates


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration without an ini file: the scripts ship inside the package."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


@cache
def _head() -> str | None:
    """The newest revision that this code has."""
    return ScriptDirectory.from_config(config()).get_current_head()


def migrate(database: Database) -> None:
    """Upgrade to head. Processes that start together wait for the one that came first."""
    head = _head()
    with database.reading() as connection:
        if MigrationContext.configure(connection).get_current_revision() == head:
            return
    with database.writing() as connection:  # SQLite: the write lock is the migration's lock
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        if MigrationContext.configure(connection).get_current_revision() != head:
            command.upgrade(config(connection), "head")
