"""Let members report words of others, and say to whoever proposed something why it was taken off the vote."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("proposal", sa.Column("why_hidden", sa.Text(), nullable=True))
    op.add_column("proposal", sa.Column("author_key", sa.String(length=64), nullable=True))
    _create("proposal_flag", sa.Column("proposal_id", sa.String(length=32), nullable=False), "proposal")
    _create("theme_flag", sa.Column("theme_id", sa.Integer(), autoincrement=False, nullable=False), "theme")


def _create(table: str, of: sa.Column[str] | sa.Column[int], what: str) -> None:
    op.create_table(
        table,
        of,
        sa.Column(
            "why",
            sa.Enum(
                "hateful",
                "names somebody",
                "no proposal",
                name="why",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("is_settled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint([of.name], [f"{what}.id"], name=f"fk_{table}_{of.name}"),
        sa.PrimaryKeyConstraint(of.name, "why", name=f"pk_{table}"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("theme_flag")
    op.drop_table("proposal_flag")
    op.drop_column("proposal", "author_key")
    op.drop_column("proposal", "why_hidden")
