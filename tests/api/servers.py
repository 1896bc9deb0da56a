"""The real app on a loopback port, over a real store, in a thread of its own."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from argon2 import PasswordHasher
from sqlalchemy import Connection

from api.app import create_app
from engine.model.events import Chain
from engine.settings import Settings
from engine.store.database import Store, open_store
from engine.workspace.embedded import EmbeddedWorkspace
from engine.workspace.passwords import Passwords
from engine.workspace.protocol import Draft, Posted

ADMIN_PASS = "correct horse"
NO_CHAIN = Chain()


def cheap_passwords() -> Passwords:
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@dataclass
class WorkspaceEngine:
    """As much of an engine as the workspace's routes need: messages are stored, and nothing follows from them."""

    settings: Settings
    store: Store
    workspace: EmbeddedWorkspace
    ready: bool = True
    sandbox_is_full: bool = True

    async def post(
        self,
        drafts: Sequence[Draft],
        *,
        chain: Chain = NO_CHAIN,
        also: Callable[[Connection, Sequence[Posted]], None] | None = None,
    ) -> list[Posted]:
        def accept(connection: Connection) -> list[Posted]:
            posted = [self.workspace.commit(connection, draft) for draft in drafts]
            if also is not None:
                also(connection, posted)
            return posted

        return await self.store.write(accept)


@dataclass
class Running:
    """`client` is not logged in; `admin` is."""

    engine: WorkspaceEngine
    client: httpx2.Client
    loop: asyncio.AbstractEventLoop
    clients: ExitStack = field(default_factory=ExitStack)

    def login(self, username: str, password: str) -> httpx2.Client:
        answer = self.client.post("/api/v1/login", json={"user": username, "password": password})
        assert answer.status_code == 200, answer.text
        return self.logged_in(answer.json()["data"])

    def logged_in(self, data: dict[str, Any]) -> httpx2.Client:
        headers = {"X-Auth-Token": data["authToken"], "X-User-Id": data["userId"]}
        client = httpx2.Client(base_url=self.client.base_url, headers=headers, trust_env=False)
        return self.clients.enter_context(client)

    @cached_property
    def admin(self) -> httpx2.Client:
        return self.login("admin", ADMIN_PASS)

    def user(self, username: str, **fields: object) -> httpx2.Client:
        """A new user, logged in."""
        body = {"username": username, "name": username, "email": f"{username}@example.com", "password": "pw", **fields}
        answer = self.admin.post("/api/v1/users.create", json=body)
        assert answer.status_code == 200, answer.text
        return self.login(username, "pw")

    def do(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """A write to the server's store."""
        future = asyncio.run_coroutine_threadsafe(self.engine.store.write(function, *args, **kwargs), self.loop)
        return future.result(10)


@contextmanager
def running(data: Path, **settings: Any) -> Iterator[Running]:
    made = Settings(data=data, admin_pass=ADMIN_PASS, **settings)
    started: list[Running] = []
    failed: list[BaseException] = []
    up, down = threading.Event(), asyncio.Event()

    async def serve() -> None:
        store = await open_store(made)
        workspace = EmbeddedWorkspace(store, cheap_passwords())
        await workspace.start(made)
        engine = WorkspaceEngine(made, store, workspace)
        config = uvicorn.Config(
            create_app(engine), port=0, log_config=None, access_log=False, proxy_headers=False, lifespan="off"
        )
        server = uvicorn.Server(config)
        socket = config.bind_socket()
        serving = asyncio.create_task(server.serve([socket]))
        while not server.started:
            await asyncio.sleep(0.005)
        client = httpx2.Client(base_url=f"http://127.0.0.1:{socket.getsockname()[1]}", trust_env=False)
        started.append(Running(engine, client, asyncio.get_running_loop()))
        up.set()
        await down.wait()
        server.should_exit = True
        await serving
        workspace.close()
        await store.close()

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            failed.append(error)
        finally:
            up.set()

    thread = threading.Thread(target=run)
    thread.start()
    up.wait()
    try:
        if failed:
            raise failed[0]
        with started[0].clients as clients:
            clients.enter_context(started[0].client)
            yield started[0]
    finally:
        if started:
            started[0].loop.call_soon_threadsafe(down.set)
        thread.join()
        if failed:
            raise failed[0]
