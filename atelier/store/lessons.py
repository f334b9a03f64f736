"""What the store tells a training: the votes that stand, with their works and what their people allow."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from atelier.learning.rules import Heard
from atelier.requests import Kind
from atelier.rules import Preferences, Rules
from atelier.store.database import Database
from atelier.store.erasure import alias
from atelier.store.house import STUDIO
from atelier.store.records import ERASED, PersonRef
from atelier.store.tables import bans, facts, people, preferences, servers, works
from atelier.store.trials import Trial
from atelier.store.votes import standing_votes


class LessonsOf:
    """The part of :class:`atelier.store.Store` that trainings read."""

    _db: Database

    def heard(self, kind: Kind) -> Iterator[Heard]:
        """Every vote that stands on a work of ``kind`` that is still there; which count is not said here.

        Erased people and deleted works are not among them.
        """
        return self._heard(works.c.kind == kind)

    def heard_of_trial(self, kind: Kind, trial: Trial) -> Iterator[Heard]:
        """:meth:`heard`, of the works that both versions made since the trial began.

        What was made from an earlier work (a variation, say) went where that one was made, so it is not
        among them: only what fell by chance can be compared.
        """
        return self._heard(
            works.c.kind == kind, works.c.parent.is_(None), works.c.asked_at >= trial.began_at,
            works.c.version.in_([trial.version, trial.against]),
        )  # fmt: skip

    def _heard(self, *where: ColumnElement[bool]) -> Iterator[Heard]:
        stands = standing_votes()
        asker = people.alias("asker")
        query = (
            select(
                stands.c.work_id, stands.c.value, stands.c.at, people.c.platform, people.c.platform_id,
                people.c.id.label("voter_id"), works.c.person_id.label("asker_id"),
                asker.c.platform.label("home"), works.c.kind, works.c.lang, works.c.request, works.c.result,
                works.c.artefacts, works.c.version, works.c.place,
            )
            .join(works, works.c.id == stands.c.work_id)
            .join(people, people.c.id == stands.c.person_id)
            .join(asker, asker.c.id == works.c.person_id)
            .where(
                *where, works.c.state.in_(["made", "posted"]), works.c.result.is_not(None),
                works.c.source.not_like(f"{ERASED}%"),
            )
            .order_by(stands.c.id)
        )  # fmt: skip
        with self._db.reading() as connection:
            salt = connection.execute(select(facts.c.value).where(facts.c.name == "salt")).scalar_one()
            unwilling, closed, barred = _unwilling(connection), _closed(connection), _barred(connection)
            hidden: dict[PersonRef, str] = {}
            for row in connection.execute(query):
                voter = PersonRef(row.platform, row.platform_id)
                server = row.place.get("server")
                if barred and voter not in hidden:
                    hidden[voter] = alias(connection, voter)
                names = {voter.platform_id, hidden.get(voter, "")}
                yield Heard(
                    row.work_id, row.kind, row.lang, row.request, row.result, tuple(row.artefacts),
                    row.version or "", _hash(salt, voter.platform, voter.platform_id),
                    _hash(salt, f"server:{row.home}", str(server)) if server else "",
                    row.value == "liked", row.at,
                    consents=not {row.voter_id, row.asker_id} & unwilling
                    and (row.home, str(server)) not in closed,
                    barred=any((voter.platform, name, where) in barred
                               for name in names for where in (STUDIO, str(server))),
                )  # fmt: skip


def _hash(salt: str, platform: str, name: str) -> str:
    """As the export says it (:meth:`Votes.feedback`)."""
    return hmac.digest(salt.encode(), f"{platform}:{name}".encode(), "sha256").hex()[:24]


def _unwilling(connection: Connection) -> set[int]:
    rows = connection.execute(select(preferences.c.person_id, preferences.c.chosen)).all()
    return {row.person_id for row in rows if not Preferences.model_construct(**row.chosen).learning}


def _closed(connection: Connection) -> set[tuple[str, str]]:
    rows = connection.execute(select(servers)).all()
    return {(row.platform, row.server) for row in rows if not Rules.model_validate(row.rules).learning}


def _barred(connection: Connection) -> set[Any]:
    return {
        tuple(row) for row in connection.execute(select(bans.c.platform, bans.c.platform_id, bans.c.server))
    }
