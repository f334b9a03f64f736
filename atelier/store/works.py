"""Works in the store: every change of a work's state is one statement that says which states it may leave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, func, or_, select, update

from atelier.languages import Lang
from atelier.limits import Limits
from atelier.requests import Kind, Request
from atelier.store.database import Database, insert_once
from atelier.store.favourites import TWICE_S
from atelier.store.records import ERASED, UNFINISHED, PersonRef, Platform, Work
from atelier.store.rows import meet, new_id, now, person_id, request_json, work_of, work_rows
from atelier.store.tables import messages, people, works
from atelier.store.waiting import make_room

DUE, ALARM_DAYS = "due", 7


class Works:
    """The part of :class:`atelier.store.Store` that keeps works."""

    _db: Database

    def accept(
        self,
        *,
        person: PersonRef,
        kind: Kind,
        request: Request,
        lang: Lang,
        place: dict[str, Any],
        source: str,
        parent: str | None = None,
        act: str | None = None,
        limits: Limits | None = None,
    ) -> tuple[Work, bool]:
        """Write a request down.

        ``source`` names the update it came with: the same one again gives the first row and False.
        So does the same ``act`` of the same person on the same ``parent`` until its work is in the
        chat: a button that is pressed twice acts once, whatever was restarted in between.
        Raises :class:`atelier.limits.Reached` where ``limits`` have no room for a new one.
        """
        with self._db.writing() as connection:
            if parent and act and (pressed := _pressed(connection, person, parent, act, source)):
                return pressed, False
            asker = meet(connection, person)
            new = insert_once(
                connection,
                works,
                id=new_id(),
                person_id=asker,
                kind=kind,
                request=request_json(request),
                lang=lang,
                place=place,
                source=source,
                state="accepted",
                artefacts=[],
                post={},
                asked_at=now(),
                parent=parent,
                act=act,
            )
            if new and limits is not None:
                make_room(connection, limits, asker, place)  # raised, it takes the row back
            row = connection.execute(work_rows().where(works.c.source == source)).one()
            return work_of(row), new

    def discard(self, work_id: str) -> bool:
        """Take back a request that never reached the queue. False: others stay."""
        with self._db.writing() as connection:
            gone = connection.execute(delete(works).where(works.c.id == work_id, works.c.state == "accepted"))
            return gone.rowcount == 1

    def set_place(self, work_id: str, place: dict[str, Any]) -> None:
        """Add to where the answer goes (message ids known after the acknowledgement)."""
        self._merge(work_id, "place", place)

    def note_post(self, work_id: str, **note: Any) -> dict[str, Any]:
        """Add to the delivery notes; all of them."""
        return self._merge(work_id, "post", note)

    def claim(self, work_id: str, step: str, value: Any) -> Any:
        """Note ``value`` for a step of the delivery, unless something stands there: that, or None.

        Of two that look at once, one writes.
        """
        with self._db.writing() as connection:
            notes = connection.execute(
                select(works.c.post).where(works.c.id == work_id).with_for_update()
            ).scalar()
            before = (notes or {}).get(step)
            if not before and notes is not None:
                claimed = {**notes, step: value}
                connection.execute(update(works).where(works.c.id == work_id).values(post=claimed))
            return before

    def queued(self, *work_ids: str) -> None:
        """On the queue. A worker that was quicker stays ahead."""
        with self._db.writing() as connection:
            connection.execute(
                update(works)
                .where(works.c.id.in_(work_ids), works.c.state == "accepted")
                .values(state="queued")
            )

    def failed(self, work_id: str, key: str, params: dict[str, str | int | float]) -> bool:
        """There will be no work, and why. False: it was already finished."""
        return self._step(work_id, UNFINISHED, state="failed", failure={"key": key, "params": params})

    def set_aside(
        self, work_id: str, key: str, params: dict[str, str | int | float], alarm: Sequence[Platform]
    ) -> bool:
        """:meth:`failed`, and noted in the same moment: administrators on these platforms are to know."""
        with self._db.writing() as connection:
            waits = works.c.id == work_id, works.c.state.in_(UNFINISHED)
            notes = connection.execute(select(works.c.post).where(*waits).with_for_update()).scalar()
            if notes is None:
                return False
            due = {_alarm(platform): DUE for platform in alarm}
            failure = {"key": key, "params": params}
            connection.execute(
                update(works)
                .where(works.c.id == work_id)
                .values(state="failed", failure=failure, post={**notes, **due})
            )
            return True

    def unalarmed(self, platform: Platform) -> list[Work]:
        """Set aside in the last days, and the administrators on ``platform`` do not know yet."""
        return self._works(
            work_rows().where(
                works.c.state == "failed",
                works.c.asked_at > now() - timedelta(days=ALARM_DAYS),
                works.c.post[_alarm(platform)].as_string() == DUE,
            )
        )

    @staticmethod
    def alarm_due(work: Work, platform: Platform) -> bool:
        """Whether the administrators on ``platform`` are to know of ``work``, and do not yet."""
        return work.post.get(_alarm(platform)) == DUE

    def alarmed(self, work_id: str, platform: Platform) -> None:
        """The administrators on ``platform`` have been told."""
        self.note_post(work_id, **{_alarm(platform): "told"})

    def cancelled(self, work_id: str, key: str = "work-cancelled") -> bool:
        """Nobody wants it any more; ``key`` is what its person is told. False: it was already finished."""
        return self._step(work_id, UNFINISHED, state="cancelled", failure={"key": key, "params": {}})

    def posted(self, work_id: str) -> None:
        """The person has been told. A failure stays a failure. Telling twice changes nothing."""
        with self._db.writing() as connection:
            told = connection.execute(
                update(works)
                .where(works.c.id == work_id, works.c.posted_at.is_(None))
                .values(posted_at=now())
            )
            if told.rowcount:
                connection.execute(
                    update(works).where(works.c.id == work_id, works.c.state == "made").values(state="posted")
                )

    def put_message(self, work_id: str, platform: Platform, message: str) -> None:
        """Tie a chat message (``<channel>:<message>``) to its work."""
        with self._db.writing() as connection:
            insert_once(connection, messages, platform=platform, message=message, work_id=work_id)

    def messages_of(self, work_id: str, platform: Platform) -> list[str]:
        """The chat messages that are tied to a work."""
        tied = messages.c.work_id == work_id, messages.c.platform == platform
        with self._db.reading() as connection:
            return list(connection.execute(select(messages.c.message).where(*tied)).scalars())

    def work_of_message(self, platform: Platform, message: str) -> Work | None:
        """The work that a chat message shows; none for a deleted one, whose message is about to go."""
        tied = (
            select(messages.c.work_id)
            .join(works, works.c.id == messages.c.work_id)
            .where(messages.c.platform == platform, messages.c.message == message, works.c.state != "deleted")
        )
        found = self._works(work_rows().where(works.c.id.in_(tied), works.c.source.not_like(f"{ERASED}%")))
        return found[0] if found else None

    def undelivered(self, platform: Platform) -> list[Work]:
        """Made, failed or cancelled, and the person was not told yet; oldest first."""
        return self._works(
            work_rows()
            .where(
                works.c.state.in_(("made", "failed", "cancelled")),
                works.c.posted_at.is_(None),
                people.c.platform == platform,
                people.c.platform_id != "",  # what is left of an erased person's is told to nobody
            )
            .order_by(works.c.asked_at)
        )

    def unsent(self, older_than_s: float) -> list[Work]:
        """Accepted, and ``older_than_s`` later still not on the queue: their front end died in between."""
        before = now() - timedelta(seconds=older_than_s)
        return self._works(
            work_rows()
            .where(works.c.state == "accepted", works.c.asked_at < before)
            .order_by(works.c.asked_at)
        )

    def unfinished(self, older_than_s: float = 0.0) -> list[Work]:
        """On the queue or being made since ``older_than_s``; oldest first. For whoever mends the road."""
        before = now() - timedelta(seconds=older_than_s)
        return self._works(
            work_rows()
            .where(works.c.state.in_(("queued", "running")), works.c.asked_at < before)
            .order_by(works.c.asked_at)
        )

    def waiting_of(self, person: PersonRef) -> list[Work]:
        """The person's works that are not finished, newest first."""
        with self._db.reading() as connection:
            known = person_id(connection, person)
        return self._works(
            work_rows()
            .where(works.c.person_id == known, works.c.state.in_(UNFINISHED))
            .order_by(works.c.asked_at.desc())
        )

    def waiting_for(self, kind: Kind) -> int:
        """How many works of ``kind`` are not finished."""
        with self._db.reading() as connection:
            number = select(func.count()).where(works.c.kind == kind, works.c.state.in_(UNFINISHED))
            return int(connection.execute(number).scalar_one())

    def waiting_on(self, platform: Platform, older_than_s: float = 0.0, most: int = 100) -> list[Work]:
        """What waits for its turn on one platform since ``older_than_s``: the oldest, at most so many."""
        before = now() - timedelta(seconds=older_than_s)
        return self._works(
            work_rows()
            .where(works.c.state == "queued", works.c.asked_at < before, people.c.platform == platform)
            .order_by(works.c.asked_at)
            .limit(most)
        )

    def recent(self, person: PersonRef, limit: int = 20, before: datetime | None = None) -> list[Work]:
        """The person's works, newest first; those asked before ``before``."""
        with self._db.reading() as connection:
            known = person_id(connection, person)
        query = work_rows().where(works.c.person_id == known, works.c.state != "deleted")
        if before is not None:
            query = query.where(works.c.asked_at < before)
        return self._works(query.order_by(works.c.asked_at.desc()).limit(limit))

    def _works(self, query: Select[Any]) -> list[Work]:
        with self._db.reading() as connection:
            return [work_of(row) for row in connection.execute(query)]

    def _step(self, work_id: str, leaving: Sequence[str], **values: Any) -> bool:
        with self._db.writing() as connection:
            changed = connection.execute(
                update(works).where(works.c.id == work_id, works.c.state.in_(leaving)).values(**values)
            )
            return changed.rowcount == 1

    def _merge(self, work_id: str, column: str, more: dict[str, Any]) -> dict[str, Any]:
        with self._db.writing() as connection:
            old = connection.execute(
                select(works.c[column]).where(works.c.id == work_id).with_for_update()
            ).scalar()
            merged = {**(old or {}), **more}
            connection.execute(update(works).where(works.c.id == work_id).values({column: merged}))
            return merged


def _alarm(platform: Platform) -> str:
    """Among the notes of a delivery: what the administrators there know of a work that was set aside."""
    return f"alarm-{platform}"


def _pressed(connection: Connection, person: PersonRef, parent: str, act: str, source: str) -> Work | None:
    """The work of an earlier press of the same button that is still on its way."""
    # The parent's row is the lock of its buttons: two presses at once come one after the other.
    connection.execute(select(works.c.id).where(works.c.id == parent).with_for_update())
    if connection.execute(select(works.c.id).where(works.c.source == source)).first():
        return None  # a redelivered update: its own row is the answer
    on_its_way = and_(works.c.posted_at.is_(None), works.c.state.in_((*UNFINISHED, "made", "failed")))
    just_now = works.c.asked_at > now() - timedelta(seconds=TWICE_S)
    row = connection.execute(
        work_rows()
        .where(
            works.c.parent == parent,
            works.c.act == act,
            works.c.person_id == person_id(connection, person),
            works.c.state.not_in(("cancelled", "deleted")),
            or_(on_its_way, just_now),
        )
        .order_by(works.c.asked_at.desc())
        .limit(1)
    ).first()
    return None if row is None else work_of(row)
