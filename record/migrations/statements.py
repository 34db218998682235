"""What every migration does: run the SQL that lies beside it, forward only."""

from pathlib import Path

from alembic import op


def upgrade_by(version: str) -> None:
    """Runs the statements of `version`'s file (a migration's `__file__`) with the ending `.sql`."""
    sql = Path(version).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)


def refuse_downgrade() -> None:
    raise NotImplementedError("the record only goes forward: restore a backup instead")
