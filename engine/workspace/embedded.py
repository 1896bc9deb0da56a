"""The workspace that hookcell brings along: users, rooms and messages in its own database.

A public channel is joined by posting to it, a direct room is made by writing to somebody; a private group is entered
by neither.
"""

from pathlib import Path

from sqlalchemy import Connection

from engine.channels import target
from engine.errors import CodedError, PlainError
from engine.ids import new_id
from engine.model.events import Event
from engine.model.messages import Destination, Message, Room, User
from engine.posting import check_size, message_body
from engine.settings import Settings
from engine.store import files, messages, rooms, users
from engine.store.database import Store
from engine.trace import now_ms
from engine.workspace.access import check_may_post
from engine.workspace.accounts import Accounts
from engine.workspace.file_links import FileLinks
from engine.workspace.files import Files
from engine.workspace.happenings import NAME, Acting, Unheard, counted, file_uploaded, in_room
from engine.workspace.membership import Membership
from engine.workspace.messages import Messages
from engine.workspace.passwords import Passwords
from engine.workspace.people import People
from engine.workspace.permissions import Permissions, holds
from engine.workspace.protocol import Draft, Posted, PostIntent
from engine.workspace.room_changes import RoomChanges
from engine.workspace.rooms import Rooms, direct_room
from engine.workspace.seeds import seed
from engine.workspace.settings import ServerSettings


class EmbeddedWorkspace:
    """`acting` is who listens to what happens in it: nobody, where none is given."""

    name = NAME

    def __init__(self, store: Store, passwords: Passwords | None = None, acting: Acting | None = None) -> None:
        self._store = store
        self.acting = acting or Unheard(store)
        self._passwords = passwords or Passwords()
        self.settings = ServerSettings(store)
        self.accounts = Accounts(store, self._passwords)
        self.people = People(store, self._passwords, self.acting)
        self.permissions = Permissions(store)
        self.rooms = Rooms(store, self.acting)
        self.membership = Membership(self.acting)
        self.room_changes = RoomChanges(store, self.acting)
        self.messages = Messages(store, self.settings)
        self.files = Files(store)
        self.file_links = FileLinks(store)

    async def start(self, settings: Settings, *, makes_admin: bool = True) -> Path | None:
        """Seeds what is missing; the file with the admin's password, where one was generated. Raises CannotStart."""
        self.settings.start(settings)
        return await seed(self._store, settings, self._passwords, makes_admin=makes_admin)

    def close(self) -> None:
        self._passwords.close()

    async def site_url(self) -> str:
        return (await self.settings.current()).site_url

    async def file_url(self, message: Message) -> str | None:
        file = await self._store.read(files.file_of_message, message.id)
        return None if file is None else await self.site_url() + await self.file_links.signed(file)

    async def resolve(self, intent: PostIntent) -> Draft:
        check_size(intent.content, (await self.settings.current()).max_message_size)
        return await self._store.read(_resolve, intent, now_ms())

    def commit(self, connection: Connection, draft: Draft) -> Posted:
        room, message = draft.room, draft.message
        if draft.edit is not None:
            if not messages.update_message(connection, message):
                raise PlainError(f'No message found with the id of "{message.id}".')
            return Posted(draft.destination, message, room, draft.user)
        created = draft.create_room and rooms.insert_direct_room(connection, room)
        if not messages.insert_message(connection, message):
            there = messages.get_message(connection, message.id)
            if there is None:
                raise _no_room(draft.destination)
            return Posted(draft.destination, there, room, draft.user, repeated=True)
        joined = draft.join and rooms.add_member(connection, room.id, draft.user.id, message.ts)
        events: tuple[Event, ...] = ()
        if joined:
            events += (in_room("roomJoined", counted(connection, room), draft.user, message.ts),)
        if draft.upload is not None:
            events += (file_uploaded(counted(connection, room), draft.user, message, draft.upload),)
        return Posted(draft.destination, message, room, draft.user, joined, created, events=events)

    async def user(self, *, id: str | None = None, username: str | None = None) -> User | None:
        return await self._store.read(users.get_user, id=id, username=username)

    async def user_ignoring_case(self, username: str) -> User | None:
        return await self._store.read(users.user_by_username_ignoring_case, username)

    async def find_user(self, id_or_username: str) -> User | None:
        return await self._store.read(users.find_user, id_or_username)

    async def room(self, *, id: str | None = None, name: str | None = None) -> Room | None:
        return await self._store.read(rooms.get_room, id=id, name=name)

    async def find_room(self, id_or_name: str) -> Room | None:
        return await self._store.read(rooms.find_room, id_or_name)

    async def message(self, id: str) -> Message | None:
        return await self._store.read(messages.get_message, id)

    async def is_member(self, room_id: str, user_id: str) -> bool:
        return await self._store.read(rooms.is_member, room_id, user_id)

    async def joined_room_ids(self, user_id: str, kind: rooms.RoomKind, limit: int) -> list[str]:
        return list(await self._store.read(rooms.joined_room_ids, user_id, kind, limit))

    async def has_permission(self, user: User, permission: str, room: Room | None = None) -> bool:
        return await self._store.read(holds, user, permission, room)


def _resolve(connection: Connection, intent: PostIntent, now: int) -> Draft:
    user = users.get_user(connection, id=intent.user_id)
    if user is None or not user.active:
        raise CodedError("error-invalid-user", "Invalid user", {"userId": intent.user_id})
    room, exists = _room_of(connection, user, intent.destination, now)
    join = exists and check_may_post(connection, user, room)
    content = intent.content
    message = Message(
        id=intent.message_id or new_id(),
        room_id=room.id,
        user_id=user.id,
        username=user.username,
        ts=now,
        text=content.text,
        body=message_body(content, intent.bot),
        tmid=content.tmid,
        origin=intent.origin,
        updated_at=now,
    )
    return Draft(intent.destination, user, room, message, join=join, create_room=not exists)


def _room_of(connection: Connection, user: User, destination: Destination, now: int) -> tuple[Room, bool]:
    """The room, and whether it exists yet; raises CodedError when the destination leads nowhere."""
    asked = target(destination)
    match asked.kind:
        case "room":
            room = rooms.find_room(connection, asked.name)
            other = None
        case "user":
            room = None
            other = users.find_user(connection, asked.name)
        case _:
            room = rooms.find_room(connection, asked.name)
            other = None if room is not None else users.get_user(connection, id=asked.name)
    if room is None and other is not None:
        room = rooms.get_direct_room(connection, (user.id, other.id))
        if room is None:
            if not holds(connection, user, "create-d"):
                raise PlainError("error-not-allowed", hint="a new direct room needs the permission create-d")
            return direct_room([user, other], now), False
    if room is None:
        raise _no_room(destination)
    return room, True


def _no_room(destination: Destination) -> CodedError:
    return CodedError("invalid-channel", details={"channel": destination})
