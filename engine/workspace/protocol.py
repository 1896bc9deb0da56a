"""The workspace's two halves, so that a real Rocket.Chat fits behind them as the embedded one does.

`resolve` reads, decides and chooses ids, outside any transaction; `commit` is a plain store function that runs inside
the transaction which accepts the message, and may be run twice.
"""

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection

from engine.model.events import Event
from engine.model.json import JsonObject
from engine.model.messages import Destination, Message, MessageContent, Room, User
from engine.store.rooms import RoomKind


@dataclass(frozen=True, slots=True)
class PostIntent:
    """Somebody wants to post; `origin` is the integration it is posted for, if one is.

    `message_id` is the fixed id of a delivery's post: posting it again posts nothing. `bot` is the mark that a message
    of an integration carries, {"i": <integration id>}.
    """

    user_id: str
    destination: Destination
    content: MessageContent
    origin: str | None = None
    message_id: str | None = None
    bot: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """All that committing a message needs. A room to create is a direct one, with its members.

    `edit` is an id of its own for one edit of a message that is there; `upload` is the file that the message shows.
    """

    destination: Destination
    user: User
    room: Room
    message: Message
    join: bool = False
    create_room: bool = False
    edit: str | None = None
    upload: str | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """`repeated`: a message of the draft's fixed id was there already, and is the one given; nothing was stored.

    `events` are what happened beside the message: somebody joined, a file was uploaded.
    """

    destination: Destination
    message: Message
    room: Room
    user: User
    joined: bool = False
    room_created: bool = False
    repeated: bool = False
    events: tuple[Event, ...] = ()


class Workspace(Protocol):
    """`name` is part of the keys of events and deliveries."""

    @property
    def name(self) -> str: ...

    async def site_url(self) -> str:
        """Where its users reach it; events carry it."""
        ...

    async def file_url(self, message: Message) -> str | None:
        """Where the file that a message shows can be fetched for a while without a login; None where it is not here."""
        ...

    async def resolve(self, intent: PostIntent) -> Draft:
        """Raises ClientError in the words of `/hooks` and chat.postMessage when the post is not allowed."""
        ...

    def commit(self, connection: Connection, draft: Draft) -> Posted:
        """Raises ClientError when the room or the user has gone since the draft was made."""
        ...

    async def user(self, *, id: str | None = None, username: str | None = None) -> User | None:
        """By id, or by the exact username."""
        ...

    async def user_ignoring_case(self, username: str) -> User | None: ...

    async def find_user(self, id_or_username: str) -> User | None: ...

    async def room(self, *, id: str | None = None, name: str | None = None) -> Room | None: ...

    async def find_room(self, id_or_name: str) -> Room | None: ...

    async def message(self, id: str) -> Message | None: ...

    async def is_member(self, room_id: str, user_id: str) -> bool: ...

    async def joined_room_ids(self, user_id: str, kind: RoomKind, limit: int) -> list[str]: ...

    async def has_permission(self, user: User, permission: str, room: Room | None = None) -> bool:
        """Permissions of both eras; with a room, its owner's too."""
        ...
