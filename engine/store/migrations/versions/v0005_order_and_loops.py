"""What keeps first attempts in order, what the loop guard counts, and an index of what is held."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import Sequence64, String

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "order_pauses",
        sa.Column("order_key", String, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("order_key", name="pk_order_pauses"),
    )
    op.create_table(
        "guarded_runs",
        sa.Column("id", Sequence64, autoincrement=True, nullable=False),
        sa.Column("order_key", String, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_guarded_runs"),
    )
    op.create_index("ix_guarded_runs_at", "guarded_runs", ["at"])
    op.create_index("ix_guarded_runs_order_key_at", "guarded_runs", ["order_key", "at"])
    op.drop_index("ix_deliveries_claimed", "deliveries")
    claimed, held = sa.text("state = 'claimed'"), sa.text("state = 'held'")
    op.create_index(
        "ix_deliveries_claimed",
        "deliveries",
        ["order_key", "worker"],
        sqlite_where=claimed,
        postgresql_where=claimed,
    )
    op.create_index("ix_deliveries_held", "deliveries", ["integration_id"], sqlite_where=held, postgresql_where=held)
