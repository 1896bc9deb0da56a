"""An event as somebody tells it who is not this server's workspace: another chat, or an author with a question.

The payload is built as from our own events; neither the room nor the users need to be here.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from engine.errors import InvalidParams
from engine.ids import new_id
from engine.model.events import EVENT_NAMES, Chain, Event, EventName
from engine.model.files import File
from engine.model.json import JsonObject
from engine.model.messages import Message, Room, User
from engine.params import (
    MAX_NUMBER,
    Flag,
    NullableName,
    NullableNumber,
    NullableText,
    Params,
    Text,
    Word,
    one_of,
    problem,
)
from engine.trace import now_ms
from engine.workspace.files import content_of

SOURCE = "emit"
MAX_MEMBERS = 100
MAX_KEY = 1_000
# the last millisecond that has a date of four-digit years
MAX_MS = 253_402_300_799_999
ROOM_KINDS = ("c", "p", "d", "l")

_MESSAGE = ("room", "user", "message")
_NEEDED: dict[EventName, tuple[str, ...]] = {
    "sendMessage": _MESSAGE,
    "fileUploaded": _MESSAGE,
    "roomArchived": ("room", "user"),
    "roomCreated": ("room", "user"),
    "roomJoined": ("room", "user"),
    "roomLeft": ("room", "user"),
    "userCreated": ("user",),
}


def _part(name: str) -> BeforeValidator:
    def check(value: object) -> object:
        if not isinstance(value, dict | None):
            raise problem(f"{name} must be object")
        return value

    return BeforeValidator(check)


def _key(value: object) -> object:
    if isinstance(value, str) and len(value) > MAX_KEY:
        raise problem(f"idempotencyKey must NOT have more than {MAX_KEY} characters")
    return value


def _date(value: object) -> int | None:
    ms: int | None = None
    match value:
        case None:
            return None
        case bool():
            pass
        case int():
            ms = value
        case str():
            try:
                date = datetime.fromisoformat(value)
                ms = int((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() * 1000)
            except (ValueError, OverflowError):
                pass
    if ms is None or not 0 <= ms <= MAX_MS:
        raise problem("must be a date: ISO 8601 text, or milliseconds since 1970")
    return ms


Date = Annotated[
    int | None,
    BeforeValidator(_date),
    WithJsonSchema({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "integer"}, {"type": "null"}]}),
]
Id = Annotated[Word, Field(alias="_id")]
Names = Annotated[tuple[Word, ...], Field(max_length=MAX_MEMBERS)]


class EmittedBy(Params):
    id: Id
    username: Word


class EmittedUser(Params):
    id: Id
    username: Word
    name: NullableName = None
    type: NullableName = None
    roles: Names = ()
    active: Flag = True

    def user(self) -> User:
        return User(self.id, self.username, self.name or self.username, self.type or "user", self.roles, self.active)


class EmittedRoom(Params):
    """Of a direct room, `uids` and `usernames` are its members, in one order."""

    id: Id
    t: Annotated[Literal["c", "p", "d", "l"], one_of(*ROOM_KINDS)]
    name: NullableName = None
    fname: NullableName = None
    ts: Date = None
    users_count: NullableNumber = None
    u: EmittedBy | None = None
    uids: Names = ()
    usernames: Names = ()

    def room(self, now: int) -> Room:
        """Raises InvalidParams."""
        if self.t != "d" and not self.name:
            raise InvalidParams(["room must have required property 'name': only a direct room has none"])
        if len(self.uids) != len(self.usernames):
            raise InvalidParams(["room.uids and room.usernames must be of the same members, in one order"])
        count = None if self.users_count is None else int(self.users_count)
        return Room(
            id=self.id,
            t=self.t,
            name=None if self.t == "d" else self.name,
            created_at=now if self.ts is None else self.ts,
            user_id=None if self.u is None else self.u.id,
            username=None if self.u is None else self.u.username,
            members=tuple(zip(self.uids, self.usernames, strict=True)),
            users_count=count,
        )


class EmittedFile(Params):
    id: Id
    name: Word
    type: Word
    size: Annotated[int, Field(ge=0, le=MAX_NUMBER)]


class EmittedMessage(Params):
    id: Id
    msg: Text
    ts: Date = None
    alias: NullableText = None
    tmid: NullableName = None
    edited_at: Date = None
    bot: bool | dict[str, Any] | None = None
    file: EmittedFile | None = None

    def message(self, room: Room, user: User, now: int) -> Message:
        marks = {"alias": self.alias, "bot": self.bot}
        body: JsonObject = {key: value for key, value in marks.items() if value}
        if self.file is not None:
            body |= _shown(self.file, room, user)
        at = now if self.ts is None else self.ts
        return Message(
            id=self.id,
            room_id=room.id,
            user_id=user.id,
            username=user.username,
            ts=at,
            text=self.msg,
            body=body,
            tmid=self.tmid,
            origin=self.origin,
            edited_at=self.edited_at,
            updated_at=self.edited_at or at,
        )

    @property
    def origin(self) -> str | None:
        """The integration that posted it, where it is known by its mark."""
        integration = self.bot.get("i") if isinstance(self.bot, dict) else None
        return integration if isinstance(integration, str) else None


class EmittedEvent(Params):
    event: Annotated[EventName, one_of(*EVENT_NAMES, of="event ")]
    room: Annotated[EmittedRoom | None, _part("room")] = None
    user: Annotated[EmittedUser | None, _part("user")] = None
    message: Annotated[EmittedMessage | None, _part("message")] = None
    owner: Annotated[EmittedUser | None, _part("owner")] = None
    idempotency_key: Annotated[NullableText, BeforeValidator(_key)] = None

    def event_of(self, workspace: str, *, depth: int = 0) -> Event:
        """As one of our own, with an id of its own; raises InvalidParams, which says what it lacks.

        `depth` is how many integrations led to it.
        """
        now = now_ms()
        self._check_parts()
        # a user is made in no room, wherever that was
        room = None if self.room is None or self.event == "userCreated" else self.room.room(now)
        maker = (self.owner or self.user) if self.event == "roomCreated" else None
        owner = None if maker is None else maker.user()
        user = owner if self.user is None else self.user.user()
        message = None
        if self.message is not None and room is not None and user is not None:
            message = self.message.message(room, user, now)
        return Event(
            event=self.event,
            workspace=workspace,
            source=SOURCE,
            source_id=new_id(),
            at=now if message is None else message.ts,
            user=user,
            room=room,
            message=message,
            owner=owner,
            chain=self._chain(depth),
        )

    def _check_parts(self) -> None:
        given = {part for part in ("room", "user", "message", "owner") if getattr(self, part) is not None}
        told = given | ({"user"} if "owner" in given else set())
        if missing := [part for part in _NEEDED[self.event] if part not in told]:
            raise InvalidParams([f"must have required property '{part}' for {self.event}" for part in missing])
        if "message" in given and "message" not in _NEEDED[self.event]:
            raise InvalidParams([f"must NOT have the property 'message' for {self.event}"])
        if "owner" in given and self.event != "roomCreated":
            raise InvalidParams([f"must NOT have the property 'owner' for {self.event}: only roomCreated has one"])
        if self.event == "fileUploaded" and (self.message is None or self.message.file is None):
            raise InvalidParams(["message must have required property 'file' for fileUploaded"])

    def _chain(self, depth: int) -> Chain:
        origin = None if self.message is None else self.message.origin
        if origin is None:
            return Chain(("",) * depth)
        return Chain((*("",) * max(depth - 1, 0), origin))


def _shown(file: EmittedFile, room: Room, user: User) -> JsonObject:
    """The fields of a message that shows the file, as ours has them."""
    shown: JsonObject = {"_id": file.id, "name": file.name, "type": file.type, "size": file.size}
    told = File(file.id, room.id, user.id, file.name, file.type, file.size, 0)
    attachments = content_of(told, text="", description=None, tmid=None).attachments
    return {"file": shown, "files": [shown], "attachments": [*attachments]}
