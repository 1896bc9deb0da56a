"""Users. A password's hash leaves this module only for the one who compares it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Text, bindparam, cast, delete, func, select, true, update

from engine.model.messages import User
from engine.store.conflicts import insert_if_absent
from engine.store.schema import memberships, rooms, users
from engine.store.statements import Statement

# Keys of the record, each with 1 for ascending or -1 for descending.
Order: TypeAlias = Sequence[tuple[str, int]]

SORTABLE = {
    "username": users.c.username_lower,
    "name": users.c.name,
    "active": users.c.active,
    "createdAt": users.c.created_at,
    "_updatedAt": users.c.updated_at,
}

_NAMES = tuple(users.c.keys())
_BY_ID = Statement(select(users).where(users.c.id == bindparam("wanted")))
_BY_NAME = Statement(select(users).where(users.c.username == bindparam("wanted")))


@dataclass(frozen=True, slots=True)
class Account:
    """A user with what only the user and administrators see; times are milliseconds since the epoch."""

    user: User
    email: str | None
    created_at: int
    updated_at: int


def insert_user(connection: Connection, user: User, *, email: str | None, password_hash: str | None, now: int) -> bool:
    """False when the id, the username or the email is taken."""
    statement = insert_if_absent(connection, users).values(
        id=user.id,
        username=user.username,
        username_lower=user.username.lower(),
        name=user.name,
        email=email,
        type=user.type,
        active=user.active,
        roles=list(user.roles),
        password_hash=password_hash,
        created_at=now,
        updated_at=now,
    )
    return connection.execute(statement).rowcount == 1


def set_password(connection: Connection, user_id: str, password_hash: str, now: int) -> bool:
    statement = update(users).where(users.c.id == user_id).values(password_hash=password_hash, updated_at=now)
    return connection.execute(statement).rowcount == 1


def update_user(connection: Connection, user: User, *, email: str | None, now: int) -> bool:
    """All but the password; the rooms that the user has made are told a new username."""
    values = {
        "username": user.username,
        "username_lower": user.username.lower(),
        "name": user.name,
        "email": email,
        "active": user.active,
        "roles": list(user.roles),
        "updated_at": now,
    }
    connection.execute(update(rooms).where(rooms.c.user_id == user.id).values(username=user.username))
    return connection.execute(update(users).where(users.c.id == user.id).values(values)).rowcount == 1


def delete_user(connection: Connection, user_id: str) -> bool:
    return connection.execute(delete(users).where(users.c.id == user_id)).rowcount == 1


def get_user(connection: Connection, *, id: str | None = None, username: str | None = None) -> User | None:
    """By id, or by the exact username."""
    account = get_account(connection, id=id, username=username)
    return None if account is None else account.user


def get_account(connection: Connection, *, id: str | None = None, username: str | None = None) -> Account | None:
    row = _BY_ID.row(connection, wanted=id) if id is not None else _BY_NAME.row(connection, wanted=username)
    return None if row is None else _account(row)


def find_user(connection: Connection, id_or_username: str) -> User | None:
    """An id is preferred to another's username that reads the same."""
    return get_user(connection, id=id_or_username) or get_user(connection, username=id_or_username)


def user_by_username_ignoring_case(connection: Connection, username: str) -> User | None:
    """The exact one where several differ in case only."""
    same = select(users).where(users.c.username_lower == username.lower()).limit(100)
    found = [_account(row).user for row in connection.execute(same).all()]
    exact = [user for user in found if user.username == username]
    return next(iter([*exact, *found]), None)


def users_by_username(connection: Connection, usernames: Sequence[str]) -> list[User]:
    """Those that exist, in the order of their ids."""
    rows = connection.execute(select(users).where(users.c.username.in_(usernames)).order_by(users.c.id)).all()
    return [_account(row).user for row in rows]


def list_users(connection: Connection, *, active_only: bool, order: Order, offset: int, limit: int) -> list[Account]:
    """By username where `order`, whose keys are of SORTABLE, says nothing."""
    keys = [SORTABLE[key] if way == 1 else SORTABLE[key].desc() for key, way in order]
    statement = select(users).where(_listed(active_only)).order_by(*keys, users.c.username_lower, users.c.id)
    return [_account(row) for row in connection.execute(statement.offset(offset).limit(limit)).all()]


def count_users(connection: Connection, *, active_only: bool) -> int:
    return connection.execute(select(func.count()).select_from(users).where(_listed(active_only))).scalar_one()


def another_admin(connection: Connection, user_id: str) -> bool:
    """Whether somebody else who is active is an admin."""
    is_admin = cast(users.c.roles, Text).contains('"admin"')
    statement = select(users.c.id).where(is_admin, users.c.active, users.c.id != user_id).limit(1)
    return connection.execute(statement).one_or_none() is not None


def username_taken(connection: Connection, username: str, *, but_by: str = "") -> bool:
    statement = select(users.c.id).where(users.c.username_lower == username.lower(), users.c.id != but_by).limit(1)
    return connection.execute(statement).one_or_none() is not None


def email_taken(connection: Connection, email: str, *, but_by: str = "") -> bool:
    statement = select(users.c.id).where(users.c.email == email, users.c.id != but_by)
    return connection.execute(statement).one_or_none() is not None


def get_credentials(
    connection: Connection, *, username: str | None = None, email: str | None = None
) -> tuple[Account, str] | None:
    """The account and its password's hash; None where there is no such user or it has no password."""
    wanted = users.c.username == username if username is not None else users.c.email == email
    row = connection.execute(select(users).where(wanted)).one_or_none()
    hash: str | None = None if row is None else row.password_hash
    return None if row is None or hash is None else (_account(row), hash)


def any_user(connection: Connection) -> bool:
    return connection.execute(select(users.c.id).limit(1)).one_or_none() is not None


def join_default_rooms(connection: Connection, user_id: str, now: int) -> None:
    for (room_id,) in connection.execute(select(rooms.c.id).where(rooms.c.is_default)).all():
        row = {"room_id": room_id, "user_id": user_id, "joined_at": now}
        connection.execute(insert_if_absent(connection, memberships).values(row))


def _listed(active_only: bool) -> ColumnElement[bool]:
    return users.c.active if active_only else true()


def _account(row: Sequence[Any]) -> Account:
    held = dict(zip(_NAMES, row, strict=True))
    user = User(held["id"], held["username"], held["name"], held["type"], tuple(held["roles"]), held["active"])
    return Account(user, held["email"], held["created_at"], held["updated_at"])
