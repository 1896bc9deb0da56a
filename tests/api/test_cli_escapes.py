"""What a server says is shown by the commands, and acts on no terminal."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from api.cli import app

EVIL = "evil \x1b[31mname\u202e\nforged"
SHOWN = "evil \\x1b[31mname\\u202e\\nforged"
INTEGRATION = {"_id": "Rk3v", "type": "webhook-incoming", "name": EVIL, "channel": ["#general"], "_updatedAt": "2026"}
ANSWERS: dict[str, dict[str, Any]] = {
    "integrations.list": {"integrations": [INTEGRATION], "total": 1},
    "integrations.explain": {
        "integrations": [
            {"_id": "a", "name": EVIL, "fires": False, "rules": [{"rule": EVIL, "because": EVIL, "passed": False}]}
        ],
        "total": 1,
    },
    "integrations.deliveries": {
        "deliveries": [
            {"_id": "d", "state": "held", "attempts": 1, "url": EVIL, "integrationId": "i", "_createdAt": "2026"}
        ],
        "total": 1,
    },
    "integrations.listSecrets": {
        "secrets": [{"name": EVIL, "integrationId": "*", "hosts": [EVIL], "uses": ["header"], "readable": True}]
    },
}


class Evil(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        name = self.path.partition("?")[0].rpartition("/")[2]
        body = orjson.dumps({"success": True, **ANSWERS[name]})
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Evil)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setenv("HOOKCELL_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("HOOKCELL_USER_ID", "me")
    monkeypatch.setenv("HOOKCELL_AUTH_TOKEN", "mine")
    monkeypatch.setenv("COLUMNS", "400")

    def ran(*arguments: str) -> str:
        done = CliRunner().invoke(app, [*arguments])
        assert done.exit_code == 0, done.output
        return done.output

    yield ran
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("command", [["list"], ["explain", "EVENT"], ["deliveries", "list"], ["secret", "list"]])
def test_what_a_server_says_acts_on_no_terminal(shown: Callable[..., str], command: list[str], tmp_path: Path) -> None:
    (tmp_path / "event.json").write_text("{}")
    told = shown(*(str(tmp_path / "event.json") if word == "EVENT" else word for word in command))
    assert SHOWN in told
    assert "\x1b" not in told
    assert not any(line.startswith("forged") for line in told.splitlines())


@pytest.mark.parametrize("command", [["pull", "FOLDER", "--adopt", "evil"], ["logs", "evil"]])
def test_what_a_server_calls_an_integration_begins_no_line(
    shown: Callable[..., str], monkeypatch: pytest.MonkeyPatch, command: list[str], tmp_path: Path
) -> None:
    monkeypatch.setitem(ANSWERS, "integrations.get", {"integration": INTEGRATION})
    monkeypatch.setitem(ANSWERS, "integrations.history", {"history": []})
    told = shown(*(str(tmp_path / "new") if word == "FOLDER" else word for word in command))
    assert SHOWN in told and not any(line.startswith("forged") for line in told.splitlines())


RECORD = INTEGRATION | {
    "name": "deploys of all the services",
    "_id": "Rk3vTq8sWcY2mNfHd",
    "_updatedAt": "2026-05-04T09:30:12.417Z",
}


def test_a_list_breaks_no_id_kind_or_channel_at_80_columns(
    shown: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setitem(ANSWERS, "integrations.list", {"integrations": [RECORD], "total": 1})
    told = shown("list").splitlines()
    assert all(
        word in told[1] for word in ("Rk3vTq8sWcY2mNfHd", "incoming", "disabled", "#general", "2026-05-04 09:30")
    )
    assert all(len(line) <= 80 for line in told)


def test_a_terminal_too_narrow_for_a_list_hides_nothing_of_it(
    shown: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setitem(ANSWERS, "integrations.list", {"integrations": [RECORD], "total": 1})
    heading, first, *more = shown("list").splitlines()
    assert heading.split() == ["id", "name", "kind", "script", "channel", "changed"]
    assert "deploys" in first and "2026-05-04 09:30" in first
    assert "services" in "".join(more)
