"""Keep of a theme whether its ideas are of many kinds, so that its title is not taken for what they all say."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("finding", sa.Column("is_mixed", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("finding", "is_mixed")
