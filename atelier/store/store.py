"""The one door to the database."""

from __future__ import annotations

from typing import Self

from sqlalchemy import delete, select, text, update

from atelier.requests import REQUESTS
from atelier.store.database import Database
from atelier.store.migrate import migrate
from atelier.store.models import Models
from atelier.store.records import UNFINISHED, ArtefactRef, PersonRef
from atelier.store.rows import meet, person_id
from atelier.store.tables import feedback, messages, people, works
from atelier.store.votes import Votes
from atelier.store.works import Works

FORGOTTEN = "…"  # what stands where the words of an erased request stood


class Store(Works, Votes, Models):
    """Works, people, feedback and model versions. Safe to share between threads."""

    def __init__(self, database: Database) -> None:
        self._db = database

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the database at ``url`` and bring it to the newest shape.

        Raises ``Unavailable("store-down")``.
        """
        database = Database(url)
        migrate(database)
        return cls(database)

    def check(self) -> None:
        """Raises ``Unavailable("store-down")`` when the database does not answer."""
        with self._db.reading() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close the connections."""
        self._db.close()

    def erase(self, person: PersonRef) -> list[ArtefactRef]:
        """Forget a person: their votes, their words, where they were answered, their works.

        The sole exception to append-only. What remains of a work is its kind, times and other
        people's votes, tied to nobody. Returns the artefacts that the caller takes off the shelf.
        """
        with self._db.writing() as connection:
            known = person_id(connection, person)
            if known is None:
                return []
            connection.execute(delete(feedback).where(feedback.c.person_id == known))
            theirs = connection.execute(
                select(works.c.id, works.c.kind, works.c.state, works.c.artefacts)
                .where(works.c.person_id == known)
                .with_for_update()
            ).all()
            nobody = meet(connection, PersonRef(person.platform, ""))
            gone: list[ArtefactRef] = []
            for row in theirs:
                gone += [ArtefactRef(**artefact) for artefact in row.artefacts]
                prompt = REQUESTS[row.kind].prompt_field
                state = "cancelled" if row.state in (*UNFINISHED, "made", "failed") else row.state
                connection.execute(
                    update(works)
                    .where(works.c.id == row.id)
                    .values(
                        person_id=nobody, request={prompt: FORGOTTEN}, place={}, post={}, result=None,
                        artefacts=[], failure=None, source=f"erased:{row.id}", state=state,
                    )
                )  # fmt: skip
                connection.execute(delete(messages).where(messages.c.work_id == row.id))
            connection.execute(delete(people).where(people.c.id == known))
            return gone
