"""Rooms and who is in them."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypeAlias

from sqlalchemy import Connection, Row, func, literal, select, true

from engine.model.messages import Room
from engine.store.conflicts import insert_if_absent
from engine.store.schema import memberships, rooms, users

RoomKind: TypeAlias = Literal["c", "p", "d"]


def direct_key(user_ids: Iterable[str]) -> str:
    """What a direct room is found by: its members, whoever asks."""
    return ",".join(sorted(set(user_ids)))


def insert_room(
    connection: Connection, room: Room, *, now: int, direct_key: str | None = None, is_default: bool = False
) -> bool:
    """False when the id, the name or the members are those of another room."""
    statement = insert_if_absent(connection, rooms).values(
        id=room.id,
        t=room.t,
        name=room.name,
        direct_key=direct_key,
        user_id=room.user_id,
        username=room.username,
        read_only=room.read_only,
        archived=room.archived,
        is_default=is_default,
        created_at=room.created_at,
        updated_at=now,
    )
    return connection.execute(statement).rowcount == 1


def insert_direct_room(connection: Connection, room: Room) -> bool:
    """With its members; False when those have one already."""
    key = direct_key(user_id for user_id, _ in room.members)
    if not insert_room(connection, room, now=room.created_at, direct_key=key):
        return False
    for user_id, _ in room.members:
        add_member(connection, room.id, user_id, room.created_at)
    return True


def get_room(connection: Connection, *, id: str | None = None, name: str | None = None) -> Room | None:
    wanted = rooms.c.id == id if id is not None else rooms.c.name == name
    row = connection.execute(select(rooms).where(wanted)).one_or_none()
    return None if row is None else _room(connection, row)


def find_room(connection: Connection, id_or_name: str) -> Room | None:
    """An id is preferred to another room's name that reads the same."""
    return get_room(connection, id=id_or_name) or get_room(connection, name=id_or_name)


def get_direct_room(connection: Connection, user_ids: Iterable[str]) -> Room | None:
    row = connection.execute(select(rooms).where(rooms.c.direct_key == direct_key(user_ids))).one_or_none()
    return None if row is None else _room(connection, row)


def add_member(connection: Connection, room_id: str, user_id: str, now: int) -> bool:
    """False when the user is in it already, or one of the two is gone."""
    both = select(rooms.c.id, users.c.id, literal(now)).select_from(rooms.join(users, true()))
    both = both.where(rooms.c.id == room_id, users.c.id == user_id)
    statement = insert_if_absent(connection, memberships).from_select(["room_id", "user_id", "joined_at"], both)
    return connection.execute(statement).rowcount == 1


def is_member(connection: Connection, room_id: str, user_id: str) -> bool:
    statement = select(memberships.c.room_id).where(memberships.c.room_id == room_id, memberships.c.user_id == user_id)
    return connection.execute(statement).one_or_none() is not None


def count_members(connection: Connection, room_id: str) -> int:
    statement = select(func.count()).select_from(memberships).where(memberships.c.room_id == room_id)
    return connection.execute(statement).scalar_one()


def joined_room_ids(connection: Connection, user_id: str, kind: RoomKind, limit: int) -> Sequence[str]:
    """Rooms of one kind that the user is in, oldest membership first."""
    statement = (
        select(rooms.c.id)
        .join(memberships, memberships.c.room_id == rooms.c.id)
        .where(memberships.c.user_id == user_id, rooms.c.t == kind, rooms.c.archived.is_(False))
        .order_by(memberships.c.joined_at, rooms.c.id)
        .limit(limit)
    )
    return connection.execute(statement).scalars().all()


def _room(connection: Connection, row: Row[Any]) -> Room:
    # `row.t` is the row as a tuple, whatever its columns are called
    kind: str = row._mapping["t"]
    members: tuple[tuple[str, str], ...] = ()
    if kind == "d":
        statement = (
            select(users.c.id, users.c.username)
            .join(memberships, memberships.c.user_id == users.c.id)
            .where(memberships.c.room_id == row.id)
            .order_by(users.c.id)
        )
        members = tuple((user_id, username) for user_id, username in connection.execute(statement).all())
    return Room(
        id=row.id,
        t=kind,
        name=row.name,
        created_at=row.created_at,
        user_id=row.user_id,
        username=row.username,
        read_only=row.read_only,
        archived=row.archived,
        members=members,
    )
