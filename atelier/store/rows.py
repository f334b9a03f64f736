"""From rows to records and back."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from atelier.requests import REQUESTS, Kind, Request
from atelier.store.database import insert_once
from atelier.store.records import ArtefactRef, Failure, PersonRef, Work
from atelier.store.tables import people, works
from atelier.works import AnyResult, MelodyResult, PictureResult, PoemResult

RESULTS: dict[Kind, type[AnyResult]] = {
    "paint": PictureResult, "poem": PoemResult, "melody": MelodyResult,
}  # fmt: skip

_ID_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_ID_LENGTH = 12  # 60 bits: chats show nobody else's ids, and nobody guesses one


def now() -> datetime:
    """The present moment, aware UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """A work's id: fits RQ job ids, Discord custom ids and Telegram callback data."""
    return "".join(secrets.choice(_ID_LETTERS) for _ in range(_ID_LENGTH))


def person_id(connection: Connection, person: PersonRef) -> int | None:
    """The row id of ``person``, if they were ever here."""
    found = connection.execute(
        select(people.c.id).where(
            people.c.platform == person.platform, people.c.platform_id == person.platform_id
        )
    ).scalar()
    return None if found is None else int(found)


def meet(connection: Connection, person: PersonRef) -> int:
    """The row id of ``person``, written down now if they are new."""
    known = person_id(connection, person)
    if known is None:
        insert_once(
            connection,
            people,
            platform=person.platform,
            platform_id=person.platform_id,
            first_seen_at=now(),
        )
        known = person_id(connection, person)
        assert known is not None
    return known


@cache
def work_rows() -> Select[Any]:
    """Works with their people."""
    return select(works, people.c.platform, people.c.platform_id).join(
        people, people.c.id == works.c.person_id
    )


def work_of(row: Row[Any]) -> Work:
    """The record of one of :func:`work_rows`."""
    kind: Kind = row.kind
    return Work(
        id=row.id,
        person=PersonRef(row.platform, row.platform_id),
        kind=kind,
        request=REQUESTS[kind].model_validate(row.request),
        lang=row.lang,
        place=row.place,
        state=row.state,
        version=row.version,
        result=None if row.result is None else RESULTS[kind].model_validate(row.result),
        artefacts=tuple(ArtefactRef(**artefact) for artefact in row.artefacts),
        failure=None if row.failure is None else Failure(row.failure["key"], row.failure["params"]),
        post=row.post,
        asked_at=row.asked_at,
        started_at=row.started_at,
        made_at=row.made_at,
        posted_at=row.posted_at,
        parent=row.parent,
        act=row.act,
    )


def request_json(request: Request) -> dict[str, Any]:
    """What was said, and the seed; options that nobody named stay out."""
    return request.model_dump(mode="json", exclude_none=True)


def artefacts_json(artefacts: tuple[ArtefactRef, ...]) -> list[dict[str, Any]]:
    """Artefact references as JSON."""
    return [asdict(artefact) for artefact in artefacts]
