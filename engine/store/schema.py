"""The tables, once, for both dialects. Times are milliseconds since the epoch; ids are text.

A run of an outgoing integration is its row in `deliveries`, a run of an incoming one its row in `runs`: the row is
the job, and the row is the history.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    false,
    text,
)

from engine.store.types import Sequence64, String, Text


def _where(sqlite: str, postgresql: str | None = None) -> dict[str, Any]:
    return {"sqlite_where": text(sqlite), "postgresql_where": text(postgresql or sqlite)}


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# One row; its version rises with every change of integrations, secrets, roles, permissions, room names and tokens, so
# that an index read earlier can be known to be stale inside the transaction that relies on it.
configuration = Table(
    "configuration",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", BigInteger, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("id", String, primary_key=True),
    Column("username", String, nullable=False, unique=True),
    Column("username_lower", String, nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("email", String, unique=True),
    Column("type", String, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("roles", JSON, nullable=False),
    Column("password_hash", String),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

# A login token is kept as its SHA-256 only.
tokens = Table(
    "tokens",
    metadata,
    Column("hash", String, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
)

login_attempts = Table(
    "login_attempts",
    metadata,
    Column("id", Sequence64, primary_key=True, autoincrement=True),
    Column("name", String, nullable=False),
    Column("address", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_login_attempts_name_address_at", "name", "address", "at"),
)

permissions = Table(
    "permissions",
    metadata,
    Column("id", String, primary_key=True),
    Column("roles", JSON, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

# `t` is Rocket.Chat's: c public, p private, d direct. A direct room is found by its members, any other by its name.
rooms = Table(
    "rooms",
    metadata,
    Column("id", String, primary_key=True),
    Column("t", String, nullable=False),
    Column("name", String, unique=True),
    Column("direct_key", String, unique=True),
    Column("user_id", String),
    Column("username", String),
    Column("read_only", Boolean, nullable=False),
    Column("archived", Boolean, nullable=False),
    Column("is_default", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

memberships = Table(
    "memberships",
    metadata,
    Column("room_id", ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("joined_at", BigInteger, nullable=False),
)

# `body` holds what a client sees beside the columns: alias, avatar, emoji, attachments, groupable, bot, ...
messages = Table(
    "messages",
    metadata,
    Column("id", String, primary_key=True),
    Column("room_id", ForeignKey("rooms.id", ondelete="CASCADE"), nullable=False),
    Column("user_id", String, nullable=False),
    Column("username", String, nullable=False),
    Column("ts", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("body", JSON, nullable=False),
    Column("tmid", String),
    Column("origin", String),
    Column("edited_at", BigInteger),
    Column("updated_at", BigInteger, nullable=False),
    Index("ix_messages_room_id_ts_id", "room_id", "ts", "id"),
)

# An uploaded file; one whose message never came is taken away again.
files = Table(
    "files",
    metadata,
    Column("id", String, primary_key=True),
    Column("room_id", ForeignKey("rooms.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("user_id", String, nullable=False),
    Column("name", String, nullable=False),
    Column("type", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("message_id", String, unique=True),
)

# Its bytes, in the database, so that every server of one database has them.
file_chunks = Table(
    "file_chunks",
    metadata,
    Column("file_id", ForeignKey("files.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

# Only what an administrator has set.
settings = Table(
    "settings",
    metadata,
    Column("id", String, primary_key=True),
    Column("value", JSON, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

integrations = Table(
    "integrations",
    metadata,
    Column("id", String, primary_key=True),
    Column("type", String, nullable=False),
    Column("name", String, nullable=False),
    Column("name_lower", String, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("user_id", String, nullable=False, index=True),
    Column("created_by", String, nullable=False),
    # an incoming one's secret: compared in constant time, never searched for
    Column("token", String),
    Column("revision", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

# Each saved record, once. `record` is what integrations.get answers; `code` names a row of script_code.
integration_revisions = Table(
    "integration_revisions",
    metadata,
    Column("id", Sequence64, primary_key=True, autoincrement=True),
    Column("integration_id", String, nullable=False, index=True),
    Column("record", JSON, nullable=False),
    Column("code", String),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_integration_revisions_code", "code", **_where("code IS NOT NULL")),
)

# Written by nothing but the compile cell's answer; opaque bytes to everything but a hardened cell.
script_code = Table(
    "script_code",
    metadata,
    Column("key", String, primary_key=True),
    Column("code", LargeBinary, nullable=False),
    Column("hooks", JSON, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

# `payload` is all an integration's `data` is built from (model.events.Event), so that a replay builds it anew.
events = Table(
    "events",
    metadata,
    Column("id", Sequence64, primary_key=True, autoincrement=True),
    Column("workspace", String, nullable=False),
    Column("source", String, nullable=False),
    Column("source_id", String, nullable=False),
    Column("event", String, nullable=False),
    Column("room_id", String),
    Column("payload", JSON, nullable=False),
    Column("chain", JSON, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("workspace", "source", "source_id"),
)

# state: pending (due at `due`), claimed (by `worker` under `lease`), held, finished (ended well, or with nothing to
# do), failed (ended badly; may be sent again). `request` is what prepare made, stored once and sent by every attempt.
# Here and in runs the blobs stand last: SQLite walks a row's overflow pages to reach any column behind them.
deliveries = Table(
    "deliveries",
    metadata,
    Column("seq", Sequence64, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("workspace", String, nullable=False),
    Column("event_id", ForeignKey("events.id"), nullable=False, index=True),
    Column("integration_id", String, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("url", String, nullable=False),
    Column("destination", String, nullable=False),
    Column("order_key", String, nullable=False),
    Column("trigger_word", String),
    Column("state", String, nullable=False),
    Column("held_reason", String),
    Column("due", BigInteger, nullable=False),
    # due later than when that was written; what is not can be looked at without all that is
    Column("waiting", Boolean, nullable=False, server_default=false()),
    Column("attempts", Integer, nullable=False),
    Column("interruptions", Integer, nullable=False),
    Column("worker", String),
    Column("lease", BigInteger, nullable=False),
    Column("prepared", Boolean, nullable=False),
    Column("size", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("request", LargeBinary),
    Column("trace", LargeBinary),
    Index(
        "ix_deliveries_due",
        "destination",
        "due",
        "seq",
        "integration_id",
        **_where("state = 'pending' AND waiting = 0", "state = 'pending' AND NOT waiting"),
    ),
    Index(
        "ix_deliveries_waiting",
        "due",
        "destination",
        **_where("state = 'pending' AND waiting = 1", "state = 'pending' AND waiting"),
    ),
    Index("ix_deliveries_claimed", "order_key", "worker", **_where("state = 'claimed'")),
    Index("ix_deliveries_held", "integration_id", **_where("state = 'held'")),
    Index("ix_deliveries_backlog", "integration_id", **_where("state = 'pending'")),
    Index("ix_deliveries_failed", "integration_id", "updated_at", **_where("state = 'failed'")),
    Index("ix_deliveries_history", "integration_id", "updated_at", "seq"),
    Index("ix_deliveries_retention", "updated_at", "size"),
)

# A first attempt that was put off: until then no other of its order starts, or it would be overtaken.
order_pauses = Table(
    "order_pauses",
    metadata,
    Column("order_key", String, primary_key=True),
    Column("until", BigInteger, nullable=False),
)

# One row for each run that an integration's message led to, for as long as the loop guard counts it.
guarded_runs = Table(
    "guarded_runs",
    metadata,
    Column("id", Sequence64, primary_key=True, autoincrement=True),
    Column("order_key", String, nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
    Index("ix_guarded_runs_order_key_at", "order_key", "at"),
)

# state: running, finished, failed, refused, interrupted. `request` is the exact request, compressed, for replay.
runs = Table(
    "runs",
    metadata,
    Column("id", String, primary_key=True),
    Column("integration_id", String, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("worker", String),
    Column("size", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("request", LargeBinary),
    Column("trace", LargeBinary),
    Index(
        "ix_runs_failed",
        "integration_id",
        "updated_at",
        sqlite_where=text("state IN ('failed', 'interrupted')"),
        postgresql_where=text("state IN ('failed', 'interrupted')"),
    ),
    Index("ix_runs_history", "integration_id", "updated_at", "id"),
    Index("ix_runs_retention", "updated_at", "size"),
    Index(
        "ix_runs_running", "worker", sqlite_where=text("state = 'running'"), postgresql_where=text("state = 'running'")
    ),
)

# One row a process that works deliveries, renewed by the database's clock; a stale row's work is taken over.
processes = Table(
    "processes",
    metadata,
    Column("id", String, primary_key=True),
    Column("started_at", BigInteger, nullable=False),
    Column("renewed_at", BigInteger, nullable=False),
)

# What a sender's key was answered, so that the same request again does nothing; `body` is null while under way.
hook_keys = Table(
    "hook_keys",
    metadata,
    Column("integration_id", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("run", String, nullable=False, unique=True),
    Column("status", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False, index=True),
    Column("body", LargeBinary),
)

# Values that scripts never see, encrypted; `scope` is an integration's id, or `*` for all of them.
secrets = Table(
    "secrets",
    metadata,
    Column("scope", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("hosts", JSON, nullable=False),
    Column("uses", JSON, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("updated_by", String, nullable=False),
)

# What scripts keep; `value` is JSON text, `size` counts for the limit of an integration.
stored_values = Table(
    "stored_values",
    metadata,
    Column("integration_id", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("value", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("expires_at", BigInteger),
    Column("updated_at", BigInteger, nullable=False),
)

# Where several processes share the database: which run may write which key, until when, who is next, and what it is
# about to add.
held_keys = Table(
    "held_keys",
    metadata,
    Column("integration_id", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("run", String, nullable=False, index=True),
    Column("next", String, index=True),
    Column("more_keys", Integer, nullable=False),
    Column("more_bytes", Integer, nullable=False),
    Column("until", BigInteger, nullable=False),
)
