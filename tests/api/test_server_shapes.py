"""What answers as no hookcell does is told from one in a line, whatever the command and however deep it lies."""

import json
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api import server_shapes as shapes
from api.cli import app
from engine.http import RequestFailed

AT = "2026-03-01T12:00:00.000Z"
RECORD: dict[str, Any] = {
    "_id": "Rk3v", "type": "webhook-incoming", "name": "deploys", "channel": ["#general"], "_updatedAt": AT,
}  # fmt: skip
RUN: dict[str, Any] = {
    "_id": "run", "type": "outgoing-webhook", "_createdAt": AT, "_updatedAt": AT, "integration": {},
    "steps": [{"name": "pre-http-call", "at": AT}], "httpResult": '"fine"',
}  # fmt: skip
CALL: dict[str, Any] = {"method": "GET", "url": "https://h/a", "status": 200, "answer": {"headers": {}, "body": 1}}
CUT = {"cut": "{", "characters": 70_000}


class Stranger(BaseHTTPRequestHandler):
    """Answers `said`, whatever it is asked."""

    said: bytes = b""

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.said)))
        self.end_headers()
        self.wfile.write(self.said)

    do_POST = do_PUT = do_GET

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., Result]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stranger)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOOKCELL_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("HOOKCELL_USER_ID", "me")
    monkeypatch.setenv("HOOKCELL_AUTH_TOKEN", "mine")

    def ran(said: bytes, *arguments: str) -> Result:
        monkeypatch.setattr(Stranger, "said", said)
        words = {"FOLDER": str(tmp_path / "mine"), "URL": f"http://127.0.0.1:{server.server_port}"}
        return CliRunner().invoke(app, [words.get(word, word) for word in arguments], input="value\n")

    folder = tmp_path / "mine"
    folder.mkdir()
    settings = (
        'type = "webhook-incoming"\nname = "mine"\nenabled = true\nusername = "rocket.cat"\nchannel = "#general"\n'
    )
    (folder / "integration.toml").write_text(settings + 'scriptEnabled = true\n_id = "Rk3v"\n')
    (folder / "script.py").write_text("def process_incoming(request):\n    return 'one'\n")
    (folder / "event.json").write_text("{}")
    yield ran
    server.shutdown()
    server.server_close()


COMMANDS = [
    ["list"],
    ["logs", "deploys"],
    ["replay", "run", "--script", "FOLDER/script.py"],
    ["push", "FOLDER", "--yes"],
    ["pull", "FOLDER"],
    ["pull", "FOLDER", "--adopt", "deploys"],
    ["secret", "list"],
    ["secret", "set", "jira", "--all"],
    ["deliveries", "list"],
    ["deliveries", "again", "abc"],
    ["deliveries", "drop", "abc"],
    ["explain", "FOLDER/event.json"],
    ["login", "URL"],
]


@pytest.mark.parametrize(
    "said",
    [
        b'{"success": true}',
        b'{"success": true, "integrations": [{}], "integration": 3, "total": "x", "run": [], "secrets": {}, "data": 1}',
        b'{"success": true, "data": {"authToken": "\\n", "userId": "me"}, "total": NaN}',
        b'{"success": true, "x": ' + b"[" * 200 + b"]" * 200 + b"}",
        b"[" * 100_000,
        b"<html></html>",
        b"\xff",
    ],
    ids=["bare", "other", "unfit for a header", "deep", "deeper than is parsed", "a page", "bytes"],
)
def test_every_command_says_in_a_line_that_it_is_no_server_of_hookcell(
    told: Callable[..., Result], tmp_path: Path, said: bytes
) -> None:
    for command in COMMANDS:
        done = told(said, *(word.replace("FOLDER/", f"{tmp_path / 'mine'}/") for word in command))
        assert isinstance(done.exception, SystemExit) and done.exit_code == 1, (command, done.exception)
        assert "does not answer as a server of hookcell does (" in done.stderr.splitlines()[-1]


def test_what_is_wrong_is_named_by_its_place(told: Callable[..., Result]) -> None:
    done = told(json.dumps({"integrations": [RECORD, {**RECORD, "channel": "#general"}], "total": 2}).encode(), "list")
    assert "(its answer's integrations[1].channel: Input should be a valid list)" in done.stderr


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"_createdAt": "yesterday"}, "run._createdAt"),
        ({"steps": [{"name": "x", "at": 3}]}, "run.steps[0].at"),
        ({"steps": [{"name": "x", "at": AT, "services": {"http": [{**CALL, "status": "x"}]}}]}, "run.steps[0].services"),
        ({"steps": [{"name": "x", "at": AT, "services": {"http": [{"method": "GET", "url": "u"}]}}]}, "run.steps[0]"),
        ({"httpResult": "no JSON"}, "run.httpResult"),
        ({"httpResult": "[" * sys.getrecursionlimit() * 100}, "run.httpResult"),
        ({"response": {}}, "run.response.status_code"),
        ({"httpError": {"kind": "timeout"}}, "run.httpError.message"),
        ({"failure": "raised"}, "run.failure"),
        ({"resultMessage": [{"channel": "#a"}]}, "run.resultMessage[0].message"),
        ({"request": {"method": "POST", "url": "/"}}, "run.request.headers"),
    ],
)  # fmt: skip
def test_a_run_is_looked_at_as_deep_as_it_is_read(changed: dict[str, Any], place: str) -> None:
    shapes.check({"run": RUN}, shapes.PastRun)
    with pytest.raises(RequestFailed, match="its answer's ") as raised:
        shapes.check({"run": RUN | changed}, shapes.PastRun)
    assert str(raised.value).startswith(f"its answer's {place}")


def test_what_history_has_cut_is_no_other_shape() -> None:
    cut = dict.fromkeys(("response", "resultMessage", "processSentMessage", "prepareSentMessage"), CUT)
    request = {"method": "POST", "url": "/", "headers": CUT, "body": "begins", "masked": [], "cut": ["headers"]}
    steps = [{"name": "x", "at": AT, "services": CUT}, {"name": "y", "at": AT, "services": {"http": [CALL]}}]
    shapes.check({"history": [RUN | cut | {"steps": steps, "request": request}]}, shapes.History)
