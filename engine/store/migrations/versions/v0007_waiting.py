"""What is due later stands in an index of its own, so that a look costs what is due now."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("waiting", sa.Boolean(), server_default=sa.false(), nullable=False))
    # those whose time has come are found out at the first look
    op.execute("UPDATE deliveries SET waiting = true WHERE state = 'pending' AND attempts > 0")
    op.drop_index("ix_deliveries_due", "deliveries")
    op.create_index(
        "ix_deliveries_due",
        "deliveries",
        ["destination", "due", "seq", "integration_id"],
        sqlite_where=sa.text("state = 'pending' AND waiting = 0"),
        postgresql_where=sa.text("state = 'pending' AND NOT waiting"),
    )
    op.create_index(
        "ix_deliveries_waiting",
        "deliveries",
        ["due", "destination"],
        sqlite_where=sa.text("state = 'pending' AND waiting = 1"),
        postgresql_where=sa.text("state = 'pending' AND waiting"),
    )
