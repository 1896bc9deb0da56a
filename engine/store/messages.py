"""Messages: an id is stored once, however often it is posted."""

from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select

from engine.model.messages import Message
from engine.store.conflicts import insert_ignoring
from engine.store.schema import messages, rooms, users
from engine.store.statements import Statement

_COLUMNS = ("id", "room_id", "user_id", "username", "ts", "text", "body", "tmid", "origin", "edited_at", "updated_at")


def _insert(dialect: str) -> Statement:
    values = [bindparam(name, type_=messages.c[name].type) for name in _COLUMNS]
    room_is_there = select(rooms.c.id).where(rooms.c.id == bindparam("room_id", type_=rooms.c.id.type)).exists()
    source = select(*values).where(room_is_there)
    return Statement(insert_ignoring(dialect, messages).from_select(list(_COLUMNS), source))


_INSERT = {dialect: _insert(dialect) for dialect in ("sqlite", "postgresql")}


def insert_message(connection: Connection, message: Message) -> bool:
    """False when a message of this id is there already, or the room is gone: `get_message` tells which."""
    values = {name: getattr(message, name) for name in _COLUMNS}
    return _INSERT[connection.dialect.name].run(connection, **values) == 1


def get_message(connection: Connection, id: str) -> Message | None:
    row = connection.execute(select(messages).where(messages.c.id == id)).one_or_none()
    return None if row is None else _message(row)


def list_messages(
    connection: Connection, room_id: str, *, offset: int, limit: int, newest_first: bool = True
) -> list[tuple[Message, str | None]]:
    """Each with its author's present name, None where the author is gone."""
    order = [messages.c.ts, messages.c.id]
    statement = (
        select(messages, users.c.name.label("author_name"))
        .outerjoin(users, users.c.id == messages.c.user_id)
        .where(messages.c.room_id == room_id)
        .order_by(*(column.desc() if newest_first else column for column in order))
        .offset(offset)
        .limit(limit)
    )
    return [(_message(row), row.author_name) for row in connection.execute(statement).all()]


def count_messages(connection: Connection, room_id: str) -> int:
    statement = select(func.count()).select_from(messages).where(messages.c.room_id == room_id)
    return connection.execute(statement).scalar_one()


def _message(row: Row[Any]) -> Message:
    return Message(
        id=row.id,
        room_id=row.room_id,
        user_id=row.user_id,
        username=row.username,
        ts=row.ts,
        text=row.text,
        body=row.body,
        tmid=row.tmid,
        origin=row.origin,
        edited_at=row.edited_at,
        updated_at=row.updated_at,
    )
