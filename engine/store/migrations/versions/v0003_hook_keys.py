"""Keys of webhooks, each with the answer it had."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import String

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "hook_keys",
        sa.Column("integration_id", String, nullable=False),
        sa.Column("key", String, nullable=False),
        sa.Column("run", String, nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("integration_id", "key", name="pk_hook_keys"),
        sa.UniqueConstraint("run", name="uq_hook_keys_run"),
    )
    op.create_index("ix_hook_keys_created_at", "hook_keys", ["created_at"])
