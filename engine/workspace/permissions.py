"""Permission names, who holds them on a fresh server, and how the names before 1.1.0 count.

The two old names are seeded without roles: a role given to one of them counts for the two new names it stands for.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import Connection

from engine.errors import CodedError
from engine.model.messages import Room, User
from engine.store import configuration, permissions
from engine.store.database import Store
from engine.store.permissions import Permission
from engine.trace import now_ms

EVERYONE = ("admin", "user", "bot", "app")
# of a room
KEEPERS = ("admin", "owner", "moderator")

DEFAULT_ROLES = MappingProxyType(
    {
        "manage-incoming-integrations": ("admin",),
        "manage-own-incoming-integrations": ("admin",),
        "manage-outgoing-integrations": ("admin",),
        "manage-own-outgoing-integrations": ("admin",),
        "manage-integrations": (),
        "manage-own-integrations": (),
        "emit-events": ("admin",),
        "message-impersonate": ("bot", "app"),
        "api-bypass-rate-limit": ("admin", "bot", "app"),
        "access-permissions": ("admin",),
        "view-privileged-setting": ("admin",),
        "edit-privileged-setting": ("admin",),
        "create-user": ("admin",),
        "delete-user": ("admin",),
        "assign-roles": ("admin",),
        "edit-other-user-info": ("admin",),
        "edit-other-user-password": ("admin",),
        "edit-other-user-active-status": ("admin",),
        "view-full-other-user-info": ("admin",),
        "view-d-room": (*EVERYONE, "guest"),
        "create-c": EVERYONE,
        "create-p": EVERYONE,
        "create-d": EVERYONE,
        "view-c-room": (*EVERYONE, "anonymous"),
        "leave-c": (*EVERYONE, "anonymous"),
        "leave-p": (*EVERYONE, "anonymous"),
        "add-user-to-joined-room": KEEPERS,
        "add-user-to-any-c-room": ("admin",),
        "add-user-to-any-p-room": (),
        "remove-user": KEEPERS,
        "kick-user-from-any-c-room": ("admin",),
        "kick-user-from-any-p-room": (),
        "archive-room": ("admin", "owner"),
        "unarchive-room": ("admin",),
        "edit-room": KEEPERS,
        "delete-c": ("admin", "owner"),
        "delete-p": ("admin", "owner"),
        "delete-d": ("admin",),
        "post-readonly": KEEPERS,
        "edit-message": KEEPERS,
        "delete-message": KEEPERS,
        "delete-own-message": ("admin", "user"),
        "force-delete-message": ("admin", "owner"),
    }
)

ROLES = ("admin", "anonymous", "app", "bot", "guest", "leader", "moderator", "owner", "user")

_OLD_NAMES = {
    "manage-incoming-integrations": "manage-integrations",
    "manage-outgoing-integrations": "manage-integrations",
    "manage-own-incoming-integrations": "manage-own-integrations",
    "manage-own-outgoing-integrations": "manage-own-integrations",
}


def holds(connection: Connection, user: User, permission: str, room: Room | None = None) -> bool:
    """Whether one of the user's roles has the permission, by either era's name; a room's maker is its owner."""
    roles = user.roles if room is None or room.user_id != user.id else (*user.roles, "owner")
    names = {permission, _OLD_NAMES.get(permission, permission)}
    return any(not holders.isdisjoint(roles) for holders in permissions.roles_holding(connection, names).values())


class Permissions:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def listed(self, *, since: int = 0) -> list[Permission]:
        """Those that changed after `since`, by name."""
        return await self._store.read(permissions.list_permissions, since=since)

    async def update(self, roles: Mapping[str, Sequence[str]]) -> None:
        """All of them or none; counts from the next request on. Raises ClientError."""
        if unknown := sorted({role for holders in roles.values() for role in holders} - set(ROLES)):
            raise CodedError("error-invalid-role", f"Invalid role {unknown[0]}: one of {', '.join(ROLES)}")
        # nobody could take it back
        if "admin" not in roles.get("access-permissions", ("admin",)):
            raise CodedError("error-action-not-allowed", "access-permissions stays with admin")
        await self._store.write(_update, roles, now_ms())


def _update(connection: Connection, roles: Mapping[str, Sequence[str]], now: int) -> None:
    configuration.bump(connection)
    for name, holders in roles.items():
        if not permissions.set_roles(connection, name, dict.fromkeys(holders), now):
            raise CodedError("error-invalid-permission", f"Invalid permission {name}")
