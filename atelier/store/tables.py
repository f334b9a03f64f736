"""The tables, once; Alembic's migrations in ``migrations/`` bring a database to this shape."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time on every database (SQLite keeps no zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Aware in, UTC stored."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """UTC out."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Named constraints, so that a later migration can drop one on every database.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite counts rows by itself only in an INTEGER column.
BigId = BigInteger().with_variant(Integer, "sqlite")

people = Table(
    "people",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("platform", String(16), nullable=False),
    Column("platform_id", String(128), nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
    UniqueConstraint("platform", "platform_id"),
)

works = Table(
    "works",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("person_id", BigId, ForeignKey("people.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("request", JSON, nullable=False),
    Column("lang", String(8), nullable=False),
    Column("place", JSON, nullable=False),
    Column("source", String(255), nullable=False, unique=True),
    Column("state", String(16), nullable=False),
    Column("version", String(64)),
    Column("result", JSON(none_as_null=True)),
    Column("artefacts", JSON, nullable=False),
    Column("failure", JSON(none_as_null=True)),
    Column("post", JSON, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("made_at", UtcDateTime),
    Column("posted_at", UtcDateTime),
    Column("parent", String(16), index=True),  # the work that it was made from, and by which action
    Column("act", String(48)),
    Index(None, "person_id", "asked_at"),
    Index(None, "state", "posted_at"),
)

messages = Table(
    "messages",
    metadata,
    Column("platform", String(16), primary_key=True),
    Column("message", String(255), primary_key=True),
    Column("work_id", String(16), ForeignKey("works.id", ondelete="CASCADE"), nullable=False, index=True),
)

# Append-only: a vote is changed by a later row, never by an update. act: cast or withdrawn.
feedback = Table(
    "feedback",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("work_id", String(16), ForeignKey("works.id"), nullable=False),
    Column("person_id", BigId, ForeignKey("people.id"), nullable=False, index=True),
    Column("act", String(16), nullable=False),
    Column("value", String(16)),
    Column("origin", String(64), nullable=False),
    Column("platform", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "work_id", "person_id", "origin"),
    sqlite_autoincrement=True,  # ids never come back, so their order is the order of votes
)

favourites = Table(
    "favourites",
    metadata,
    Column("person_id", BigId, ForeignKey("people.id"), primary_key=True),
    Column("work_id", String(16), ForeignKey("works.id"), primary_key=True, index=True),
    Column("kept", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("heard", JSON),  # the latest presses, by their sources
)

preferences = Table(
    "preferences",
    metadata,
    Column("person_id", BigId, ForeignKey("people.id"), primary_key=True, autoincrement=False),
    Column("chosen", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# What administrators set; server "" (and platform "") is the whole studio.
servers = Table(
    "servers",
    metadata,
    Column("platform", String(16), primary_key=True),
    Column("server", String(64), primary_key=True),
    Column("rules", JSON, nullable=False),
)

# By their platform's id: a ban outlives a person who had everything else erased.
bans = Table(
    "bans",
    metadata,
    Column("platform", String(16), primary_key=True),
    Column("platform_id", String(128), primary_key=True),
    Column("server", String(64), primary_key=True),
    Column("why", String(200), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# Append-only, but for the name of somebody who had themselves erased.
audit = Table(
    "audit",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("person_id", BigId, ForeignKey("people.id"), index=True),
    Column("platform", String(16), nullable=False),
    Column("server", String(64), nullable=False),
    Column("command", String(64), nullable=False),
    Column("options", JSON, nullable=False),
    Column("outcome", String(16), nullable=False),
    Index(None, "platform", "server"),
    sqlite_autoincrement=True,
)

_POINTERS = text("status IN ('current', 'previous')")

versions = Table(
    "versions",
    metadata,
    Column("model", String(32), primary_key=True),
    Column("version", String(64), primary_key=True),
    Column("status", String(16), nullable=False),
    Column("origin", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("card", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    # The pointers: whatever two processes do at once, a model has one current version and one before it.
    Index("ix_versions_pointers", "model", "status", unique=True,
          sqlite_where=_POINTERS, postgresql_where=_POINTERS),
)  # fmt: skip

# Trainings from votes. slot is 1 while one is not over, so that there is one at a time, and empty after.
trainings = Table(
    "trainings",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("model", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("slot", Integer, unique=True),
    Column("dry", Boolean, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("person_id", BigId, ForeignKey("people.id"), index=True),
    Column("platform", String(16), nullable=False),
    Column("place", JSON, nullable=False),
    Column("lang", String(8), nullable=False),
    Column("progress", JSON, nullable=False),
    Column("outcome", JSON(none_as_null=True)),
    Column("failure", JSON(none_as_null=True)),
    Column("post", JSON, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("heard_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Index(None, "platform", "state"),
)

# Candidates on trial: for a share of the requests, until the votes have told. slot as above, of a model.
trials = Table(
    "trials",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("model", String(32), nullable=False),
    Column("version", String(64), nullable=False),
    Column("against", String(64), nullable=False),
    Column("share", Float, nullable=False),
    Column("state", String(16), nullable=False),
    Column("slot", Integer),
    Column("seen", JSON, nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    UniqueConstraint("model", "slot"),
)

# What administrators should know, once on each platform: a sentence's key and what stands in it.
news = Table(
    "news",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("name", String(96), nullable=False, unique=True),
    Column("key", String(64), nullable=False),
    Column("params", JSON, nullable=False),
    Column("told", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    sqlite_autoincrement=True,
)

# One-row facts of this studio, such as the salt that hides people in an export.
facts = Table(
    "facts",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Text, nullable=False),
)
