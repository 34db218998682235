"""Portals: where reports come from, and what goes back."""

from record.migrations.statements import refuse_downgrade, upgrade_by

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    upgrade_by(__file__)


def downgrade() -> None:
    refuse_downgrade()
