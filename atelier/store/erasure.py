"""What erasing a person reaches beyond their own rows: works made from theirs, bans, the audit log."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select, update

from atelier.requests import REQUESTS
from atelier.store.records import PersonRef
from atelier.store.rows import work_rows
from atelier.store.tables import audit, bans, facts, works

FORGOTTEN = "…"  # what stands where the words of an erased request stood
BANS = ("admin ban", "admin unban")


def made_from_theirs(connection: Connection, known: int) -> list[Row[Any]]:
    """Other people's works that began with this person's: varied, blended, made again, and so on."""
    blended: dict[str, list[str]] = {}
    for row in connection.execute(select(works.c.id, works.c.act).where(works.c.act.contains("+"))):
        blended.setdefault(row.act.rpartition("+")[2], []).append(row.id)
    new = set(connection.execute(select(works.c.id).where(works.c.person_id == known)).scalars())
    found: set[str] = set()
    while new:
        found |= new
        children = select(works.c.id).where(works.c.parent.in_(new))
        new = {
            *connection.execute(children).scalars(),
            *(b for one in new for b in blended.get(one, ())),
        } - found
    return list(
        connection.execute(work_rows().where(works.c.id.in_(found), works.c.person_id != known)).all()
    )


def words_of(request: dict[str, Any]) -> list[str]:
    """Every prompt in a stored request: its own, and those mixed into it."""
    own = [request[model.prompt_field] for model in REQUESTS.values() if model.prompt_field in request]
    return own + [mixed["prompt"] for mixed in (request.get("steer") or {}).get("mix", ())]


def unsay(connection: Connection, rows: Iterable[Row[Any]], words: Sequence[str]) -> None:
    """Keep these works, without ``words`` in their requests and what was understood of them."""

    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: bare(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [bare(inner) for inner in value]
        return FORGOTTEN if value in words else value

    for row in rows:
        if not set(words) & set(words_of(row.request)):
            continue
        result = row.result and {**row.result, **({"understood": ""} if "understood" in row.result else {})}
        connection.execute(
            update(works).where(works.c.id == row.id).values(request=bare(row.request), result=result)
        )


def alias(connection: Connection, person: PersonRef) -> str:
    """What stands for an erased person in the list of bans: it tells them again, and nobody who they are."""
    salt = connection.execute(select(facts.c.value).where(facts.c.name == "salt")).scalar_one()
    digest = hmac.digest(salt.encode(), f"ban:{person.platform}:{person.platform_id}".encode(), "sha256")
    return f"forgotten:{digest.hex()[:40]}"


def hide_bans(connection: Connection, person: PersonRef) -> None:
    """A ban outlives its person's erasure, but neither their id nor what was written about them does."""
    connection.execute(
        update(bans)
        .where(bans.c.platform == person.platform, bans.c.platform_id == person.platform_id)
        .values(platform_id=alias(connection, person), why="")
    )
    noted = select(audit.c.id, audit.c.platform, audit.c.options).where(audit.c.command.in_(BANS))
    for row in connection.execute(noted).all():
        platform, _, whom = str(row.options.get("person", "")).strip("<@!> ").rpartition(":")
        if (platform or row.platform, whom) == (person.platform, person.platform_id):
            connection.execute(
                update(audit).where(audit.c.id == row.id).values(options={"person": FORGOTTEN})
            )
