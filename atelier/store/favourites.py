"""Favourites: the works that a person keeps at hand, their own or somebody else's."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update

from atelier.errors import BadInput
from atelier.store.database import Database, insert_once
from atelier.store.records import PersonRef, Work
from atelier.store.rows import meet, now, person_id, work_of, work_rows
from atelier.store.tables import favourites, works

TWICE_S = 3.0  # a second press this soon after the first is the same press
HEARD = 20  # presses that are known again, however late they are delivered once more


class Favourites:
    """The part of :class:`atelier.store.Store` that keeps favourites."""

    _db: Database

    def favour(self, work_id: str, person: PersonRef, source: str = "") -> bool:
        """Keep the work among the person's favourites, or let it go; whether it is kept now.

        ``source`` names the press: one that comes twice changes it once. Raises ``BadInput("work-unknown")``.
        """
        with self._db.writing() as connection:
            found = select(works.c.id).where(works.c.id == work_id, works.c.state != "deleted")
            if not connection.execute(found.with_for_update()).first():
                raise BadInput("work-unknown")
            keeper, moment = meet(connection, person), now()
            new = [source] if source else []
            values = {"person_id": keeper, "work_id": work_id, "kept": True, "at": moment, "heard": new}
            if insert_once(connection, favourites, **values):
                return True
            this = (favourites.c.person_id == keeper, favourites.c.work_id == work_id)
            row = connection.execute(select(favourites).where(*this)).one()
            heard = list(row.heard or ())
            if source in heard:
                return bool(row.kept)
            after = {"kept": row.kept, "at": row.at, "heard": [*heard, *new][-HEARD:]}
            if moment - row.at >= timedelta(seconds=TWICE_S):
                after |= {"kept": not row.kept, "at": moment}
            connection.execute(update(favourites).where(*this).values(**after))
            return bool(after["kept"])

    def favoured(self, work_id: str, person: PersonRef) -> bool:
        """Whether the work is among the person's favourites."""
        with self._db.reading() as connection:
            kept = select(favourites.c.kept).where(
                favourites.c.work_id == work_id, favourites.c.person_id == person_id(connection, person)
            )
            return bool(connection.execute(kept).scalar())

    def favourites(self, person: PersonRef, limit: int = 20, before: datetime | None = None) -> list[Work]:
        """The person's favourites, latest kept first; those asked for before ``before``."""
        with self._db.reading() as connection:
            query = (
                work_rows()
                .join(favourites, favourites.c.work_id == works.c.id)
                .where(favourites.c.person_id == person_id(connection, person), favourites.c.kept)
            )
            if before is not None:
                query = query.where(works.c.asked_at < before)
            rows = connection.execute(query.order_by(favourites.c.at.desc()).limit(limit))
            return [work_of(row) for row in rows]
