"""What waits, counted in the rows: the part of the store that limits and the reconciler ask."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, String, and_, case, cast, func, select

from atelier.limits import Limits
from atelier.store.records import UNFINISHED
from atelier.store.tables import works


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
    row = connection.execute(select(*counts).where(works.c.state.in_(UNFINISHED))).one()
    members, all_here = (row[1] - 1, row[2] - 1) if server else (0, 0)
    limits.check(person=row[0] - 1, member=members, server=all_here, studio=row[3] - 1)


def _number(of: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((of, 1), else_=0)), 0)
