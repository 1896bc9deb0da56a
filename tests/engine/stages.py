"""A stage for deliveries: a real store, workspace, sandbox and client, and functions to act on it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, update

from engine import accepting, outgoing
from engine.accepting import Accepting
from engine.dates import iso
from engine.delivery import queue
from engine.delivery.rules import Rules
from engine.delivery.wake import Wake
from engine.happening import Heard
from engine.history import outgoing_records
from engine.http import EgressPolicy, GuardedClient
from engine.ids import new_id
from engine.indexing import IndexCache
from engine.model.deliveries import Claim, Delivery
from engine.model.events import Chain
from engine.model.integrations import OutgoingIntegration, from_record
from engine.model.json import JsonObject
from engine.model.messages import Message, MessageContent, Room, User
from engine.outgoing import Outgoing
from engine.scripts import Scripts
from engine.secrets import Cipher, Vault
from engine.services import ServiceKit
from engine.settings import Settings
from engine.store import history, messages, permissions, rooms, users
from engine.store.database import Store
from engine.store.deliveries import get_deliveries
from engine.store.integrations import insert_integration
from engine.store.schema import deliveries
from engine.store.scripts import get_code, insert_code
from engine.trace import now_ms
from engine.workspace.embedded import EmbeddedWorkspace
from engine.workspace.permissions import DEFAULT_ROLES
from engine.workspace.protocol import PostIntent
from tests.dialects import open_at
from tests.engine.delivery.queues import end_pauses

ALICE = User("alicealicealice", "alice", "Alice", "user", ("user",), True)
BOT = User("rocket.cat", "rocket.cat", "Rocket.Cat", "bot", ("bot",), True)
GENERAL = Room("GENERAL", "c", "general", 0)
OTHER = Room("OTHERROOM", "c", "other", 0)
PRIVATE = Room("PRIVATEROOM", "p", "private", 0)
TOKEN = "a-token-nobody-may-see"
WORKER = "worker"
NOBODY = Chain()
LOOPBACK = EgressPolicy.parse("127.0.0.1")


@dataclass
class Stage:
    store: Store
    workspace: EmbeddedWorkspace
    kit: Outgoing
    # started by the first script: most tests have none
    scripts: Scripts
    scripted: bool = False

    @property
    def accepting(self) -> Accepting:
        return self.kit.accepting

    async def integrate(self, *urls: str, script: str | None = None, **fields: Any) -> str:
        """An outgoing integration that hears #general; its id."""
        record: JsonObject = {
            "_id": new_id(),
            "type": "webhook-outgoing",
            "name": "out",
            "enabled": True,
            "username": BOT.username,
            "userId": BOT.id,
            "channel": ["#general"],
            "event": "sendMessage",
            "urls": list(urls),
            "token": TOKEN,
            "scriptEnabled": script is not None,
            "_createdAt": iso(0),
            "_updatedAt": iso(0),
            "_createdBy": {"_id": ALICE.id, "username": ALICE.username},
            **fields,
        }
        code = None
        if script is not None:
            if not self.scripted:
                await self.scripts.start()
                self.scripted = True
            saved = await self.scripts.save(script, "outgoing")
            record["script"] = script
            if saved.error is not None:
                record["scriptError"] = saved.error
            elif saved.code is not None:
                code = saved.key
                await self.store.write(insert_code, saved.key, saved.code, saved.hooks, now_ms())
        integration = from_record(record)
        assert isinstance(integration, OutgoingIntegration)
        await self.store.write(insert_integration, integration, code, now_ms())
        self.accepting.index.invalidate()
        return integration.id

    async def say(self, text: str, *, room: Room = GENERAL, chain: Chain = NOBODY) -> Message:
        draft = await self.workspace.resolve(PostIntent(ALICE.id, room.id, MessageContent(text)))
        return (await accepting.post(self.accepting, [draft], chain=chain))[0].message

    async def claim(self, worker: str = WORKER, most: int = 100) -> list[Claim]:
        await self.store.write(queue.ripen)
        look = await self.store.read(queue.look)
        return await self.store.write(queue.claim, worker, dict.fromkeys(look.due, most))

    async def claim_one(self, worker: str = WORKER) -> tuple[Delivery, Claim]:
        (claim,) = await self.claim(worker)
        (delivery,) = (await self.store.read(get_deliveries, [claim.seq])).values()
        return delivery, claim

    async def work(self, kit: Outgoing | None = None) -> int:
        """Runs the journey of all that is due now, once; how many there were."""
        claims = await self.claim()
        found = await self.store.read(get_deliveries, [claim.seq for claim in claims])
        for claim in claims:
            await outgoing.run(kit or self.kit, found[claim.seq], claim)
        return len(claims)

    async def records(self, integration_id: str) -> list[Any]:
        """What history has of the integration, the newest first."""
        _, runs = await self.store.read(history.list_outgoing, integration_id, offset=0, limit=100)
        return [record for run in runs for record in outgoing_records(run)]

    async def record(self, integration_id: str) -> Any:
        (record,) = await self.records(integration_id)
        return record

    async def texts(self, room: Room = GENERAL) -> list[str]:
        """What was said in the room, the oldest first."""
        found = await self.store.read(messages.list_messages, room.id, offset=0, limit=100, newest_first=False)
        return [message.text for message, _ in found]

    async def rows(self) -> list[Any]:
        return await self.store.read(_rows)

    async def end_pauses(self) -> None:
        """As if the time had come that put-off deliveries wait for."""
        await self.store.write(end_pauses)

    async def set_rows(self, **values: Any) -> None:
        await self.store.write(_set_rows, values)


@asynccontextmanager
async def staged(data: Path, *, strict: bool = False) -> AsyncIterator[Stage]:
    store = await open_at(data)
    index, wake, rules = IndexCache(), Wake(), Rules(strict)
    workspace = EmbeddedWorkspace(store, acting=Heard(store, index, wake, rules))
    workspace.settings.start(Settings(data=data, root_url="http://chat.example"))

    async def load_code(key: str) -> bytes | None:
        found = await store.read(get_code, key)
        return None if found is None else found[0]

    async def store_code(key: str, code: bytes, hooks: tuple[str, ...]) -> None:
        await store.write(insert_code, key, code, hooks, now_ms())

    client = GuardedClient(LOOPBACK)
    scripts = Scripts(load_code=load_code, store_code=store_code)
    services = ServiceKit(store, client, Vault(store, Cipher(data)))
    accepts = Accepting(store, workspace, index, wake, rules)
    try:
        await store.write(_furnish)
        yield Stage(store, workspace, Outgoing(accepts, scripts, client, services), scripts)
    finally:
        await client.close()
        await scripts.close()
        workspace.close()
        await store.close()


def _furnish(connection: Connection) -> None:
    permissions.insert_permissions(connection, DEFAULT_ROLES, 0)
    for user in (ALICE, BOT):
        users.insert_user(connection, user, email=None, password_hash=None, now=0)
    for room in (GENERAL, OTHER, PRIVATE):
        rooms.insert_room(connection, room, now=0)
        rooms.add_member(connection, room.id, ALICE.id, 0)
    rooms.add_member(connection, GENERAL.id, BOT.id, 0)


def _rows(connection: Connection) -> list[Any]:
    return list(connection.execute(select(deliveries).order_by(deliveries.c.seq)).all())


def _set_rows(connection: Connection, values: dict[str, Any]) -> None:
    connection.execute(update(deliveries).values(values))
