"""Rooms and who is in them."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, literal, or_, select, true, update

from engine.model.messages import Room
from engine.store.conflicts import insert_if_absent
from engine.store.schema import memberships, messages, rooms, users
from engine.store.statements import Statement

RoomKind: TypeAlias = Literal["c", "p", "d"]
# Keys of the record, each with 1 for ascending or -1 for descending.
Order: TypeAlias = Sequence[tuple[str, int]]

SORTABLE = {"name": rooms.c.name, "ts": rooms.c.created_at, "_updatedAt": rooms.c.updated_at}
MEMBERS_SORTABLE = {"username": users.c.username_lower, "name": users.c.name}

_NAMES = tuple(rooms.c.keys())
_BY_ID = Statement(select(rooms).where(rooms.c.id == bindparam("wanted")))
_BY_NAME = Statement(select(rooms).where(rooms.c.name == bindparam("wanted")))
_BY_EITHER = Statement(select(rooms).where(or_(rooms.c.id == bindparam("wanted"), rooms.c.name == bindparam("wanted"))))
_MEMBERSHIP = Statement(
    select(memberships.c.room_id).where(
        memberships.c.room_id == bindparam("room"), memberships.c.user_id == bindparam("user")
    )
)
_MEMBERS = Statement(
    select(users.c.id, users.c.username)
    .join(memberships, memberships.c.user_id == users.c.id)
    .where(memberships.c.room_id == bindparam("room"))
    .order_by(users.c.id)
)


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
    row = _BY_ID.row(connection, wanted=id) if id is not None else _BY_NAME.row(connection, wanted=name)
    return None if row is None else _room(connection, row)


def find_room(connection: Connection, id_or_name: str) -> Room | None:
    """An id is preferred to another room's name that reads the same."""
    rows = _BY_EITHER.rows(connection, wanted=id_or_name)
    # the two together are at most two rows, and the one by id is taken
    row = next((row for row in rows if row[0] == id_or_name), rows[0] if rows else None)
    return None if row is None else _room(connection, row)


def get_direct_room(connection: Connection, user_ids: Iterable[str]) -> Room | None:
    row = connection.execute(select(rooms).where(rooms.c.direct_key == direct_key(user_ids))).one_or_none()
    return None if row is None else _room(connection, row)


def add_member(connection: Connection, room_id: str, user_id: str, now: int) -> bool:
    """False when the user is in it already, or one of the two is gone."""
    both = select(rooms.c.id, users.c.id, literal(now)).select_from(rooms.join(users, true()))
    both = both.where(rooms.c.id == room_id, users.c.id == user_id)
    statement = insert_if_absent(connection, memberships).from_select(["room_id", "user_id", "joined_at"], both)
    return connection.execute(statement).rowcount == 1


def remove_member(connection: Connection, room_id: str, user_id: str) -> bool:
    """False when the user was not in it."""
    statement = delete(memberships).where(memberships.c.room_id == room_id, memberships.c.user_id == user_id)
    return connection.execute(statement).rowcount == 1


def rename_room(connection: Connection, room_id: str, name: str, now: int) -> None:
    """The name must not be another's."""
    connection.execute(update(rooms).where(rooms.c.id == room_id).values(name=name, updated_at=now))


def set_archived(connection: Connection, room_id: str, archived: bool, now: int) -> bool:
    """False when it was so already, or the room is gone."""
    statement = update(rooms).where(rooms.c.id == room_id, rooms.c.archived.is_not(archived))
    return connection.execute(statement.values(archived=archived, updated_at=now)).rowcount == 1


def delete_room(connection: Connection, room_id: str) -> bool:
    """With all that is still in it: empty it first."""
    return connection.execute(delete(rooms).where(rooms.c.id == room_id)).rowcount == 1


def is_member(connection: Connection, room_id: str, user_id: str) -> bool:
    statement = select(memberships.c.room_id).where(memberships.c.room_id == room_id, memberships.c.user_id == user_id)
    return connection.execute(statement).one_or_none() is not None


def count_members(connection: Connection, room_id: str) -> int:
    statement = select(func.count()).select_from(memberships).where(memberships.c.room_id == room_id)
    return connection.execute(statement).scalar_one()


def list_rooms(
    connection: Connection, kind: RoomKind, *, member: str | None, order: Order, offset: int, limit: int
) -> list[tuple[Room, int, int]]:
    """Each with how many members and messages it has; of one member's, where one is named.

    By name, direct rooms by age, where `order`, whose keys are of SORTABLE, says nothing.
    """
    members = select(func.count()).where(memberships.c.room_id == rooms.c.id).scalar_subquery()
    said = select(func.count()).where(messages.c.room_id == rooms.c.id).scalar_subquery()
    keys = [SORTABLE[key] if way == 1 else SORTABLE[key].desc() for key, way in order]
    statement = select(rooms, members, said).where(_listed(kind, member))
    statement = statement.order_by(*keys, rooms.c.name, rooms.c.created_at, rooms.c.id).offset(offset).limit(limit)
    return [(_room(connection, row[:-2]), row[-2], row[-1]) for row in map(tuple, connection.execute(statement).all())]


def count_rooms(connection: Connection, kind: RoomKind, *, member: str | None) -> int:
    return connection.execute(select(func.count()).select_from(rooms).where(_listed(kind, member))).scalar_one()


def list_members(
    connection: Connection, room_id: str, *, part: str, order: Order, offset: int, limit: int
) -> list[tuple[str, str, str]]:
    """(id, username, name) of those with `part` in one of the names; keys of the order are of MEMBERS_SORTABLE."""
    keys = [MEMBERS_SORTABLE[key] if way == 1 else MEMBERS_SORTABLE[key].desc() for key, way in order]
    statement = (
        select(users.c.id, users.c.username, users.c.name)
        .join(memberships, memberships.c.user_id == users.c.id)
        .where(memberships.c.room_id == room_id, _with_part(part))
        .order_by(*keys, users.c.username_lower)
    )
    return [(id, username, name) for id, username, name in connection.execute(statement.offset(offset).limit(limit))]


def count_members_with(connection: Connection, room_id: str, *, part: str) -> int:
    both = memberships.join(users, memberships.c.user_id == users.c.id)
    statement = select(func.count()).select_from(both).where(memberships.c.room_id == room_id, _with_part(part))
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


def _listed(kind: RoomKind, member: str | None) -> ColumnElement[bool]:
    if member is None:
        return rooms.c.t == kind
    mine = select(memberships.c.room_id).where(memberships.c.user_id == member)
    return (rooms.c.t == kind) & rooms.c.id.in_(mine)


def _with_part(part: str) -> ColumnElement[bool]:
    if not part:
        return true()
    lower = part.lower()
    return or_(
        users.c.username_lower.contains(lower, autoescape=True),
        func.lower(users.c.name).contains(lower, autoescape=True),
    )


def _room(connection: Connection, row: Sequence[Any]) -> Room:
    held = dict(zip(_NAMES, row, strict=True))
    members: tuple[tuple[str, str], ...] = ()
    if held["t"] == "d":
        members = tuple((user_id, username) for user_id, username in _MEMBERS.rows(connection, room=held["id"]))
    return Room(
        id=held["id"],
        t=held["t"],
        name=held["name"],
        created_at=held["created_at"],
        user_id=held["user_id"],
        username=held["username"],
        read_only=held["read_only"],
        archived=held["archived"],
        members=members,
    )
