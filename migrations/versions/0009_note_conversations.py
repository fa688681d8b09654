"""Keep notes of conversations apart from members' answers, in surveys of their own."""

import sqlalchemy as sa
from alembic import op

from surveyapp.guards import keep_notes_apart, let_notes_mix

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("survey", sa.Column("is_of_notes", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "conversation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.String(length=32), nullable=False),
        sa.Column(
            "talk",
            sa.Enum(
                "interview",
                "focus group",
                "meeting",
                "something else",
                name="talk",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("people >= 1", name="was_held_by_somebody"),
        sa.ForeignKeyConstraint(
            ["community_id", "survey_id"],
            ["survey.community_id", "survey.id"],
            name="fk_conversation_community_id_survey_id",
        ),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name="fk_conversation_response_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_conversation_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_conversation"),
        sa.UniqueConstraint("response_id", name="uq_conversation_response_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_conversation_survey_id", "conversation", ["survey_id"], unique=False)
    keep_notes_apart()


def downgrade() -> None:
    let_notes_mix()
    op.drop_table("conversation")
    op.drop_column("survey", "is_of_notes")
