"""`hookcell run` and `repl` with http, store and secrets: what goes out, what is recorded, what the files beside say."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app

SCRIPT = """
from hookcell import http, secrets, store
def process_incoming(request):
    answer = http.get({url!r}, headers={{"X-Key": secrets.ref("api")}})
    return f"{{store.add('count')}} {{answer.json()['key']}}"
"""
VALUE = "the value of it"


class Echo(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"key": self.headers["X-Key"]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on standard error."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        (tmp_path / "script.py").write_text(SCRIPT.format(url=f"http://127.0.0.1:{server.server_port}/"))
        (tmp_path / "event.json").write_text("{}")
        monkeypatch.setenv("HOOKCELL_EGRESS_ALLOW", "127.0.0.1")
        yield tmp_path
        server.shutdown()
        thread.join()


def run(folder: Path, *options: str) -> Result:
    arguments = ["run", str(folder / "script.py"), "--payload", str(folder / "event.json"), *options]
    return CliRunner().invoke(app, arguments)


def secrets(folder: Path, hosts: str = '["127.0.0.1"]', mode: int = 0o600) -> None:
    file = folder / "secrets.toml"
    file.write_text(f'[api]\nvalue = "{VALUE}"\nhosts = {hosts}\n')
    file.chmod(mode)


def test_a_live_run_goes_out_and_writes_nothing(folder: Path) -> None:
    secrets(folder)
    assert "1 ***" in run(folder, "--live").output
    assert not (folder / "event.http.json").exists()


def test_a_run_is_recorded_and_the_next_one_needs_no_network(folder: Path) -> None:
    secrets(folder)
    live = run(folder, "--record")
    assert live.exit_code == 0, live.output
    assert "1 ***" in live.output and "is recorded in" in live.output and VALUE not in live.output
    recording = folder / "event.http.json"
    assert VALUE not in recording.read_text()
    (exchange,) = json.loads(recording.read_text())
    assert (exchange["response"]["status"], exchange["response"]["body"]) == (200, {"key": "***"})
    exchange["response"]["body"]["key"] = "as recorded"
    recording.write_text(json.dumps([exchange]))
    store = folder / "store.json"
    store.write_text('{"count": 6}')
    replayed = run(folder, "--store", str(store))
    assert replayed.exit_code == 0 and "7 as recorded" in replayed.output


def test_without_a_recording_the_run_says_how_to_make_one(folder: Path) -> None:
    secrets(folder)
    done = run(folder)
    assert done.exit_code == 1 and "run once with --record" in done.output


def test_a_secret_goes_nowhere_that_was_not_written_down(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOKCELL_SECRET_API", VALUE)
    done = run(folder, "--live")
    assert done.exit_code == 1 and "add 127.0.0.1 to its hosts" in done.output and VALUE not in done.output


def test_a_file_of_secrets_that_others_may_read_is_refused(folder: Path) -> None:
    secrets(folder, mode=0o644)
    done = run(folder)
    assert done.exit_code == 2 and "run: chmod 600" in done.output


def test_the_repl_records_too(folder: Path) -> None:
    secrets(folder)
    arguments = ["repl", str(folder / "script.py"), "--payload", str(folder / "event.json"), "--record"]
    done = CliRunner().invoke(app, arguments, input=":run\n")
    assert "1 ***" in done.output and (folder / "event.http.json").exists()


def test_a_call_that_fails_destroys_no_recording(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets(folder)
    assert run(folder, "--record").exit_code == 0
    recording = (folder / "event.http.json").read_text()
    monkeypatch.delenv("HOOKCELL_EGRESS_ALLOW")
    refused = run(folder, "--record")
    assert refused.exit_code == 1 and "(refused-by-policy)" in refused.output and "is kept" in refused.output
    assert (folder / "event.http.json").read_text() == recording
    (folder / "event.http.json").unlink()
    assert "Not recorded: GET" in run(folder, "--record").output
    assert not (folder / "event.http.json").exists()
