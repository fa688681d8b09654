"""Ask members, and keep what they answer without a trace of who they are."""

import sqlalchemy as sa
from alembic import op

from surveyapp import guards

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("address_key", sa.String(length=254), nullable=True),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("is_unsubscribed", sa.Boolean(), nullable=False),
        sa.Column("bounced_on", sa.Date(), nullable=True),
        sa.CheckConstraint("(address IS NULL) = (address_key IS NULL)", name="is_known_by_its_address"),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name="fk_member_community_id"),
        sa.PrimaryKeyConstraint("id", name="pk_member"),
        sa.UniqueConstraint("community_id", "address_key", name="uq_member_community_id_address_key"),
        sa.UniqueConstraint("community_id", "id", name="uq_member_community_id_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_member_community_id", "member", ["community_id"], unique=False)
    op.create_table(
        "member_group",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_member_group_member_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("member_id", "kind", name="pk_member_group"),
        sqlite_strict=True,
    )
    op.create_table(
        "survey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=32), nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "open", "closed", name="state", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column(
            "anonymity",
            sa.Enum(
                "anonymous",
                "confidential",
                "named",
                name="anonymity",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("smallest_group", sa.Integer(), nullable=False),
        sa.Column("quote_group", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("answer_key", sa.LargeBinary(), nullable=True),
        sa.Column(
            "layout",
            sa.Enum(
                "question", "section", "survey", name="layout", native_enum=False, create_constraint=True, length=20
            ),
            nullable=False,
        ),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.CheckConstraint("(state = 'open') = (answer_key IS NOT NULL)", name="has_a_key_while_open"),
        sa.CheckConstraint("(state = 'closed') = (closed_on IS NOT NULL)", name="closed_on_a_day"),
        sa.CheckConstraint("state = 'draft' OR opened_on IS NOT NULL", name="opened_on_a_day"),
        sa.CheckConstraint("smallest_group >= 3 AND quote_group >= smallest_group", name="shows_no_small_groups"),
        sa.ForeignKeyConstraint(
            ["community_id", "round_id"], ["round.community_id", "round.id"], name="fk_survey_community_id_round_id"
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name="fk_survey_community_id"),
        sa.PrimaryKeyConstraint("id", name="pk_survey"),
        sa.UniqueConstraint("community_id", "id", name="uq_survey_community_id_id"),
        sa.UniqueConstraint("link", name="uq_survey_link"),
        sqlite_strict=True,
    )
    op.create_index("ix_survey_community_id", "survey", ["community_id"], unique=False)
    op.create_table(
        "section",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("intro", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name="fk_section_survey_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_section"),
        sa.UniqueConstraint("survey_id", "position", name="uq_section_survey_id_position"),
        sqlite_strict=True,
    )
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "value_ratings",
                "proposals",
                "proposal_vote",
                "single_choice",
                "multiple_choice",
                "ranking",
                "rating",
                "recommendation",
                "number",
                "date",
                "short_text",
                "long_text",
                "consent",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("prompt", sa.String(length=500), nullable=False),
        sa.Column("help", sa.Text(), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("condition", sa.JSON(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["section_id"], ["section.id"], name="fk_question_section_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_question"),
        sa.UniqueConstraint("section_id", "position", name="uq_question_section_id_position"),
        sqlite_strict=True,
    )
    op.create_table(
        "uploaded_file",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "survey_id"],
            ["survey.community_id", "survey.id"],
            name="fk_uploaded_file_community_id_survey_id",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_uploaded_file_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_uploaded_file"),
        sqlite_strict=True,
    )
    op.create_index("ix_uploaded_file_survey_id", "uploaded_file", ["survey_id"], unique=False)
    op.create_table(
        "take_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name="fk_take_in_survey_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_take_in_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_take_in"),
        sa.UniqueConstraint("survey_id", "sha256", name="uq_take_in_survey_id_sha256"),
        sqlite_strict=True,
    )
    op.create_table(
        "response",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "open link",
                "personal link",
                "conversation",
                "taken in",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("fate_key", sa.String(length=64), nullable=True),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("take_in_id", sa.Integer(), nullable=True),
        sa.Column("is_sent", sa.Boolean(), nullable=False),
        sa.Column("may_quote", sa.Boolean(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("is_trusted", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(source = 'taken in') = (take_in_id IS NOT NULL)", name="taken_in_from_a_file"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_response_member_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name="fk_response_survey_id"),
        sa.UniqueConstraint("fate_key", name="uq_response_fate_key"),
        sa.ForeignKeyConstraint(["take_in_id"], ["take_in.id"], name="fk_response_take_in_id"),
        sa.PrimaryKeyConstraint("id", name="pk_response"),
        sa.UniqueConstraint("survey_id", "form_key", name="uq_response_survey_id_form_key"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_response_survey_id", "response", ["survey_id"], unique=False)
    op.create_index("ix_response_member_id", "response", ["member_id"], unique=False)
    op.create_table(
        "answer",
        sa.Column("response_id", sa.String(length=32), nullable=False),
        sa.Column("question_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name="fk_answer_question_id"),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name="fk_answer_response_id"),
        sa.PrimaryKeyConstraint("response_id", "question_id", name="pk_answer"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )

    op.create_table(
        "translation",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name="fk_translation_survey_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("survey_id", "language", "place", name="pk_translation"),
        sqlite_strict=True,
    )
    op.create_table(
        "wording",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("prompt", sa.String(length=500), nullable=False),
        sa.Column("help", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name="fk_wording_question_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("question_id", "version", name="pk_wording"),
        sqlite_strict=True,
    )
    op.create_table(
        "proposal",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.Column("is_by_member", sa.Boolean(), nullable=False),
        sa.Column("telling", sa.Float(), nullable=False),
        sa.CheckConstraint("telling BETWEEN 0 AND 1", name="telling_is_a_share"),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name="fk_proposal_question_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_proposal"),
        sa.UniqueConstraint("question_id", "text", name="uq_proposal_question_id_text"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_proposal_question_id", "proposal", ["question_id"], unique=False)
    op.create_table(
        "vote",
        sa.Column("response_id", sa.String(length=32), nullable=False),
        sa.Column("proposal_id", sa.String(length=32), nullable=False),
        sa.Column("choice", sa.Integer(), nullable=False),
        sa.CheckConstraint("choice IN (-1, 0, 1)", name="is_a_choice"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name="fk_vote_proposal_id"),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name="fk_vote_response_id"),
        sa.PrimaryKeyConstraint("response_id", "proposal_id", name="pk_vote"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_vote_proposal_id", "vote", ["proposal_id"], unique=False)
    guards.keep_promise()
    if op.get_bind().dialect.name == "postgresql":  # what is erased at closing stays in no statistics (R6)
        op.execute("ALTER TABLE survey ALTER COLUMN answer_key SET STATISTICS 0")
        op.execute("ALTER TABLE response ALTER COLUMN form_key SET STATISTICS 0")


def downgrade() -> None:
    guards.release_promise()
    op.drop_table("vote")
    op.drop_table("proposal")
    op.drop_table("wording")
    op.drop_table("translation")
    op.drop_table("answer")
    op.drop_table("response")
    op.drop_table("take_in")
    op.drop_table("uploaded_file")
    op.drop_table("question")
    op.drop_table("section")
    op.drop_table("survey")
    op.drop_table("member_group")
    op.drop_table("member")
