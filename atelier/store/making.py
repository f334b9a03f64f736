"""Works while they are made: what a worker asks of the store for each, in as few statements as can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, or_, select, update

from atelier.requests import Kind
from atelier.shares import falls
from atelier.store.database import Database
from atelier.store.records import UNFINISHED, ArtefactRef, Work
from atelier.store.rows import artefacts_json, now, work_of, work_rows
from atelier.store.tables import works
from atelier.store.trials import Pointers, pointers
from atelier.versions import MODEL_OF
from atelier.works import AnyResult

# The statements of every job, built once: building one takes longer than SQLite takes to run it. So does
# writing out an IN at each execution: a work that is alone is asked for by itself.
_THIS = work_rows().where(works.c.id == bindparam("this"))
_THESE = work_rows().where(works.c.id.in_(bindparam("these", expanding=True)))
_WAITS = or_(*(works.c.state == state for state in UNFINISHED))
_START = (
    update(works).where(_WAITS).values(state="running", version=bindparam("by"), started_at=bindparam("at"))
)
_START_THIS = _START.where(works.c.id == bindparam("this"))
_START_THESE = _START.where(works.c.id.in_(bindparam("these", expanding=True)))
_MAKE = (
    update(works)
    .where(works.c.id == bindparam("this"), _WAITS)
    .values(
        state="made", version=bindparam("by"), result=bindparam("what"), artefacts=bindparam("files"),
        made_at=bindparam("at"),
    )
)  # fmt: skip
_UNMADE = "unmade"  # among the notes of a delivery


@dataclass(frozen=True, slots=True)
class Begun:
    """``works`` by id as they were before; where each kind's versions lie; the works the candidates get."""

    works: dict[str, Work]
    pointers: dict[Kind, Pointers]
    tried: frozenset[str] = frozenset()


class Making:
    """The part of :class:`atelier.store.Store` that workers use for every work."""

    _db: Database

    def get(self, work_id: str) -> Work | None:
        """The work as it is now."""
        with self._db.glancing() as connection:
            row = connection.execute(_THIS, {"this": work_id}).first()
            return None if row is None else work_of(row)

    def get_many(self, work_ids: Sequence[str]) -> dict[str, Work]:
        """The works of these ids that exist, in one query."""
        with self._db.glancing() as connection:
            return _found(connection, work_ids)

    def started(self, work_id: str, version: str) -> None:
        """Being made by ``version`` (again, if a worker died)."""
        self.started_many([work_id], version)

    def started_many(self, work_ids: Sequence[str], version: str) -> None:
        """:meth:`started` for works that are made together, in one statement."""
        # Hasty: undone by a power cut they wait on, and whoever finds them starts them.
        with self._db.writing(hasty=True) as connection:
            _start(connection, work_ids, version)

    def begin(self, work_ids: Sequence[str], by: Mapping[tuple[Kind, str | None], str]) -> Begun:
        """Whoever makes these works now learns what they are, and writes down that they run, at one go.

        ``by``: the version that its maker has at hand of what lies there, for a kind. Where none is at hand,
        :meth:`started_many` says so later. What is finished is left as it is. While a candidate is on trial
        its share of the works is its own (:mod:`atelier.shares`).
        """
        with self._db.writing(hasty=True) as connection:
            found = _found(connection, work_ids)
            chosen: dict[Kind, Pointers] = {}
            tried: set[str] = set()
            for kind in {work.kind for work in found.values()}:
                chosen[kind] = to = pointers(connection, MODEL_OF[kind])
                these = [work for work in found.values() if work.kind == kind]
                if to.candidate is not None:
                    its = _tried(connection, to, these)
                    tried |= its
                    _start(
                        connection,
                        [work.id for work in these if work.id in its],
                        by.get((kind, to.candidate)),
                    )
                    these = [work for work in these if work.id not in its]
                _start(connection, [work.id for work in these], by.get((kind, to.current)))
            return Begun(found, chosen, frozenset(tried))

    def made(self, work_id: str, result: AnyResult, artefacts: Sequence[ArtefactRef]) -> bool:
        """Done. False: it already was, or nobody wants it any more; then nothing changes."""
        return bool(self.made_many([(work_id, result, artefacts)]))

    def made_many(self, made: Sequence[tuple[str, AnyResult, Sequence[ArtefactRef]]]) -> set[str]:
        """:meth:`made` for works that were made together, in one transaction; the ids that it changed."""
        if not made:
            return set()
        # On SQLite hasty: undone by a power cut they are made again, from the same seed. A post that cannot
        # be repeated is noted first, and that note's commit takes everything before it to the disk. A
        # PostgreSQL that crashes forgets such a commit while all others go on, and nobody would miss it
        # for a minute.
        with self._db.writing(hasty=self._db.embedded) as connection:
            at = now()
            return {
                work_id
                for work_id, result, artefacts in made
                if connection.execute(
                    _MAKE,
                    {
                        "this": work_id, "by": result.version, "what": result.model_dump(mode="json"),
                        "files": artefacts_json(tuple(artefacts)), "at": at,
                    },
                ).rowcount == 1
            }  # fmt: skip

    def unmake(self, work_id: str) -> bool:
        """A work whose files were lost before anybody saw it waits again: from the same seed, and once.

        False: it is not so, or was so before.
        """
        with self._db.writing() as connection:
            unseen = works.c.id == work_id, works.c.state == "made", works.c.posted_at.is_(None)
            notes = connection.execute(select(works.c.post).where(*unseen).with_for_update()).scalar()
            if notes is None or _UNMADE in notes:
                return False
            connection.execute(
                update(works)
                .where(works.c.id == work_id)
                .values(
                    state="queued", result=None, artefacts=[], started_at=None, made_at=None,
                    post={**notes, _UNMADE: True},
                )
            )  # fmt: skip
            return True


def _found(connection: Connection, work_ids: Sequence[str]) -> dict[str, Work]:
    if len(work_ids) == 1:
        rows = connection.execute(_THIS, {"this": work_ids[0]})
    else:
        rows = connection.execute(_THESE, {"these": list(work_ids)})
    return {row.id: work_of(row) for row in rows}


def _tried(connection: Connection, to: Pointers, made: Sequence[Work]) -> set[str]:
    """Which of these works are the candidate's."""
    parents = {work.parent for work in made if work.parent}
    by: dict[str, str | None] = {}
    if parents:
        rows = connection.execute(select(works.c.id, works.c.version).where(works.c.id.in_(parents)))
        by = {row.id: row.version for row in rows}
    return {
        work.id
        for work in made
        if (by.get(work.parent) == to.version if work.parent else falls(work.request, to.version, to.share))
    }


def _start(connection: Connection, work_ids: Sequence[str], by: str | None) -> None:
    if not work_ids:
        return
    if len(work_ids) == 1:
        connection.execute(_START_THIS, {"this": work_ids[0], "by": by, "at": now()})
    else:
        connection.execute(_START_THESE, {"these": list(work_ids), "by": by, "at": now()})
