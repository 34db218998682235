"""What supervisors and auditors search by."""

from record.migrations.statements import refuse_downgrade, upgrade_by

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    upgrade_by(__file__)


def downgrade() -> None:
    refuse_downgrade()
