"""What becomes of a room after it was made: archived, opened again, renamed, deleted.

Renaming rewrites `#old` to `#new` in the channels of integrations, in the same transaction. Deleting takes a room's
files and messages away first, some at a time: interrupted, the room is still there, and deleting it again goes on.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from engine.errors import CodedError, Unavailable
from engine.model.json import JsonObject
from engine.model.messages import Room, User
from engine.store import configuration, files, messages, rooms
from engine.store.database import Store
from engine.store.references import integrations_naming, rename_in_channels
from engine.trace import now_ms
from engine.workspace.happenings import Acting, Done, counted, in_room
from engine.workspace.permissions import holds
from engine.workspace.rooms import check_free, check_name

MESSAGES_A_WRITE = 1_000
INTEGRATIONS_A_READ = 1_000
# that name one room: what one transaction may rewrite
MAX_REWRITTEN = 1_000
# whatever else of the configuration is changed meanwhile makes it begin anew
MAX_TRIES = 100


class _Changed(Exception):
    """The configuration changed after it was looked at."""


class RoomChanges:
    """Every method raises CodedError when it is not allowed, or the room is gone."""

    def __init__(self, store: Store, acting: Acting) -> None:
        self._store = store
        self._acting = acting

    async def archive(self, by: User, room: Room) -> None:
        await self._acting.act(_archive, by, room.id, now_ms())

    async def unarchive(self, by: User, room: Room) -> None:
        await self._store.write(_unarchive, by, room.id, now_ms())

    async def rename(self, by: User, room: Room, name: str) -> None:
        """Raises CodedError as well for a name that is bad or taken."""
        check_name(name)
        for _ in range(MAX_TRIES):
            seen, old = await self._store.read(_seen, room.id)
            naming = await self._naming(f"#{old}")
            try:
                return await self._store.write(_rename, by, room.id, name, naming, seen, now_ms())
            except _Changed:
                continue
        raise Unavailable("The configuration is being changed all the time; send it again.")

    async def delete(self, by: User, room_id: str) -> None:
        while not await self._store.write(_delete, by, room_id):
            pass

    async def _naming(self, channel: str) -> list[str]:
        found: list[str] = []
        after: str | None = ""
        while after is not None:
            page, after = await self._store.read(integrations_naming, channel, after, INTEGRATIONS_A_READ)
            found += page
            if len(found) > MAX_REWRITTEN:
                reason = f"More than {MAX_REWRITTEN} integrations name {channel}; let some name the room's id"
                raise CodedError("error-too-many-integrations", reason, {"method": "saveRoomSettings"})
        return found


def _archive(connection: Connection, by: User, room_id: str, now: int) -> Done[None]:
    """The one place where a room is archived."""
    room = _there(connection, room_id, "archiveRoom")
    if not holds(connection, by, "archive-room", room):
        raise CodedError("error-not-authorized", "Not authorized", {"method": "archiveRoom"})
    if not rooms.set_archived(connection, room.id, True, now):
        return Done(None)
    archived = counted(connection, replace(room, archived=True))
    return Done(None, (in_room("roomArchived", archived, by, now),))


def _unarchive(connection: Connection, by: User, room_id: str, now: int) -> None:
    room = _there(connection, room_id, "unarchiveRoom")
    if not holds(connection, by, "unarchive-room", room):
        raise CodedError("error-not-authorized", "Not authorized", {"method": "unarchiveRoom"})
    rooms.set_archived(connection, room.id, False, now)


def _seen(connection: Connection, room_id: str) -> tuple[int, str | None]:
    """The configuration's version, and the name that the room has then."""
    return configuration.version(connection), _there(connection, room_id, "saveRoomSettings").name


def _rename(
    connection: Connection, by: User, room_id: str, name: str, naming: Sequence[str], seen: int, now: int
) -> None:
    if configuration.bump(connection) != seen + 1:
        raise _Changed
    room = _there(connection, room_id, "saveRoomSettings")
    if not holds(connection, by, "edit-room", room):
        details: JsonObject = {"method": "saveRoomSettings", "action": "Editing_room"}
        raise CodedError("error-action-not-allowed", "Editing room is not allowed", details)
    check_free(connection, name)
    rooms.rename_room(connection, room.id, name, now)
    rename_in_channels(connection, naming, f"#{room.name}", f"#{name}", now)


def _delete(connection: Connection, by: User, room_id: str) -> bool:
    """False when there is more to do."""
    room = rooms.get_room(connection, id=room_id)
    if room is None:
        raise CodedError("error-invalid-room", "Invalid room", {"method": "eraseRoom"})
    if not holds(connection, by, f"delete-{room.t}", room):
        raise CodedError("error-not-allowed", "Not allowed", {"method": "eraseRoom"})
    if files.delete_some(connection, room.id):
        return False
    if messages.delete_some(connection, room.id, MESSAGES_A_WRITE) == MESSAGES_A_WRITE:
        return False
    configuration.bump(connection)
    return rooms.delete_room(connection, room.id)


def _there(connection: Connection, room_id: str, method: str) -> Room:
    room = rooms.get_room(connection, id=room_id)
    if room is None or room.t == "d":
        raise CodedError("error-invalid-room", "Invalid room", {"method": method})
    return room
