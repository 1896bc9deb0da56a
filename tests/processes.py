"""`hookcell serve` as a process of its own, for tests of starting, stopping and dying."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from tests.receiver import Handler, Receiver

ADMIN_PASS = "correct horse"
START_SECONDS = 30.0
HOOKCELL = str(Path(sys.executable).with_name("hookcell"))
STARTED = re.compile(r'"url": "(http://[^"]+)"')


@dataclass
class ServerProcess:
    """`url` is there once it serves; `lines` is its log, in JSON."""

    process: subprocess.Popen[str]
    log: Path
    url: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def wait_until_serving(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not (found := STARTED.search(self.log.read_text())):
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.02)
        self.url = found[1]

    def wait_until_working(self) -> None:
        wait_for(lambda: '"hookcell works"' in self.log.read_text() or self.process.poll() is not None, START_SECONDS)
        assert self.process.poll() is None, self.log.read_text()

    def login(self) -> None:
        data = self.post("/api/v1/login", {"user": "admin", "password": ADMIN_PASS})["data"]
        self.headers = {"X-Auth-Token": data["authToken"], "X-User-Id": data["userId"]}

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = httpx2.post(self.url + path, json=body, headers=self.headers, timeout=30, trust_env=False)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def get(self, path: str, **params: str) -> dict[str, Any]:
        answer = httpx2.get(self.url + path, params=params, headers=self.headers, timeout=30, trust_env=False)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def create(self, **fields: Any) -> dict[str, Any]:
        record = {"name": "test", "enabled": True, "username": "rocket.cat", "channel": "#general"}
        script = "script" in fields
        body = {**record, "scriptEnabled": script, **fields}
        created: dict[str, Any] = self.post("/api/v1/integrations.create", body)["integration"]
        assert "scriptError" not in created, created["scriptError"]
        return created

    def texts(self) -> list[str]:
        """The messages of #general, the oldest first."""
        messages = self.get("/api/v1/channels.messages", roomName="general", count="0")["messages"]
        return [message["msg"] for message in reversed(messages)]

    def descendants(self) -> list[int]:
        """Zygotes and cells, found by their parents."""
        found, waiting = [], [self.process.pid]
        while waiting:
            parent = waiting.pop()
            for children in Path(f"/proc/{parent}/task").glob("*/children"):
                pids = [int(pid) for pid in children.read_text().split()]
                found += pids
                waiting += pids
        return found

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait(self, seconds: float = 30) -> int:
        return self.process.wait(seconds)


@contextmanager
def serving(data: Path, **environment: str) -> Iterator[ServerProcess]:
    with starting(data, **environment) as server:
        server.wait_until_serving()
        server.login()
        yield server


@contextmanager
def starting(data: Path, *command: str, **environment: str | None) -> Iterator[ServerProcess]:
    """The process, whether it comes to serve or not; it does not outlive the test. None unsets a setting.

    `command` is what is run instead of `hookcell serve --port 0`.
    """
    log = data.parent / f"serve-{time.monotonic_ns()}.log"
    settings = {
        "PATH": os.environ["PATH"],
        "HOOKCELL_ADMIN_PASS": ADMIN_PASS,
        "HOOKCELL_EGRESS_ALLOW": "127.0.0.1",
        **environment,
    }
    with log.open("w") as output:
        process = subprocess.Popen(
            [*(command or (HOOKCELL, "serve", "--port", "0")), "--data", str(data)],
            env={name: value for name, value in settings.items() if value is not None},
            stdout=output,
            stderr=output,
            text=True,
        )
    try:
        yield ServerProcess(process, log)
    finally:
        process.kill()
        process.wait()


# hookcell with leases that are over sooner, and with a clock that may be wrong
_HASTY = """
import sys, time
from engine.delivery import leases, worker
leases.LEASE_MS, worker.RENEW_SECONDS = 2_000, 0.4
offset, right, right_ns = {offset}, time.time, time.time_ns
time.time, time.time_ns = lambda: right() + offset, lambda: right_ns() + offset * 10**9
from api.cli import main
main()
"""


def hasty(*arguments: str, offset: int = 0) -> tuple[str, ...]:
    """The command line of hookcell that takes over from a dead process in two seconds; `offset` seconds of its clock."""
    return (sys.executable, "-c", _HASTY.format(offset=offset), *arguments)


@contextmanager
def working(data: Path, url: str, *, offset: int = 0) -> Iterator[ServerProcess]:
    with starting(data, *hasty("worker", offset=offset), HOOKCELL_DATABASE_URL=url) as process:
        process.wait_until_working()
        yield process


@contextmanager
def receiving(handler: Handler) -> Iterator[Receiver]:
    """A receiver that answers from a thread of its own while the test does other things."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(30)

    receiver = Receiver(handler)
    run(receiver.__aenter__())
    try:
        yield receiver
    finally:
        run(receiver.__aexit__(None, None, None))
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def kept_port() -> Iterator[int]:
    """A port for a server of the block, which nobody else is given meanwhile; connecting is refused until it listens."""
    with socket.socket() as keeping:
        # what listens there has to say so as well, as servers do
        keeping.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeping.bind(("127.0.0.1", 0))
        yield keeping.getsockname()[1]


def alive(pid: int) -> bool:
    """Whether the process is there and not only waiting to be reaped."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def wait_for(condition: Any, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
