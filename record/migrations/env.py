"""Run by alembic: the migrations, on the connection that `record.migrations` opened."""

from alembic import context

from record.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
