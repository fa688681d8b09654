"""Reach every member by a personal link, and note apart who took part."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=True),
        sa.Column("link_key", sa.String(length=64), nullable=False),
        sa.Column("is_revoked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "member_id"],
            ["member.community_id", "member.id"],
            name="fk_invitation_community_id_member_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "survey_id"],
            ["survey.community_id", "survey.id"],
            name="fk_invitation_community_id_survey_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.UniqueConstraint("link_key", name="uq_invitation_link_key"),
        sa.UniqueConstraint("survey_id", "member_id", name="uq_invitation_survey_id_member_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_invitation_member_id", "invitation", ["member_id"], unique=False)
    op.create_table(
        "participation",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_participation_member_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name="fk_participation_survey_id"),
        sa.PrimaryKeyConstraint("survey_id", "member_id", name="pk_participation"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_participation_member_id", "participation", ["member_id"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("campaign", sa.String(length=80), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "sent",
                "refused",
                "stopped",
                name="messagestate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "member_id"],
            ["member.community_id", "member.id"],
            name="fk_message_community_id_member_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "survey_id"],
            ["survey.community_id", "survey.id"],
            name="fk_message_community_id_survey_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint("campaign", "member_id", name="uq_message_campaign_member_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_message_member_id", "message", ["member_id"], unique=False)
    op.create_index("ix_message_survey_id", "message", ["survey_id"], unique=False)
    op.create_table(
        "reminder",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("is_by_hand", sa.Boolean(), nullable=False),
        sa.Column("begun_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name="fk_reminder_survey_id"),
        sa.PrimaryKeyConstraint("survey_id", "due_on", name="pk_reminder"),
        sqlite_strict=True,
    )
    if op.get_bind().dialect.name == "postgresql":  # what is erased at closing stays in no statistics (R6)
        op.execute("ALTER TABLE invitation ALTER COLUMN nonce SET STATISTICS 0")


def downgrade() -> None:
    op.drop_table("reminder")
    op.drop_table("message")
    op.drop_table("participation")
    op.drop_table("invitation")
