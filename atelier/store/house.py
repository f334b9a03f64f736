"""The house's order: what servers rule, who is banned, and what administrators did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from atelier.rules import Outcome, Rules
from atelier.store.database import Database, insert_once
from atelier.store.erasure import alias
from atelier.store.records import PersonRef, Platform
from atelier.store.rows import meet, now, person_id
from atelier.store.tables import audit, bans, people, servers, works

STUDIO = ""  # where a server's name stands, for what holds everywhere


@dataclass(frozen=True, slots=True)
class Ban:
    """Somebody who may not use the bot, in one server or (``server`` empty) anywhere."""

    person: PersonRef
    server: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of the audit log. ``person`` is None once they were forgotten."""

    at: datetime
    person: PersonRef | None
    server: str
    command: str
    options: dict[str, Any]
    outcome: Outcome


class House:
    """The part of :class:`atelier.store.Store` that administrators fill."""

    _db: Database

    def rules(self, platform: Platform, server: str = STUDIO) -> Rules:
        """The rules of a server; of the whole studio (whatever the platform) without one."""
        with self._db.reading() as connection:
            kept = connection.execute(select(servers.c.rules).where(*_its(platform, server))).scalar()
        return Rules.model_validate(kept or {})

    def rule(self, platform: Platform, server: str, change: Callable[[Rules], Rules]) -> Rules:
        """Change the rules of a server, in one transaction."""
        with self._db.writing() as connection:
            name = platform if server != STUDIO else ""
            insert_once(connection, servers, platform=name, server=server, rules={})
            query = select(servers.c.rules).where(*_its(platform, server)).with_for_update()
            after = change(Rules.model_validate(connection.execute(query).scalar_one()))
            values = {"rules": after.model_dump(mode="json", exclude_defaults=True)}
            connection.execute(update(servers).where(*_its(platform, server)).values(**values))
            return after

    def ban(self, person: PersonRef, server: str, why: str) -> bool:
        """Keep somebody out. False: they were already."""
        with self._db.writing() as connection:
            hidden = bans.c.platform_id == alias(connection, person)
            if connection.execute(select(bans.c.at).where(hidden, bans.c.server == server)).first():
                return False
            return insert_once(
                connection, bans, platform=person.platform, platform_id=person.platform_id,
                server=server, why=why, at=now(),
            )  # fmt: skip

    def unban(self, person: PersonRef, server: str) -> bool:
        """Let them in again. False: they were not banned."""
        with self._db.writing() as connection:
            gone = connection.execute(
                delete(bans).where(
                    bans.c.platform == person.platform,
                    bans.c.platform_id.in_([person.platform_id, alias(connection, person)]),
                    bans.c.server == server,
                )
            )
            return gone.rowcount > 0

    def banned(self, person: PersonRef, server: str | None) -> Ban | None:
        """The ban that keeps this person out here, the studio's before the server's."""
        with self._db.reading() as connection:
            query = (
                select(bans)
                .where(
                    bans.c.platform == person.platform,
                    bans.c.platform_id.in_([person.platform_id, alias(connection, person)]),
                    bans.c.server.in_([STUDIO, server or STUDIO]),
                )
                .order_by(bans.c.server)
            )
            row = connection.execute(query).first()
        return None if row is None else Ban(person, row.server, row.why, row.at)

    def note_deed(
        self, person: PersonRef, server: str | None, command: str, options: dict[str, Any], outcome: Outcome
    ) -> None:
        """Write down what an administrator did, or was refused."""
        with self._db.writing() as connection:
            connection.execute(
                insert(audit).values(
                    at=now(),
                    person_id=meet(connection, person),
                    server=server or STUDIO,
                    platform=person.platform,
                    command=command,
                    options=options,
                    outcome=outcome,
                )
            )

    def deeds(
        self, platform: Platform | None = None, server: str | None = None, limit: int = 10
    ) -> list[Deed]:
        """The audit log, newest first; of one server, if one is named."""
        query = select(audit, people.c.platform_id).outerjoin(people, people.c.id == audit.c.person_id)
        if server is not None:
            query = query.where(audit.c.platform == platform, audit.c.server == server)
        with self._db.reading() as connection:
            rows = connection.execute(query.order_by(audit.c.id.desc()).limit(limit)).all()
        return [
            Deed(
                row.at,
                PersonRef(row.platform, row.platform_id) if row.person_id else None,
                row.server,
                row.command,
                row.options,
                row.outcome,
            )
            for row in rows
        ]

    def count_of(self, platform: Platform, server: str) -> int:
        """How many works were asked for in a server."""
        query = (
            select(func.count())
            .select_from(works.join(people, people.c.id == works.c.person_id))
            .where(people.c.platform == platform, works.c.place["server"].as_string() == server)
        )
        with self._db.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def known(self, person: PersonRef) -> bool:
        """Whether the person was ever here."""
        with self._db.reading() as connection:
            return person_id(connection, person) is not None


def _its(platform: Platform, server: str) -> tuple[Any, ...]:
    return servers.c.platform == (platform if server != STUDIO else ""), servers.c.server == server
