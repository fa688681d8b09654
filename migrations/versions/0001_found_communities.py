"""Found communities: missions that never change, who leads, what is valued, who did what."""

import sqlalchemy as sa
from alembic import op

from surveyapp.guards import allow_change, allow_second_row, refuse_change, refuse_second_row

revision = "0001"
down_revision = None

KEYS = {"mission": "community_id", "audit_entry": "sequence"}  # of the tables whose rows are only ever added


def upgrade() -> None:
    op.create_table(
        "user_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("is_administrator", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_user_account"),
        sa.UniqueConstraint("email", name="uq_user_account_email"),
        sa.UniqueConstraint("fs_uniquifier", name="uq_user_account_fs_uniquifier"),
        sqlite_strict=True,
    )
    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_sign_in_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sign_in"),
        sqlite_strict=True,
    )
    op.create_index("ix_sign_in_user_id", "sign_in", ["user_id"], unique=False)
    op.create_table(
        "community",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("contact", sa.String(length=254), nullable=False),
        sa.Column("founded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_community"),
        sa.UniqueConstraint("slug", name="uq_community_slug"),
        sqlite_strict=True,
    )
    op.create_table(
        "mission",
        sa.Column("community_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name="fk_mission_community_id"),
        sa.PrimaryKeyConstraint("community_id", name="pk_mission"),
        sqlite_strict=True,
    )
    op.create_table(
        "role",
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("leader", "manager", name="rolekind", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name="fk_role_community_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_role_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("community_id", "user_id", name="pk_role"),
        sqlite_strict=True,
    )
    op.create_index("ix_role_user_id", "role", ["user_id"], unique=False)
    op.create_table(
        "value",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("meaning", sa.Text(), nullable=False),
        sa.Column("practice", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.CheckConstraint("version >= 1", name="counts_from_one"),
        sa.ForeignKeyConstraint(
            ["community_id", "supersedes_id"],
            ["value.community_id", "value.id"],
            name="fk_value_community_id_supersedes_id",
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name="fk_value_community_id"),
        sa.PrimaryKeyConstraint("id", name="pk_value"),
        sa.UniqueConstraint("community_id", "id", name="uq_value_community_id_id"),
        sa.UniqueConstraint("supersedes_id", name="uq_value_supersedes_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_value_community_id", "value", ["community_id"], unique=False)
    op.create_table(
        "round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name="fk_round_community_id"),
        sa.PrimaryKeyConstraint("id", name="pk_round"),
        sa.UniqueConstraint("community_id", "id", name="uq_round_community_id_id"),
        sa.UniqueConstraint("community_id", "number", name="uq_round_community_id_number"),
        sqlite_strict=True,
    )
    op.create_table(
        "audit_entry",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name="fk_audit_entry_community_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_audit_entry_user_id"),
        sa.PrimaryKeyConstraint("sequence", name="pk_audit_entry"),
        sqlite_strict=True,
    )
    op.create_index("ix_audit_entry_community_id", "audit_entry", ["community_id"], unique=False)
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("task", sa.String(length=60), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "done",
                "failed",
                name="jobstate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=120), nullable=False),
        sa.Column("steps_done", sa.Integer(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("run_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name="fk_job_community_id"),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
        sa.UniqueConstraint("key", name="uq_job_key"),
        sqlite_strict=True,
    )
    op.create_index("ix_job_state", "job", ["state"], unique=False)
    op.create_table(
        "attempt",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("window_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "window_ends_at", name="pk_attempt"),
        sqlite_strict=True,
    )

    for table, key in KEYS.items():
        refuse_change(table)
        refuse_second_row(table, key)


def downgrade() -> None:
    for table in KEYS:
        allow_change(table)
        allow_second_row(table)
    op.drop_table("attempt")
    op.drop_table("job")
    op.drop_table("audit_entry")
    op.drop_table("round")
    op.drop_table("value")
    op.drop_table("role")
    op.drop_table("mission")
    op.drop_table("community")
    op.drop_table("sign_in")
    op.drop_table("user_account")
