"""What people set for themselves, what servers rule, bans, and the log of what administrators did.

Revision 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the four tables."""
    op.create_table(
        "preferences",
        sa.Column("person_id", BigId, nullable=False, autoincrement=False),
        sa.Column("chosen", sa.JSON, nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_preferences"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_preferences_person_id"),
    )
    op.create_table(
        "servers",
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("server", sa.String(64), nullable=False),
        sa.Column("rules", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("platform", "server", name="pk_servers"),
    )
    op.create_table(
        "bans",
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("platform_id", sa.String(128), nullable=False),
        sa.Column("server", sa.String(64), nullable=False),
        sa.Column("why", sa.String(200), nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.PrimaryKeyConstraint("platform", "platform_id", "server", name="pk_bans"),
    )
    op.create_table(
        "audit",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.Column("person_id", BigId),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("server", sa.String(64), nullable=False),
        sa.Column("command", sa.String(64), nullable=False),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_audit_person_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_person_id", "audit", ["person_id"])
    op.create_index("ix_audit_platform_server", "audit", ["platform", "server"])


def downgrade() -> None:
    """Drop them."""
    for table in ("audit", "bans", "servers", "preferences"):
        op.drop_table(table)
