"""Run by alembic: the migrations, on the connection that `record.migrations` opened."""

from alembic import context

from record.portal_tables import portals

# Whoever imports these tables has those of record/tables.py in the same metadata.
context.configure(
    connection=context.config.attributes["connection"], target_metadata=portals.metadata
)
with context.begin_transaction():
    context.run_migrations()
