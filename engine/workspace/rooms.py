"""Making rooms, and finding them with what clients are told of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import Connection

from engine.errors import CodedError
from engine.ids import new_id
from engine.model.messages import Room, User
from engine.paging import Page
from engine.store import messages, rooms, users
from engine.store.database import Store
from engine.trace import now_ms
from engine.workspace.access import may_see
from engine.workspace.happenings import Acting, Done, counted, room_created
from engine.workspace.people import NAME_PATTERN
from engine.workspace.reading import read_pages

MAX_DIRECT_USERS = 8
# counting the messages of each takes its time
ROOMS_A_READ = 50


@dataclass(frozen=True, slots=True)
class RoomInfo:
    room: Room
    users_count: int
    messages_count: int


class Rooms:
    def __init__(self, store: Store, acting: Acting) -> None:
        self._store = store
        self._acting = acting

    async def create(
        self, kind: Literal["c", "p"], name: str, owner: User, members: Sequence[str], *, read_only: bool, join: bool
    ) -> RoomInfo:
        """`members` are usernames, unknown ones are left out; raises CodedError for a name that is bad or taken."""
        check_name(name)
        room = Room(new_id(), kind, name, now_ms(), owner.id, owner.username, read_only)
        return await self._acting.act(_create, room, owner, members, join=join)

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
        """Of the room as it is by now."""
        return await self._store.read(_info, room)

    async def direct_with(self, user: User, username: str) -> Room | None:
        return await self._store.read(_direct_with, user, username)

    async def may_see(self, user: User, room: Room) -> bool:
        return await self._store.read(may_see, user, room)

    async def listed(
        self, kind: rooms.RoomKind, page: Page, *, member: str | None = None
    ) -> tuple[list[RoomInfo], int]:
        """All of a kind, or those that a member is in, and how many there are of them."""

        async def fetch(offset: int, limit: int) -> list[tuple[Room, int, int]]:
            return await self._store.read(
                rooms.list_rooms, kind, member=member, order=page.sort, offset=offset, limit=limit
            )

        found = await read_pages(fetch, page.offset, page.count, a_read=ROOMS_A_READ)
        return [RoomInfo(*one) for one in found], await self._store.read(rooms.count_rooms, kind, member=member)

    async def members(self, room: Room, page: Page, *, part: str = "") -> tuple[list[tuple[str, str, str]], int]:
        """(id, username, name) of those with `part` in one of the names, and how many there are of them."""

        async def fetch(offset: int, limit: int) -> list[tuple[str, str, str]]:
            return await self._store.read(
                rooms.list_members, room.id, part=part, order=page.sort, offset=offset, limit=limit
            )

        found = await read_pages(fetch, page.offset, page.count)
        return found, await self._store.read(rooms.count_members_with, room.id, part=part)


def direct_room(members: Iterable[User], now: int) -> Room:
    """A direct room that is not stored yet; that of one or two has the id that Rocket.Chat's clients expect."""
    ordered = sorted({member.id: member for member in members}.values(), key=lambda member: member.id)
    room_id = "".join(member.id for member in ordered) if len(ordered) <= 2 else new_id()
    return Room(room_id, "d", None, now, members=tuple((member.id, member.username) for member in ordered))


def check_name(name: str) -> None:
    """Raises CodedError."""
    if not NAME_PATTERN.fullmatch(name):
        raise _bad_name("error-invalid-room-name", f"{name} is not a valid room name.", name)


def check_free(connection: Connection, name: str) -> None:
    """Raises CodedError when a room has the name."""
    there = rooms.get_room(connection, name=name)
    if there is not None and there.archived:
        raise _bad_name("error-archived-duplicate-name", f"There's an archived channel with name {name}", name)
    if there is not None:
        raise _bad_name("error-duplicate-channel-name", f"A channel with name '{name}' exists", name)


def _create(connection: Connection, room: Room, owner: User, members: Sequence[str], *, join: bool) -> Done[RoomInfo]:
    """The one place where a room that is not direct comes to be, but for the first start's."""
    check_free(connection, str(room.name))
    rooms.insert_room(connection, room, now=room.created_at)
    joining = [owner.id] if join else []
    for user_id in [*joining, *(member.id for member in users.users_by_username(connection, members))]:
        rooms.add_member(connection, room.id, user_id, room.created_at)
    return Done(_info(connection, room), (room_created(counted(connection, room), owner),))


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
    room = rooms.get_room(connection, id=room.id) or room
    return RoomInfo(room, rooms.count_members(connection, room.id), messages.count_messages(connection, room.id))


def _direct_with(connection: Connection, user: User, username: str) -> Room | None:
    other = users.get_user(connection, username=username)
    return None if other is None else rooms.get_direct_room(connection, (user.id, other.id))


def _bad_name(code: str, reason: str, name: str) -> CodedError:
    return CodedError(code, reason, {"function": "RocketChat.getValidRoomName", "channel_name": name})
