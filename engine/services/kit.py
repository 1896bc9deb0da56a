"""Opens the services of a run: made once by the runtime, with what all runs share."""

from dataclasses import dataclass, field
from functools import partial

from engine.http import Answer, Filler, GuardedClient, HttpError, OutgoingRequest
from engine.model.integrations import Integration
from engine.model.values import StoredValue
from engine.secrets import NOTHING, Vault
from engine.services.egress import egress_of
from engine.services.run import RunServices
from engine.services.scratch import ScratchValues
from engine.services.script_log import ScriptLog
from engine.services.writers import LocalWriters, Writers
from engine.store.clock import read_clock
from engine.store.database import Store
from engine.store.values import get_value, value_sizes

# methods that ask and change nothing
READS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class ServiceKit:
    store: Store
    client: GuardedClient
    vault: Vault
    log: ScriptLog = field(default_factory=ScriptLog)
    writers: Writers = field(default_factory=LocalWriters)

    async def open(
        self,
        integration_id: str,
        integration: Integration | None,
        run_id: str,
        *,
        replayed: bool = False,
        posts: bool = True,
        depth: int | None = None,
    ) -> RunServices:
        """An integration that is gone, None, has no secrets. Raises Unavailable.

        `replayed` keeps away from what the integration's scripts keep; without `posts` nothing is changed elsewhere.
        """
        allow = egress_of(integration)
        look = None if integration is None else partial(self.vault.known, integration_id)

        async def send(request: OutgoingRequest, filler: Filler, limit: int) -> Answer:
            if not posts and request.method not in READS:
                raise HttpError("refused-by-policy", f"a replay that posts nothing sends no {request.method}")
            return await self.client.send(request, allow=allow, limit=limit, filler=filler, share=integration_id)

        return RunServices(
            integration_id,
            run_id,
            known=NOTHING if look is None else await look(),
            look=look,
            send=send,
            values=ScratchValues() if replayed else _InDatabase(self.store, integration_id),
            writers=LocalWriters() if replayed else self.writers,
            keep=not replayed,
            depth=depth,
        )


@dataclass(frozen=True, slots=True)
class _InDatabase:
    store: Store
    integration_id: str

    async def get(self, key: str, now: int) -> StoredValue | None:
        return await self.store.read(get_value, self.integration_id, key, now)

    async def sizes(self, now: int) -> dict[str, int]:
        return await self.store.read(value_sizes, self.integration_id, now)

    async def ahead(self, now: int) -> int:
        # alone with its database a process has the same clock
        return await self.store.read(read_clock) - now if self.store.shared else 0
