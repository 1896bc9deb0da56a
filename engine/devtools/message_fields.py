"""What hooks may return, as data: the fields of messages and attachments as Rocket.Chat names them.

The tests compare it with what posting keeps.
"""

from engine.devtools.hook_fields import Field, Table

FIELD = Table(
    "AttachmentField",
    "A titled value of an attachment.",
    (
        Field("title", "str", ""),
        Field("value", "str | int | float | bool", ""),
        Field("short", "bool", "beside its neighbour"),
    ),
)
ATTACHMENT = Table(
    "Attachment",
    "A block below the text of a message.",
    (
        Field("color", "str", "'#a30200', or good, warning, danger"),
        Field("text", "str", ""),
        Field("title", "str", ""),
        Field("title_link", "str", ""),
        Field("title_link_download", "bool", ""),
        Field("pretext", "str", ""),
        Field("fallback", "str", "where attachments are not shown"),
        Field("fields", "Sequence[AttachmentField]", ""),
        Field("author_name", "str", ""),
        Field("author_link", "str", ""),
        Field("author_icon", "str", ""),
        Field("thumb_url", "str", ""),
        Field("image_url", "str", ""),
        Field("audio_url", "str", ""),
        Field("video_url", "str", ""),
        Field("message_link", "str", ""),
        Field("footer", "str", ""),
        Field("ts", "str | int | float", "ISO 8601, or seconds since the epoch"),
        Field("collapsed", "bool", ""),
    ),
)
MESSAGE = Table(
    "Message",
    "What is posted.",
    (
        Field("text", "str", ""),
        Field("attachments", "Sequence[Attachment]", ""),
        Field("alias", "str", "the name that is shown"),
        Field("avatar", "str", "address of a picture"),
        Field("emoji", "str", "':name:', in place of an avatar"),
        Field("channel", "str | list[str]", "'#name' or '@name', where the integration allows another"),
        Field("roomId", "str | list[str]", "where the integration allows another"),
        Field("tmid", "str", "the message whose thread it is in"),
        Field("parseUrls", "bool", ""),
        Field("groupable", "bool", ""),
        Field("customFields", "dict[str, Any]", ""),
        Field("separateResponse", "bool", "the answer tells of each channel"),
    ),
)
# other names that are taken for one of these
SYNONYMS = {"msg": "text", "username": "alias", "icon_url": "avatar", "icon_emoji": "emoji", "bot": ""}

POSTED = Table(
    "Posted",
    "What `process_incoming` may return.",
    (
        Field("content", "Message | str | None", "what is posted"),
        Field("response", "dict[str, Any]", "what the sender gets, with 200"),
        Field("error", "str | dict[str, Any]", "what the sender gets, with 400; nothing is posted"),
        Field("user", "dict[str, str]", "who posts: {'username': ...} or {'_id': ...}"),
    ),
)
PREPARED = Table(
    "Prepared",
    "What `prepare_outgoing_request` may return in place of its request.",
    (
        Field("message", "Message | str", "posted first"),
        Field("url", "str", "without url and method nothing is sent"),
        Field("method", "str", ""),
        Field("headers", "dict[str, Any]", ""),
        Field("params", "dict[str, Any]", ""),
        Field("data", "Any", ""),
        Field("auth", "str | list[str] | tuple[str, str] | None", ""),
        Field("timeout", "int", "milliseconds"),
    ),
)
ANSWERED = Table(
    "Answered",
    "What `process_outgoing_response` may return.",
    (Field("content", "Message | str", "what is posted"),),
)
RESULTS = (FIELD, ATTACHMENT, MESSAGE, POSTED, PREPARED, ANSWERED)
