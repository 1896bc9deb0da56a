"""Something that happened in chat, with all that an integration's payload is built from.

An event is stored as JSON and read back as it was, however long a delivery waits; nobody looks users or rooms up again.
"""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from engine.model.json import JsonObject, JsonValue
from engine.model.messages import Message, Room, User

EventName: TypeAlias = Literal[
    "sendMessage", "fileUploaded", "roomArchived", "roomCreated", "roomJoined", "roomLeft", "userCreated"
]
EVENT_NAMES: tuple[EventName, ...] = (
    "sendMessage",
    "fileUploaded",
    "roomArchived",
    "roomCreated",
    "roomJoined",
    "roomLeft",
    "userCreated",
)
# Events that happen outside a channel, so that an integration's channels are not asked.
CHANNELLESS: frozenset[EventName] = frozenset({"roomArchived", "roomCreated", "userCreated"})


@dataclass(frozen=True, slots=True)
class Chain:
    """The integrations that led to an event, oldest first: what the loop guard looks at."""

    integrations: tuple[str, ...] = ()

    @property
    def depth(self) -> int:
        return len(self.integrations)

    def then(self, integration_id: str) -> "Chain":
        return Chain((*self.integrations, integration_id))

    def to_json(self) -> JsonValue:
        return {"integrations": list(self.integrations)}

    @classmethod
    def from_json(cls, stored: Any) -> "Chain":
        return cls(tuple(stored["integrations"]))


@dataclass(frozen=True, slots=True)
class Event:
    """`workspace`, `source` and `source_id` make it unique: accepting the same one again stores nothing."""

    event: EventName
    workspace: str
    source: str
    source_id: str
    at: int
    user: User | None = None
    room: Room | None = None
    message: Message | None = None
    owner: User | None = None
    chain: Chain = Chain()

    def to_json(self) -> JsonObject:
        """What the columns of the events table do not hold."""
        parts = {"user": self.user, "room": self.room, "message": self.message, "owner": self.owner}
        payload: JsonObject = {name: _fields(part) for name, part in parts.items() if part is not None}
        return {"at": self.at, **payload}

    @classmethod
    def from_json(
        cls, *, event: EventName, workspace: str, source: str, source_id: str, payload: Any, chain: Any
    ) -> "Event":
        """`payload` and `chain` as `to_json` made them: our own rows, so their shape is taken for granted."""
        return cls(
            event=event,
            workspace=workspace,
            source=source,
            source_id=source_id,
            at=payload["at"],
            user=_user(payload.get("user")),
            room=_room(payload.get("room")),
            message=None if payload.get("message") is None else Message(**payload["message"]),
            owner=_user(payload.get("owner")),
            chain=Chain.from_json(chain),
        )


def _fields(part: User | Room | Message) -> dict[str, Any]:
    return {name: getattr(part, name) for name in part.__slots__}


def _user(stored: Any) -> User | None:
    return None if stored is None else User(**{**stored, "roles": tuple(stored["roles"])})


def _room(stored: Any) -> Room | None:
    if stored is None:
        return None
    return Room(**{**stored, "members": tuple((user_id, username) for user_id, username in stored["members"])})
