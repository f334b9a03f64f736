"""Candidates on trial in the store: which there is, and how it ended, in one transaction with the pointers.

The running trial of a model is its ``candidate`` pointer: whoever makes works reads it with ``current`` in
one statement, and whatever ends it moves both at once. Killed in between, all of it is as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, bindparam, insert, or_, select, update

from atelier.errors import BadInput
from atelier.store.database import Database
from atelier.store.models import end, of_model, promoted, rejected
from atelier.store.news import add_news
from atelier.store.rows import new_id, now
from atelier.store.tables import audit, trials, versions

TrialState = Literal["running", "promoted", "rolled-back", "undecided", "stopped"]

_POINTERS = (
    select(versions.c.status, versions.c.version, versions.c.origin, trials.c.share)
    .outerjoin(
        trials,
        (trials.c.model == versions.c.model)
        & (trials.c.version == versions.c.version)
        & (trials.c.slot == 1),
    )
    .where(
        versions.c.model == bindparam("this"),
        or_(versions.c.status.in_(("current", "previous")), trials.c.slot.is_not(None)),
    )
)


@dataclass(frozen=True, slots=True)
class Trial:
    """A candidate that gets a ``share`` of the requests beside the version it is compared with.

    ``seen`` is what the last look at the votes found.
    """

    id: str
    model: str
    version: str
    against: str
    share: float
    state: TrialState
    seen: dict[str, Any]
    began_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Pointers:
    """Where the version lies that serves (None: what ships), and the candidate on trial, if there is one.

    ``previous``: where the one before it lies, in case that it cannot be loaded.
    """

    current: str | None = None
    candidate: str | None = None
    version: str = ""  # the candidate's name
    share: float = 0.0
    previous: str | None = None


class Trials:
    """The part of :class:`atelier.store.Store` that keeps trials."""

    _db: Database

    def begin_trial(self, model: str, version: str, against: str, share: float) -> Trial:
        """Put a candidate on trial; one that is running makes way, and administrators are told.

        Raises ``BadInput("canary-no-candidate")`` where ``version`` is no candidate (any more).
        """
        with self._db.writing() as connection:
            row = next((row for row in of_model(connection, model) if row.version == version), None)
            if row is None or row.status != "candidate":
                raise BadInput("canary-no-candidate", model=model, version=version)
            running = select(trials.c.id, trials.c.version).where(trials.c.model == model, trials.c.slot == 1)
            was = connection.execute(running).first()
            if was is not None and was.version != version:
                told = {"model": model, "version": was.version, "by": version}
                add_news(connection, f"trial {was.id} stopped", "canary-replaced", **told)
            end(connection, model, "stopped")
            made = new_id()
            connection.execute(
                insert(trials).values(
                    id=made, model=model, version=version, against=against, share=share, state="running",
                    slot=1, seen={}, began_at=now(),
                )
            )  # fmt: skip
            return _trial(connection.execute(select(trials).where(trials.c.id == made)).one())

    def running_trials(self) -> list[Trial]:
        """Those that run, one a model at most."""
        with self._db.reading() as connection:
            rows = connection.execute(select(trials).where(trials.c.slot == 1).order_by(trials.c.model))
            return [_trial(row) for row in rows]

    def trial(self, model: str) -> Trial | None:
        """The last one of a model, whether it runs or not."""
        query = select(trials).where(trials.c.model == model).order_by(trials.c.began_at.desc()).limit(1)
        with self._db.reading() as connection:
            row = connection.execute(query).first()
            return None if row is None else _trial(row)

    def trial_seen(self, trial_id: str, seen: dict[str, Any]) -> None:
        """What the votes say by now."""
        with self._db.writing() as connection:
            connection.execute(
                update(trials).where(trials.c.id == trial_id, trials.c.slot == 1).values(seen=seen)
            )

    def end_trial(
        self, trial: Trial, state: TrialState, seen: dict[str, Any], news: str, **told: str | int | float
    ) -> bool:
        """End it as the votes say: pointers, audit log and what administrators are told, all at once.

        False: it was over already, whoever ended it.
        """
        with self._db.writing() as connection:
            of_model(connection, trial.model)
            running = select(trials.c.id).where(trials.c.id == trial.id, trials.c.slot == 1)
            if connection.execute(running).first() is None:
                return False
            end(connection, trial.model, state, seen)
            if state == "promoted":
                promoted(connection, trial.model, trial.version)
            elif state == "rolled-back":
                rejected(connection, trial.model, trial.version)
            connection.execute(
                insert(audit).values(
                    at=now(), person_id=None, server="", platform="cli", command=f"canary {state}",
                    options={"model": trial.model, "version": trial.version, **told}, outcome="done",
                )
            )  # fmt: skip
            add_news(connection, f"trial {trial.id} {state}", news, model=trial.model, **told)
            return True

    def pointers(self, model: str) -> Pointers:
        """What serves, and what is on trial."""
        with self._db.glancing() as connection:
            return pointers(connection, model)


def pointers(connection: Connection, model: str) -> Pointers:
    """:meth:`Trials.pointers`, within a transaction."""
    current = candidate = previous = None
    version, share = "", 0.0
    for row in connection.execute(_POINTERS, {"this": model}):
        if row.status == "current":
            current = None if row.origin == "shipped" else row.origin
        elif row.status == "previous":
            previous = None if row.origin == "shipped" else row.origin
        elif row.share is not None:
            candidate, version, share = row.origin, row.version, row.share
    return Pointers(current, candidate, version, share, previous)


def _trial(row: Row[Any]) -> Trial:
    return Trial(
        row.id,
        row.model,
        row.version,
        row.against,
        row.share,
        row.state,
        row.seen,
        row.began_at,
        row.ended_at,
    )
