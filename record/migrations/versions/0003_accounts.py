"""A second factor, and the brake on guessing."""

from record.migrations.statements import refuse_downgrade, upgrade_by

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    upgrade_by(__file__)


def downgrade() -> None:
    refuse_downgrade()
