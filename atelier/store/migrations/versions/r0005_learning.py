"""Trainings from votes, candidates on trial, and what administrators are told of both.

Revision 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "trainings",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("model", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("slot", sa.Integer),
        sa.Column("dry", sa.Boolean, nullable=False),
        sa.Column("settings", sa.JSON, nullable=False),
        sa.Column("person_id", BigId),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("place", sa.JSON, nullable=False),
        sa.Column("lang", sa.String(8), nullable=False),
        sa.Column("progress", sa.JSON, nullable=False),
        sa.Column("outcome", sa.JSON(none_as_null=True)),
        sa.Column("failure", sa.JSON(none_as_null=True)),
        sa.Column("post", sa.JSON, nullable=False),
        sa.Column("asked_at", Time, nullable=False),
        sa.Column("heard_at", Time, nullable=False),
        sa.Column("ended_at", Time),
        sa.PrimaryKeyConstraint("id", name="pk_trainings"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_trainings_person_id"),
        sa.UniqueConstraint("slot", name="uq_trainings_slot"),
    )
    op.create_index("ix_trainings_person_id", "trainings", ["person_id"])
    op.create_index("ix_trainings_platform_state", "trainings", ["platform", "state"])
    op.create_table(
        "trials",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("model", sa.String(32), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("against", sa.String(64), nullable=False),
        sa.Column("share", sa.Float, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("slot", sa.Integer),
        sa.Column("seen", sa.JSON, nullable=False),
        sa.Column("began_at", Time, nullable=False),
        sa.Column("ended_at", Time),
        sa.PrimaryKeyConstraint("id", name="pk_trials"),
        sa.UniqueConstraint("model", "slot", name="uq_trials_model_slot"),
    )
    op.create_table(
        "news",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(96), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("params", sa.JSON, nullable=False),
        sa.Column("told", sa.JSON, nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_news"),
        sa.UniqueConstraint("name", name="uq_news_name"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_news_at", "news", ["at"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("news")
    op.drop_table("trials")
    op.drop_table("trainings")
