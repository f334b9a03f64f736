"""Model versions: an origin may be a path of any length; a model has at most one current and one previous.

Revision 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

POINTERS = sa.text("status IN ('current', 'previous')")


def upgrade() -> None:
    """Widen the origin, and let the database itself keep the pointers single."""
    with op.batch_alter_table("versions") as table:  # SQLite alters no column in place
        table.alter_column("origin", type_=sa.Text(), existing_type=sa.String(32), existing_nullable=False)
    op.create_index(
        "ix_versions_pointers", "versions", ["model", "status"], unique=True,
        sqlite_where=POINTERS, postgresql_where=POINTERS,
    )  # fmt: skip


def downgrade() -> None:
    """Back to short origins."""
    op.drop_index("ix_versions_pointers", "versions")
    with op.batch_alter_table("versions") as table:
        table.alter_column("origin", type_=sa.String(32), existing_type=sa.Text(), existing_nullable=False)
