"""A new integration's folder: complete, so that it passes `check` and `test` as it is.

It is made under a name of its own and then put in place whole; nothing that is there is ever written over.
"""

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from engine.devtools.files import FixtureError, path_of
from engine.devtools.fixtures import read_example
from engine.devtools.integration_file import GIT_IGNORES, IGNORED, NAME
from engine.scripts import Kind

PARTS = ("payloads", "expected")

_NAME = re.compile(r"\w[\w.-]{0,63}", re.ASCII)
# to what stays where the example is
_LINK_UP = re.compile(r"\[([^\]]+)\]\(\.\./[^)]*\)")

_INCOMING = '''\
"""Posts each deployment that {name} reports."""


def process_incoming(request):
    deployment = request["content"]
    if deployment["state"] == "started":
        return None  # nothing is posted
    good = deployment["state"] == "succeeded"
    title = f"{{deployment['service']}} {{deployment['version']}} {{'is live' if good else 'was not deployed'}}"
    color = "#2eb886" if good else "#a30200"
    return {{"content": {{"attachments": [{{"color": color, "title": title, "title_link": deployment["url"]}}]}}}}
'''
_OUTGOING = '''\
"""Sends what follows the trigger word to {name}, and posts what comes back."""


def prepare_outgoing_request(request):
    event = request["data"]
    question = event["text"].removeprefix(event["trigger_word"]).strip()
    if not question:
        return {{"message": "What shall I ask?"}}  # posted; without a url nothing is sent
    request["data"] = {{"question": question, "asker": event["user_name"]}}
    return request


def process_outgoing_response(request, response):
    if response["error"] or response["status_code"] != 200:
        return None  # the rules of the integration decide whether it is tried again
    return {{"content": {{"text": response["content"]["answer"]}}}}
'''
_SETTINGS = """\
# The fields of integrations.create; script.py is the script.
type = "webhook-{kind}"
name = {name}
enabled = true
username = "rocket.cat"
channel = "#general"
scriptEnabled = true
"""
_HEARS = """\
event = "sendMessage"
triggerWords = ["!ask"]
urls = ["https://service.example/ask"]
"""
_README = """\
# {name}
script.py shapes what is {does}.
`hookcell test {folder}` runs it on each of payloads/ and compares what comes of it with expected/.
Secrets go to secrets.toml, for yourself only (chmod 600), and git leaves them alone.
"""

_BODY = {"service": "relay", "version": "1.4.0", "state": "succeeded", "url": "https://ci.example/deployments/7"}
_EVENT = {
    "token": "6fHs2XbWkq9ZdLmT4nRyPc8j",
    "bot": False,
    "trigger_word": "!ask",
    "channel_id": "GENERAL",
    "channel_name": "general",
    "message_id": "BpDEYGatBNnsEKRXo",
    "timestamp": "2026-05-04T09:30:12.417Z",
    "user_id": "LfjFHNBrtRoJRYGPh",
    "user_name": "ann",
    "text": "!ask what is the time?",
    "siteUrl": "http://127.0.0.1:3000",
}


def make(folder: Path, kind: Kind) -> None:
    """Raises FixtureError: for a name that is none, for what is there already, for what cannot be written."""
    _make(folder, _incoming(folder) if kind == "incoming" else _outgoing(folder))


def make_like(folder: Path, example: Path) -> None:
    """The example's script and fixtures under a name of its own. Raises FixtureError as `make` does."""
    read_example(example)
    files = {part: (example / part).read_text("utf-8") for part in ("script.py", "README.md")}
    settings = (example / NAME).read_text("utf-8")
    files[NAME] = re.sub(r"(?m)^name = .*$", lambda _: f"name = {json.dumps(folder.name)}", settings, count=1)
    readme = files["README.md"].replace(f"examples/{example.name}", str(folder))
    files["README.md"] = _LINK_UP.sub(r"\1", readme)
    files[GIT_IGNORES] = IGNORED
    _make(folder, files, like=example)


def _make(folder: Path, files: Mapping[str, str], *, like: Path | None = None) -> None:
    if not _NAME.fullmatch(folder.name):
        raise FixtureError(folder, "is no name for an integration: use letters, digits, - _ and ., 64 at most")
    folder = path_of(folder)
    if folder.exists() or folder.is_symlink():
        raise FixtureError(folder, "is there already, and nothing is written over; choose another name")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as beside:
            made = Path(beside) / folder.name
            made.mkdir()
            if like is not None:
                for part in PARTS:
                    shutil.copytree(like / part, made / part)
            for name, text in files.items():
                (made / name).parent.mkdir(exist_ok=True)
                (made / name).write_text(text, "utf-8")
            made.rename(folder)
    except OSError as error:
        raise FixtureError(folder, f"cannot be written: {error.strerror}") from None


def _incoming(folder: Path) -> dict[str, str]:
    return _files(folder, "incoming", _INCOMING, "", "posted of what arrives") | {
        "payloads/succeeded.json": _json(_BODY),
        "payloads/started.json": _json({**_BODY, "state": "started"}),
        "expected/succeeded.json": _json(
            {"messages": [{"attachments": [{"color": "#2eb886", "title": "relay 1.4.0 is live"}]}]}
        ),
        "expected/started.json": _json({"messages": []}),
    }


def _outgoing(folder: Path) -> dict[str, str]:
    asked = {"question": "what is the time?", "asker": "ann"}
    return _files(folder, "outgoing", _OUTGOING, _HEARS, "sent, and what is posted of the answer") | {
        "payloads/asked.json": _json(_EVENT),
        "payloads/asked.response.json": _json({"status": 200, "body": {"answer": "Half past nine."}}),
        "payloads/nothing-asked.json": _json({**_EVENT, "text": "!ask"}),
        "expected/asked.json": _json({"request": {"data": asked}, "messages": [{"text": "Half past nine."}]}),
        "expected/nothing-asked.json": _json({"request": None, "messages": [{"text": "What shall I ask?"}]}),
    }


def _files(folder: Path, kind: Kind, script: str, more: str, does: str) -> dict[str, str]:
    return {
        "script.py": script.format(name=folder.name),
        NAME: _SETTINGS.format(kind=kind, name=json.dumps(folder.name)) + more,
        "README.md": _README.format(name=folder.name, folder=folder, does=does),
        GIT_IGNORES: IGNORED,
    }


def _json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"
