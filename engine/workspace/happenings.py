"""What happens in the workspace beside messages: rooms made and archived, people coming and going, users made.

An action is a store function that gives its result and the events that it is. Whoever listens is behind `Acting`, which
commits the deliveries of those events together with the action, or none of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Concatenate, Generic, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection

from engine.ids import new_id
from engine.model.events import Event, EventName
from engine.model.messages import Message, Room, User
from engine.store import rooms
from engine.store.database import Store

P = ParamSpec("P")
T = TypeVar("T")

# of the workspace that hookcell brings along, in the keys of events
NAME = "embedded"
# how somebody left a room
LEAVE, KICK = "leave", "kick"


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    result: T
    events: tuple[Event, ...] = ()


class Acting(Protocol):
    async def act(
        self, action: Callable[Concatenate[Connection, P], Done[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Raises what the action raises, and Unavailable when nothing could be stored."""
        ...


class Unheard:
    """Of a workspace that nobody listens to."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def act(
        self, action: Callable[Concatenate[Connection, P], Done[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return (await self._store.write(action, *args, **kwargs)).result


def user_created(user: User, now: int) -> Event:
    return Event("userCreated", NAME, "user", user.id, now, user=user)


def room_created(room: Room, owner: User) -> Event:
    return Event("roomCreated", NAME, "room", room.id, room.created_at, user=owner, room=room, owner=owner)


def in_room(name: EventName, room: Room, user: User, now: int, *, source: str | None = None) -> Event:
    """Something that may happen there again; `source` is told where it is not the event's own name."""
    return Event(name, NAME, source or name, new_id(), now, user=user, room=room)


def file_uploaded(room: Room, user: User, message: Message, file_id: str) -> Event:
    return Event("fileUploaded", NAME, "upload", file_id, message.ts, user=user, room=room, message=message)


def counted(connection: Connection, room: Room) -> Room:
    """The room as events tell of it whole, with how many are in it now."""
    return replace(room, users_count=rooms.count_members(connection, room.id))
