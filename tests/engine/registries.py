"""A registry on a store of its own, with people who hold different permissions."""

import asyncio
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection

from engine import integrations
from engine.errors import CodedError
from engine.http import EgressPolicy
from engine.indexing import IndexCache
from engine.integrations import Registry
from engine.model.json import JsonObject
from engine.model.messages import Room, User
from engine.scripts import Scripts
from engine.store import permissions, rooms, users
from engine.workspace.embedded import EmbeddedWorkspace
from engine.workspace.permissions import DEFAULT_ROLES
from tests.dialects import open_at
from tests.engine.http.network import Names

T = TypeVar("T")

ADMIN = User("adminadminadmin", "admin", "Admin", "user", ("admin",), True)
BOT = User("rocket.cat", "rocket.cat", "Rocket.Cat", "bot", ("bot",), True)
# manages integrations of both kinds, but her own only
OWNER = User("ownerownerowner", "olivia", "Olivia", "user", ("user", "owning"), True)
# manages every integration of both kinds, without the permissions for own ones
MANAGER = User("managermanager", "martin", "Martin", "user", ("user", "managing"), True)
NOBODY = User("nobodynobody", "nora", "Nora", "user", ("user",), True)
PEOPLE = (ADMIN, BOT, OWNER, MANAGER, NOBODY)

ROLES = {
    "manage-incoming-integrations": ("admin", "managing"),
    "manage-outgoing-integrations": ("admin", "managing"),
    "manage-own-incoming-integrations": ("admin", "owning"),
    "manage-own-outgoing-integrations": ("admin", "owning"),
}

INCOMING: JsonObject = {
    "type": "webhook-incoming",
    "username": "rocket.cat",
    "channel": "#general",
    "scriptEnabled": False,
    "name": "in",
    "enabled": True,
}
OUTGOING: JsonObject = {
    "type": "webhook-outgoing",
    "username": "rocket.cat",
    "channel": "#general",
    "event": "sendMessage",
    "urls": ["http://93.184.216.34/hook"],
    "scriptEnabled": False,
    "name": "out",
    "enabled": True,
}


def incoming(**changes: Any) -> JsonObject:
    return _changed(INCOMING, changes)


def outgoing(**changes: Any) -> JsonObject:
    return _changed(OUTGOING, changes)


def _changed(body: JsonObject, changes: Mapping[str, Any]) -> JsonObject:
    """A change to `...` leaves the key out."""
    return {key: value for key, value in {**body, **changes}.items() if value is not ...}


@dataclass
class Desk:
    """Runs use cases on one loop, as whoever is named."""

    runner: asyncio.Runner
    registry: Registry
    workspace: EmbeddedWorkspace

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(coroutine)

    @property
    def strict(self) -> "Desk":
        return replace(self, registry=replace(self.registry, strict=True))

    @property
    def frozen(self) -> "Desk":
        return replace(self, registry=replace(self.registry, frozen=True))

    def create(self, body: JsonObject, caller: User = ADMIN) -> Any:
        return self.run(integrations.create(self.registry, caller, body))["integration"]

    def warnings(self, body: JsonObject) -> Any:
        return self.run(integrations.create(self.registry, ADMIN, body))["warnings"]

    def update(self, body: JsonObject, caller: User = ADMIN) -> Any:
        return self.run(integrations.update(self.registry, caller, body))["integration"]

    def remove(self, body: JsonObject, caller: User = ADMIN) -> Any:
        return self.run(integrations.remove(self.registry, caller, body))["integration"]

    def get(self, id: str, caller: User = ADMIN, **filters: str) -> Any:
        return self.run(integrations.get(self.registry, caller, id, **filters))["integration"]

    def allow(self, permission: str, *roles: str) -> None:
        self.run(self.registry.store.write(permissions.set_roles, permission, roles, 0))

    def refused(self, coroutine: Coroutine[Any, Any, Any]) -> CodedError:
        try:
            self.run(coroutine)
        except CodedError as error:
            return error
        raise AssertionError("it was not refused")

    def refused_create(self, body: JsonObject, caller: User = ADMIN) -> CodedError:
        return self.refused(integrations.create(self.registry, caller, body))

    def refused_update(self, body: JsonObject, caller: User = ADMIN) -> CodedError:
        return self.refused(integrations.update(self.registry, caller, body))


@contextmanager
def compiling() -> Iterator[tuple[asyncio.Runner, Scripts]]:
    """Scripts that are saved and never called, so no code is looked up."""

    async def load_code(key: str) -> bytes | None:
        raise AssertionError(key)

    async def store_code(key: str, code: bytes, hooks: tuple[str, ...]) -> None:
        raise AssertionError(key)

    scripts = Scripts(load_code=load_code, store_code=store_code)
    with asyncio.Runner() as runner:
        runner.run(scripts.start())
        try:
            yield runner, scripts
        finally:
            runner.run(scripts.close())


@contextmanager
def opened_desk(data: Path, runner: asyncio.Runner, scripts: Scripts) -> Iterator[Desk]:
    store = runner.run(open_at(data))
    workspace = EmbeddedWorkspace(store)
    registry = Registry(
        store, workspace, scripts, IndexCache(), EgressPolicy(), Names(intranet_example=["93.184.216.34", "10.1.2.3"])
    )
    try:
        runner.run(store.write(_furnish))
        yield Desk(runner, registry, workspace)
    finally:
        workspace.close()
        runner.run(store.close())


def _furnish(connection: Connection) -> None:
    permissions.insert_permissions(connection, {**DEFAULT_ROLES, **ROLES}, 0)
    for user in PEOPLE:
        users.insert_user(connection, user, email=None, password_hash=None, now=0)
    for room in (Room("GENERAL", "c", "general", 0), Room("SECRETROOM", "p", "secret", 0)):
        rooms.insert_room(connection, room, now=0)
    for user in (ADMIN, BOT, OWNER):
        rooms.add_member(connection, "GENERAL", user.id, 0)
