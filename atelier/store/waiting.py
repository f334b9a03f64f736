"""What waits, counted in the rows: the part of the store that limits and the reconciler ask."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, and_, case, cast, func, select, text

from atelier.limits import Limits
from atelier.store.records import UNFINISHED
from atelier.store.tables import works

NEAR = 200  # more than are written down at one time: so many below the studio's limit nobody can pass it
_TURN = text("SELECT pg_advisory_xact_lock(:key)")


def make_room(connection: Connection, limits: Limits, person: int, place: dict[str, Any]) -> None:
    """Raises :class:`atelier.limits.Reached` where ``limits`` leave no room for one more.

    ``person`` is the row id, ``place["server"]`` the Discord server or Telegram group, if there is one;
    on the web page ``place["address"]`` stands for it, whoever asks from there.
    The request's own row may be written already: it is not counted, being the newest of its person.
    """
    name = "server" if place.get("server") else "address"
    server = place.get(name)
    theirs = works.c.person_id == person
    here = cast(works.c.place[name].as_string(), String) == str(server)
    counts = (_number(theirs), _number(and_(theirs, here)), _number(here), func.count())
    query = select(*counts).where(works.c.state.in_(UNFINISHED))
    # Nobody sees what others have not committed: whoever shares a limit comes one after the other. All
    # share the studio's, so that is only done where it is near.
    _one_by_one(connection, "person", person)
    if server:
        _one_by_one(connection, name, server)
    row = connection.execute(query).one()
    if row[3] + NEAR > limits.studio and _one_by_one(connection, "studio", ""):
        row = connection.execute(query).one()
    members, all_here = (row[1] - 1, row[2] - 1) if server else (0, 0)
    limits.check(person=row[0] - 1, member=members, server=all_here, studio=row[3] - 1)


def _one_by_one(connection: Connection, what: str, whose: object) -> bool:
    """Wait until whoever counts the same has ended their transaction. False: all writers take turns anyway.

    Always in the same order (person, server, studio), so that nobody waits in a circle. Two that share a
    key by chance wait for each other needlessly, and no more.
    """
    if connection.dialect.name != "postgresql":  # on SQLite a writer has the database to itself
        return False
    key = int.from_bytes(sha256(f"{what} {whose}".encode()).digest()[:8], "big", signed=True)
    connection.execute(_TURN, {"key": key})
    return True


def _number(of: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((of, 1), else_=0)), 0)
