"""Keys of Open311 clients."""

from record.migrations.statements import refuse_downgrade, upgrade_by

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    upgrade_by(__file__)


def downgrade() -> None:
    refuse_downgrade()
