"""The running engine: makes every part once, starts them in order, stops them in the opposite one.

Nothing else knows how the parts fit together; the routes and the command line get this object.
"""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path

import structlog

from engine import accepting, outgoing
from engine.accepting import Accepting, Also
from engine.delivery.leases import is_first
from engine.delivery.rules import Rules
from engine.delivery.wake import Wake
from engine.delivery.worker import Worker
from engine.errors import CannotStart, StoreLost, Unavailable
from engine.happening import Heard
from engine.http import EgressPolicy, GuardedClient, Resolver, SystemResolver
from engine.ids import new_id
from engine.incoming_runs import Incoming
from engine.indexing import IndexCache
from engine.integrations.registry import Registry
from engine.integrations.removing import finish_removals
from engine.model.events import Chain
from engine.outgoing import Outgoing
from engine.retention import Retention
from engine.scripts import Scripts
from engine.secrets import Cipher, Vault
from engine.services import LocalWriters, ScriptLog, ServiceKit, SharedWriters
from engine.settings import Settings
from engine.store import configuration
from engine.store.database import Store, open_store
from engine.store.scripts import get_code, insert_code
from engine.trace import now_ms
from engine.workspace.embedded import EmbeddedWorkspace
from engine.workspace.protocol import Draft, Posted

DRAIN_SECONDS = 8.0
FIRST = Chain()

log = structlog.stdlib.get_logger("hookcell.engine")


class Engine:
    """Use `start`; every attribute is there from then on until `stop`."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        cipher: Cipher,
        resolver: Resolver,
        on_lost: Callable[[], None],
        working: bool,
    ) -> None:
        self.settings = settings
        self.store = store
        self.ready = False
        self.on_lost = on_lost
        strict = settings.strict_compat
        policy = EgressPolicy.parse(settings.egress_allow)
        rules, wake, index = Rules(strict), Wake(store.tell), IndexCache()
        worker = new_id()
        self.workspace = EmbeddedWorkspace(store, acting=Heard(store, index, wake, rules))
        self.scripts = Scripts(load_code=self._load_code, store_code=self._store_code, cell_uid=settings.cell_uid)
        self.client = GuardedClient(policy, resolver=resolver)
        self.vault = Vault(store, cipher, shared=store.shared)
        self.accepting = Accepting(store, self.workspace, index, wake, rules)
        frozen = settings.freeze_integration_scripts
        self.registry = Registry(store, self.workspace, self.scripts, index, policy, resolver, strict, frozen)
        writers = SharedWriters(store) if store.shared else LocalWriters()
        self.services = ServiceKit(store, self.client, self.vault, ScriptLog(settings.script_log), writers)
        self.incoming = Incoming(self.accepting, self.scripts, self.services, worker, strict)
        self.outgoing = Outgoing(
            self.accepting,
            self.scripts,
            self.client,
            self.services,
            answered=lambda claim, heard: self.worker.answered(claim, heard=heard),
        )
        # A SQLite file has one server: whatever other process its rows name is dead.
        self.worker = Worker(
            worker, store, wake, partial(outgoing.run, self.outgoing), alone=not store.shared, working=working
        )
        store.listen(wake.call)
        self.retention = Retention(store, days=settings.history_days, ours=partial(is_first, worker=worker))
        self.password_file: Path | None = None

    @classmethod
    async def start(
        cls,
        settings: Settings,
        *,
        resolver: Resolver | None = None,
        on_lost: Callable[[], None] = lambda: None,
        working: bool = True,
        makes_admin: bool = True,
    ) -> "Engine":
        """Raises CannotStart, which says what to do; then nothing is left running.

        Not `working`: deliveries are left to other processes of the database. Not `makes_admin`: so is the first admin.
        """
        cipher = Cipher(settings.data, settings.encryption_key, shared=settings.database_url is not None)
        store = await open_store(settings, on_lost=lambda error: engine.lost(error))
        try:
            engine = cls(settings, store, cipher, resolver or SystemResolver(), on_lost, working)
        except BaseException:
            await store.close()
            raise
        try:
            await engine._start(makes_admin)
        except BaseException:
            await engine.stop()
            raise
        return engine

    async def _start(self, makes_admin: bool) -> None:
        await self.scripts.start()
        missing = self.scripts.missing_layers
        if missing and not self.settings.allow_weak_sandbox:
            raise CannotStart(
                f"This system cannot lock scripts down: {', '.join(sorted(missing))} cannot be had. Run it on Linux on "
                "x86_64 or aarch64, or set HOOKCELL_ALLOW_WEAK_SANDBOX=1 where you trust every author of a script."
            )
        self.password_file = await self.workspace.start(self.settings, makes_admin=makes_admin)
        await finish_removals(self.store)
        await self.worker.start()
        self.retention.start()
        self.ready = True

    def draining(self) -> None:
        """Not ready any more, and nothing new is begun but what requests under way ask for."""
        self.ready = False
        self.worker.stop_claiming()

    async def stop(self) -> None:
        """Deliveries under way get DRAIN_SECONDS, then their leases are given back; the store is flushed last."""
        self.ready = False
        self.retention.stop()
        # in the other order, and each also where one before it has failed
        async with AsyncExitStack() as ends:
            ends.push_async_callback(self.scripts.close)
            ends.callback(self.workspace.close)
            ends.push_async_callback(self.store.close)
            ends.push_async_callback(self.client.close)
            with suppress(Unavailable):
                await self.worker.drain(DRAIN_SECONDS)

    def lost(self, error: StoreLost) -> None:
        """The database failed under us: nothing more can be promised, so the process has to end."""
        self.ready = False
        log.error("the database failed; the server ends", error=str(error))
        self.on_lost()

    async def can_serve(self) -> bool:
        """Whether it is neither starting nor draining, and a database elsewhere answers."""
        if self.ready and self.store.shared:
            try:
                await self.store.read(configuration.version)
            except Unavailable:
                return False
        return self.ready

    @property
    def sandbox_is_full(self) -> bool:
        return not self.scripts.missing_layers

    async def post(self, drafts: Sequence[Draft], *, chain: Chain = FIRST, also: Also | None = None) -> list[Posted]:
        return await accepting.post(self.accepting, drafts, chain=chain, also=also)

    async def _load_code(self, key: str) -> bytes | None:
        found = await self.store.read(get_code, key)
        return None if found is None else found[0]

    async def _store_code(self, key: str, code: bytes, hooks: tuple[str, ...]) -> None:
        await self.store.write(insert_code, key, code, hooks, now_ms())
