"""A workspace over a real store, with users and posts in one line each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from argon2 import PasswordHasher

from engine.dates import iso
from engine.ids import new_id
from engine.model.integrations import from_record
from engine.model.json import JsonObject, JsonValue
from engine.model.messages import MessageContent, User
from engine.settings import Settings
from engine.store.database import Store, open_store
from engine.store.integrations import insert_integration
from engine.workspace.embedded import EmbeddedWorkspace
from engine.workspace.passwords import Passwords
from engine.workspace.people import NewUser
from engine.workspace.protocol import Draft, Posted, PostIntent
from tests.dialects import settings_at


def cheap_passwords() -> Passwords:
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


class Stage:
    def __init__(self, store: Store, workspace: EmbeddedWorkspace) -> None:
        self.store = store
        self.workspace = workspace

    async def admin(self) -> User:
        user = await self.workspace.user(username="admin")
        assert user is not None
        return user

    async def make(self, username: str, *roles: str) -> User:
        new = NewUser(username, username.title(), roles=roles or ("user",))
        return (await self.workspace.people.create(await self.admin(), new)).user

    async def draft(self, user: User, destination: str, text: str = "hello", *, message_id: str | None = None) -> Draft:
        intent = PostIntent(user.id, destination, MessageContent(text), message_id=message_id)
        return await self.workspace.resolve(intent)

    async def commit(self, draft: Draft) -> Posted:
        return await self.store.write(self.workspace.commit, draft)

    async def post(self, user: User, destination: str, text: str = "hello") -> Posted:
        return await self.commit(await self.draft(user, destination, text))

    async def integrate(self, user: User, **fields: JsonValue) -> str:
        """An enabled incoming integration that posts as the user; its id."""
        record: JsonObject = {
            "_id": new_id(),
            "type": "webhook-incoming",
            "name": "in",
            "enabled": True,
            "username": user.username,
            "userId": user.id,
            "channel": ["#general"],
            "token": "t",
            "scriptEnabled": False,
            "_createdAt": iso(0),
            "_updatedAt": iso(0),
            "_createdBy": {"_id": user.id, "username": user.username},
            **fields,
        }
        integration = from_record(record)
        await self.store.write(insert_integration, integration, None, 0)
        return integration.id

    async def texts(self, room_id: str) -> list[str]:
        """Oldest first."""
        found = await self.workspace.messages.listed(room_id, offset=0, count=0, newest_first=False)
        return [message.text for message, _ in found]


@asynccontextmanager
async def staged(data: Path) -> AsyncIterator[Stage]:
    settings = Settings(**settings_at(data), admin_pass="pw")
    store = await open_store(settings)
    workspace = EmbeddedWorkspace(store, cheap_passwords())
    try:
        await workspace.start(settings)
        yield Stage(store, workspace)
    finally:
        workspace.close()
        await store.close()
