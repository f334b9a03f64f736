"""The first tables: people, works, messages, feedback, versions, facts.

Revision 0001. A migration never imports ``tables.py``: it says what the shape was that day.
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, and the salt that hides people in an export."""
    op.create_table(
        "people",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("platform_id", sa.String(128), nullable=False),
        sa.Column("first_seen_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("platform", "platform_id", name="uq_people_platform_platform_id"),
    )
    op.create_table(
        "works",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("request", sa.JSON, nullable=False),
        sa.Column("lang", sa.String(8), nullable=False),
        sa.Column("place", sa.JSON, nullable=False),
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.String(64)),
        sa.Column("result", sa.JSON),
        sa.Column("artefacts", sa.JSON, nullable=False),
        sa.Column("failure", sa.JSON),
        sa.Column("post", sa.JSON, nullable=False),
        sa.Column("asked_at", Time, nullable=False),
        sa.Column("started_at", Time),
        sa.Column("made_at", Time),
        sa.Column("posted_at", Time),
        sa.PrimaryKeyConstraint("id", name="pk_works"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_works_person_id"),
        sa.UniqueConstraint("source", name="uq_works_source"),
    )
    op.create_index("ix_works_person_id_asked_at", "works", ["person_id", "asked_at"])
    op.create_index("ix_works_state_posted_at", "works", ["state", "posted_at"])
    op.create_table(
        "messages",
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("message", sa.String(255), nullable=False),
        sa.Column("work_id", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("platform", "message", name="pk_messages"),
        sa.ForeignKeyConstraint(["work_id"], ["works.id"], name="fk_messages_work_id", ondelete="CASCADE"),
    )
    op.create_index("ix_messages_work_id", "messages", ["work_id"])
    op.create_table(
        "feedback",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("work_id", sa.String(16), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("act", sa.String(16), nullable=False),
        sa.Column("value", sa.String(16)),
        sa.Column("origin", sa.String(64), nullable=False),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
        sa.ForeignKeyConstraint(["work_id"], ["works.id"], name="fk_feedback_work_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_feedback_person_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feedback_person_id", "feedback", ["person_id"])
    op.create_index("ix_feedback_work_id_person_id_origin", "feedback", ["work_id", "person_id", "origin"])
    op.create_table(
        "versions",
        sa.Column("model", sa.String(32), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("origin", sa.String(32), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("card", sa.JSON, nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("model", "version", name="pk_versions"),
    )
    facts = op.create_table(
        "facts",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_facts"),
    )
    op.bulk_insert(facts, [{"name": "salt", "value": secrets.token_hex(32)}])


def downgrade() -> None:
    """Drop everything."""
    for table in ("facts", "versions", "feedback", "messages", "works", "people"):
        op.drop_table(table)
