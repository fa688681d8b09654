"""Keep the reports that were made."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "pdf_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "run_id"],
            ["analysis_run.community_id", "analysis_run.id"],
            name="fk_pdf_report_community_id_run_id",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_pdf_report_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pdf_report"),
        sa.UniqueConstraint("community_id", "id", name="uq_pdf_report_community_id_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_pdf_report_run_id", "pdf_report", ["run_id"], unique=False)


def downgrade() -> None:
    op.drop_table("pdf_report")
