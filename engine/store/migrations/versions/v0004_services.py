"""What scripts keep, and secrets that they have sent."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import String, Text

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "secrets",
        sa.Column("scope", String, nullable=False),
        sa.Column("name", String, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("hosts", sa.JSON(), nullable=False),
        sa.Column("uses", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_by", String, nullable=False),
        sa.PrimaryKeyConstraint("scope", "name", name="pk_secrets"),
    )
    op.create_table(
        "stored_values",
        sa.Column("integration_id", String, nullable=False),
        sa.Column("key", String, nullable=False),
        sa.Column("value", Text, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.BigInteger()),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("integration_id", "key", name="pk_stored_values"),
    )
