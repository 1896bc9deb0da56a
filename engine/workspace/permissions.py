"""Permission names, who holds them on a fresh server, and how the names before 1.1.0 count.

The two old names are seeded without roles: a role given to one of them counts for the two new names it stands for.
"""

from types import MappingProxyType

from sqlalchemy import Connection

from engine.model.messages import Room, User
from engine.store import permissions

EVERYONE = ("admin", "user", "bot", "app")

DEFAULT_ROLES = MappingProxyType(
    {
        "manage-incoming-integrations": ("admin",),
        "manage-own-incoming-integrations": ("admin",),
        "manage-outgoing-integrations": ("admin",),
        "manage-own-outgoing-integrations": ("admin",),
        "manage-integrations": (),
        "manage-own-integrations": (),
        "message-impersonate": ("bot", "app"),
        "api-bypass-rate-limit": ("admin", "bot", "app"),
        "create-user": ("admin",),
        "assign-roles": ("admin",),
        "create-c": EVERYONE,
        "create-p": EVERYONE,
        "create-d": EVERYONE,
        "view-c-room": (*EVERYONE, "anonymous"),
        "post-readonly": ("admin", "owner", "moderator"),
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
