"""Model versions in the store: which one is current is one row, changed in one transaction."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import Connection, Row, bindparam, select, update

from atelier.errors import BadInput
from atelier.store.database import Database, insert_once
from atelier.store.records import Status, VersionRow
from atelier.store.rows import now
from atelier.store.tables import trials, versions

_SERVING = select(versions.c.origin).where(
    versions.c.model == bindparam("this"), versions.c.status == "current"
)


class Models:
    """The part of :class:`atelier.store.Store` that keeps model versions."""

    _db: Database

    def register_version(
        self, model: str, version: str, sha256: str, origin: str, card: dict[str, Any],
        status: Literal["candidate", "rejected"] = "candidate",
    ) -> VersionRow:  # fmt: skip
        """Write a version down: ``shipped`` if that is its origin, else ``status``. Known: unchanged."""
        with self._db.writing() as connection:
            insert_once(
                connection,
                versions,
                model=model,
                version=version,
                status="shipped" if origin == "shipped" else status,
                origin=origin,
                sha256=sha256,
                card=card,
                created_at=now(),
            )
            return _one(connection, model, version)

    def versions(self, model: str | None = None) -> list[VersionRow]:
        """The versions of ``model``, or all; newest first."""
        query = select(versions).order_by(versions.c.model, versions.c.created_at.desc())
        if model is not None:
            query = query.where(versions.c.model == model)
        with self._db.reading() as connection:
            return [_version(row) for row in connection.execute(query)]

    def current(self, model: str) -> VersionRow | None:
        """The version that was chosen to serve; None: what ships."""
        query = select(versions).where(versions.c.model == model, versions.c.status == "current")
        with self._db.reading() as connection:
            row = connection.execute(query).one_or_none()
            return None if row is None else _version(row)

    def serving(self, model: str) -> str | None:
        """Where the version that was chosen to serve comes from; None: what ships. Asked before every job."""
        with self._db.glancing() as connection:
            return serving(connection, model)

    def promote(self, model: str, version: str) -> VersionRow:
        """Make ``version`` the current one and keep the one before it for a rollback.

        A trial that runs is over with it, whichever version it was of. Raises
        ``BadInput("version-unknown")``.
        """
        with self._db.writing() as connection:
            of_model(connection, model)
            tried = running(connection, model)
            end(connection, model, "promoted" if tried == version else "stopped")
            return promoted(connection, model, version)

    def rollback(self, model: str) -> VersionRow:
        """Back to the version before; the one that was current is rejected.

        While a candidate is on trial it is that which goes, and what serves goes on serving. Raises
        ``BadInput("version-no-previous")``.
        """
        with self._db.writing() as connection:
            rows = of_model(connection, model)
            tried = running(connection, model)
            if tried is not None:
                end(connection, model, "rolled-back")
                rejected(connection, model, tried)
                serves = next((row for row in rows if row.status == "current"), None)
                return serves or next(row for row in rows if row.status == "shipped")
            before = next((row for row in rows if row.status == "previous"), None)
            if before is None:
                raise BadInput("version-no-previous", model=model)
            for row in rows:
                if row.status == "current":
                    _set(connection, row, "shipped" if row.origin == "shipped" else "rejected")
            _set(connection, before, "current")
            return _one(connection, model, before.version)


def promoted(connection: Connection, model: str, version: str) -> VersionRow:
    """:meth:`Models.promote` of the pointers alone, within a transaction."""
    rows = of_model(connection, model)
    chosen = _one(connection, model, version)
    if chosen.status == "current":
        return chosen
    before = next((row for row in rows if row.status == "current"), None)
    if before is None:  # until now the shipped version served
        before = next((row for row in rows if row.status == "shipped"), None)
    for row in rows:
        if row.status == "previous":
            _set(connection, row, "shipped" if row.origin == "shipped" else "candidate")
    if before is not None and before.version != version:
        _set(connection, before, "previous")
    _set(connection, chosen, "current")
    return _one(connection, model, version)


def rejected(connection: Connection, model: str, version: str) -> None:
    """A candidate is none any more."""
    _set(connection, _one(connection, model, version), "rejected")


def running(connection: Connection, model: str) -> str | None:
    """The version that is on trial."""
    tried = select(trials.c.version).where(trials.c.model == model, trials.c.slot == 1)
    return connection.execute(tried).scalar_one_or_none()


def end(connection: Connection, model: str, state: str, seen: dict[str, Any] | None = None) -> None:
    """End the running trial of a model, if there is one, and nothing else."""
    values: dict[str, Any] = {"state": state, "slot": None, "ended_at": now()}
    if seen is not None:
        values["seen"] = seen
    connection.execute(update(trials).where(trials.c.model == model, trials.c.slot == 1).values(**values))


def of_model(connection: Connection, model: str) -> list[VersionRow]:
    """Every version of ``model``, locked until the transaction ends."""
    query = select(versions).where(versions.c.model == model).order_by(versions.c.created_at.desc())
    return [_version(row) for row in connection.execute(query.with_for_update())]


def _one(connection: Connection, model: str, version: str) -> VersionRow:
    row = connection.execute(
        select(versions).where(versions.c.model == model, versions.c.version == version)
    ).one_or_none()
    if row is None:
        names = connection.execute(select(versions.c.version).where(versions.c.model == model)).scalars()
        raise BadInput("version-unknown", model=model, version=version, versions=", ".join(names))
    return _version(row)


def _set(connection: Connection, row: VersionRow, status: Status) -> None:
    connection.execute(
        update(versions)
        .where(versions.c.model == row.model, versions.c.version == row.version)
        .values(status=status)
    )


def _version(row: Row[Any]) -> VersionRow:
    return VersionRow(row.model, row.version, row.status, row.origin, row.created_at, row.sha256, row.card)


def serving(connection: Connection, model: str) -> str | None:
    """:meth:`Models.serving`, within a transaction."""
    origin: str | None = connection.execute(_SERVING, {"this": model}).scalar_one_or_none()
    return origin
