"""Which run may write which key of what scripts keep, where several processes share the database."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import String

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "held_keys",
        sa.Column("integration_id", String, nullable=False),
        sa.Column("key", String, nullable=False),
        sa.Column("run", String, nullable=False),
        sa.Column("next", String),
        sa.Column("more_keys", sa.Integer(), nullable=False),
        sa.Column("more_bytes", sa.Integer(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("integration_id", "key", name="pk_held_keys"),
    )
    op.create_index("ix_held_keys_run", "held_keys", ["run"])
    op.create_index("ix_held_keys_next", "held_keys", ["next"])
