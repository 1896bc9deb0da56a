"""Starting, draining, dying and coming back: real processes on a real file."""

import os
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.processes import HOOKCELL, ServerProcess, alive, receiving, serving, starting, wait_for
from tests.receiver import Received, Response

GREET = "def process_incoming(request):\n    return 'hello ' + request['content']['name']\n"
SLOW = """
import time
def process_incoming(request):
    end = time.time() + 0.8
    while time.time() < end:
        pass
    return 'late'
"""


def outgoing(url: str, **fields: object) -> dict[str, object]:
    return {"type": "webhook-outgoing", "event": "sendMessage", "urls": [url], "channel": "#general", **fields}


def hook(record: dict[str, str]) -> str:
    return f"/hooks/{record['_id']}/{record['token']}"


def runs(server: ServerProcess, record: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = server.get("/api/v1/integrations.history", id=record["_id"])["history"]
    return found


def test_a_signal_drains_and_leaves_nothing(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        record = server.create(type="webhook-incoming", script=GREET)
        server.post(hook(record), {"name": "Ann"})
        processes = server.descendants()
        assert len(processes) >= 3
        server.signal(signal.SIGTERM)
        assert server.wait() == 0
        wait_for(lambda: not any(alive(pid) for pid in processes))
    assert not (tmp_path / "data" / "hookcell.db-wal").exists()


def test_requests_and_deliveries_under_way_are_finished_before_the_end(tmp_path: Path) -> None:
    def slowly(request: Received) -> Response:
        return Response(200, (("Content-Type", "application/json"),), b'{"text": "done"}', delay=1.0)

    with receiving(slowly) as receiver:
        with serving(tmp_path / "data") as server:
            server.create(**outgoing(receiver.url))
            server.post("/api/v1/chat.postMessage", {"channel": "#general", "text": "go"})
            wait_for(lambda: receiver.requests)
            server.signal(signal.SIGINT)
            assert server.wait() == 0
        with serving(tmp_path / "data") as server:
            assert server.texts() == ["go", "done"]
        assert len(receiver.requests) == 1


def test_a_second_signal_ends_it_at_once_and_loses_nothing(tmp_path: Path) -> None:
    with receiving(lambda _: Response(200, (), b"", delay=30)) as receiver:
        with serving(tmp_path / "data") as server:
            server.create(**outgoing(receiver.url))
            server.post("/api/v1/chat.postMessage", {"channel": "#general", "text": "go"})
            wait_for(lambda: receiver.requests)
            processes = server.descendants()
            server.signal(signal.SIGTERM)
            wait_for(lambda: "draining" in server.log.read_text())
            server.signal(signal.SIGTERM)
            assert server.wait() != 0
            wait_for(lambda: not any(alive(pid) for pid in processes))
        with serving(tmp_path / "data") as server:
            wait_for(lambda: len(receiver.requests) == 2)
            assert server.texts() == ["go"]


@pytest.mark.parametrize("retry", [True, False])
def test_kill_9_leaves_no_cell_and_a_restart_finishes_what_was_accepted(tmp_path: Path, retry: bool) -> None:
    seen: list[str | None] = []

    def first_time_out(request: Received) -> Response:
        seen.append(request.header("idempotency-key"))
        if len(seen) == 1:
            return Response(delay=30)
        return Response(200, (("Content-Type", "application/json"),), b'{"text": "answered"}')

    with receiving(first_time_out) as receiver:
        with serving(tmp_path / "data") as server:
            greet = server.create(type="webhook-incoming", script=GREET)
            server.create(**outgoing(receiver.url, retryFailedCalls=retry))
            server.post(hook(greet), {"name": "Ann"})
            wait_for(lambda: receiver.requests)
            processes = server.descendants()
            server.process.kill()
            server.wait()
            wait_for(lambda: not any(alive(pid) for pid in processes))
        with serving(tmp_path / "data") as server:
            wait_for(lambda: len(server.texts()) == 2)
            assert server.texts() == ["hello Ann", "answered"]
            server.post(hook(greet), {"name": "Bob"})
            assert server.texts()[2] == "hello Bob"
        assert seen[0] == seen[1]


def test_an_interrupted_incoming_run_says_so(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        record = server.create(type="webhook-incoming", script=SLOW)
        with ThreadPoolExecutor(1) as executor:
            calling = executor.submit(server.post, hook(record), {})
            wait_for(lambda: runs(server, record))
            server.process.kill()
            server.wait()
            with pytest.raises(httpx2.HTTPError):
                calling.result()
    with serving(tmp_path / "data") as server:
        [run] = runs(server, record)
        assert run["state"] == "interrupted" and run["error"] is True
        assert server.texts() == []


def greet(server: ServerProcess, record: dict[str, str], name: str) -> None:
    """On a slow machine the next zygote takes longer than a call waits: the sender is asked to come again."""

    def done() -> bool:
        answer = httpx2.post(server.url + hook(record), json={"name": name}, timeout=30, trust_env=False)
        assert answer.status_code == 200 or answer.json()["error"] == "error-service-busy", answer.text
        return answer.status_code == 200

    wait_for(done)


def test_killed_cells_and_a_killed_zygote_fail_no_later_call(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        record = server.create(type="webhook-incoming", script=GREET)
        server.post(hook(record), {"name": "0"})
        for round in range(1, 4):
            for pid in reversed(server.descendants()):
                subprocess.run(["kill", "-9", str(pid)], check=False, capture_output=True)
            greet(server, record, str(round))
        assert server.texts() == [f"hello {round}" for round in range(4)]


def test_a_second_server_on_the_same_data_exits_3_and_names_the_setting(tmp_path: Path) -> None:
    with serving(tmp_path / "data"), starting(tmp_path / "data") as second:
        assert second.wait() == 3
        assert "HOOKCELL_DATABASE_URL" in second.log.read_text()


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        port = server.url.rpartition(":")[2]
        command = [HOOKCELL, "serve", "--port", port, "--data", str(tmp_path / "other")]
        second = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert second.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in second.stderr


def test_a_backup_is_taken_while_it_serves_and_can_be_served_from(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        server.post("/api/v1/chat.postMessage", {"channel": "#general", "text": "kept"})
        copy = tmp_path / "copy" / "hookcell.db"
        copy.parent.mkdir()
        command = [HOOKCELL, "backup", str(copy), "--data", str(tmp_path / "data")]
        subprocess.run(command, check=True, capture_output=True, timeout=30)
    with serving(copy.parent) as server:
        assert server.texts() == ["kept"]


def test_a_password_is_not_reset_where_there_is_no_database(tmp_path: Path) -> None:
    command = [HOOKCELL, "admin", "reset-password", "--data", str(tmp_path / "typo")]
    done = subprocess.run(command, input="a new password\n", capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1 and f"There is no database in {tmp_path / 'typo'}" in done.stderr
    assert not (tmp_path / "typo").exists()


def test_a_password_is_reset_with_the_server_stopped_and_not_while_it_runs(tmp_path: Path) -> None:
    command = [HOOKCELL, "admin", "reset-password", "--data", str(tmp_path / "data")]

    def reset() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, input="a new password\n", capture_output=True, text=True, timeout=30, check=False
        )

    with serving(tmp_path / "data") as server:
        running = reset()
        assert running.returncode == 3 and "stop" in running.stderr.lower()
        old = server.headers
    assert reset().returncode == 0
    with starting(tmp_path / "data") as server:
        server.wait_until_serving()
        login = server.post("/api/v1/login", {"user": "admin", "password": "a new password"})
        assert login["status"] == "success"
        answer = httpx2.get(server.url + "/api/v1/me", headers=old, timeout=30, trust_env=False)
        assert answer.status_code == 401


def test_a_generated_password_is_in_a_private_file_and_not_in_the_log(tmp_path: Path) -> None:
    with starting(tmp_path / "data", HOOKCELL_ADMIN_PASS=None) as server:
        server.wait_until_serving()
        file = tmp_path / "data" / "admin-password"
        password = file.read_text().strip()
        assert file.stat().st_mode & 0o777 == 0o600
        assert str(file) in server.log.read_text() and password not in server.log.read_text()
        assert server.post("/api/v1/login", {"user": "admin", "password": password})["status"] == "success"


def test_root_runs_cells_as_the_user_that_is_set(tmp_path: Path) -> None:
    with starting(tmp_path / "data", HOOKCELL_CELL_UID="54321") as server:
        server.wait_until_serving()
        server.login()
        hook = server.create(type="webhook-incoming", script="def process_incoming(request):\n    return 'x'\n")
        server.post(f"/hooks/{hook['_id']}/{hook['token']}", {})
        processes = [Path(f"/proc/{pid}/status").read_text() for pid in server.descendants()]
        as_set = [status for status in processes if "\nUid:\t54321\t54321\t54321\t54321\n" in status]
        assert bool(as_set) is (os.getuid() == 0)


def test_settings_that_do_not_fit_are_named(tmp_path: Path) -> None:
    wrong = {"HOOKCELL_RATE_LIMIT": "many", "HOOKCELL_EGRESS_ALLOW": "10.0.0.1/8", "HOOKCELL_TRUSTED_PROXIES": "x"}
    with starting(tmp_path / "data", **wrong) as server:
        assert server.wait() == 2
        said = server.log.read_text()
        assert len(said.splitlines()) == 3 and all(name in said for name in wrong)
