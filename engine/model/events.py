"""Something that happened in chat, with all that an integration's payload is built from."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

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


@dataclass(frozen=True, slots=True)
class Chain:
    """The integrations that led to an event, oldest first: what the loop guard looks at."""

    integrations: tuple[str, ...] = ()

    @property
    def depth(self) -> int:
        return len(self.integrations)


@dataclass(frozen=True, slots=True)
class Event:
    """`source` and `source_id` make it unique: accepting the same one again stores nothing."""

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
