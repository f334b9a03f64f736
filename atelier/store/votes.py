"""The feedback log: append-only, and what stands is read from it.

A vote is cast from an origin (a button, the web page, one emoji). Withdrawing an origin
cancels what that origin cast, nothing else. The vote that stands is the latest cast whose
origin was not withdrawn since.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    bindparam,
    exists,
    func,
    insert,
    select,
)

from atelier.errors import BadInput
from atelier.store.database import Database
from atelier.store.records import PersonRef, Platform, Tally, Vote
from atelier.store.rows import meet, now, person_id
from atelier.store.tables import facts, feedback, people, works


class Votes:
    """The part of :class:`atelier.store.Store` that keeps feedback."""

    _db: Database

    def vote(self, work_id: str, person: PersonRef, value: Vote, *, origin: str, platform: Platform) -> Tally:
        """Cast a vote. The same press again changes nothing and logs nothing.

        Raises ``BadInput("work-unknown")``.
        """
        with self._db.writing() as connection:
            _hold(connection, work_id)
            voter = meet(connection, person)
            stands = standing_votes(feedback.c.work_id == work_id, feedback.c.person_id == voter)
            latest = connection.execute(select(stands.c.origin, stands.c.value)).one_or_none()
            if latest is None or (latest.origin, latest.value) != (origin, value):
                _log(connection, work_id, voter, "cast", value, origin, platform)
            return _tally(connection, work_id)

    def withdraw(self, work_id: str, person: PersonRef, *, origin: str, platform: Platform) -> Tally:
        """Cancel what ``origin`` cast, if that is still there. Raises ``BadInput("work-unknown")``."""
        with self._db.writing() as connection:
            _hold(connection, work_id)
            voter = person_id(connection, person)
            if voter is not None:
                cast = _alive(
                    feedback.c.work_id == work_id,
                    feedback.c.person_id == voter,
                    feedback.c.origin == origin,
                )
                if connection.execute(select(cast.c.id).limit(1)).first():
                    _log(connection, work_id, voter, "withdrawn", None, origin, platform)
            return _tally(connection, work_id)

    def withdraw_everyones(
        self, work_id: str, *, origins: str, platform: Platform, exactly: bool = False
    ) -> Tally:
        """Cancel what everybody cast from ``platform`` by origins that begin with ``origins`` (or are it).

        Raises ``BadInput("work-unknown")``.
        """
        with self._db.writing() as connection:
            _hold(connection, work_id)
            cast = _alive(
                feedback.c.work_id == work_id,
                feedback.c.platform == platform,
                feedback.c.origin == origins
                if exactly
                else feedback.c.origin.startswith(origins, autoescape=True),
            )
            for voter, origin in connection.execute(select(cast.c.person_id, cast.c.origin).distinct()).all():
                _log(connection, work_id, voter, "withdrawn", None, origin, platform)
            return _tally(connection, work_id)

    def tally(self, work_id: str) -> Tally:
        """The votes that stand for one work."""
        with self._db.reading() as connection:
            return _tally(connection, work_id)

    def standing(self, work_id: str, person: PersonRef) -> Vote | None:
        """The person's vote that stands."""
        with self._db.reading() as connection:
            stands = standing_votes(
                feedback.c.work_id == work_id, feedback.c.person_id == person_id(connection, person)
            )
            value: Vote | None = connection.execute(select(stands.c.value)).scalar()
            return value

    def stats(self) -> dict[str, Any]:
        """``works``, ``people``, ``liked`` and ``disliked`` (votes that stand), ``kinds`` and ``states``."""
        stands = standing_votes()
        voted = (
            select(works.c.kind, stands.c.value, func.count())
            .select_from(stands.join(works, works.c.id == stands.c.work_id))
            .group_by(works.c.kind, stands.c.value)
        )
        with self._db.reading() as connection:
            counted = connection.execute(
                select(works.c.kind, works.c.state, func.count()).group_by(works.c.kind, works.c.state)
            ).all()
            votes = connection.execute(voted).all()
            persons = connection.execute(select(func.count(people.c.id.distinct()))).scalar_one()
        kinds: dict[str, dict[str, int]] = {}
        states: dict[str, int] = {}
        for kind, state, number in counted:
            part = kinds.setdefault(kind, {"works": 0, "liked": 0, "disliked": 0})
            part["works"] += number
            states[state] = states.get(state, 0) + number
        for kind, value, number in votes:
            kinds[kind][value] += number
        totals = {name: sum(part[name] for part in kinds.values()) for name in ("works", "liked", "disliked")}
        return {**totals, "people": persons, "kinds": kinds, "states": states}

    def feedback(self) -> Iterator[dict[str, Any]]:
        """The log, oldest first, joined with what it is about; people are salted hashes.

        ``act`` is cast or withdrawn, ``vote`` None for the latter; ``stands`` marks the casts in
        force. Deleted works, and works of people who had themselves erased, are left out.
        """
        stands = standing_votes()
        query = (
            select(
                feedback, works.c.kind, works.c.lang, works.c.request, works.c.version,
                people.c.platform_id, stands.c.id.label("standing_id"),
            )
            .join(works, works.c.id == feedback.c.work_id)
            .join(people, people.c.id == feedback.c.person_id)
            .outerjoin(stands, stands.c.id == feedback.c.id)
            .where(works.c.state != "deleted", works.c.source.not_like("erased:%"))
            .order_by(feedback.c.id)
        )  # fmt: skip
        with self._db.reading() as connection:
            salt = connection.execute(select(facts.c.value).where(facts.c.name == "salt")).scalar_one()
            for row in connection.execute(query):
                person = hmac.digest(salt.encode(), f"{row.platform}:{row.platform_id}".encode(), "sha256")
                yield {
                    "work": row.work_id,
                    "kind": row.kind,
                    "lang": row.lang,
                    "request": row.request,
                    "version": row.version,
                    "act": row.act,
                    "vote": row.value,
                    "stands": row.standing_id is not None,
                    "origin": row.origin,
                    "platform": row.platform,
                    "person": person.hex()[:24],
                    "at": row.at.isoformat(),
                }


def _hold(connection: Connection, work_id: str) -> None:
    """Lock the work's row, so that its votes come one after another on PostgreSQL too."""
    found = select(works.c.id).where(works.c.id == work_id, works.c.state != "deleted")
    if not connection.execute(found.with_for_update()).first():
        raise BadInput("work-unknown")


def _log(
    connection: Connection,
    work_id: str,
    voter: int,
    act: str,
    value: Vote | None,
    origin: str,
    platform: Platform,
) -> None:
    connection.execute(
        insert(feedback).values(
            work_id=work_id, person_id=voter, act=act, value=value, origin=origin, platform=platform, at=now()
        )
    )


def _alive(*where: ColumnElement[bool]) -> Subquery:
    """Casts whose origin was not withdrawn since."""
    later = feedback.alias("later")
    withdrawn = exists().where(
        later.c.work_id == feedback.c.work_id,
        later.c.person_id == feedback.c.person_id,
        later.c.origin == feedback.c.origin,
        later.c.act == "withdrawn",
        later.c.id > feedback.c.id,
    )
    return select(feedback).where(feedback.c.act == "cast", ~withdrawn, *where).subquery("alive")


def standing_votes(*where: ColumnElement[bool]) -> Subquery:
    """The casts in force: of each person and work, the latest that is alive."""
    alive = _alive(*where)
    rank = func.row_number().over(
        partition_by=(alive.c.work_id, alive.c.person_id), order_by=alive.c.id.desc()
    )
    ranked = select(alive, rank.label("rank")).subquery("ranked")
    return select(ranked).where(ranked.c.rank == 1).subquery("standing")


@cache  # asked for every work that is posted: built once
def _counted() -> Select[Any]:
    """How many votes of each value stand for one ``work``."""
    stands = standing_votes(feedback.c.work_id == bindparam("work"))
    return select(stands.c.value, func.count()).group_by(stands.c.value)


def _tally(connection: Connection, work_id: str) -> Tally:
    counts = connection.execute(_counted(), {"work": work_id}).all()
    by_value: dict[str, int] = {row[0]: row[1] for row in counts}
    return Tally(by_value.get("liked", 0), by_value.get("disliked", 0))
