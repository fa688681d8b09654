"""Let people say with what they would help, and keep it with their ideas in a run."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("statement", sa.Column("offer", sa.Text(), nullable=True))  # in place: the table stays without rowid


def downgrade() -> None:
    op.drop_column("statement", "offer")
