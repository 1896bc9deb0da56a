"""Messages: an id is stored once, however often it is posted."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, delete, func, select, true, update

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


def update_message(connection: Connection, message: Message) -> bool:
    """Text, body and dates of an edited message; False when it is gone."""
    values = {
        "text": message.text,
        "body": message.body,
        "edited_at": message.edited_at,
        "updated_at": message.updated_at,
    }
    return connection.execute(update(messages).where(messages.c.id == message.id).values(values)).rowcount == 1


def delete_message(connection: Connection, id: str) -> bool:
    return connection.execute(delete(messages).where(messages.c.id == id)).rowcount == 1


def delete_some(connection: Connection, room_id: str, limit: int) -> int:
    """Deletes at most `limit` messages of the room; how many, 0 when none is left."""
    some = select(messages.c.id).where(messages.c.room_id == room_id).limit(limit)
    return connection.execute(delete(messages).where(messages.c.id.in_(some))).rowcount


def get_message(connection: Connection, id: str) -> Message | None:
    found = get_signed(connection, id)
    return None if found is None else found[0]


def get_signed(connection: Connection, id: str) -> tuple[Message, str | None] | None:
    """With its author's present name, None where the author is gone."""
    row = connection.execute(_signed().where(messages.c.id == id)).one_or_none()
    return None if row is None else (_message(row), row.author_name)


@dataclass(frozen=True, slots=True)
class Span:
    """Which time of a room is asked for, in milliseconds since the epoch; both ends belong to it where `inclusive`."""

    oldest: int | None = None
    latest: int | None = None
    inclusive: bool = False


ALWAYS = Span()


def list_messages(
    connection: Connection, room_id: str, *, offset: int, limit: int, newest_first: bool = True, span: Span = ALWAYS
) -> list[tuple[Message, str | None]]:
    """Each with its author's present name, None where the author is gone."""
    order = [messages.c.ts, messages.c.id]
    statement = (
        _signed()
        .where(messages.c.room_id == room_id, _within(span))
        .order_by(*(column.desc() if newest_first else column for column in order))
        .offset(offset)
        .limit(limit)
    )
    return [(_message(row), row.author_name) for row in connection.execute(statement).all()]


def count_messages(connection: Connection, room_id: str) -> int:
    statement = select(func.count()).select_from(messages).where(messages.c.room_id == room_id)
    return connection.execute(statement).scalar_one()


def _signed() -> Select[Any]:
    author = users.c.name.label("author_name"), users.c.username.label("author_username")
    return select(messages, *author).outerjoin(users, users.c.id == messages.c.user_id)


def _within(span: Span) -> ColumnElement[bool]:
    ts = messages.c.ts
    wanted: ColumnElement[bool] = true()
    if span.oldest is not None:
        wanted &= ts >= span.oldest if span.inclusive else ts > span.oldest
    if span.latest is not None:
        wanted &= ts <= span.latest if span.inclusive else ts < span.latest
    return wanted


def _message(row: Row[Any]) -> Message:
    return Message(
        id=row.id,
        room_id=row.room_id,
        user_id=row.user_id,
        # the present one, as long as there is one
        username=row.author_username or row.username,
        ts=row.ts,
        text=row.text,
        body=row.body,
        tmid=row.tmid,
        origin=row.origin,
        edited_at=row.edited_at,
        updated_at=row.updated_at,
    )
