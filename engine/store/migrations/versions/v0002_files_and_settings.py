"""Uploaded files and the settings that administrators change."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import String

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("id", String, nullable=False),
        sa.Column("room_id", String, nullable=False),
        sa.Column("user_id", String, nullable=False),
        sa.Column("name", String, nullable=False),
        sa.Column("type", String, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("message_id", String),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name="fk_files_room_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_files"),
        sa.UniqueConstraint("message_id", name="uq_files_message_id"),
    )
    op.create_index("ix_files_room_id", "files", ["room_id"])

    op.create_table(
        "file_chunks",
        sa.Column("file_id", String, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_file_chunks_file_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("file_id", "number", name="pk_file_chunks"),
    )

    op.create_table(
        "settings",
        sa.Column("id", String, nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_settings"),
    )
