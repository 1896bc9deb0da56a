"""What the endpoints of messages and uploads take, beside the content of a message, which the engine reads."""

from typing import Any

from engine.params import NullableFlag, NullableText, Params, Text, Word


class SendBody(Params, extra="ignore"):
    message: dict[str, Any]


class MessageQuery(Params, extra="ignore"):
    msg_id: Word


class UpdateBody(Params, extra="ignore"):
    room_id: Word
    msg_id: Word
    text: Text
    custom_fields: dict[str, Any] | None = None


class DeleteBody(Params, extra="ignore"):
    room_id: Word
    msg_id: Word
    as_user: NullableFlag = None


class MediaBody(Params, extra="ignore"):
    """What is said beside a file."""

    msg: NullableText = None
    description: NullableText = None
    tmid: NullableText = None
