"""From a request's or a script's content to the fields of a message, and to where it goes.

Text beats msg, username beats alias, any avatar of the content beats its emoji, and anything of the content beats the
integration's own. What is not known is dropped and named.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from engine.attachments import as_text, link, match_error, normalise_attachments
from engine.channels import ALL_DIRECT, ALL_PRIVATE, ALL_PUBLIC, target
from engine.errors import PlainError
from engine.model.json import JsonObject, JsonValue
from engine.model.messages import Destination, MessageContent, User

if TYPE_CHECKING:
    from engine.store.rooms import RoomKind
    from engine.workspace.protocol import Workspace

# of a text, where no administrator has set another number
MAX_TEXT = 5000
# of everything in a message beside its text, as JSON
MAX_BODY_BYTES = 64 * 1024
MAX_DESTINATIONS = 100

_EVERY: "dict[str, RoomKind]" = {ALL_PUBLIC: "c", ALL_PRIVATE: "p", ALL_DIRECT: "d"}
_KNOWN_KEYS = frozenset(
    "text msg username alias icon_url avatar icon_emoji emoji attachments parseUrls groupable tmid customFields"
    " channel roomId separateResponse bot".split()
)


@dataclass(frozen=True, slots=True)
class PostDefaults:
    """What the integration's record says; blank is unset."""

    alias: str | None = None
    avatar: str | None = None
    emoji: str | None = None


def normalise(body: JsonObject, defaults: PostDefaults = PostDefaults()) -> MessageContent:
    """The message that the content asks for; raises PlainError in Rocket.Chat's words."""
    dropped = [key for key in body if key not in _KNOWN_KEYS]
    attachments: tuple[JsonObject, ...] = ()
    given = body.get("attachments")
    if isinstance(given, list):
        attachments, dropped_inside = normalise_attachments(given)
        dropped += dropped_inside
    elif given is not None:
        dropped.append("attachments")
    avatar, emoji = _face(body, defaults)
    custom_fields = body.get("customFields")
    if custom_fields is not None and not isinstance(custom_fields, dict):
        raise match_error("object", custom_fields, "customFields")
    content = MessageContent(
        text=_text_of(body, attachments),
        alias=_first(body, "username", "alias") or defaults.alias or None,
        avatar=avatar,
        emoji=emoji,
        attachments=attachments,
        parse_urls=_flag(body, "parseUrls", not isinstance(given, list)),
        groupable=_flag(body, "groupable", False),
        tmid=_first(body, "tmid"),
        custom_fields=custom_fields or None,
        dropped=tuple(dropped),
    )
    _check_body(content)
    return content


def check_size(content: MessageContent, most: int = MAX_TEXT) -> None:
    """Raises PlainError when a text has more than `most` characters."""
    texts = [("text", content.text)]
    for number, attachment in enumerate(content.attachments):
        if isinstance(text := attachment.get("text"), str):
            texts.append((f"attachments[{number}].text", text))
    for place, text in texts:
        if len(text) > most:
            hint = f"{place} has {len(text)} characters, {len(text) - most} more than the {most} it may have"
            raise PlainError("error-message-size-exceeded", hint=hint)


def destinations(body: JsonObject, configured: list[Destination], override: bool) -> list[Destination]:
    """The content's channel, else its roomId, else the configured ones, each once; raises PlainError.

    A content that names one where that is not allowed fails, wherever it leads.
    """
    asked = body.get("channel") or body.get("roomId")
    if not asked:
        return list(dict.fromkeys(configured))
    if not override:
        raise PlainError("overriding destination channel is disabled for this integration")
    items = asked if isinstance(asked, list) else [asked]
    found: dict[Destination, None] = {}
    for item in items:
        if not isinstance(item, str):
            raise match_error("string", item, "channel" if body.get("channel") else "roomId")
        if item:
            found[item] = None
    if len(found) > MAX_DESTINATIONS:
        raise PlainError("invalid-channel", hint=f"{len(found)} destinations; a message has at most {MAX_DESTINATIONS}")
    return list(found)


async def expand(workspace: "Workspace", user_id: str, configured: list[Destination]) -> list[Destination]:
    """The configured destinations with each `all_*` replaced by the rooms of that kind the posting user is in."""
    expanded: list[Destination] = []
    for item in configured:
        kind = _EVERY.get(target(item).kind)
        if kind is None:
            expanded.append(item)
        else:
            expanded += await workspace.joined_room_ids(user_id, kind, MAX_DESTINATIONS)
    return expanded


async def check_impersonation(workspace: "Workspace", user: User, content: MessageContent) -> None:
    """Alias and avatar in somebody's own message need a permission; raises PlainError."""
    if (content.alias or content.avatar) and not await workspace.has_permission(user, "message-impersonate"):
        raise PlainError("Not enough permission", hint="alias and avatar need the permission message-impersonate")


def message_body(content: MessageContent, bot: JsonObject | None) -> JsonObject:
    """What is stored of a message beside its text, with the keys that clients see; unset ones are absent."""
    body: JsonObject = {
        "alias": content.alias,
        "avatar": content.avatar,
        "emoji": content.emoji,
        "attachments": list(content.attachments) or None,
        "customFields": content.custom_fields,
        "bot": bot,
    }
    return {
        **{key: value for key, value in body.items() if value is not None},
        "parseUrls": content.parse_urls,
        "groupable": content.groupable,
    }


def _text_of(body: JsonObject, attachments: tuple[JsonObject, ...]) -> str:
    text = (_first(body, "text", "msg") or "").strip()
    if not text and attachments:
        fallback = attachments[0].get("fallback")
        text = fallback.strip() if isinstance(fallback, str) else ""
    # PostgreSQL stores no NUL in text
    return text.replace("\0", "\ufffd")


def _face(body: JsonObject, defaults: PostDefaults) -> tuple[str | None, str | None]:
    """The avatar or the emoji, never both."""
    for avatar, emoji in (
        (_first(body, "icon_url", "avatar"), _first(body, "icon_emoji", "emoji")),
        (defaults.avatar, defaults.emoji),
    ):
        if avatar:
            return link(avatar, "avatar", relative=True), None
        if emoji:
            return None, emoji
    return None, None


def _first(body: JsonObject, *keys: str) -> str | None:
    """The first of the keys that holds something, as text."""
    for key in keys:
        value: JsonValue = body.get(key)
        match value:
            case None | False | "":
                continue
            case list() | dict():
                raise match_error("string", value, key)
            case _:
                return as_text(value)
    return None


def _flag(body: JsonObject, key: str, default: bool) -> bool:
    value = body.get(key)
    match value:
        case None:
            return default
        case True | "true":
            return True
        case False | "false":
            return False
        case _:
            raise match_error("boolean", value, key)


def _check_body(content: MessageContent) -> None:
    try:
        content.text.encode()
        size = len(orjson.dumps(message_body(content, None)))
    except (UnicodeEncodeError, TypeError) as error:
        raise PlainError("Match error: the message is not valid text and JSON", hint=str(error)) from None
    if size > MAX_BODY_BYTES:
        hint = f"the message has {size} bytes beside its text; it may have {MAX_BODY_BYTES}"
        raise PlainError("error-message-size-exceeded", hint=hint)
