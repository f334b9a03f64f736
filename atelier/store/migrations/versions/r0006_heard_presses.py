"""Favourites: which presses made them what they are, so that one that comes twice changes nothing.

Revision 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Presses from before this are not known, and come no more."""
    op.add_column("favourites", sa.Column("heard", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Forget them."""
    with op.batch_alter_table("favourites") as table:
        table.drop_column("heard")
