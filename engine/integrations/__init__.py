"""The use cases of integrations. Each is given the caller, who is logged in, and answers what REST answers."""

from engine.integrations.access import OUTGOING_PERMISSIONS, PERMISSIONS
from engine.integrations.creating import create
from engine.integrations.reading import get, list_of_room, list_visible
from engine.integrations.registry import Registry, ScriptSaver
from engine.integrations.removing import finish_removals, remove
from engine.integrations.rotating import rotate_token
from engine.integrations.updating import update

__all__ = [
    "OUTGOING_PERMISSIONS",
    "PERMISSIONS",
    "Registry",
    "ScriptSaver",
    "create",
    "finish_removals",
    "get",
    "list_of_room",
    "list_visible",
    "remove",
    "rotate_token",
    "update",
]
