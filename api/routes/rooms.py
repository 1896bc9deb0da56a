"""Rooms: channels and groups, which have the same endpoints, direct rooms, and what holds for any room.

A room that one is not in, and may not see, does not exist.
"""

from dataclasses import dataclass
from functools import partial
from typing import Literal, Protocol

from api.endpoint import Call
from api.lists import QueryT, list_answer
from api.room_schemas import (
    DirectBody,
    DirectMessagesQuery,
    HistoryQuery,
    MembersQuery,
    PeopleBody,
    RenameBody,
    RoomBody,
    RoomId,
    RoomMessagesQuery,
    RoomRef,
    RoomsQuery,
)
from api.routes.users import found_user, no_such_user
from engine.errors import CodedError, Forbidden, NotAllowed, PlainError
from engine.model.json import JsonObject
from engine.model.messages import Room, User
from engine.paging import Page
from engine.searching import page_of
from engine.store.rooms import MEMBERS_SORTABLE, SORTABLE
from engine.workspace.embedded import EmbeddedWorkspace
from engine.workspace.messages import Signed
from engine.workspace.records import member_record, message_record, room_record


class Named(Protocol):
    @property
    def room_id(self) -> str | None: ...

    @property
    def room_name(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Family:
    """Channels or groups."""

    kind: Literal["c", "p"]
    word: Literal["channel", "group"]

    async def create(self, call: Call[RoomBody]) -> JsonObject:
        params = call.params
        info = await call.engine.workspace.rooms.create(
            self.kind, params.name, call.user, params.members, read_only=params.read_only, join=not params.exclude_self
        )
        return {self.word: room_record(info)}

    async def info(self, call: Call[RoomRef]) -> JsonObject:
        room = await self._seen(call.engine.workspace, call.user, call.params)
        return await self._shown(call.engine.workspace, room)

    async def listed(self, call: Call[RoomsQuery]) -> JsonObject:
        """All channels; of groups those one is in."""
        listed = partial(
            call.engine.workspace.rooms.listed, self.kind, member=None if self.kind == "c" else call.user.id
        )
        return await list_answer(call, f"{self.word}s", listed, room_record, SORTABLE)

    async def messages(self, call: Call[RoomMessagesQuery]) -> JsonObject:
        room = await self._seen(call.engine.workspace, call.user, call.params)
        return await _messages(call, room)

    async def history(self, call: Call[HistoryQuery]) -> JsonObject:
        workspace, params = call.engine.workspace, call.params
        room = await self._seen(workspace, call.user, params)
        page = params.part(params.page((), call.settings.paging))
        settings, span = call.engine.settings, params.span()

        async def listed(page: Page) -> tuple[list[Signed], int]:
            return await workspace.messages.listed(room.id, offset=page.offset, count=page.count, span=span), 0

        records, _ = await page_of(listed, _record, page, params.search(settings), params.shown(settings))
        return {"messages": [*records]}

    async def members(self, call: Call[MembersQuery]) -> JsonObject:
        workspace, params = call.engine.workspace, call.params
        room = await self._seen(workspace, call.user, params)
        listed = partial(workspace.rooms.members, room, part=params.filter or "")
        return await list_answer(call, "members", listed, lambda member: member_record(*member), MEMBERS_SORTABLE)

    async def join(self, call: Call[RoomRef]) -> JsonObject:
        room = await self._open(call.engine.workspace, call.user, call.params)
        await call.engine.workspace.membership.join(call.user, room)
        return await self._shown(call.engine.workspace, room)

    async def invite(self, call: Call[PeopleBody]) -> JsonObject:
        workspace, params = call.engine.workspace, call.params
        room = await self._open(workspace, call.user, params)
        asked = params.all_named()
        found = [account.user for who in asked if (account := await workspace.people.find(**who))]
        if not found:
            raise no_such_user() if len(asked) == 1 else _nobody_to_invite()
        await workspace.membership.invite(call.user, room, found)
        return await self._shown(workspace, room)

    async def kick(self, call: Call[PeopleBody]) -> JsonObject:
        workspace = call.engine.workspace
        room = await self._open(workspace, call.user, call.params)
        account = await found_user(workspace, call.params)
        await workspace.membership.kick(call.user, room, account.user)
        return await self._shown(workspace, room)

    async def leave(self, call: Call[RoomRef]) -> JsonObject:
        room = await self._open(call.engine.workspace, call.user, call.params)
        await call.engine.workspace.membership.leave(call.user, room)
        return await self._shown(call.engine.workspace, room)

    async def archive(self, call: Call[RoomRef]) -> JsonObject:
        room = await self._open(call.engine.workspace, call.user, call.params)
        await call.engine.workspace.room_changes.archive(call.user, room)
        return {}

    async def unarchive(self, call: Call[RoomRef]) -> JsonObject:
        room = await self._named(call.engine.workspace, call.user, call.params)
        if not room.archived:
            raise PlainError(f"The {self.word}, {room.name}, is not archived")
        await call.engine.workspace.room_changes.unarchive(call.user, room)
        return {}

    async def rename(self, call: Call[RenameBody]) -> JsonObject:
        workspace, name = call.engine.workspace, (call.params.name or "").strip()
        if not name:
            raise PlainError('The bodyParam "name" is required')
        room = await self._open(workspace, call.user, RoomRef.model_validate({"roomId": call.params.room_id}))
        if room.name == name:
            raise PlainError(f"The {self.word} name is the same as what it would be renamed to.")
        await workspace.room_changes.rename(call.user, room, name)
        return await self._shown(workspace, room)

    async def delete(self, call: Call[RoomRef]) -> JsonObject:
        room = await self._named(call.engine.workspace, call.user, call.params)
        await call.engine.workspace.room_changes.delete(call.user, room.id)
        return {}

    async def _named(self, workspace: EmbeddedWorkspace, user: User, named: Named) -> Room:
        """Raises CodedError; a group is there for its members only."""
        room = await named_room(workspace, named)
        if room is None or room.t != self.kind:
            raise no_such_room(self.word)
        if self.kind == "p" and not await workspace.is_member(room.id, user.id):
            raise no_such_room(self.word)
        return room

    async def _open(self, workspace: EmbeddedWorkspace, user: User, named: Named) -> Room:
        room = await self._named(workspace, user, named)
        if room.archived:
            raise CodedError("error-room-archived", f"The {self.word}, {room.name}, is archived")
        return room

    async def _seen(self, workspace: EmbeddedWorkspace, user: User, named: Named) -> Room:
        room = await self._named(workspace, user, named)
        if not await workspace.rooms.may_see(user, room):
            raise Forbidden
        return room

    async def _shown(self, workspace: EmbeddedWorkspace, room: Room) -> JsonObject:
        return {self.word: room_record(await workspace.rooms.info(room))}


channels = Family("c", "channel")
groups = Family("p", "group")


async def im_create(call: Call[DirectBody]) -> JsonObject:
    rooms = call.engine.workspace.rooms
    info = await rooms.open_direct(call.user, call.params.others(), join=not call.params.exclude_self)
    return {"room": room_record(info)}


async def im_list(call: Call[RoomsQuery]) -> JsonObject:
    listed = partial(call.engine.workspace.rooms.listed, "d", member=call.user.id)
    return await list_answer(call, "ims", listed, room_record, SORTABLE)


async def im_messages(call: Call[DirectMessagesQuery]) -> JsonObject:
    workspace, params = call.engine.workspace, call.params
    if params.room_id:
        room = await workspace.room(id=params.room_id)
    elif params.username:
        room = await workspace.rooms.direct_with(call.user, params.username)
    else:
        raise CodedError("error-roomid-param-not-provided", 'Query param "roomId" or "username" is required')
    if room is None or room.t != "d" or not await workspace.is_member(room.id, call.user.id):
        raise CodedError(
            "error-room-not-found",
            'The required "roomId" or "username" param provided does not match any direct message',
        )
    return await _messages(call, room)


async def info(call: Call[RoomRef]) -> JsonObject:
    workspace = call.engine.workspace
    room = await named_room(workspace, call.params)
    if room is None:
        raise no_such_room("channel")
    if not await workspace.rooms.may_see(call.user, room):
        raise NotAllowed
    return {"room": room_record(await workspace.rooms.info(room))}


async def delete(call: Call[RoomId]) -> JsonObject:
    if not call.params.room_id:
        raise PlainError("The 'roomId' param is required")
    await call.engine.workspace.room_changes.delete(call.user, call.params.room_id)
    return {}


async def named_room(workspace: EmbeddedWorkspace, named: Named) -> Room | None:
    """Raises CodedError when neither is said."""
    if named.room_id:
        return await workspace.room(id=named.room_id)
    if named.room_name:
        return await workspace.room(name=named.room_name)
    raise CodedError("error-roomid-param-not-provided", 'The parameter "roomId" or "roomName" is required')


async def _messages(call: Call[QueryT], room: Room) -> JsonObject:
    messages = call.engine.workspace.messages

    async def listed(page: Page) -> tuple[list[Signed], int]:
        newest_first = page.sort[:1] != (("ts", 1),)
        found = await messages.listed(room.id, offset=page.offset, count=page.count, newest_first=newest_first)
        return found, await messages.count(room.id)

    return await list_answer(call, "messages", listed, _record, ("ts",))


def _record(found: Signed) -> JsonObject:
    return message_record(*found)


def no_such_room(kind: str) -> CodedError:
    return CodedError(
        "error-room-not-found", f'The required "roomId" or "roomName" param provided does not match any {kind}'
    )


def _nobody_to_invite() -> CodedError:
    return CodedError("error-empty-invite-list", "Cannot invite if no valid users are provided")
