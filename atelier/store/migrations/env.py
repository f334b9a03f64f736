"""Alembic's environment: runs on the connection that :mod:`atelier.store.migrate` holds."""

from __future__ import annotations

from alembic import context

from atelier.store.tables import metadata

# batch mode: SQLite cannot alter a column in place
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
