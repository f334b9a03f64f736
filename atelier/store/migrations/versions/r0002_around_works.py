"""What happens around a work: what it was made from, favourites.

Revision 0002. Deleted works need no column: their state says it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add a work's parent and the act that made it from that, and the favourites."""
    op.add_column("works", sa.Column("parent", sa.String(16)))
    op.add_column("works", sa.Column("act", sa.String(48)))
    op.create_index("ix_works_parent", "works", ["parent"])
    op.create_table(
        "favourites",
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("work_id", sa.String(16), nullable=False),
        sa.Column("kept", sa.Boolean, nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "work_id", name="pk_favourites"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_favourites_person_id"),
        sa.ForeignKeyConstraint(["work_id"], ["works.id"], name="fk_favourites_work_id"),
    )
    op.create_index("ix_favourites_work_id", "favourites", ["work_id"])


def downgrade() -> None:
    """Forget both."""
    op.drop_table("favourites")
    op.drop_index("ix_works_parent", "works")
    op.drop_column("works", "act")
    op.drop_column("works", "parent")
