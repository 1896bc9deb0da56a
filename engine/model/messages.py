"""What a message is made of, from a request or a script to the stored record."""

from dataclasses import dataclass, field
from typing import TypeAlias

from engine.model.json import JsonObject, JsonValue


@dataclass(frozen=True, slots=True)
class MessageContent:
    """Normalised fields of a message to be posted; `dropped` names what was left out, for the trace.

    At most one of `avatar` and `emoji` is set.
    """

    text: str
    alias: str | None = None
    avatar: str | None = None
    emoji: str | None = None
    attachments: tuple[JsonObject, ...] = ()
    parse_urls: bool = True
    groupable: bool = False
    tmid: str | None = None
    custom_fields: JsonObject | None = None
    dropped: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        return not self.text and not self.attachments


@dataclass(frozen=True, slots=True)
class User:
    """A user as the engine passes it; never a password, never a token."""

    id: str
    username: str
    name: str
    type: str
    roles: tuple[str, ...]
    active: bool


# there from the first start on, and the face of most integrations
BOT = User("rocket.cat", "rocket.cat", "Rocket.Cat", "bot", ("bot",), True)


@dataclass(frozen=True, slots=True)
class Room:
    """`t` is c (public), p (private) or d (direct); a direct room has no name, and its members are in `members`."""

    id: str
    t: str
    name: str | None
    created_at: int
    user_id: str | None = None
    username: str | None = None
    read_only: bool = False
    archived: bool = False
    # of a direct room only: (user id, username), in the order of their ids
    members: tuple[tuple[str, str], ...] = ()
    # known only where an event carries the whole room
    users_count: int | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A stored message; `body` holds the fields of `MessageContent` and `bot` as clients see them."""

    id: str
    room_id: str
    user_id: str
    username: str
    ts: int
    text: str
    body: JsonObject = field(default_factory=dict)
    tmid: str | None = None
    # the integration that posted it, if one did
    origin: str | None = None
    edited_at: int | None = None
    updated_at: int = 0


# The destination syntax of a message, resolved by the workspace: `#x`, `@x`, a bare `x`, or a room's id.
Destination: TypeAlias = str
MessageRecord: TypeAlias = dict[str, JsonValue]
