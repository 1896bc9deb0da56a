"""The real app on a loopback port, over the real engine, in a thread of its own.

Only passwords are hashed in less time than they should be, and no name is looked up.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import uvicorn
from argon2 import PasswordHasher

from api.serve import configuration
from engine.runtime import Engine
from engine.settings import Settings
from engine.workspace.accounts import Accounts
from engine.workspace.passwords import Passwords
from engine.workspace.people import People
from tests.dialects import settings_at
from tests.engine.http.network import Names

T = TypeVar("T")

ADMIN_PASS = "correct horse"
# for an answer: longer than any takes on a machine that does much else
PATIENCE_SECONDS = 40.0


@dataclass
class Running:
    """`client` is not logged in; `admin` is."""

    engine: Engine
    client: httpx2.Client
    loop: asyncio.AbstractEventLoop
    clients: ExitStack = field(default_factory=ExitStack)

    def login(self, username: str, password: str) -> httpx2.Client:
        answer = self.client.post("/api/v1/login", json={"user": username, "password": password})
        assert answer.status_code == 200, answer.text
        return self.logged_in(answer.json()["data"])

    def logged_in(self, data: dict[str, Any]) -> httpx2.Client:
        headers = {"X-Auth-Token": data["authToken"], "X-User-Id": data["userId"]}
        return self.clients.enter_context(client_of(str(self.client.base_url), headers))

    @cached_property
    def admin(self) -> httpx2.Client:
        return self.login("admin", ADMIN_PASS)

    def user(self, username: str, **fields: object) -> httpx2.Client:
        """A new user, logged in."""
        body = {"username": username, "name": username, "email": f"{username}@example.com", "password": "pw", **fields}
        answer = self.admin.post("/api/v1/users.create", json=body)
        assert answer.status_code == 200, answer.text
        return self.login(username, "pw")

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """In the server's loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(PATIENCE_SECONDS)

    def do(self, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """A write to the server's store."""
        return self.run(self.engine.store.write(function, *args, **kwargs))


def client_of(url: str, headers: dict[str, str] | None = None) -> httpx2.Client:
    return httpx2.Client(base_url=url, headers=headers, trust_env=False, timeout=PATIENCE_SECONDS)


async def _hash_cheaply(engine: Engine) -> None:
    passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    engine.workspace.accounts = Accounts(engine.store, passwords)
    engine.workspace.people = People(engine.store, passwords, engine.workspace.acting)
    admin = await engine.workspace.user(username="admin")
    assert admin is not None
    await engine.workspace.accounts.set_password(admin.id, ADMIN_PASS)


@contextmanager
def running(data: Path, **settings: Any) -> Iterator[Running]:
    made = Settings(**{**settings_at(data), "admin_pass": ADMIN_PASS, **settings})
    started: list[Running] = []
    failed: list[BaseException] = []
    up, down = threading.Event(), asyncio.Event()

    async def serve() -> None:
        engine = await Engine.start(made, resolver=Names())
        await _hash_cheaply(engine)
        config = configuration(engine)
        config.port = 0
        server = uvicorn.Server(config)
        socket = config.bind_socket()
        serving = asyncio.create_task(server.serve([socket]))
        while not server.started:
            await asyncio.sleep(0.005)
        client = client_of(f"http://127.0.0.1:{socket.getsockname()[1]}")
        started.append(Running(engine, client, asyncio.get_running_loop()))
        up.set()
        await down.wait()
        server.should_exit = True
        await serving
        await engine.stop()

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
