"""Trainings from votes in the store: one at a time, each a row that outlives whoever trains and tells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from atelier.errors import Unavailable
from atelier.languages import Lang
from atelier.store.database import Database, insert_once
from atelier.store.records import OPEN, Failure, PersonRef, Platform, Training, TrainingState
from atelier.store.rows import meet, new_id, now
from atelier.store.tables import facts, people, trainings

KEPT = timedelta(days=365)  # what is over for so long nobody asks for any more


class Trainings:
    """The part of :class:`atelier.store.Store` that keeps trainings."""

    _db: Database

    def ask_training(
        self, model: str, *, person: PersonRef | None, platform: Platform, place: dict[str, Any], lang: Lang,
        settings: Sequence[str] = (), dry: bool = False,
    ) -> Training:  # fmt: skip
        """Write down that a training is wanted; nobody else may want one until it is over.

        Raises ``Unavailable("retrain-held")`` with what is being trained, since when, and for whom.
        """
        with self._db.writing() as connection:
            holder = connection.execute(_rows().where(trainings.c.slot == 1)).first()
            if holder is not None:
                raise _held(holder)
            connection.execute(
                delete(trainings).where(trainings.c.slot.is_(None), trainings.c.asked_at < now() - KEPT)
            )
            made = new_id()
            connection.execute(
                insert(trainings).values(
                    id=made, model=model, state="queued", slot=1, dry=dry, settings=list(settings),
                    person_id=meet(connection, person) if person else None, platform=platform, place=place,
                    lang=lang, progress={}, post={}, asked_at=now(), heard_at=now(),
                )
            )  # fmt: skip
            return _training(connection.execute(_rows().where(trainings.c.id == made)).one())

    def training(self, training_id: str) -> Training | None:
        """The training as it is now."""
        return next(iter(self._trainings(_rows().where(trainings.c.id == training_id))), None)

    def open_training(self) -> Training | None:
        """The one that is not over, if there is one."""
        return next(iter(self._trainings(_rows().where(trainings.c.slot == 1))), None)

    def latest_trainings(self, model: str | None = None, limit: int = 10) -> list[Training]:
        """The last ones, newest first."""
        query = _rows().order_by(trainings.c.asked_at.desc()).limit(limit)
        return self._trainings(query if model is None else query.where(trainings.c.model == model))

    def trainings_to_tell(self, platform: Platform, within: timedelta) -> list[Training]:
        """Those of a platform that are not over, or ended within that time; oldest first."""
        recent = trainings.c.ended_at > now() - within
        query = _rows().where(trainings.c.platform == platform, trainings.c.slot.is_not(None) | recent)
        return self._trainings(query.order_by(trainings.c.asked_at))

    def training_moved(self, training_id: str, progress: dict[str, Any] | None = None) -> bool:
        """It is being trained, and as far as ``progress`` says. False: it is over, so stop."""
        values: dict[str, Any] = {"state": "running", "heard_at": now()}
        if progress is not None:
            values["progress"] = progress
        return self._change(training_id, **values)

    def training_ended(
        self, training_id: str, state: TrainingState, *, outcome: dict[str, Any] | None = None,
        failure: Failure | None = None,
    ) -> bool:  # fmt: skip
        """It is over. False: it was already."""
        told = None if failure is None else {"key": failure.key, "params": failure.params}
        return self._change(
            training_id, state=state, slot=None, outcome=outcome, failure=told, ended_at=now()
        )

    def note_training_post(self, training_id: str, **note: Any) -> dict[str, Any]:
        """Add to what its front end knows of its messages; all of it."""
        with self._db.writing() as connection:
            this = trainings.c.id == training_id
            before = connection.execute(select(trainings.c.post).where(this).with_for_update()).scalar()
            merged = {**(before or {}), **note}
            connection.execute(update(trainings).where(this).values(post=merged))
            return merged

    def fact(self, name: str, value: str) -> str:
        """What is known of this studio by that name; ``value``, kept from now on, where nothing was."""
        with self._db.writing() as connection:
            insert_once(connection, facts, name=name, value=value)
            return str(connection.execute(select(facts.c.value).where(facts.c.name == name)).scalar_one())

    def _change(self, training_id: str, **values: Any) -> bool:
        with self._db.writing() as connection:
            changed = connection.execute(
                update(trainings)
                .where(trainings.c.id == training_id, trainings.c.state.in_(OPEN))
                .values(**values)
            )
            return changed.rowcount == 1

    def _trainings(self, query: Select[Any]) -> list[Training]:
        with self._db.reading() as connection:
            return [_training(row) for row in connection.execute(query)]


def forget_trainings(connection: Connection, known: int) -> None:
    """A training that somebody asked for who had themselves erased was nobody's."""
    connection.execute(
        update(trainings).where(trainings.c.person_id == known).values(person_id=None, place={})
    )


def _held(row: Row[Any]) -> Unavailable:
    """Who has the one place there is."""
    process = row.place.get("process")
    who = f"atelier retrain ({process})" if process else f"{row.platform}:{row.platform_id or '?'}"
    return Unavailable("retrain-held", model=row.model, since=f"{row.asked_at:%Y-%m-%d %H:%M}", who=who)


def _rows() -> Select[Any]:
    return select(trainings, people.c.platform.label("home"), people.c.platform_id).outerjoin(
        people, people.c.id == trainings.c.person_id
    )


def _training(row: Row[Any]) -> Training:
    return Training(
        id=row.id, model=row.model, state=row.state, dry=row.dry, settings=tuple(row.settings),
        person=PersonRef(row.home, row.platform_id) if row.person_id else None, platform=row.platform,
        place=row.place, lang=row.lang, progress=row.progress, outcome=row.outcome,
        failure=Failure(row.failure["key"], row.failure["params"]) if row.failure else None, post=row.post,
        asked_at=row.asked_at, heard_at=row.heard_at, ended_at=row.ended_at,
    )  # fmt: skip
