"""Making rooms, and reading what was said in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import Connection

from engine.errors import CodedError
from engine.ids import new_id
from engine.model.messages import Message, Room, User
from engine.store import messages, rooms, users
from engine.store.database import Store
from engine.trace import now_ms
from engine.workspace.accounts import NAME_PATTERN

MAX_DIRECT_USERS = 8
# of one answer, also where a client asks for all
MAX_MESSAGES = 10_000
PAGE = 1000


@dataclass(frozen=True, slots=True)
class RoomInfo:
    room: Room
    users_count: int
    messages_count: int


class Rooms:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def create(
        self, kind: Literal["c", "p"], name: str, owner: User, members: Sequence[str], *, read_only: bool, join: bool
    ) -> RoomInfo:
        """`members` are usernames, unknown ones are left out; raises CodedError for a name that is bad or taken."""
        if not NAME_PATTERN.fullmatch(name):
            raise _bad_name("error-invalid-room-name", f"{name} is not a valid room name.", name)
        room = Room(new_id(), kind, name, now_ms(), owner.id, owner.username, read_only)
        return await self._store.write(_create, room, (owner.id,) if join else (), members)

    async def open_direct(self, user: User, usernames: Sequence[str], *, join: bool) -> RoomInfo:
        """The direct room of these users, made if it is not there; raises CodedError."""
        if len(usernames) > MAX_DIRECT_USERS:
            raise CodedError(
                "error-direct-message-max-user-exceeded",
                f"You cannot add more than {MAX_DIRECT_USERS} users",
                {"method": "createDirectMessage"},
            )
        return await self._store.write(_open_direct, user if join else None, usernames, now_ms())

    async def info(self, room: Room) -> RoomInfo:
        return await self._store.read(_info, room)

    async def direct_with(self, user: User, username: str) -> Room | None:
        return await self._store.read(_direct_with, user, username)

    async def history(
        self, room_id: str, *, offset: int, count: int, newest_first: bool
    ) -> tuple[list[tuple[Message, str | None]], int]:
        """Messages with their authors' names, and how many there are in all; a count of 0 asks for all."""
        total = await self._store.read(messages.count_messages, room_id)
        wanted = min(count or MAX_MESSAGES, MAX_MESSAGES)
        found: list[tuple[Message, str | None]] = []
        while len(found) < wanted:
            limit = min(PAGE, wanted - len(found))
            page = await self._store.read(
                messages.list_messages,
                room_id,
                offset=offset + len(found),
                limit=limit,
                newest_first=newest_first,
            )
            found += page
            if len(page) < limit:
                break
        return found, total


def direct_room(members: Iterable[User], now: int) -> Room:
    """A direct room that is not stored yet; that of one or two has the id that Rocket.Chat's clients expect."""
    ordered = sorted({member.id: member for member in members}.values(), key=lambda member: member.id)
    room_id = "".join(member.id for member in ordered) if len(ordered) <= 2 else new_id()
    return Room(room_id, "d", None, now, members=tuple((member.id, member.username) for member in ordered))


def _create(connection: Connection, room: Room, joining: Sequence[str], members: Sequence[str]) -> RoomInfo:
    if not rooms.insert_room(connection, room, now=room.created_at):
        name = str(room.name)
        there = rooms.get_room(connection, name=name)
        if there is not None and there.archived:
            raise _bad_name("error-archived-duplicate-name", f"There's an archived channel with name {name}", name)
        raise _bad_name("error-duplicate-channel-name", f"A channel with name '{name}' exists", name)
    for user_id in [*joining, *(member.id for member in users.users_by_username(connection, members))]:
        rooms.add_member(connection, room.id, user_id, room.created_at)
    return _info(connection, room)


def _open_direct(connection: Connection, user: User | None, usernames: Sequence[str], now: int) -> RoomInfo:
    members = {} if user is None else {user.id: user}
    for username in usernames:
        other = users.get_user(connection, username=username)
        if other is None:
            raise CodedError("error-invalid-user", "Invalid user", {"method": "createDirectMessage", "user": username})
        members[other.id] = other
    room = rooms.get_direct_room(connection, members)
    if room is None:
        room = direct_room(members.values(), now)
        if user is not None:
            room = replace(room, user_id=user.id, username=user.username)
        rooms.insert_direct_room(connection, room)
    return _info(connection, room)


def _info(connection: Connection, room: Room) -> RoomInfo:
    return RoomInfo(room, rooms.count_members(connection, room.id), messages.count_messages(connection, room.id))


def _direct_with(connection: Connection, user: User, username: str) -> Room | None:
    other = users.get_user(connection, username=username)
    return None if other is None else rooms.get_direct_room(connection, (user.id, other.id))


def _bad_name(code: str, reason: str, name: str) -> CodedError:
    return CodedError(code, reason, {"function": "RocketChat.getValidRoomName", "channel_name": name})
