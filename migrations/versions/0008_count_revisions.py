"""Count the revisions of what members read of a survey, so that a page can keep it in memory until it changes."""

import sqlalchemy as sa
from alembic import op

from surveyapp import guards

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("survey", sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
    guards.count_revisions()


def downgrade() -> None:
    guards.stop_counting_revisions()
    op.drop_column("survey", "revision")
