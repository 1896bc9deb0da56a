"""The first tables."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import Sequence64, String, Text

revision = "0001"
down_revision = None

# SQLite gives rowids only to INTEGER, PostgreSQL wants the width.
pending = sa.text("state = 'pending'")
claimed = sa.text("state = 'claimed'")
failed = sa.text("state = 'failed'")
running = sa.text("state = 'running'")
failed_run = sa.text("state IN ('failed', 'interrupted')")
has_code = sa.text("code IS NOT NULL")


def upgrade() -> None:
    configuration = op.create_table(
        "configuration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_configuration"),
    )
    op.bulk_insert(configuration, [{"id": 1, "version": 1}])

    op.create_table(
        "users",
        sa.Column("id", String, nullable=False),
        sa.Column("username", String, nullable=False),
        sa.Column("username_lower", String, nullable=False),
        sa.Column("name", String, nullable=False),
        sa.Column("email", String),
        sa.Column("type", String, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("password_hash", String),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email", name="uq_users_email"),
        sa.UniqueConstraint("username", name="uq_users_username"),
    )
    op.create_index("ix_users_username_lower", "users", ["username_lower"])

    op.create_table(
        "tokens",
        sa.Column("hash", String, nullable=False),
        sa.Column("user_id", String, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_tokens_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("hash", name="pk_tokens"),
    )
    op.create_index("ix_tokens_expires_at", "tokens", ["expires_at"])
    op.create_index("ix_tokens_user_id", "tokens", ["user_id"])

    op.create_table(
        "login_attempts",
        sa.Column("id", Sequence64, autoincrement=True, nullable=False),
        sa.Column("name", String, nullable=False),
        sa.Column("address", String, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_login_attempts"),
    )
    op.create_index("ix_login_attempts_name_address_at", "login_attempts", ["name", "address", "at"])

    op.create_table(
        "permissions",
        sa.Column("id", String, nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_permissions"),
    )

    op.create_table(
        "rooms",
        sa.Column("id", String, nullable=False),
        sa.Column("t", String, nullable=False),
        sa.Column("name", String),
        sa.Column("direct_key", String),
        sa.Column("user_id", String),
        sa.Column("username", String),
        sa.Column("read_only", sa.Boolean(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rooms"),
        sa.UniqueConstraint("direct_key", name="uq_rooms_direct_key"),
        sa.UniqueConstraint("name", name="uq_rooms_name"),
    )

    op.create_table(
        "memberships",
        sa.Column("room_id", String, nullable=False),
        sa.Column("user_id", String, nullable=False),
        sa.Column("joined_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name="fk_memberships_room_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_memberships_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("room_id", "user_id", name="pk_memberships"),
    )
    op.create_index("ix_memberships_user_id", "memberships", ["user_id"])

    op.create_table(
        "messages",
        sa.Column("id", String, nullable=False),
        sa.Column("room_id", String, nullable=False),
        sa.Column("user_id", String, nullable=False),
        sa.Column("username", String, nullable=False),
        sa.Column("ts", sa.BigInteger(), nullable=False),
        sa.Column("text", Text, nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("tmid", String),
        sa.Column("origin", String),
        sa.Column("edited_at", sa.BigInteger()),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name="fk_messages_room_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
    )
    op.create_index("ix_messages_room_id_ts_id", "messages", ["room_id", "ts", "id"])

    op.create_table(
        "integrations",
        sa.Column("id", String, nullable=False),
        sa.Column("type", String, nullable=False),
        sa.Column("name", String, nullable=False),
        sa.Column("name_lower", String, nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("user_id", String, nullable=False),
        sa.Column("created_by", String, nullable=False),
        sa.Column("token", String),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_integrations"),
    )
    op.create_index("ix_integrations_user_id", "integrations", ["user_id"])

    op.create_table(
        "integration_revisions",
        sa.Column("id", Sequence64, autoincrement=True, nullable=False),
        sa.Column("integration_id", String, nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("code", String),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_integration_revisions"),
    )
    op.create_index(
        "ix_integration_revisions_code",
        "integration_revisions",
        ["code"],
        sqlite_where=has_code,
        postgresql_where=has_code,
    )
    op.create_index("ix_integration_revisions_integration_id", "integration_revisions", ["integration_id"])

    op.create_table(
        "script_code",
        sa.Column("key", String, nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("hooks", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_script_code"),
    )

    op.create_table(
        "events",
        sa.Column("id", Sequence64, autoincrement=True, nullable=False),
        sa.Column("workspace", String, nullable=False),
        sa.Column("source", String, nullable=False),
        sa.Column("source_id", String, nullable=False),
        sa.Column("event", String, nullable=False),
        sa.Column("room_id", String),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("chain", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.UniqueConstraint("workspace", "source", "source_id", name="uq_events_workspace_source_source_id"),
    )

    op.create_table(
        "deliveries",
        sa.Column("seq", Sequence64, autoincrement=True, nullable=False),
        sa.Column("id", String, nullable=False),
        sa.Column("workspace", String, nullable=False),
        sa.Column("event_id", Sequence64, nullable=False),
        sa.Column("integration_id", String, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("url", String, nullable=False),
        sa.Column("destination", String, nullable=False),
        sa.Column("order_key", String, nullable=False),
        sa.Column("trigger_word", String),
        sa.Column("state", String, nullable=False),
        sa.Column("held_reason", String),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("interruptions", sa.Integer(), nullable=False),
        sa.Column("worker", String),
        sa.Column("lease", sa.BigInteger(), nullable=False),
        sa.Column("prepared", sa.Boolean(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("request", sa.LargeBinary()),
        sa.Column("trace", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_deliveries_event_id"),
        sa.PrimaryKeyConstraint("seq", name="pk_deliveries"),
        sa.UniqueConstraint("id", name="uq_deliveries_id"),
    )
    op.create_index(
        "ix_deliveries_backlog", "deliveries", ["integration_id"], sqlite_where=pending, postgresql_where=pending
    )
    op.create_index("ix_deliveries_claimed", "deliveries", ["worker"], sqlite_where=claimed, postgresql_where=claimed)
    op.create_index(
        "ix_deliveries_due", "deliveries", ["destination", "due", "seq"], sqlite_where=pending, postgresql_where=pending
    )
    op.create_index("ix_deliveries_event_id", "deliveries", ["event_id"])
    op.create_index(
        "ix_deliveries_failed",
        "deliveries",
        ["integration_id", "updated_at"],
        sqlite_where=failed,
        postgresql_where=failed,
    )
    op.create_index("ix_deliveries_history", "deliveries", ["integration_id", "updated_at", "seq"])
    op.create_index("ix_deliveries_retention", "deliveries", ["updated_at", "size"])

    op.create_table(
        "runs",
        sa.Column("id", String, nullable=False),
        sa.Column("integration_id", String, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("state", String, nullable=False),
        sa.Column("worker", String),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("request", sa.LargeBinary()),
        sa.Column("trace", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )
    op.create_index(
        "ix_runs_failed",
        "runs",
        ["integration_id", "updated_at"],
        sqlite_where=failed_run,
        postgresql_where=failed_run,
    )
    op.create_index("ix_runs_history", "runs", ["integration_id", "updated_at", "id"])
    op.create_index("ix_runs_retention", "runs", ["updated_at", "size"])
    op.create_index("ix_runs_running", "runs", ["worker"], sqlite_where=running, postgresql_where=running)

    op.create_table(
        "processes",
        sa.Column("id", String, nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("renewed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_processes"),
    )
