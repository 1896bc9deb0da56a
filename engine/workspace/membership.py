"""Who is in a room: joining, being invited, leaving, being kicked. The maker of a room stays in it."""

from collections.abc import Sequence

from sqlalchemy import Connection

from engine.errors import CodedError
from engine.model.json import JsonObject
from engine.model.messages import Room, User
from engine.store import rooms
from engine.trace import now_ms
from engine.workspace.happenings import KICK, LEAVE, Acting, Done, counted, in_room
from engine.workspace.permissions import holds


class Membership:
    """Every method raises CodedError when it is not allowed; entering a room one is in already changes nothing."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting

    async def join(self, user: User, room: Room) -> None:
        """Of a public channel."""
        await self._acting.act(_join, user, room.id, now_ms())

    async def invite(self, by: User, room: Room, users: Sequence[User]) -> None:
        await self._acting.act(_invite, by, room.id, users, now_ms())

    async def leave(self, user: User, room: Room) -> None:
        await self._acting.act(_leave, user, room.id, now_ms())

    async def kick(self, by: User, room: Room, user: User) -> None:
        await self._acting.act(_kick, by, room.id, user, now_ms())


def _join(connection: Connection, user: User, room_id: str, now: int) -> Done[None]:
    room = _there(connection, room_id, "joinRoom")
    if room.t != "c" or not holds(connection, user, "view-c-room"):
        raise CodedError("error-not-allowed", "Not allowed", {"method": "joinRoom"})
    return _enter(connection, room, [user], now)


def _invite(connection: Connection, by: User, room_id: str, users: Sequence[User], now: int) -> Done[None]:
    room = _there(connection, room_id, "addUsersToRoom")
    inside = rooms.is_member(connection, room.id, by.id) and holds(connection, by, "add-user-to-joined-room", room)
    if not inside and not holds(connection, by, f"add-user-to-any-{room.t}-room", room):
        raise CodedError("error-not-allowed", "Not allowed", {"method": "addUsersToRoom"})
    return _enter(connection, room, users, now)


def _leave(connection: Connection, user: User, room_id: str, now: int) -> Done[None]:
    room = _there(connection, room_id, "leaveRoom")
    details: JsonObject = {"method": "leaveRoom"}
    if not holds(connection, user, f"leave-{room.t}", room):
        raise CodedError("error-not-allowed", "Not allowed", details)
    if not rooms.is_member(connection, room.id, user.id):
        raise CodedError("error-user-not-in-room", "You are not in this room", details)
    if room.user_id == user.id:
        reason = "You are the last owner. Please set new owner before leaving the room."
        raise CodedError("error-you-are-last-owner", reason, details)
    return _go(connection, room, user, now, source=LEAVE)


def _kick(connection: Connection, by: User, room_id: str, user: User, now: int) -> Done[None]:
    room = _there(connection, room_id, "removeUserFromRoom")
    details: JsonObject = {"method": "removeUserFromRoom"}
    inside = rooms.is_member(connection, room.id, by.id) and holds(connection, by, "remove-user", room)
    if not inside and not holds(connection, by, f"kick-user-from-any-{room.t}-room", room):
        raise CodedError("error-not-allowed", "Not allowed", details)
    if not rooms.is_member(connection, room.id, user.id):
        raise CodedError("error-user-not-in-room", "User is not in this room", details)
    if room.user_id == user.id:
        raise CodedError("error-you-are-last-owner", "You are the last owner. Please set new owner first.", details)
    return _go(connection, room, user, now, source=KICK)


def _enter(connection: Connection, room: Room, users: Sequence[User], now: int) -> Done[None]:
    """Where people come into a room that is there; nothing happens to who is in it already."""
    entered = [user for user in users if rooms.add_member(connection, room.id, user.id, now)]
    now_there = counted(connection, room) if entered else room
    return Done(None, tuple(in_room("roomJoined", now_there, user, now) for user in entered))


def _go(connection: Connection, room: Room, user: User, now: int, *, source: str) -> Done[None]:
    """The one place where somebody leaves a room, by themselves or not."""
    rooms.remove_member(connection, room.id, user.id)
    return Done(None, (in_room("roomLeft", counted(connection, room), user, now, source=source),))


def _there(connection: Connection, room_id: str, method: str) -> Room:
    room = rooms.get_room(connection, id=room_id)
    if room is None or room.t == "d":
        raise CodedError("error-invalid-room", "Invalid room", {"method": method})
    return room
