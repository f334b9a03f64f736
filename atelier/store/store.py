"""The one door to the database."""

from __future__ import annotations

from typing import Any, Self

from sqlalchemy import Connection, delete, select, text, update

from atelier.errors import BadInput
from atelier.languages import Lang
from atelier.requests import REQUESTS, Kind
from atelier.store.database import Database
from atelier.store.erasure import FORGOTTEN, hide_bans, made_from_theirs, unsay, words_of
from atelier.store.favourites import Favourites
from atelier.store.house import House
from atelier.store.lessons import LessonsOf
from atelier.store.making import Making
from atelier.store.migrate import migrate
from atelier.store.models import Models
from atelier.store.news import NewsOf
from atelier.store.people import People, forget
from atelier.store.records import ERASED, UNFINISHED, ArtefactRef, PersonRef, Platform, Work
from atelier.store.rows import meet, person_id, work_of
from atelier.store.tables import favourites, feedback, messages, people, works
from atelier.store.trainings import Trainings, forget_trainings
from atelier.store.trials import Trials
from atelier.store.votes import Votes
from atelier.store.works import Works

_ANYTHING = text("SELECT 1")


class Store(Works, Making, Votes, LessonsOf, Favourites, People, House, Models, Trials, Trainings, NewsOf):
    """Works, people, feedback, favourites, order, versions, trainings. Safe to share between threads."""

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
        with self._db.glancing() as connection:
            connection.execute(_ANYTHING)

    def close(self) -> None:
        """Close the connections."""
        self._db.close()

    def erase(self, person: PersonRef) -> list[ArtefactRef]:
        """Forget a person: their votes, their words, where they were answered, their works.

        The sole exception to append-only. What remains of a work is its kind, times and other
        people's votes, tied to nobody, and which messages showed it, until they are taken away
        (:meth:`leftovers`). Works that others made from theirs stay, without their words; a ban
        stays, without their name. Returns the artefacts that the caller takes off the shelf.
        """
        with self._db.writing() as connection:
            hide_bans(connection, person)
            known = person_id(connection, person)
            if known is None:
                return []
            said = connection.execute(select(works.c.request).where(works.c.person_id == known)).scalars()
            words = [text for request in said for text in words_of(request)]
            unsay(connection, made_from_theirs(connection, known), words)
            connection.execute(delete(feedback).where(feedback.c.person_id == known))
            connection.execute(delete(favourites).where(favourites.c.person_id == known))
            forget(connection, known)
            forget_trainings(connection, known)
            theirs = connection.execute(
                select(works.c.id, works.c.kind, works.c.state, works.c.artefacts)
                .where(works.c.person_id == known)
                .with_for_update()
            ).all()
            nobody = meet(connection, PersonRef(person.platform, ""))
            gone: list[ArtefactRef] = []
            for row in theirs:
                gone += [ArtefactRef(**artefact) for artefact in row.artefacts]
                state = "cancelled" if row.state in (*UNFINISHED, "made", "failed") else row.state
                _empty(
                    connection, row.id, row.kind, person_id=nobody, source=f"{ERASED}{row.id}", state=state
                )
            # A private chat has its person's number on Telegram: what it showed of others is not kept either.
            connection.execute(
                delete(messages).where(
                    messages.c.platform == person.platform,
                    messages.c.message.startswith(f"{person.platform_id}:", autoescape=True),
                    messages.c.work_id.not_in([row.id for row in theirs]),
                )
            )
            connection.execute(delete(people).where(people.c.id == known))
            return gone

    def made_from(self, person: PersonRef) -> list[Work]:
        """Other people's works that began with this person's."""
        with self._db.reading() as connection:
            known = person_id(connection, person)
            return [] if known is None else [work_of(row) for row in made_from_theirs(connection, known)]

    def leftovers(self, platform: Platform) -> list[tuple[str, Lang]]:
        """Messages (``<channel>:<message>``) that may still show deleted works, or those of an erased person.

        With the language of each.
        """
        query = (
            select(messages.c.message, works.c.lang)
            .join(works, works.c.id == messages.c.work_id)
            .where(
                messages.c.platform == platform,
                works.c.source.startswith(ERASED) | (works.c.state == "deleted"),
            )
        )
        with self._db.reading() as connection:
            return [(row.message, row.lang) for row in connection.execute(query)]

    def forget_message(self, platform: Platform, message: str) -> None:
        """A message is gone, or cannot be taken away."""
        with self._db.writing() as connection:
            connection.execute(
                delete(messages).where(messages.c.platform == platform, messages.c.message == message)
            )

    def remove(self, work_id: str) -> tuple[list[ArtefactRef], list[str], bool]:
        """Delete a work: its words, its result. Again: nothing is left to delete.

        Its row stays as a deleted work of its person, for the votes' log. Returns the artefacts and
        the messages (``<channel>:<message>``, of the person's platform) for the caller to take away: they are
        :meth:`leftovers` until :meth:`forget_message`; and whether it was there until now.
        Raises ``BadInput("work-unknown")``.
        """
        with self._db.writing() as connection:
            row = connection.execute(
                select(works.c.kind, works.c.artefacts, works.c.state)
                .where(works.c.id == work_id)
                .with_for_update()
            ).one_or_none()
            if row is None:
                raise BadInput("work-unknown")
            shown = connection.execute(select(messages.c.message).where(messages.c.work_id == work_id))
            keys = list(shown.scalars())
            _empty(connection, work_id, row.kind, state="deleted")
            return [ArtefactRef(**artefact) for artefact in row.artefacts], keys, row.state != "deleted"


def _empty(connection: Connection, work_id: str, kind: Kind, **values: Any) -> None:
    """Take out of a work's row what somebody said or was shown."""
    bare = {"request": {REQUESTS[kind].prompt_field: FORGOTTEN}, "place": {}, "post": {}, "artefacts": []}
    connection.execute(
        update(works).where(works.c.id == work_id).values(**bare, result=None, failure=None, **values)
    )
    connection.execute(delete(favourites).where(favourites.c.work_id == work_id))
