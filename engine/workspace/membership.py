"""Who is in a room: joining, being invited, leaving, being kicked. The maker of a room stays in it."""

from collections.abc import Sequence

from sqlalchemy import Connection

from engine.errors import CodedError
from engine.model.json import JsonObject
from engine.model.messages import Room, User
from engine.store import rooms
from engine.store.database import Store
from engine.trace import now_ms
from engine.workspace.permissions import holds


class Membership:
    """Every method raises CodedError when it is not allowed; entering a room one is in already changes nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def join(self, user: User, room: Room) -> None:
        """Of a public channel."""
        await self._store.write(_join, user, room.id, now_ms())

    async def invite(self, by: User, room: Room, users: Sequence[User]) -> None:
        await self._store.write(_invite, by, room.id, users, now_ms())

    async def leave(self, user: User, room: Room) -> None:
        await self._store.write(_leave, user, room.id)

    async def kick(self, by: User, room: Room, user: User) -> None:
        await self._store.write(_kick, by, room.id, user)


def _join(connection: Connection, user: User, room_id: str, now: int) -> None:
    room = _there(connection, room_id, "joinRoom")
    if room.t != "c" or not holds(connection, user, "view-c-room"):
        raise CodedError("error-not-allowed", "Not allowed", {"method": "joinRoom"})
    _enter(connection, room, user, now)


def _invite(connection: Connection, by: User, room_id: str, users: Sequence[User], now: int) -> None:
    room = _there(connection, room_id, "addUsersToRoom")
    inside = rooms.is_member(connection, room.id, by.id) and holds(connection, by, "add-user-to-joined-room", room)
    if not inside and not holds(connection, by, f"add-user-to-any-{room.t}-room", room):
        raise CodedError("error-not-allowed", "Not allowed", {"method": "addUsersToRoom"})
    for user in users:
        _enter(connection, room, user, now)


def _leave(connection: Connection, user: User, room_id: str) -> None:
    room = _there(connection, room_id, "leaveRoom")
    details: JsonObject = {"method": "leaveRoom"}
    if not holds(connection, user, f"leave-{room.t}", room):
        raise CodedError("error-not-allowed", "Not allowed", details)
    if not rooms.is_member(connection, room.id, user.id):
        raise CodedError("error-user-not-in-room", "You are not in this room", details)
    if room.user_id == user.id:
        reason = "You are the last owner. Please set new owner before leaving the room."
        raise CodedError("error-you-are-last-owner", reason, details)
    _go(connection, room, user)


def _kick(connection: Connection, by: User, room_id: str, user: User) -> None:
    room = _there(connection, room_id, "removeUserFromRoom")
    details: JsonObject = {"method": "removeUserFromRoom"}
    inside = rooms.is_member(connection, room.id, by.id) and holds(connection, by, "remove-user", room)
    if not inside and not holds(connection, by, f"kick-user-from-any-{room.t}-room", room):
        raise CodedError("error-not-allowed", "Not allowed", details)
    if not rooms.is_member(connection, room.id, user.id):
        raise CodedError("error-user-not-in-room", "User is not in this room", details)
    if room.user_id == user.id:
        raise CodedError("error-you-are-last-owner", "You are the last owner. Please set new owner first.", details)
    _go(connection, room, user)


def _enter(connection: Connection, room: Room, user: User, now: int) -> bool:
    """The one place where somebody comes into a room that is there; False when they are in it already."""
    return rooms.add_member(connection, room.id, user.id, now)


def _go(connection: Connection, room: Room, user: User) -> bool:
    """The one place where somebody leaves a room, by themselves or not."""
    return rooms.remove_member(connection, room.id, user.id)


def _there(connection: Connection, room_id: str, method: str) -> Room:
    room = rooms.get_room(connection, id=room_id)
    if room is None or room.t == "d":
        raise CodedError("error-invalid-room", "Invalid room", {"method": method})
    return room
