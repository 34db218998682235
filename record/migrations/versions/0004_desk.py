"""Saved views, and what the desk's search needs."""

from record.migrations.statements import refuse_downgrade, upgrade_by

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    upgrade_by(__file__)


def downgrade() -> None:
    refuse_downgrade()
