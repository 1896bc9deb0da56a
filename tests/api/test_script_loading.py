"""A script is not told of what befell its cell while it was loaded: it is loaded again, or the server is busy."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from tests.api.servers import Running, running

# uses the whole time of a call: so long it is there to be killed
SCRIPT = "while True:\n    pass\n\ndef process_incoming(request):\n    return None\n"
BODY = {"type": "webhook-incoming", "name": "loops", "enabled": True, "username": "rocket.cat", "channel": "#general"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("data")) as started:
        yield started


def loading_cell(server: Running, besides: set[int]) -> int:
    """The process that loads a script, once there is one."""
    pool = server.engine.scripts._sandbox._pool
    assert pool is not None
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for cell, lane in [*pool._lane_of.items()]:
            if lane.program.key.startswith("load/") and cell.jobs and cell.child.pid not in besides:
                return cell.child.pid
        time.sleep(0.005)
    raise AssertionError("nothing was loaded")


@pytest.mark.parametrize(("kills", "status"), [(1, 200), (2, 503)])
def test_a_cell_that_is_killed_from_outside_is_replaced_once(server: Running, kills: int, status: int) -> None:
    def create() -> httpx2.Response:
        return server.admin.post("/api/v1/integrations.create", json={**BODY, "scriptEnabled": True, "script": SCRIPT})

    before = server.admin.get("/api/v1/integrations.list").json()["total"]
    with ThreadPoolExecutor(1) as executor:
        creating = executor.submit(create)
        killed: set[int] = set()
        for _ in range(kills):
            pid = loading_cell(server, killed)
            killed.add(pid)
            os.kill(pid, signal.SIGKILL)
        answer = creating.result()
    assert answer.status_code == status, answer.text
    after = server.admin.get("/api/v1/integrations.list").json()["total"]
    if status == 200:
        # what it did by itself it is told
        assert answer.json()["integration"]["scriptError"]["name"] == "TimedOut" and after == before + 1
    else:
        assert "nothing was stored" in answer.text and after == before
