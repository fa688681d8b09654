"""Keep of an address whose owner ended the mail a keyed hash, so that erasing the member does not bring it back."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "no_mail",
        sa.Column("community_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name="fk_no_mail_community_id"),
        sa.PrimaryKeyConstraint("community_id", "key", name="pk_no_mail"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("no_mail")
