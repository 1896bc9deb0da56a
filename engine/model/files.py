"""An uploaded file, without its bytes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class File:
    """`size` is in bytes. Until its message is posted, `message_id` is None and nobody can fetch it."""

    id: str
    room_id: str
    user_id: str
    name: str
    type: str
    size: int
    created_at: int
    message_id: str | None = None
