"""What the house suggests, and from what it learnt."""

from record.migrations.statements import refuse_downgrade, upgrade_by

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    upgrade_by(__file__)


def downgrade() -> None:
    refuse_downgrade()
