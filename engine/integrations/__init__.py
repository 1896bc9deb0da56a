"""The use cases of integrations. Each is given the caller, who is logged in, and answers what REST answers.

The names are looked up on first use: who only reads what a client may say of an integration needs no database.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.integrations.access import OUTGOING_PERMISSIONS, PERMISSIONS
    from engine.integrations.creating import create
    from engine.integrations.reading import get, list_of_room, list_visible
    from engine.integrations.registry import Registry, ScriptSaver
    from engine.integrations.removing import finish_removals, remove
    from engine.integrations.rotating import rotate_token
    from engine.integrations.updating import update

_HOME = {
    "OUTGOING_PERMISSIONS": "access",
    "PERMISSIONS": "access",
    "Registry": "registry",
    "ScriptSaver": "registry",
    "create": "creating",
    "finish_removals": "removing",
    "get": "reading",
    "list_of_room": "reading",
    "list_visible": "reading",
    "remove": "removing",
    "rotate_token": "rotating",
    "update": "updating",
}

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


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(name)
    import importlib

    return getattr(importlib.import_module(f"engine.integrations.{_HOME[name]}"), name)
