"""Rocket.Chat's checks of what an integration says, each a function; who calls them keeps the original's order.

`Refusal` carries what differs between the callers of one check: the details that the original puts into its errors.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.channels import Target
from engine.errors import CodedError, PlainError
from engine.integrations.access import Rights
from engine.integrations.requests import OwnSettingsShape
from engine.model.events import EVENT_NAMES, EventName
from engine.model.integrations import OwnSettings
from engine.model.json import JsonObject
from engine.model.messages import User
from engine.workspace.protocol import Workspace


@dataclass(frozen=True, slots=True)
class Refusal:
    """`where` is {"method": ...} or {"function": ...}."""

    key: str
    where: str

    @property
    def details(self) -> JsonObject:
        return {self.key: self.where}

    def error(self, code: str, reason: str) -> CodedError:
        return CodedError(code, reason, self.details)


def configured(targets: Sequence[Target]) -> list[str]:
    """The channels as the record has them."""
    return [str(target) for target in targets]


async def reachable(workspace: Workspace, rights: Rights, targets: Sequence[Target], refusal: Refusal) -> None:
    """Every channel exists, and the user may have integrations in it."""
    for target in targets:
        if not await _is_reachable(workspace, rights, target, refusal):
            raise refusal.error("error-invalid-channel", "Invalid Channel")


async def _is_reachable(workspace: Workspace, rights: Rights, target: Target, refusal: Refusal) -> bool:
    match target.kind:
        case "all_public_channels":
            return True
        case "all_private_groups" | "all_direct_messages":
            return rights.all
        case "room" if (room := await workspace.find_room(target.name)) is not None:
            return rights.rooms_unseen or await workspace.is_member(room.id, rights.user.id)
        case "user" if await workspace.find_user(target.name) is not None:
            # Nobody is a member of a user: the original asks that, so one permission of the two is never enough.
            return rights.rooms_unseen
        case _:
            raise refusal.error("error-invalid-room", "Invalid room")


def known_event(event: str, refusal: Refusal) -> EventName:
    for name in EVENT_NAMES:
        if name == event:
            return name
    raise refusal.error("error-invalid-event-type", "Invalid event type")


def target_room_given(event: EventName, target_room: str | None, refusal: Refusal) -> None:
    if event == "userCreated" and not target_room:
        raise refusal.error("error-invalid-targetRoom", "Invalid Target Room")


def usable_urls(urls: Sequence[str] | None, refusal: Refusal) -> list[str]:
    found = [url for url in urls or () if url.strip()]
    if not found:
        raise refusal.error("error-invalid-urls", "Invalid URLs")
    return found


def channel_given(channel: str, refusal: Refusal) -> None:
    if not channel.strip():
        raise refusal.error("error-invalid-channel", "Invalid channel")


def username_given(username: str, refusal: Refusal) -> None:
    if not username.strip():
        raise refusal.error("error-invalid-username", "Invalid username")


def channelless_allowed(rights: Rights, refusal: Refusal) -> None:
    if not rights.all:
        raise refusal.error("error-invalid-permissions", "Invalid permission for required Integration creation.")


def script_allowed(frozen: bool, script: str | None, before: str | None = None) -> None:
    """While scripts are frozen, those that are there stay as they are; raises PlainError for any other."""
    if frozen and script is not None and script.strip() != (before or "").strip():
        raise PlainError("integration-scripts-disabled", hint="the server was started with scripts frozen")


async def posting_user(workspace: Workspace, username: str, error: CodedError) -> User:
    user = await workspace.user(username=username)
    if user is None:
        raise error
    return user


async def may_open_egress(
    workspace: Workspace, caller: User, asked: OwnSettingsShape | None, before: OwnSettings
) -> None:
    """Reaching more than the public internet is not for those who manage only their own integrations."""
    if asked is None or not asked.egress_allow or asked.egress_allow == before.egress_allow:
        return
    if not await workspace.has_permission(caller, "manage-outgoing-integrations"):
        reason = "hookcell.egressAllow needs the permission manage-outgoing-integrations"
        raise CodedError("not_authorized", reason, {"setting": "hookcell.egressAllow"})
