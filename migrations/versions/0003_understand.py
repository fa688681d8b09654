"""Keep each run of the analysis, its ideas, the themes and what was found of them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "analysis_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("versions", sa.JSON(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("people_with_ideas", sa.Integer(), nullable=False),
        sa.Column("ideas", sa.Integer(), nullable=False),
        sa.Column("ideas_other_language", sa.Integer(), nullable=False),
        sa.Column("people_other_language", sa.Integer(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("course", sa.JSON(), nullable=False),
        sa.Column("arrived", sa.JSON(), nullable=False),
        sa.Column("model", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "survey_id"],
            ["survey.community_id", "survey.id"],
            name="fk_analysis_run_community_id_survey_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_analysis_run"),
        sa.UniqueConstraint("community_id", "id", name="uq_analysis_run_community_id_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_analysis_run_survey_id", "analysis_run", ["survey_id"], unique=False)
    op.create_table(
        "analysed_response",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name="fk_analysed_response_response_id"),
        sa.ForeignKeyConstraint(
            ["run_id"], ["analysis_run.id"], name="fk_analysed_response_run_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "response_id", name="pk_analysed_response"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_analysed_response_response_id", "analysed_response", ["response_id"], unique=False)
    op.create_table(
        "arrival",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.String(length=32), nullable=False),
        sa.Column("ideas", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name="fk_arrival_response_id"),
        sa.ForeignKeyConstraint(["run_id"], ["analysis_run.id"], name="fk_arrival_run_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "response_id", name="pk_arrival"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_arrival_response_id", "arrival", ["response_id"], unique=False)
    op.create_table(
        "theme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=True),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "survey_id"], ["survey.community_id", "survey.id"], name="fk_theme_community_id_survey_id"
        ),
        sa.ForeignKeyConstraint(["merged_into_id"], ["theme.id"], name="fk_theme_merged_into_id"),
        sa.PrimaryKeyConstraint("id", name="pk_theme"),
        sa.UniqueConstraint("community_id", "id", name="uq_theme_community_id_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_theme_survey_id", "theme", ["survey_id"], unique=False)
    op.create_table(
        "finding",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("keywords", sa.JSON(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("ideas", sa.Integer(), nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.Column("polarity", sa.Double(), nullable=True),
        sa.Column("polarity_low", sa.Double(), nullable=True),
        sa.Column("polarity_high", sa.Double(), nullable=True),
        sa.Column("positive", sa.Integer(), nullable=False),
        sa.Column("neutral", sa.Integer(), nullable=False),
        sa.Column("negative", sa.Integer(), nullable=False),
        sa.Column("mixed", sa.Integer(), nullable=False),
        sa.Column("unscored", sa.Integer(), nullable=False),
        sa.Column("stability", sa.Double(), nullable=True),
        sa.Column("helpers_yes", sa.Integer(), nullable=False),
        sa.Column("helpers_maybe", sa.Integer(), nullable=False),
        sa.Column("value_ids", sa.JSON(), nullable=False),
        sa.Column("quotes", sa.JSON(), nullable=False),
        sa.Column("goal", sa.Text(), nullable=True),
        sa.Column("opposite", sa.Integer(), nullable=True),
        sa.Column("opposite_share", sa.Double(), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("0 <= low AND low <= share AND share <= high AND high <= 1", name="share_in_its_interval"),
        sa.ForeignKeyConstraint(["parent_id"], ["theme.id"], name="fk_finding_parent_id"),
        sa.ForeignKeyConstraint(["run_id"], ["analysis_run.id"], name="fk_finding_run_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"], name="fk_finding_theme_id"),
        sa.PrimaryKeyConstraint("run_id", "theme_id", name="pk_finding"),
        sqlite_strict=True,
    )
    op.create_index("ix_finding_theme_id", "finding", ["theme_id"], unique=False)
    op.create_table(
        "statement",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("response_id", sa.String(length=32), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("begin", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("part_id", sa.Integer(), nullable=True),
        sa.Column("fit", sa.Double(), nullable=True),
        sa.Column("is_weak", sa.Boolean(), nullable=False),
        sa.Column("polarity", sa.Double(), nullable=False),
        sa.Column("subjectivity", sa.Double(), nullable=False),
        sa.Column("tone", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("value_id", sa.Integer(), nullable=True),
        sa.Column("help", sa.String(length=8), nullable=True),
        sa.Column("may_quote", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["theme.id"], name="fk_statement_group_id"),
        sa.ForeignKeyConstraint(["part_id"], ["theme.id"], name="fk_statement_part_id"),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name="fk_statement_question_id"),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name="fk_statement_response_id"),
        sa.ForeignKeyConstraint(["run_id"], ["analysis_run.id"], name="fk_statement_run_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"], name="fk_statement_theme_id"),
        sa.ForeignKeyConstraint(["value_id"], ["value.id"], name="fk_statement_value_id"),
        sa.PrimaryKeyConstraint("run_id", "number", name="pk_statement"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_statement_response_id", "statement", ["response_id"], unique=False)
    op.create_index("ix_statement_run_theme", "statement", ["run_id", "theme_id"], unique=False)
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column(
            "way",
            sa.Enum("merge", "move", "split", name="way", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("theme_id", sa.Integer(), nullable=False),
        sa.Column("into_id", sa.Integer(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("theme_id <> into_id", name="changes_something"),
        sa.ForeignKeyConstraint(
            ["community_id", "survey_id"],
            ["survey.community_id", "survey.id"],
            name="fk_correction_community_id_survey_id",
        ),
        sa.ForeignKeyConstraint(["into_id"], ["theme.id"], name="fk_correction_into_id"),
        sa.ForeignKeyConstraint(["run_id"], ["analysis_run.id"], name="fk_correction_run_id"),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"], name="fk_correction_theme_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_correction_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_correction"),
        sa.UniqueConstraint("community_id", "id", name="uq_correction_community_id_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_correction_survey_id", "correction", ["survey_id"], unique=False)
    op.create_table(
        "kinship",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=False),
        sa.Column("earlier_id", sa.Integer(), nullable=False),
        sa.Column("alike", sa.Double(), nullable=False),
        sa.Column("shared", sa.JSON(), nullable=False),
        sa.Column("is_same", sa.Boolean(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(is_same IS NULL) = (user_id IS NULL)", name="decided_by_somebody"),
        sa.ForeignKeyConstraint(
            ["community_id", "earlier_id"],
            ["theme.community_id", "theme.id"],
            name="fk_kinship_community_id_earlier_id",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "theme_id"], ["theme.community_id", "theme.id"], name="fk_kinship_community_id_theme_id"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_kinship_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_kinship"),
        sa.UniqueConstraint("community_id", "id", name="uq_kinship_community_id_id"),
        sa.UniqueConstraint("theme_id", "earlier_id", name="uq_kinship_theme_id_earlier_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_kinship_earlier_id", "kinship", ["earlier_id"], unique=False)


def downgrade() -> None:
    op.drop_table("kinship")
    op.drop_table("correction")
    op.drop_table("statement")
    op.drop_table("finding")
    op.drop_table("theme")
    op.drop_table("arrival")
    op.drop_table("analysed_response")
    op.drop_table("analysis_run")
