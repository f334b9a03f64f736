"""What the store knows of a person beside their works: their settings, and all of it for themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, Row, delete, insert, select, update

from atelier.rules import Preferences
from atelier.store.database import Database
from atelier.store.records import PersonRef, Work
from atelier.store.rows import meet, now, person_id, work_of, work_rows
from atelier.store.tables import (
    audit,
    bans,
    favourites,
    feedback,
    messages,
    people,
    preferences,
    trainings,
    works,
)
from atelier.store.votes import standing_votes


class People:
    """The part of :class:`atelier.store.Store` that is about people."""

    _db: Database

    def preferences(self, person: PersonRef) -> Preferences:
        """The person's settings; the defaults for somebody new."""
        with self._db.reading() as connection:
            chosen = connection.execute(
                select(preferences.c.chosen).where(preferences.c.person_id == person_id(connection, person))
            ).scalar()
        return _preferences(chosen or {})

    def prefer(self, person: PersonRef, **chosen: Any) -> Preferences:
        """Change some of the settings; all of them as they are then. Raises a ``ValidationError``."""
        with self._db.writing() as connection:
            who = meet(connection, person)
            mine = preferences.c.person_id == who
            before = connection.execute(select(preferences.c.chosen).where(mine).with_for_update()).scalar()
            after = Preferences.model_validate({**(before or {}), **chosen})
            values = {"chosen": after.model_dump(mode="json", exclude_none=True), "at": now()}
            if before is None:
                connection.execute(insert(preferences).values(person_id=who, **values))
            else:
                connection.execute(update(preferences).where(mine).values(**values))
            return after

    def changed_preferences(self, since: datetime) -> tuple[dict[PersonRef, Preferences], datetime]:
        """The settings that changed at ``since`` or later, and the time of the latest change."""
        query = (
            select(preferences, people.c.platform, people.c.platform_id)
            .join(people, people.c.id == preferences.c.person_id)
            .where(preferences.c.at >= since)
        )
        with self._db.reading() as connection:
            rows = connection.execute(query).all()
        found = {PersonRef(row.platform, row.platform_id): _preferences(row.chosen) for row in rows}
        return found, max([since, *(row.at for row in rows)])

    def everything_of(self, person: PersonRef) -> tuple[dict[str, Any], list[Work]]:
        """All that is kept about a person, as JSON, and their works (deleted ones have no words left)."""
        with self._db.reading() as connection:
            known = person_id(connection, person)
            if known is None:
                return {"person": _name(person)}, []
            rows = connection.execute(
                work_rows().where(works.c.person_id == known).order_by(works.c.asked_at)
            ).all()
            first_seen = connection.execute(
                select(people.c.first_seen_at).where(people.c.id == known)
            ).scalar_one()
            chosen = connection.execute(
                select(preferences.c.chosen).where(preferences.c.person_id == known)
            ).scalar()
            shown: dict[str, list[str]] = {}
            theirs = select(works.c.id).where(works.c.person_id == known)
            for row in connection.execute(select(messages).where(messages.c.work_id.in_(theirs))):
                shown.setdefault(row.work_id, []).append(f"{row.platform}:{row.message}")
            told = {
                "person": _name(person),
                "first_seen_at": first_seen.isoformat(),
                "settings": _preferences(chosen or {}).model_dump(mode="json"),
                "works": [_everything(row, shown.get(row.id, [])) for row in rows],
                "votes": _theirs(connection, known),
                "favourites": [
                    {"work": row.work_id, "at": row.at.isoformat(), "presses": list(row.heard or ())}
                    for row in connection.execute(
                        select(favourites).where(favourites.c.person_id == known, favourites.c.kept)
                    )
                ],
                "trainings": [
                    {
                        "id": row.id,
                        "model": row.model,
                        "state": row.state,
                        "dry": row.dry,
                        "settings": row.settings,
                        "place": row.place,
                        "asked_at": row.asked_at.isoformat(),
                    }
                    for row in connection.execute(select(trainings).where(trainings.c.person_id == known))
                ],
                "bans": [
                    {"server": row.server, "why": row.why, "at": row.at.isoformat()}
                    for row in connection.execute(
                        select(bans).where(
                            bans.c.platform == person.platform, bans.c.platform_id == person.platform_id
                        )
                    )
                ],
                "administration": [
                    {"command": row.command, "options": row.options, "at": row.at.isoformat()}
                    for row in connection.execute(select(audit).where(audit.c.person_id == known))
                ],
            }
            return told, [work_of(row) for row in rows]


def forget(connection: Connection, known: int) -> None:
    """Take a person's settings away, and their name out of the audit log."""
    connection.execute(delete(preferences).where(preferences.c.person_id == known))
    connection.execute(update(audit).where(audit.c.person_id == known).values(person_id=None))


def _preferences(chosen: dict[str, Any]) -> Preferences:
    try:
        return Preferences.model_validate(chosen)
    except ValidationError as fault:  # a style or a language that this version does not have: the rest counts
        gone = {error["loc"][0] for error in fault.errors()}
        return Preferences.model_validate({name: v for name, v in chosen.items() if name not in gone})


def _name(person: PersonRef) -> str:
    return f"{person.platform}:{person.platform_id}"


def _theirs(connection: Connection, known: int) -> list[dict[str, Any]]:
    """The log of what somebody voted; ``stands`` marks what counts now, one a work at most."""
    stands = set(connection.execute(select(standing_votes(feedback.c.person_id == known).c.id)).scalars())
    rows = connection.execute(select(feedback).where(feedback.c.person_id == known).order_by(feedback.c.id))
    return [
        {
            "work": row.work_id, "act": row.act, "vote": row.value, "by": row.origin,
            "at": row.at.isoformat(), "stands": row.id in stands,
        }
        for row in rows
    ]  # fmt: skip


def _everything(row: Row[Any], shown: list[str]) -> dict[str, Any]:
    """A work's row and what shows it, without the secrets of the chat (an interaction's token)."""
    place = {name: value for name, value in row.place.items() if name != "token"}
    times = ("asked_at", "started_at", "made_at", "posted_at")
    return {
        "id": row.id, "kind": row.kind, "request": row.request, "lang": row.lang, "place": place,
        "state": row.state, "version": row.version, "result": row.result, "failure": row.failure,
        "files": [artefact["name"] for artefact in row.artefacts], "messages": shown,
        "parent": row.parent, "act": row.act, "post": row.post,
        **{name: moment.isoformat() if (moment := getattr(row, name)) else None for name in times},
    }  # fmt: skip
