"""What was said: reading it, editing it, deleting it. A message of a room that one may not see does not exist."""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from engine.errors import CodedError, PlainError
from engine.ids import new_id
from engine.json_text import json_text
from engine.model.json import JsonObject
from engine.model.messages import Message, MessageContent, Room, User
from engine.posting import check_size
from engine.store import files, messages, rooms, users
from engine.store.database import Store
from engine.store.messages import ALWAYS, Span
from engine.trace import now_ms
from engine.workspace.access import check_may_post, may_see
from engine.workspace.permissions import holds
from engine.workspace.protocol import Draft
from engine.workspace.reading import read_pages
from engine.workspace.settings import ServerSettings

# each may have 64 KiB beside its text
MESSAGES_A_READ = 100

# with the name that the author has now, None where the author is gone
Signed = tuple[Message, str | None]


@dataclass(frozen=True, slots=True)
class Edit:
    """`room_id` is where the client takes the message to be; of the content only text and custom fields are taken."""

    message_id: str
    room_id: str
    content: MessageContent


class Messages:
    def __init__(self, store: Store, settings: ServerSettings) -> None:
        self._store = store
        self._settings = settings

    async def listed(
        self, room_id: str, *, offset: int, count: int, newest_first: bool = True, span: Span = ALWAYS
    ) -> list[Signed]:
        """A count of 0 asks for all, or as many as an answer takes."""

        async def fetch(offset: int, limit: int) -> list[Signed]:
            return await self._store.read(
                messages.list_messages, room_id, offset=offset, limit=limit, newest_first=newest_first, span=span
            )

        return await read_pages(fetch, offset, count, a_read=MESSAGES_A_READ, size=_size)

    async def count(self, room_id: str) -> int:
        return await self._store.read(messages.count_messages, room_id)

    async def get(self, user: User, message_id: str) -> Signed | None:
        return await self._store.read(_get, user, message_id)

    async def draft_edit(self, user: User, edit: Edit) -> Draft:
        """The draft of the message as it will be; raises ClientError when it may not be edited, or is not there."""
        check_size(edit.content, (await self._settings.current()).max_message_size)
        return await self._store.read(_draft_edit, user, edit, now_ms())

    async def delete(self, user: User, message_id: str, room_id: str, *, as_author: bool) -> Message:
        """The message that was; raises ClientError when it may not be deleted, or is not there."""
        return await self._store.write(_delete, user, message_id, room_id, as_author)


def _size(signed: Signed) -> int:
    message = signed[0]
    return len(message.text) + len(json_text(message.body))


def _get(connection: Connection, user: User, message_id: str) -> Signed | None:
    found = messages.get_signed(connection, message_id)
    room = None if found is None else rooms.get_room(connection, id=found[0].room_id)
    return found if room is not None and may_see(connection, user, room) else None


def _draft_edit(connection: Connection, user: User, edit: Edit, now: int) -> Draft:
    message, room = _found(connection, user, edit.message_id, edit.room_id)
    if message.user_id != user.id and not holds(connection, user, "edit-message", room):
        details: JsonObject = {"method": "updateMessage", "action": "Message_editing"}
        raise CodedError("error-action-not-allowed", "Message editing not allowed", details)
    check_may_post(connection, user, room)
    author = users.get_user(connection, id=message.user_id)
    body: JsonObject = {**message.body, "editedBy": {"_id": user.id, "username": user.username}}
    if edit.content.custom_fields is not None:
        body["customFields"] = edit.content.custom_fields
    edited = replace(message, text=edit.content.text, body=body, edited_at=now, updated_at=now)
    # an event has its author's face, whoever edits
    return Draft(f"#{room.id}", author or user, room, edited, edit=new_id())


def _delete(connection: Connection, user: User, message_id: str, room_id: str, as_author: bool) -> Message:
    message, room = _found(connection, user, message_id, room_id)
    own = message.user_id == user.id
    forced = holds(connection, user, "force-delete-message", room)
    if as_author and not own and not forced:
        raise PlainError(
            'Unauthorized. You must have the permission "force-delete-message" to delete other\'s message as them.'
        )
    allowed = forced or holds(connection, user, "delete-message", room)
    if not allowed and not (own and holds(connection, user, "delete-own-message", room)):
        details: JsonObject = {"method": "deleteMessage", "action": "Delete_message"}
        raise CodedError("error-action-not-allowed", "Not allowed", details)
    files.delete_of_message(connection, message.id)
    messages.delete_message(connection, message.id)
    return message


def _found(connection: Connection, user: User, message_id: str, room_id: str) -> tuple[Message, Room]:
    found = _get(connection, user, message_id)
    if found is None:
        raise PlainError(f'No message found with the id of "{message_id}".')
    message = found[0]
    room = rooms.get_room(connection, id=message.room_id)
    if message.room_id != room_id or room is None:
        raise PlainError("The room id provided does not match where the message is from.")
    return message, room
