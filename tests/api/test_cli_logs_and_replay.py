"""`hookcell logs` and `hookcell replay` against a real server: what happened there, and what a draft would do."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from tests.api.servers import Running, running
from tests.processes import receiving
from tests.receiver import Received, Response

INCOMING = {
    "type": "webhook-incoming", "enabled": True, "channel": "#general", "username": "rocket.cat", "scriptEnabled": True, "alias": "Bot",
}  # fmt: skip
OUTGOING = {
    "type": "webhook-outgoing", "event": "sendMessage", "enabled": True, "channel": "#general", "username": "rocket.cat", "scriptEnabled": True,
}  # fmt: skip
TRIES = 10
ASKING = """
import datetime
from hookcell import http
def process_incoming(request):
    print("asking", request["headers"]["x-event"])
    answer = http.get("{url}/who", params={{"id": request["content"]["id"]}})
    at = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    return {{"content": {{"text": answer.json()["name"] + " at " + at, "attachments": [{{"color": "#123456", "text": "x"}}]}}}}
"""
TALKING = """
def prepare_outgoing_request(request):
    request["data"] = {"said": request["data"]["text"]}
    request["headers"]["X-Team"] = "core"
    return request
def process_outgoing_response(request, response):
    return {"content": {"text": "they say " + response["content"]["answer"]}}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("data"), egress_allow="127.0.0.1") as started:
        yield started


@pytest.fixture(autouse=True)
def login(server: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOOKCELL_URL", str(server.client.base_url).rstrip("/"))
    monkeypatch.setenv("HOOKCELL_USER_ID", server.admin.headers["X-User-Id"])
    monkeypatch.setenv("HOOKCELL_AUTH_TOKEN", server.admin.headers["X-Auth-Token"])


def ran(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def create(server: Running, **fields: object) -> Any:
    answer = server.admin.post("/api/v1/integrations.create", json=fields)
    assert answer.status_code == 200 and "scriptError" not in answer.json()["integration"], answer.text
    return answer.json()["integration"]


def called(server: Running, record: Any, body: object, status: int = 200) -> str:
    """The id of the run."""
    answer = server.client.post(f"/hooks/{record['_id']}/{record['token']}", json=body, headers={"X-Event": "push"})
    assert answer.status_code == status, answer.text
    return answer.headers["X-Hookcell-Run"]


def delivered(server: Running, record: Any) -> Any:
    for _ in range(1_000):
        runs = server.admin.get("/api/v1/integrations.history", params={"id": record["_id"]}).json()["history"]
        if runs and runs[0]["finished"]:
            return runs[0]
        time.sleep(0.01)
    raise AssertionError(runs)


def texts(server: Running) -> list[str]:
    messages = server.admin.get("/api/v1/channels.messages", params={"roomName": "general", "count": "0"}).json()
    return [message["msg"] for message in messages["messages"]]


def draft(folder: Path, script: str) -> Path:
    (folder / "script.py").write_text(script)
    return folder / "script.py"


# logs


def test_logs_tell_what_happened_the_newest_last(server: Running) -> None:
    script = "def process_incoming(request):\n    print('seen')\n    return request['content']['a']\n"
    record = create(server, name="told", script=script, **INCOMING)
    good, bad = called(server, record, {"a": "hello"}), called(server, record, {}, 400)
    done = ran("logs", "told")
    assert done.exit_code == 0, done.output
    said = done.stdout
    assert said.index(good) < said.index(bad)
    assert re.search(rf"^20\d\d-.* finished  POST  {good}$", said, re.MULTILINE)
    for line in (
        "  to #general: hello",
        "  log | seen",
        "  KeyError: 'a'",
        '    File "script.py", line 3, in process_incoming',
    ):
        assert line in said.splitlines()
    assert ran("logs", record["_id"], "--limit", "1").stdout.count("  failed  ") == 1
    assert len(ran("logs", "told", "--json").stdout.splitlines()) == 2


def test_logs_are_those_of_the_folder_where_nothing_is_named(server: Running, tmp_path: Path) -> None:
    done = ran("logs")
    assert done.exit_code == 2 and "name the integration, as in: hookcell logs deploys" in done.stderr
    record = create(server, name="own", script="def process_incoming(request):\n    return 'x'\n", **INCOMING)
    (tmp_path / "integration.toml").write_text(f'type = "webhook-incoming"\n_id = "{record["_id"]}"\n')
    done = ran("logs")
    assert (done.exit_code, done.stdout) == (0, "") and "has not run" in done.stderr
    assert ran("logs", "nothing like it").exit_code == 1


def test_logs_follow_what_happens_until_ctrl_c(server: Running) -> None:
    record = create(
        server,
        name="followed",
        script="def process_incoming(request):\n    return request['content']['a']\n",
        **INCOMING,
    )
    for text in ("long ago", "before"):
        called(server, record, {"a": text})
    command = [sys.executable, "-c", "from api.cli import main; main()", "logs", "followed", "--follow", "--limit", "1"]
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        command, cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert "long ago" not in until(process.stdout, "to #general: before")
        called(server, record, {"a": "after"})
        # what there was before is asked for again, and is not new
        assert "long ago" not in until(process.stdout, "to #general: after")
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=30)
        assert (process.returncode, errors) == (0, "") and "before" not in rest
    finally:
        process.kill()
        process.wait()


def until(lines: Iterable[str], wanted: str) -> str:
    """All that was said so far."""
    said = ""
    for line in lines:
        said += line
        if wanted in line:
            return said
    raise AssertionError(f"{wanted} was not said")


# replay


def test_a_webhook_is_replayed_with_its_answers_at_its_time_and_posts_nothing(server: Running, tmp_path: Path) -> None:
    def who(_: Received) -> Response:
        return Response(200, (("Content-Type", "application/json"),), b'{"name": "Ada", "access_token": "abc"}')

    with receiving(who) as receiver:
        script = ASKING.format(url=receiver.url)
        record = create(server, name="asks", script=script, **INCOMING)
        # the replay's clock stands where the event came: the script that says the second must have run within it
        for _ in range(TRIES):
            began = int(time.time())
            run = called(server, record, {"id": 7})
            if int(time.time()) == began:
                break
    time.sleep(1.1)
    before = texts(server)
    done = ran("replay", run, "--script", draft(tmp_path, script))
    assert done.exit_code == 0, done.output
    assert "It would do what it did." in done.stdout and "log | asking push" in done.stdout
    changed = script.replace('" at "', '" since "').replace("#123456", "#654321")
    done = ran("replay", run, "--script", draft(tmp_path, changed))
    assert re.search(
        r"^-messages\[0\].text: Ada at 20.*\n\+messages\[0\].text: Ada since 20", done.stdout, re.MULTILINE
    )
    assert "+messages[0].attachments[0].color: #654321" in done.stdout and "masked" not in done.stdout
    other = ran("replay", run, "--script", draft(tmp_path, script.replace("/who", "/else")))
    assert other.exit_code == 1 and "no answer is recorded for GET" in other.stdout + other.stderr
    assert texts(server) == before


def test_a_run_that_failed_is_put_right_and_one_that_was_refused_stays_so(server: Running, tmp_path: Path) -> None:
    failing = "def process_incoming(request):\n    return request['content']['missing']\n"
    refusing = "def process_incoming(request):\n    return {'error': {'why': 'no'}}\n"
    failed = called(server, create(server, name="fails", script=failing, **INCOMING), {"a": "x"}, 400)
    refused = called(server, create(server, name="refuses", script=refusing, **INCOMING), {}, 400)
    done = ran("replay", failed, "--script", draft(tmp_path, failing))
    assert done.exit_code == 1 and "It would do what it did." in done.stdout
    done = ran("replay", failed, "--script", draft(tmp_path, failing.replace("missing", "a")))
    assert done.exit_code == 0
    assert "-error.message: KeyError: 'missing'" in done.stdout and "+messages[0].text: x" in done.stdout
    answering = "def process_incoming(request):\n    return {'response': {'challenge': request['content']['c']}}\n"
    answered = called(server, create(server, name="answers", script=answering, **INCOMING), {"c": "abc"})
    assert "It would do what it did." in ran("replay", answered, "--script", draft(tmp_path, answering)).stdout
    done = ran("replay", answered, "--script", draft(tmp_path, answering.replace("challenge", "proof")))
    assert "-answer.body.challenge: abc\n+answer.body.proof: abc" in done.stdout
    done = ran("replay", refused, "--script", draft(tmp_path, refusing))
    assert done.exit_code == 0 and "It would do what it did." in done.stdout
    done = ran("replay", refused, "--script", draft(tmp_path, refusing.replace("'no'", "'yes'")))
    assert "-answer.body.why: no\n+answer.body.why: yes" in done.stdout


def test_a_delivery_is_replayed_with_what_its_receiver_answered(server: Running, tmp_path: Path) -> None:
    def answer(_: Received) -> Response:
        return Response(200, (("Content-Type", "application/json"),), b'{"answer": "fine"}')

    with receiving(answer) as receiver:
        record = create(
            server, name="talks", script=TALKING, urls=[receiver.url], triggerWords=["!talk"], token="hush", **OUTGOING
        )
        server.admin.post("/api/v1/chat.postMessage", json={"channel": "#general", "text": "!talk to me"})
        run = delivered(server, record)
    before = texts(server)
    for id in (run["_id"], run["delivery"]):
        done = ran("replay", id, "--script", draft(tmp_path, TALKING))
        assert done.exit_code == 0 and "It would do what it did." in done.stdout, done.output
    changed = TALKING.replace("core", "edge").replace("they say", "they said")
    done = ran("replay", run["_id"], "--script", draft(tmp_path, changed))
    for line in ("-request.headers.x-team: core", "+request.headers.x-team: edge", "+messages[0].text: they said fine"):
        assert line in done.stdout.splitlines()
    assert texts(server) == before
    assert f"attempt 1 {receiver.url} 200" in ran("logs", "talks").stdout


def test_the_drafts_own_settings_hold(server: Running, tmp_path: Path) -> None:
    script = (
        "def process_incoming(request):\n    return request['integration']['alias'] + request['integration']['_id']\n"
    )
    record = create(server, name="settings", script=script, **INCOMING)
    run = called(server, record, {})
    settings = 'type = "webhook-incoming"\nname = "x"\nusername = "rocket.cat"\nchannel = "#general"\nalias = "New"\n'
    (tmp_path / "integration.toml").write_text(settings)
    done = ran("replay", run, "--script", draft(tmp_path, script))
    assert f"-messages[0].text: Bot{record['_id']}" in done.stdout
    assert f"+messages[0].text: New{record['_id']}" in done.stdout and "+messages[0].alias: New" in done.stdout
    (tmp_path / "integration.toml").write_text(settings.replace("incoming", "outgoing"))
    draft(tmp_path, script + "def prepare_outgoing_request(request):\n    return request\n")
    done = ran("replay", run)
    assert done.exit_code == 2 and "is webhook-outgoing, but" in done.stderr


def test_what_cannot_be_replayed_says_why(server: Running, tmp_path: Path) -> None:
    assert "cannot be read" in ran("replay", "nothing").stderr
    file = draft(tmp_path, "def process_incoming(request):\n    return 'x'\n")
    done = ran("replay", "nothing", "--script", file)
    assert done.exit_code == 1 and "There is no such run" in done.stderr
    record = create(server, name="large", script=file.read_text(), **INCOMING)
    run = called(server, record, {"a": "".join(chr(0x4E00 + n * 7919 % 20_000) for n in range(1_200_000))})
    done = ran("replay", run, "--script", file)
    assert done.exit_code == 2 and "its request was too large to be kept whole" in done.stderr
