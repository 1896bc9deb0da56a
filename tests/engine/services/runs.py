"""Services of runs without any script: a real store, vault and client, and secrets as a test needs them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from engine.http import EgressPolicy, GuardedClient, Resolver
from engine.model.integrations import IncomingIntegration, from_record
from engine.model.json import JsonObject
from engine.scripts import ServiceError
from engine.secrets import ANYONE, Cipher, Vault
from engine.services import LocalWriters, RunServices, ServiceKit, SharedWriters
from engine.store.database import Store
from engine.store.schema import integrations
from engine.store.secrets import StoredSecret, put_secret
from tests.dialects import open_at
from tests.engine.http.network import LOOPBACK, Names, system_tls
from tests.engine.registries import INCOMING as RECORD

ID, OTHER = "integration", "another"


@dataclass
class Desk:
    kit: ServiceKit
    store: Store
    data: Path
    opened: int = 0

    def another(self) -> "Desk":
        """As another process has it, with the same database."""
        return Desk(kit_of(self.store, self.kit.client, self.data, True), self.store, self.data, self.opened + 1_000)

    async def open(
        self, integration_id: str = ID, *, seconds: float = 30, hook: str = "process_incoming"
    ) -> RunServices:
        self.opened += 1
        run = await self.kit.open(integration_id, integration(integration_id), f"run{self.opened}")
        run.begin(hook, seconds)
        return run

    async def end(self, run: RunServices) -> None:
        """As a journey does after a hook that went well."""
        await self.store.write(run.written().commit)
        run.discard()

    async def settled(self) -> None:
        """Until all keys of what has ended are given back."""
        if isinstance(self.kit.writers, SharedWriters):
            await self.kit.writers.settled()

    async def secret(
        self, name: str, value: str, *hosts: str, uses: tuple[str, ...] = ("header",), scope: str = ANYONE
    ) -> None:
        sealed = self.kit.vault.cipher.seal(scope, name, value)
        await self.store.write(put_secret, StoredSecret(scope, name, sealed, hosts, uses, 0, 0, "admin"), 100)
        self.kit.vault.forget()


def kit_of(store: Store, client: GuardedClient, data: Path, shared: bool) -> ServiceKit:
    """As the runtime makes it; several of one store and all shared are as many processes."""
    writers = SharedWriters(store) if shared else LocalWriters()
    return ServiceKit(store, client, Vault(store, Cipher(data), shared=shared), writers=writers)


def integration(integration_id: str) -> IncomingIntegration:
    stamps: JsonObject = {"_createdAt": "", "_updatedAt": "", "_createdBy": {"_id": "a", "username": "a"}}
    fields: JsonObject = {"_id": integration_id, "token": "t" * 48, "userId": "a", "channel": ["#general"]}
    made = from_record({**RECORD, **stamps, **fields})
    assert isinstance(made, IncomingIntegration)
    return made


@asynccontextmanager
async def desk(
    data: Path,
    *,
    resolver: Resolver | None = None,
    policy: EgressPolicy = LOOPBACK,
    tls: Any = None,
    shared: bool | None = None,
) -> AsyncIterator[Desk]:
    """`shared`: as where other processes have the database open, too; the store knows when it is not said."""
    store = await open_at(data)
    client = GuardedClient(policy, resolver=resolver or Names(), ssl_context=tls or system_tls())
    try:
        await store.write(_furnish)
        yield Desk(kit_of(store, client, data, store.shared if shared is None else shared), store, data)
    finally:
        await client.close()
        await store.close()


async def refusal(run: RunServices, service: str, verb: str, **arguments: Any) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        await run.ask(service, verb, arguments)
    return caught.value


def _furnish(connection: Connection) -> None:
    for id in (ID, OTHER):
        row = {"id": id, "type": "webhook-incoming", "name": id, "name_lower": id, "enabled": True, "revision": 1}
        connection.execute(
            insert(integrations).values({**row, "user_id": "a", "created_by": "a", "created_at": 0, "updated_at": 0})
        )
