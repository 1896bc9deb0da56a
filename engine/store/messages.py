"""Messages: an id is stored once, however often it is posted."""

from typing import Any

from sqlalchemy import Connection, Row, func, literal, select

from engine.model.messages import Message
from engine.store.conflicts import insert_if_absent
from engine.store.schema import messages, rooms, users


def insert_message(connection: Connection, message: Message) -> bool:
    """False when a message of this id is there already, or the room is gone: `get_message` tells which."""
    columns = {
        "id": message.id,
        "room_id": message.room_id,
        "user_id": message.user_id,
        "username": message.username,
        "ts": message.ts,
        "text": message.text,
        "body": message.body,
        "tmid": message.tmid,
        "origin": message.origin,
        "edited_at": message.edited_at,
        "updated_at": message.updated_at,
    }
    values = [literal(value, messages.c[name].type) for name, value in columns.items()]
    source = select(*values).where(select(rooms.c.id).where(rooms.c.id == message.room_id).exists())
    statement = insert_if_absent(connection, messages).from_select(list(columns), source)
    return connection.execute(statement).rowcount == 1


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
