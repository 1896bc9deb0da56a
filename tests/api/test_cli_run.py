"""`hookcell run` with what can be said on its command line, and as JSON."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app

INCOMING = "def process_incoming(request):\n    return request['headers'].get('x-event', 'none')\n"
OUTGOING = """\
def prepare_outgoing_request(request):
    print("asking")
    return request
def process_outgoing_response(request, response):
    return f"{response['status_code']} {response['content']}"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in.py").write_text(INCOMING)
    (tmp_path / "out.py").write_text(OUTGOING)
    (tmp_path / "event.json").write_text('{"a": 1, "channel_name": "ci"}')
    (tmp_path / "no.toml").write_text('status = 503\nbody = "busy"\n')
    return tmp_path


def ran(folder: Path, script: str, *options: str | Path) -> Result:
    arguments = ["run", folder / script, "--payload", folder / "event.json", *options]
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_headers_are_those_of_the_webhook(folder: Path) -> None:
    result = ran(folder, "in.py", "--header", "X-Event=push=x", "--header", "x-other: y=")
    assert "  push=x\n" in result.stdout
    assert "  none\n" in ran(folder, "in.py").stdout


def test_a_response_stands_in_for_the_file_beside_the_payload(folder: Path) -> None:
    (folder / "event.response.json").write_text('{"status": 200, "body": {"ok": true}}')
    assert "  200 {'ok': True}\n" in ran(folder, "out.py").stdout
    result = ran(folder, "out.py", "--response", folder / "no.toml")
    assert "  503 busy\n" in result.stdout
    assert "pre-http-call > after-http-call > execute-script-before-running-process_outgoing_response" in result.stdout


def test_as_json_it_is_one_object_with_all_that_is_known(folder: Path) -> None:
    result = ran(folder, "out.py", "--response", folder / "no.toml", "--json")
    found = json.loads(result.stdout)
    assert [message["text"] for message in found["messages"]] == ["503 busy"]
    assert found["request"]["method"] == "POST"
    assert [report["hook"] for report in found["reports"]] == ["prepare_outgoing_request", "process_outgoing_response"]
    assert found["reports"][0]["log"] == [{"level": "print", "text": "asking"}]
    assert set(found["reports"][0]["receipt"]) == {"wallUs", "cpuUs", "peakMemory", "outputBytes"}
    assert found["trace"][-1] == "after-process-send-message"
    assert (found["refused"], found["notes"], result.stderr, result.exit_code) == (False, [], "", 0)


def test_a_failure_as_json_has_its_line_and_ends_with_1(folder: Path) -> None:
    (folder / "in.py").write_text("def process_incoming(request):\n    return 1 / 0\n")
    result = ran(folder, "in.py", "--json")
    found = json.loads(result.stdout)
    assert (found["error"]["kind"], found["error"]["line"], result.exit_code) == ("raised", 2, 1)
    assert found["trace"][-1] == "execute-script-error-running-process_incoming"


@pytest.mark.parametrize(
    ("script", "options", "said"),
    [
        ("in.py", ["--header", "nothing"], "'nothing' is no header; write it as --header X-GitHub-Event=push"),
        ("out.py", ["--header", "a=b"], "--header is for webhooks that arrive"),
        ("in.py", ["--response", "no.toml"], "this script is incoming and sends nothing"),
        ("out.py", ["--response", "nope.toml"], "nope.toml: cannot be read"),
    ],
)
def test_what_does_not_fit_ends_with_2(folder: Path, script: str, options: list[str], said: str) -> None:
    given = [str(folder / option) if option.endswith(".toml") else option for option in options]
    result = ran(folder, script, *given)
    assert said in " ".join(result.stderr.replace("│", "").split())
    assert (result.exit_code, result.stdout) == (2, "")


@pytest.mark.parametrize("record", [[], ["--record"]])
def test_a_folder_for_a_payload_ends_with_2(folder: Path, record: list[str]) -> None:
    result = CliRunner().invoke(app, ["run", str(folder / "in.py"), "--payload", ".", *record])
    assert (result.stderr, result.exit_code) == (".: is a folder; name a payload in it, as in push.json\n", 2)
