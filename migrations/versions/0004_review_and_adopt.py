"""Judge candidates, decide in the open, and adopt goals."""

import sqlalchemy as sa
from alembic import op

from surveyapp.guards import allow_change, refuse_change

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "candidate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=300), nullable=True),
        sa.Column(
            "origin",
            sa.Enum("members", "organisation", name="origin", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column(
            "column",
            sa.Enum(
                "new",
                "shortlisted",
                "adopted",
                "declined",
                name="column",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("theme_id IS NOT NULL OR title IS NOT NULL", name="says_what_it_is"),
        sa.ForeignKeyConstraint(
            ["community_id", "theme_id"], ["theme.community_id", "theme.id"], name="fk_candidate_community_id_theme_id"
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name="fk_candidate_community_id"),
        sa.PrimaryKeyConstraint("id", name="pk_candidate"),
        sa.UniqueConstraint("community_id", "id", name="uq_candidate_community_id_id"),
        sa.UniqueConstraint("theme_id", name="uq_candidate_theme_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_candidate_community_id", "candidate", ["community_id"], unique=False)
    op.create_table(
        "judgement",
        sa.Column("candidate_id", sa.Integer(), nullable=False),
        sa.Column(
            "criterion",
            sa.Enum(
                "achievable",
                "finite",
                "beneficial",
                name="criterion",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum("yes", "almost", "no", name="verdict", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name="has_a_reason"),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidate.id"], name="fk_judgement_candidate_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_judgement_user_id"),
        sa.PrimaryKeyConstraint("candidate_id", "criterion", "user_id", name="pk_judgement"),
        sqlite_strict=True,
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "before",
            sa.Enum(
                "new",
                "shortlisted",
                "adopted",
                "declined",
                name="before",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "after",
            sa.Enum(
                "new",
                "shortlisted",
                "adopted",
                "declined",
                name="after",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidate.id"], name="fk_decision_candidate_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_decision_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
        sqlite_strict=True,
    )
    op.create_index("ix_decision_candidate_id", "decision", ["candidate_id"], unique=False)
    op.create_table(
        "goal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Integer(), nullable=False),
        sa.Column("sentence", sa.String(length=300), nullable=False),
        sa.Column("measure", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("baseline", sa.Double(), nullable=False),
        sa.Column("target", sa.Double(), nullable=False),
        sa.Column("level", sa.Double(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("serves_mission", sa.Text(), nullable=False),
        sa.Column("compromise", sa.Text(), nullable=False),
        sa.Column("adopted_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column(
            "ending",
            sa.Enum("achieved", "retired", name="ending", native_enum=False, create_constraint=True, length=20),
            nullable=True,
        ),
        sa.Column("ending_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(ended_on IS NULL) = (ending IS NULL)", name="ends_in_a_way"),
        sa.CheckConstraint("(ended_on IS NULL) = (ending_reason IS NULL)", name="ends_with_a_reason"),
        sa.CheckConstraint("target <> baseline", name="has_a_finish_line"),
        sa.ForeignKeyConstraint(
            ["community_id", "candidate_id"],
            ["candidate.community_id", "candidate.id"],
            name="fk_goal_community_id_candidate_id",
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name="fk_goal_community_id"),
        sa.PrimaryKeyConstraint("id", name="pk_goal"),
        sa.UniqueConstraint("community_id", "id", name="uq_goal_community_id_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_goal_community_id", "goal", ["community_id"], unique=False)
    is_kept = sa.text("ending IS NULL OR ending = 'achieved'")
    op.create_index(
        "ix_goal_candidate_id",
        "goal",
        ["candidate_id"],
        unique=True,
        sqlite_where=is_kept,
        postgresql_where=is_kept,
    )
    op.create_table(
        "goal_value",
        sa.Column("goal_id", sa.Integer(), nullable=False),
        sa.Column("value_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["goal_id"], ["goal.id"], name="fk_goal_value_goal_id"),
        sa.ForeignKeyConstraint(["value_id"], ["value.id"], name="fk_goal_value_value_id"),
        sa.PrimaryKeyConstraint("goal_id", "value_id", name="pk_goal_value"),
        sqlite_strict=True,
    )

    refuse_change("decision")


def downgrade() -> None:

    allow_change("decision")
    op.drop_table("goal_value")
    op.drop_table("goal")
    op.drop_table("decision")
    op.drop_table("judgement")
    op.drop_table("candidate")
